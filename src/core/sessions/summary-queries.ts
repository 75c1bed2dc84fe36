/** The SQL of totals: which sessions a period has, each row read once. */
import { type SQL, sql } from 'drizzle-orm';
import { REACHES_MS } from '../../db/schema/sessions.ts';
import { sessionsAccountIdOf } from '../accounts/queries.ts';

/** Whose time, where, when. Epoch milliseconds, `to` exclusive. */
export interface SummaryFilter {
  readonly from: number;
  readonly to: number;
  readonly accountId?: string | undefined;
  readonly serverId?: number | undefined;
}

/** Behind which session the next rows follow. */
export interface SessionKey {
  readonly startedAt: number;
  readonly id: string;
}

const COLUMNS = sql.raw(`
  s.started_at, s.id, s.account_id, s.server_id, s.ended_at, s.last_seen_at,
  coalesce(s.close_kind IN ('auto_closed', 'superseded'), 0) AS is_unconfirmed`);

/** Conditions: a session that counts, of the account and on the server that are asked for. */
const counts = (communityId: string, { accountId, serverId }: SummaryFilter): SQL => sql`
  s.community_id = ${communityId} AND s.close_kind IS NOT 'cleared' AND s.voided_at IS NULL
  ${serverId === undefined ? sql`` : sql`AND s.server_id = ${serverId}`}
  ${accountId === undefined ? sql`` : sql`AND s.account_id = ${sessionsAccountIdOf(communityId, accountId)}`}`;

/** Statement: up to `limit` sessions that start in the period, behind `after`, in the order of their start. */
export const selectStartedSessions = (
  communityId: string,
  filter: SummaryFilter,
  after: SessionKey,
  limit: number,
): SQL => sql`
  SELECT ${COLUMNS} FROM sessions AS s
    ${filter.accountId === undefined ? sql`NOT INDEXED` : sql`INDEXED BY sessions_by_account`}
  WHERE ${counts(communityId, filter)} AND s.started_at < ${filter.to}
    AND (s.started_at, s.id) > (${after.startedAt}, ${after.id})
  ORDER BY s.started_at, s.id LIMIT ${limit}`;

/**
 * Statement: the closed sessions that began before the period and reach into it. Of those no longer than a reach, none
 * that began earlier than that before the period can, so hardly any other row is read (db/schema/sessions.ts).
 */
export const selectReachingSessions = (communityId: string, filter: SummaryFilter): SQL => sql`
  SELECT ${COLUMNS}
  FROM json_each(${JSON.stringify(REACHES_MS)}) AS reach CROSS JOIN sessions AS s INDEXED BY sessions_by_reach
  WHERE ${counts(communityId, filter)} AND s.reach_ms = reach.value
    AND s.started_at > ${filter.from} - reach.value AND s.started_at < ${filter.from}
    AND s.ended_at > ${filter.from}`;

/** Statement: the open sessions that began before the period. */
export const selectReachingOpenSessions = (communityId: string, filter: SummaryFilter): SQL => sql`
  SELECT ${COLUMNS} FROM sessions AS s INDEXED BY sessions_open
  WHERE ${counts(communityId, filter)} AND s.ended_at IS NULL AND s.started_at < ${filter.from}`;

/** Statement: when everybody in a server's newest roster was there. */
export const selectRosterTimes = (communityId: string, { serverId }: SummaryFilter): SQL => sql`
  SELECT server_id, roster_seen_at FROM servers
  WHERE community_id = ${communityId} AND roster_seen_at IS NOT NULL
    ${serverId === undefined ? sql`` : sql`AND server_id = ${serverId}`}`;
