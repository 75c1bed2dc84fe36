/**
 * The rules of docs/honest-time.md, each once: as a function, for what is worked out here, and as a piece of SQL (`...Sql`),
 * for what the database decides. A property test runs one against the other (test/properties/rules.test.ts).
 */
import { type SQL, type SQLWrapper, sql } from '../../db/statement.ts';
import type { Settings } from '../access/settings.ts';
import type { CloseKind } from './session.ts';

/** The settings that the rules go by, in milliseconds. */
export interface Limits {
  readonly heartbeatTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxSessionMs: number;
  readonly resetGraceMs: number;
  readonly unconfirmedEnd: Settings['unconfirmedEnd'];
}

export const limitsOf = (settings: Settings): Limits => ({
  heartbeatTimeoutMs: settings.heartbeatTimeoutSeconds * 1000,
  idleTimeoutMs: settings.idleTimeoutSeconds * 1000,
  maxSessionMs: settings.maxSessionSeconds * 1000,
  resetGraceMs: settings.resetGraceSeconds * 1000,
  unconfirmedEnd: settings.unconfirmedEnd,
});

/**
 * The same in SQL: the names of a statement's values (those of `limitsOf`), or columns of the session's community. D1
 * sends every number as a floating-point one, so nothing here may depend on how SQLite divides or writes whole numbers.
 */
export type LimitsSql = { readonly [Name in keyof Limits]: SQLWrapper };

/** Those of the community `c`. */
export const limitsOfCommunity: LimitsSql = {
  heartbeatTimeoutMs: sql`c.heartbeat_timeout_seconds * 1000`,
  idleTimeoutMs: sql`c.idle_timeout_seconds * 1000`,
  maxSessionMs: sql`c.max_session_seconds * 1000`,
  resetGraceMs: sql`c.reset_grace_seconds * 1000`,
  unconfirmedEnd: sql`c.unconfirmed_end`,
};

/** What the table of sessions is called in a statement; empty where it is the only one. */
export type Alias = '' | 's.' | 'l.' | 'due.' | 'sessions.';

/** What the rules look at in a session. Instants are epoch milliseconds. */
export interface Lifetime {
  readonly startedAt: number;
  /** The last sign of life. */
  readonly lastSeenAt: number;
  /** null while it is open, as is `closeKind`. */
  readonly endedAt: number | null;
  readonly closeKind: CloseKind | null;
  /** The first heartbeat or roster. */
  readonly heartbeatAt: number | null;
  /** The last silence after which it went on. */
  readonly silentSince: number | null;
  readonly resumedAt: number | null;
}

/**
 * When an open session was last seen. Its row is written seldom where rosters come; but a roster closes what it does not
 * list, so a session from before the newest one that is open still was in it. (One from after it was seen after it.)
 */
export const lastSeen = ({ lastSeenAt }: Pick<Lifetime, 'lastSeenAt'>, rosterSeenAt: number | null): number =>
  Math.max(lastSeenAt, rosterSeenAt ?? 0);

export const lastSeenSql = (rosterSeenAt: SQLWrapper, alias: Alias = ''): SQL => {
  return sql`max(${sql.raw(alias)}last_seen_at, coalesce(${rosterSeenAt}, 0))`;
};

/** The longest silence that a session may have, in milliseconds. */
export const limitMs = ({ heartbeatAt }: Pick<Lifetime, 'heartbeatAt'>, limits: Limits): number =>
  heartbeatAt === null ? limits.idleTimeoutMs : limits.heartbeatTimeoutMs;

export const limitMsSql = (limits: LimitsSql, alias: Alias = ''): SQL => {
  const at = sql.raw(alias);
  return sql`iif(${at}heartbeat_at IS NULL, ${limits.idleTimeoutMs}, ${limits.heartbeatTimeoutMs})`;
};

