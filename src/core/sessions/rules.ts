/**
 * The rules of docs/honest-time.md, each once: as a function, for what is worked out here, and as a piece of SQL, for what
 * the database decides. A property test runs one against the other (test/properties/rules.test.ts).
 */
import type { CloseKind } from './session.ts';

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
 * list, so a session from before the newest one that is open still was in it.
 */
export const lastSeen = (
  { startedAt, lastSeenAt }: Pick<Lifetime, 'startedAt' | 'lastSeenAt'>,
  rosterSeenAt: number | null,
): number =>
  rosterSeenAt !== null && rosterSeenAt >= startedAt ? Math.max(lastSeenAt, rosterSeenAt) : lastSeenAt;

/** Until when a session counts: its end or, while it is open, its last sight. */
export const countedUntil = ({ endedAt, lastSeenAt }: Lifetime): number => endedAt ?? lastSeenAt;

/**
 * Until when a session's time is confirmed. A stop is somebody's word that the account was there until then; any other end
 * confirms nothing beyond the last sight.
 */
export const confirmedUntil = (session: Lifetime): number =>
  session.closeKind === 'stopped'
    ? countedUntil(session)
    : Math.min(session.lastSeenAt, countedUntil(session));

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

const overlap = (from: number, to: number, otherFrom: number, otherTo: number): number =>
  Math.max(0, Math.min(to, otherTo) - Math.max(from, otherFrom));
