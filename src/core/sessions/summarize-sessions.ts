import { type Row, runBatch } from '../../db/client.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import {
  byRank,
  type CountedSession,
  type Grouping,
  type SessionTotal,
  SessionTotals,
} from './session-totals.ts';
import {
  type SessionKey,
  type SummaryFilter,
  selectReachingOpenSessions,
  selectReachingSessions,
  selectRosterTimes,
  selectStartedSessions,
} from './summary-queries.ts';

/** As many rows as one trip brings: some 4 MB of memory. */
const CHUNK = 20_000;
/** 25 trips, and a second or two of a Worker's time; a longer period is asked for in parts. */
const MAX_SESSIONS = 500_000;
/** How far in the future a clock may be that a session began by. */
const DAY_MS = 86_400_000;

export interface Summary extends SummaryFilter {
  readonly grouping: Grouping;
  /** IANA; decides where days and hours begin. */
  readonly timeZone: string;
  /** The last total of the page before. */
  readonly after?: Pick<SessionTotal, 'ms' | 'key'> | undefined;
  readonly limit: number;
}

/**
 * The time of a period by account, server, day or hour: the most first. Sessions are clipped to the period; those that
 * were cleared or voided are out; open ones count until they were last seen. Every page adds the whole period up.
 * @throws DomainError too_many_sessions
 */
export const summarizeSessions = async (
  ctx: Ctx<CommunityActor>,
  { grouping, timeZone, after, limit, ...filter }: Summary,
): Promise<Page<SessionTotal>> => {
  // Nothing is before the epoch, nor in the future: a period as long as the calendar is none for the calendar's spans.
  const from = Math.max(filter.from, 0);
  const to = Math.min(filter.to, ctx.clock.now() + DAY_MS);
  const totals = new SessionTotals({ grouping, from, to, timeZone });
  if (from < to) await addSessions(ctx, { ...filter, from, to }, totals);
  const ranked = totals.ranked();
  return pageOf(after ? ranked.filter((total) => byRank(after, total) < 0) : ranked, limit);
};

const addSessions = async (
  ctx: Ctx<CommunityActor>,
  filter: SummaryFilter,
  totals: SessionTotals,
): Promise<void> => {
  const communityId = ctx.actor.community.id;
  const started = (after: SessionKey) => selectStartedSessions(communityId, filter, after, CHUNK);
  let [rows = [], reaching = [], open = [], rosters = []] = await runBatch(ctx.db, [
    started({ startedAt: filter.from, id: '' }),
    selectReachingSessions(communityId, filter),
    selectReachingOpenSessions(communityId, filter),
    selectRosterTimes(communityId, filter),
  ]);
  const rosterTimes = new Map(rosters.map((row) => [row.server_id, row.roster_seen_at as number]));
  const counted = (row: Row) => toCountedSession(row, rosterTimes.get(row.server_id));
  for (const session of [...reaching, ...open].map(counted)) {
    if (session.end > filter.from) totals.add(session);
  }
  for (let count = 0; ; ) {
    for (const row of rows) totals.add(counted(row));
    const last = rows.at(-1);
    if (!last || rows.length < CHUNK) return;
    count += rows.length;
    if (count >= MAX_SESSIONS) throw new DomainError('too_many_sessions', { max: MAX_SESSIONS });
    [rows = []] = await runBatch(ctx.db, [
      started({ startedAt: last.started_at as number, id: last.id as string }),
    ]);
  }
};

const toCountedSession = (row: Row, rosterSeenAt: number | undefined): CountedSession => {
  const start = row.started_at as number;
  return {
    accountId: row.account_id as string,
    serverId: row.server_id as number,
    start,
    end: (row.ended_at as number | null) ?? seenAt(start, row.last_seen_at as number, rosterSeenAt),
    isUnconfirmed: row.is_unconfirmed === 1,
  };
};

/** When an open session was last seen; as `lastSeen` in queries.ts, which reads the server's row for each session. */
const seenAt = (startedAt: number, lastSeenAt: number, rosterSeenAt = 0): number =>
  rosterSeenAt >= startedAt ? Math.max(lastSeenAt, rosterSeenAt) : lastSeenAt;