/** Whether a session that was last seen at `seenAt` has ended by `at`, because its silence is longer than its limit. */
export const isSilent = (
  session: Pick<Lifetime, 'heartbeatAt' | 'lastSeenAt'>,
  at: number,
  limits: Limits,
): boolean => at - session.lastSeenAt > limitMs(session, limits);

export const isSilentSql = (seenAt: SQLWrapper, at: SQLWrapper, limits: LimitsSql, alias: Alias = ''): SQL =>
  sql`(${at} - ${seenAt} > ${limitMsSql(limits, alias)})`;

/** The same of an open session; asks for the roster, a row read, only where its own row is old. */
export const isOpenSilentSql = (
  rosterSeenAt: SQLWrapper,
  at: SQLWrapper,
  limits: LimitsSql,
  alias: Alias = '',
): SQL => {
  const since = sql`${at} - ${limitMsSql(limits, alias)}`;
  return sql`(${sql.raw(alias)}last_seen_at < ${since} AND coalesce(${rosterSeenAt}, 0) < ${since})`;
};

/** The end of a session that silence ended. */
export const unconfirmedEnd = (
  session: Pick<Lifetime, 'heartbeatAt' | 'lastSeenAt'>,
  limits: Limits,
): number =>
  limits.unconfirmedEnd === 'close-time' ? session.lastSeenAt + limitMs(session, limits) : session.lastSeenAt;

export const unconfirmedEndSql = (seenAt: SQLWrapper, limits: LimitsSql, alias: Alias = ''): SQL => sql`
  (${seenAt} + iif(${limits.unconfirmedEnd} = 'close-time', ${limitMsSql(limits, alias)}, 0))`;

