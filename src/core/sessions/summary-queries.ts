/** The SQL of totals: which sessions a period has, each row read once. */
import { allOf } from '../../db/client.ts';
import { type SQL, sql } from '../../db/sql.ts';
import { sessionsAccountIdOf } from '../accounts/queries.ts';
import { reachTable } from './start-order-queries.ts';

/** Whose time, where, when. Epoch milliseconds, `to` exclusive. */
export interface SummaryFilter {
  readonly from: number;
  readonly to: number;
  readonly accountId?: string | undefined;
  readonly serverId?: number | undefined;
}

/** Behind which session the next rows follow. */
export interface SessionKey {
  readonly reachMs: number;
  readonly startedAt: number;
  readonly id: string;
}

const COLUMNS = sql.raw(`
  reach_ms, started_at, id, account_id, server_id, ended_at, last_seen_at, close_kind, heartbeat_at, silent_since,
  resumed_at`);

/** Condition: a session that counts, of the account and on the server that are asked for. */
const counts = (communityId: number, { accountId, serverId }: SummaryFilter): SQL =>
  allOf([
    sql`community_id = ${communityId} AND close_kind IS NOT 'cleared' AND voided_at IS NULL`,
    serverId === undefined ? undefined : sql`server_id = ${serverId}`,
    accountId === undefined ? undefined : sql`account_id = ${sessionsAccountIdOf(communityId, accountId)}`,
  ]);

/**
 * Statement: up to `limit` closed sessions that reach into the period and began before `until`, behind `after`: those of
 * the shortest reach first. Of those no longer than a reach, none that began earlier than that before the period can
 * reach into it, so hardly any other row is read (db/schema/sessions.ts).
 */
export const selectReachingSessions = (
  communityId: number,
  filter: SummaryFilter,
  { until, after, limit }: { until: number; after: SessionKey | undefined; limit: number },
): SQL => {
  const isOfAfter = sql`reach.column1 = ${after?.reachMs ?? 0}`;
  // The order is that of the nested loops: to ask for it would make SQLite sort, and read all for each page.
  return sql`
    SELECT ${COLUMNS}
    FROM ${reachTable(after?.reachMs)} CROSS JOIN sessions INDEXED BY sessions_by_reach
    WHERE ${counts(communityId, filter)} AND reach_ms = reach.column1 AND ended_at IS NOT NULL
      AND (started_at, id) > (
        iif(${isOfAfter}, ${after?.startedAt ?? 0}, ${filter.from} - reach.column1), iif(${isOfAfter}, ${after?.id ?? ''}, ''))
      AND started_at < ${until} AND (ended_at > ${filter.from} OR started_at >= ${filter.from})
    LIMIT ${limit}`;
};

/** Statement: up to `limit` closed sessions of the account that start in the period, behind `after`, by their start. */
export const selectStartedSessions = (
  communityId: number,
  filter: SummaryFilter,
  { after, limit }: { after: SessionKey | undefined; limit: number },
): SQL => sql`
  SELECT ${COLUMNS} FROM sessions NOT INDEXED
  WHERE ${counts(communityId, filter)} AND ended_at IS NOT NULL AND started_at < ${filter.to}
    AND (started_at, id) > (${after?.startedAt ?? filter.from}, ${after?.id ?? ''})
  ORDER BY started_at, id LIMIT ${limit}`;

/** Statement: the open sessions that began before the end of the period. */
export const selectOpenSessions = (communityId: number, filter: SummaryFilter): SQL => sql`
  SELECT ${COLUMNS} FROM sessions INDEXED BY sessions_open
  WHERE ${counts(communityId, filter)} AND ended_at IS NULL AND started_at < ${filter.to}`;

/** Statement: when everybody in a server's newest roster was there. */
export const selectRosterTimes = (communityId: number, { serverId }: SummaryFilter): SQL => sql`
  SELECT server_id, roster_seen_at FROM servers
  WHERE community_id = ${communityId} AND roster_seen_at IS NOT NULL
    ${serverId === undefined ? sql`` : sql`AND server_id = ${serverId}`}`;
