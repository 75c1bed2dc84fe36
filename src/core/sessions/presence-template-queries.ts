/** What presence-queries.ts is made of, as templates of db/sql.ts, until it is made of statements. */
import { type SQL, sql } from '../../db/sql.ts';
import type { Settings } from '../access/settings.ts';
import type { Server } from './queries.ts';
import { type Alias, limitsOf } from './rules.ts';

type LimitsSql = { readonly [Name in keyof ReturnType<typeof limitsOf>]: SQL };

export const limitsSql = (settings: Settings): LimitsSql => {
  const limits = limitsOf(settings);
  // In the text, since statements say them more often than D1 allows parameters.
  return {
    heartbeatTimeoutMs: sql.integer(limits.heartbeatTimeoutMs),
    idleTimeoutMs: sql.integer(limits.idleTimeoutMs),
    maxSessionMs: sql.integer(limits.maxSessionMs),
    resetGraceMs: sql.integer(limits.resetGraceMs),
    unconfirmedEnd: limits.unconfirmedEnd === 'close-time' ? sql.raw(`'close-time'`) : sql.raw(`'last-seen'`),
  };
};

export const lastSeenSql = (rosterSeenAt: SQL, alias: Alias = ''): SQL => {
  return sql`max(${sql.raw(alias)}last_seen_at, coalesce(${rosterSeenAt}, 0))`;
};

export const limitMsSql = (limits: LimitsSql, alias: Alias = ''): SQL => {
  const at = sql.raw(alias);
  return sql`iif(${at}heartbeat_at IS NULL, ${limits.idleTimeoutMs}, ${limits.heartbeatTimeoutMs})`;
};

export const isSilentSql = (seenAt: SQL, at: SQL, limits: LimitsSql, alias: Alias = ''): SQL =>
  sql`(${at} - ${seenAt} > ${limitMsSql(limits, alias)})`;

export const unconfirmedEndSql = (seenAt: SQL, limits: LimitsSql, alias: Alias = ''): SQL => sql`
  (${seenAt} + iif(${limits.unconfirmedEnd} = 'close-time', ${limitMsSql(limits, alias)}, 0))`;

export const autoCloseReasonSql = (limits: LimitsSql, alias: Alias = ''): SQL => {
  const minutes = sql`(${limitMsSql(limits, alias)} / 60000)`;
  return sql`
    'Auto-closed: no activity for ' || iif(${minutes} >= 60,
      printf('%d h %d min', ${minutes} / 60, ${minutes} % 60), printf('%d min', ${minutes}))`;
};

/** Expression: what the server's row says; NULL where there is none. */
export const known = (
  { communityId, serverId }: Server,
  column: 'roster_seen_at' | 'alive_until' | 'reset_at',
): SQL => sql`
  (SELECT ${sql.raw(column)} FROM servers WHERE community_id = ${sql.integer(communityId)} AND server_id = ${sql.integer(serverId)})`;

/** Source: the same in one row that is read once, for many sessions: \`roster_at\`, \`alive_at\` and \`reset_at\`. */
export const knownOf = ({ communityId, serverId }: Server): SQL => sql`
  (SELECT max(roster_seen_at) AS roster_at, max(alive_until) AS alive_at, max(reset_at) AS reset_at FROM servers
   WHERE community_id = ${sql.integer(communityId)} AND server_id = ${sql.integer(serverId)}) AS known`;
export const SEEN_AT_OF_S = lastSeenSql(sql`known.roster_at`, 's.');

/** Condition on a session `name`: somebody has corrected it by hand, so that nothing but a stop while it is open changes it. */
export const isCorrectedSql = (name: 's' | 'l' | 'due' | 'sessions'): SQL => {
  const at = sql.raw(name);
  return sql`EXISTS (
    SELECT 1 FROM session_revisions AS v
    WHERE v.community_id = ${at}.community_id AND v.session_id = ${at}.id)`;
};

/** For so long a server's sign of life stands for those that follow it: at most one row is written in that time. */
const ALIVE_STEP_MS = 300_000;
/** As many stretches of a server's life are remembered, beside the newest. */
const MAX_STRETCHES = 64;

/**
 * Assignments to the server's row, of which `excluded.alive_until` is a sign of life: it lengthens the newest stretch,
 * begins another one, or is one of its own where it became known late.
 */
export const aliveSql = (settings: Settings): SQL => {
  // A silence that no reset minds does not divide two stretches.
  const gapMs = Math.max(settings.resetGraceSeconds * 1000, ALIVE_STEP_MS);
  const isNew = sql`excluded.alive_until - alive_until > ${gapMs}`;
  const isLate = sql`excluded.alive_until < alive_since`;
  return sql`
    alive_before = iif(${isNew} OR ${isLate}, json_insert(
      iif(json_array_length(alive_before) < ${MAX_STRETCHES}, alive_before, json_remove(alive_before, '$[0]')), '$[#]',
      iif(${isLate}, json_array(excluded.alive_until, excluded.alive_until), json_array(alive_since, alive_until))),
      alive_before),
    alive_since = iif(alive_until IS NULL OR ${isNew}, excluded.alive_until, alive_since),
    alive_until = max(coalesce(alive_until, 0), excluded.alive_until)`;
};

/** A kind that no call can have: `<serverId> <name>` is whom a bare name means on that server. */
const CALLED = 'called';

/**
 * Condition on an item `[kind, value, ...]`: it names no account. Within CASE, SQLite asks the index of the primary key
 * itself, at no row read; NOT IN would search the whole of it for NULLs.
 */
const isUnnamed = (communityId: number): SQL => sql`
  CASE WHEN (${communityId}, item ->> 0, item ->> 1) IN (SELECT community_id, kind, value FROM account_identifiers)
  THEN 0 ELSE 1 END`;

/** Condition on an item `[kind, value, ...]`: a bare name by which nobody was registered. */
const isUnclaimed = (communityId: number): SQL => sql`
  item ->> 0 = 'username' AND ${isUnnamed(communityId)}`;

/** Expressions: the kind and the value that stand for an item `[kind, value, ...]` of a call to this server. */
const kindOfItem = (communityId: number): SQL => sql`
  CASE WHEN ${isUnclaimed(communityId)} THEN ${CALLED} ELSE item ->> 0 END`;
const valueOfItem = (communityId: number, serverId: number): SQL => sql`
  CASE WHEN ${isUnclaimed(communityId)} THEN ${`${serverId} `} || (item ->> 1) ELSE item ->> 1 END`;

/** Join: the identifier `i` of an item `[kind, value, ...]` of a call to this server; LEFT keeps the items without one. */
export const joinIdentifier = (
  communityId: number,
  serverId: number,
  how: 'CROSS' | 'LEFT' = 'CROSS',
): SQL => sql`
  ${sql.raw(how)} JOIN account_identifiers AS i ON i.community_id = ${communityId}
    AND i.kind = ${kindOfItem(communityId)} AND i.value = ${valueOfItem(communityId, serverId)}`;
