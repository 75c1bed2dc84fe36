import { type Row, runBatch, type Statement } from '../../db/client.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { countedUntil, lastSeen } from './rules.ts';
import type { CloseKind } from './session.ts';
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
  selectOpenSessions,
  selectReachingSessions,
  selectRosterTimes,
  selectStartedSessions,
} from './summary-queries.ts';

/** As many rows as one trip brings: some 4 MB of memory. */
const CHUNK = 20_000;
/** 25 trips, some 50 MB, and a second or two of a Worker's time; a longer period is asked for in parts. */
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
  const totals = new SessionTotals({
    grouping,
    from,
    to,
    timeZone,
    heartbeatTimeoutMs: ctx.actor.community.settings.heartbeatTimeoutSeconds * 1000,
  });
  if (from < to) await addSessions(ctx, { ...filter, from, to }, totals);
  const ranked = totals.ranked();
  return pageOf(after ? ranked.filter((total) => byRank(after, total) < 0) : ranked, limit);
};

/** Adds the sessions that reach into the period, in the order of their start. */
const addSessions = async (
  ctx: Ctx<CommunityActor>,
  filter: SummaryFilter,
  totals: SessionTotals,
): Promise<void> => {
  const communityId = ctx.actor.community.id;
  const reachingUntil = (until: number) => (after: SessionKey | undefined) =>
    selectReachingSessions(communityId, filter, { until, after, limit: CHUNK });
  // An account's own sessions are listed; only those that began before the period are looked for among all.
  let walks: Walk[] =
    filter.accountId === undefined
      ? [{ select: reachingUntil(filter.to) }]
      : [
          { select: reachingUntil(filter.from) },
          { select: (after) => selectStartedSessions(communityId, filter, { after, limit: CHUNK }) },
        ];
  const [open = [], rosters = [], ...first] = await runBatch(ctx.db, [
    selectOpenSessions(communityId, filter),
    selectRosterTimes(communityId, filter),
    ...walks.map(({ select }) => select(undefined)),
  ]);
  const rosterTimes = new Map(rosters.map((row) => [row.server_id, row.roster_seen_at as number]));
  const ids = new Map<string, string>();
  const sessions: CountedSession[] = [];
  const add = (row: Row) => sessions.push(toCountedSession(row, rosterTimes.get(row.server_id), ids));
  open.forEach(add);
  for (let pages = first; ; ) {
    pages.flat().forEach(add);
    if (sessions.length >= MAX_SESSIONS) throw new DomainError('too_many_sessions', { max: MAX_SESSIONS });
    walks = walks.flatMap(({ select }, index) => {
      const page = pages[index] ?? [];
      return page.length < CHUNK ? [] : [{ select, after: toKey(page.at(-1) as Row) }];
    });
    if (walks.length === 0) break;
    pages = await runBatch(
      ctx.db,
      walks.map(({ select, after }) => select(after)),
    );
  }
  sessions.sort((a, b) => a.startedAt - b.startedAt);
  for (const session of sessions) {
    if (session.startedAt >= filter.from || countedUntil(session) > filter.from) totals.add(session);
  }
};

/** A list of sessions that is read page by page. */
interface Walk {
  readonly select: (after: SessionKey | undefined) => Statement;
  readonly after?: SessionKey;
}

const toKey = (row: Row): SessionKey => ({
  reachMs: row.reach_ms as number,
  startedAt: row.started_at as number,
  id: row.id as string,
});

/** @param ids of accounts: each is kept in memory once. */
const toCountedSession = (
  row: Row,
  rosterSeenAt: number | undefined,
  ids: Map<string, string>,
): CountedSession => {
  const startedAt = row.started_at as number;
  const endedAt = row.ended_at as number | null;
  const lastSeenAt = row.last_seen_at as number;
  const accountId = row.account_id as string;
  if (!ids.has(accountId)) ids.set(accountId, accountId);
  return {
    accountId: ids.get(accountId) as string,
    serverId: row.server_id as number,
    startedAt,
    endedAt,
    lastSeenAt: endedAt === null ? lastSeen({ startedAt, lastSeenAt }, rosterSeenAt ?? null) : lastSeenAt,
    closeKind: row.close_kind as CloseKind | null,
    heartbeatAt: row.heartbeat_at as number | null,
    silentSince: row.silent_since as number | null,
    resumedAt: row.resumed_at as number | null,
  };
};