/** `Auto-closed: no activity for 12 h 0 min`: the limit that was passed. */
export const autoCloseReason = (session: Pick<Lifetime, 'heartbeatAt'>, limits: Limits): string => {
  const minutes = Math.floor(limitMs(session, limits) / 60_000);
  const text = minutes >= 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes} min`;
  return `Auto-closed: no activity for ${text}`;
};

export const autoCloseReasonSql = (limits: LimitsSql, alias: Alias = ''): SQL => {
  const minutes = sql`CAST(${limitMsSql(limits, alias)} / 60000 AS INTEGER)`;
  return sql`
    'Auto-closed: no activity for ' || iif(${minutes} >= 60,
      printf('%d h %d min', ${minutes} / 60, ${minutes} % 60), printf('%d min', ${minutes}))`;
};

/**
 * Whether an account's own stop at `at` is taken for its end: within the limit always; after a longer silence only where
 * nothing but the account's own calls told of it, and it began less than `maxSessionSeconds` ago.
 */
export const isStopBelieved = (session: Lifetime, at: number, limits: Limits): boolean =>
  !isSilent(session, at, limits) ||
  (session.heartbeatAt === null && at - session.startedAt <= limits.maxSessionMs);

export const isStopBelievedSql = (
  seenAt: SQLWrapper,
  at: SQLWrapper,
  limits: LimitsSql,
  alias: Alias = '',
): SQL => {
  const of = sql.raw(alias);
  return sql`
    (NOT ${isSilentSql(seenAt, at, limits, alias)}
      OR (${of}heartbeat_at IS NULL AND ${at} - ${of}started_at <= ${limits.maxSessionMs}))`;
};

/**
 * When a reset at `resetAt` ends a session: then, or, where the server itself was silent for longer than the grace, at its
 * last sign of life; never before the session was last seen.
 */
export const resetEnd = (
  session: Pick<Lifetime, 'lastSeenAt'>,
  resetAt: number,
  serverSeenAt: number | null,
  limits: Limits,
): number =>
  Math.max(
    session.lastSeenAt,
    serverSeenAt !== null && resetAt - serverSeenAt > limits.resetGraceMs ? serverSeenAt : resetAt,
  );

export const resetEndSql = (
  seenAt: SQLWrapper,
  resetAt: SQLWrapper,
  serverSeenAt: SQLWrapper,
  limits: LimitsSql,
): SQL => sql`
  max(${seenAt}, iif(${resetAt} - ${serverSeenAt} > ${limits.resetGraceMs}, ${serverSeenAt}, ${resetAt}))`;

/** Until when a session counts: its end or, while it is open, its last sight. */
export const countedUntil = ({ endedAt, lastSeenAt }: Lifetime): number => endedAt ?? lastSeenAt;

export const countedUntilSql = (seenAt: SQLWrapper, alias: Alias = ''): SQL =>
  sql`coalesce(${sql.raw(alias)}ended_at, ${seenAt})`;

/**
 * Until when a session's time is confirmed. A stop is somebody's word that the account was there until then; any other end
 * confirms nothing beyond the last sight.
 */
export const confirmedUntil = (session: Lifetime): number =>
  session.closeKind === 'stopped'
    ? countedUntil(session)
    : Math.min(session.lastSeenAt, countedUntil(session));

export const confirmedUntilSql = (seenAt: SQLWrapper, alias: Alias = ''): SQL => {
  const until = countedUntilSql(seenAt, alias);
  return sql`iif(${sql.raw(alias)}close_kind IS 'stopped', ${until}, min(${seenAt}, ${until}))`;
};

/**
 * From when on a session was watched: from its start, if the second sign of life came within the heartbeat timeout, else
 * from that one on. From its first heartbeat on no silence is longer, or the session would have ended.
 */
export const watchedFrom = (
  { startedAt, heartbeatAt, lastSeenAt }: Lifetime,
  heartbeatTimeoutMs: number,
): number => {
  const second = heartbeatAt ?? lastSeenAt;
  return second - startedAt <= heartbeatTimeoutMs ? startedAt : second;
};

export const watchedFromSql = (
  seenAt: SQLWrapper,
  heartbeatTimeoutMs: SQLWrapper,
  alias: Alias = '',
): SQL => {
  const at = sql.raw(alias);
  const second = sql`coalesce(${at}heartbeat_at, ${seenAt})`;
  return sql`iif(${second} - ${at}started_at <= ${heartbeatTimeoutMs}, ${at}started_at, ${second})`;
};

/** The time between `from` and `to` in which the session was watched: signs of life no further apart than the timeout. */
export const watchedWithin = (
  session: Lifetime,
  heartbeatTimeoutMs: number,
  from: number,
  to: number,
): number => {
  const start = Math.max(from, watchedFrom(session, heartbeatTimeoutMs));
  const end = Math.min(to, session.lastSeenAt, countedUntil(session));
  const { silentSince, resumedAt } = session;
  // Only a session that somebody has joined goes on after a longer silence.
  const silence =
    silentSince !== null && resumedAt !== null && resumedAt - silentSince > heartbeatTimeoutMs
      ? overlap(start, end, silentSince, resumedAt)
      : 0;
  return Math.max(0, end - start) - silence;
};

export const watchedWithinSql = (
  seenAt: SQLWrapper,
  heartbeatTimeoutMs: SQLWrapper,
  from: SQLWrapper,
  to: SQLWrapper,
  alias: Alias = '',
): SQL => {
  const at = sql.raw(alias);
  const start = sql`max(${from}, ${watchedFromSql(seenAt, heartbeatTimeoutMs, alias)})`;
  const end = sql`min(${to}, ${seenAt}, ${countedUntilSql(seenAt, alias)})`;
  return sql`
    (max(0, ${end} - ${start}) - iif(${at}resumed_at - ${at}silent_since > ${heartbeatTimeoutMs},
      max(0, min(${end}, ${at}resumed_at) - max(${start}, ${at}silent_since)), 0))`;
};

const overlap = (from: number, to: number, otherFrom: number, otherTo: number): number =>
  Math.max(0, Math.min(to, otherTo) - Math.max(from, otherFrom));
