/** The SQL of closed periods. */

import type { periodOpenSessions, periods, periodTotals } from '../../../db/schema/periods.ts';
import { type RowOf, type SQL, sql, statement } from '../../../db/statement.ts';
import type { CloseKind } from '../session.ts';
import { selectTotalsByAccount } from '../summary-queries.ts';
import type { Period, PeriodTotal } from './period.ts';

type PeriodRow = RowOf<typeof periods>;
type TotalRow = RowOf<typeof periodTotals>;

export const toPeriod = (row: PeriodRow): Period => ({
  id: row.id,
  from: row.from_at,
  to: row.to_at,
  note: row.note,
  closedAt: row.closed_at,
  closedBy: JSON.parse(row.closed_by),
  hash: row.hash,
  sealedAs: row.sealed_as,
  heartbeatTimeoutMs: row.heartbeat_timeout_ms,
  accounts: row.accounts,
  ms: row.total_ms,
  reopenedAt: row.reopened_at,
  reopenedBy: row.reopened_by === null ? null : JSON.parse(row.reopened_by),
});

export const toPeriodTotal = (row: Omit<TotalRow, 'community_id' | 'period_id'>): PeriodTotal => ({
  accountId: row.account_id,
  ms: row.ms,
  confirmedMs: row.confirmed_ms,
  watchedMs: row.watched_ms,
  sessions: row.sessions,
});

/** Statement: the last closed period that ends at or before an instant. */
export const selectPeriodBefore = statement<{ communityId: number; to: number }, PeriodRow>(
  ($) => sql`
    SELECT * FROM periods INDEXED BY periods_closed
    WHERE community_id = ${$.communityId} AND reopened_at IS NULL AND to_at <= ${$.to}
    ORDER BY to_at DESC LIMIT 1`,
);

/** Statement: periods, those closed last first, before `beforeId`. */
export const selectPeriods = statement<{ communityId: number; beforeId: string; limit: number }, PeriodRow>(
  ($) => sql`
    SELECT * FROM periods WHERE community_id = ${$.communityId} AND id < ${$.beforeId}
    ORDER BY id DESC LIMIT ${$.limit}`,
);

/** Statement: a period by its id. */
export const selectPeriod = statement<{ communityId: number; id: string }, PeriodRow>(
  ($) => sql`SELECT * FROM periods WHERE community_id = ${$.communityId} AND id = ${$.id}`,
);

/** Statement: what accounts' time in a period came to, by account, behind `afterId`. */
export const selectPeriodTotals = statement<
  { communityId: number; periodId: string; afterId: string; limit: number },
  TotalRow
>(
  ($) => sql`
    SELECT * FROM period_totals
    WHERE community_id = ${$.communityId} AND period_id = ${$.periodId} AND account_id > ${$.afterId}
    ORDER BY account_id LIMIT ${$.limit}`,
);

/** Expression: when the open session was last seen; as `lastSeen` in sessions/rules.ts. */
const seenAt: SQL = sql`max(last_seen_at, coalesce((
  SELECT iif(r.roster_seen_at >= started_at, r.roster_seen_at, 0) FROM servers AS r
  WHERE r.community_id = sessions.community_id AND r.server_id = sessions.server_id), 0))`;

/** Statement: notes in the open sessions of a period when they were last seen, so that it shows what they count until. */
export const noteSights = statement<{ communityId: number; to: number }>(
  ($) => sql`
    UPDATE sessions INDEXED BY sessions_open SET last_seen_at = ${seenAt}
    WHERE community_id = ${$.communityId} AND ended_at IS NULL AND started_at < ${$.to}`,
);

/** Statement: keeps which sessions are open, and until when they count. */
export const insertOpenSessions = statement<{ communityId: number; periodId: string; to: number }>(
  ($) => sql`
    INSERT INTO period_open_sessions (community_id, period_id, session_id, account_id, started_at, counted_until)
    SELECT community_id, ${$.periodId}, id, account_id, started_at, last_seen_at
    FROM sessions INDEXED BY sessions_open
    WHERE community_id = ${$.communityId} AND ended_at IS NULL AND started_at < ${$.to} AND voided_at IS NULL`,
);

/** Statement: keeps totals; `totals` is a JSON array of `[accId, ms, confirmedMs, watchedMs, sessions]`. */
export const insertPeriodTotals = statement<{ communityId: number; periodId: string; totals: string }>(
  ($) => sql`
    INSERT INTO period_totals (community_id, period_id, account_id, ms, confirmed_ms, watched_ms, sessions)
    SELECT ${$.communityId}, ${$.periodId}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4
    FROM json_each(${$.totals})`,
);

/** Statement: removes the totals of a period, to be written anew. */
export const deletePeriodTotals = statement<{ communityId: number; periodId: string }>(
  ($) => sql`DELETE FROM period_totals WHERE community_id = ${$.communityId} AND period_id = ${$.periodId}`,
);

interface NewPeriod {
  readonly communityId: number;
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly note: string | null;
  readonly closedAt: number;
  readonly closedBy: string;
  readonly hash: string;
  readonly timeoutMs: number;
  readonly accounts: number;
  readonly ms: number;
}

/** Query: what the period's sessions come to now, but for what its open sessions have gained since. */
const totalsNow = (): SQL => sql`
  SELECT account_id, ms, confirmed_ms, watched_ms, sessions FROM (${selectTotalsByAccount()})`;

/**
 * Statement, behind the totals: closes the period. Where they are not what the sessions come to any more, or another
 * period has been closed since, it is NULL that is written, which the column refuses: so the whole batch fails.
 */
export const insertPeriod = statement<NewPeriod>(
  ($) => sql`
    INSERT INTO periods (community_id, id, from_at, to_at, note, closed_at, closed_by, hash, heartbeat_timeout_ms,
      accounts, total_ms)
    SELECT ${$.communityId}, ${$.id}, ${$.from}, ${$.to}, ${$.note}, ${$.closedAt}, ${$.closedBy},
      CASE WHEN NOT EXISTS (
          SELECT 1 FROM periods INDEXED BY periods_closed
          WHERE community_id = ${$.communityId} AND reopened_at IS NULL AND to_at > ${$.from} AND from_at < ${$.to})
        AND NOT EXISTS (
          ${totalsNow()}
          EXCEPT SELECT account_id, ms, confirmed_ms, watched_ms, sessions FROM period_totals
          WHERE community_id = ${$.communityId} AND period_id = ${$.id})
        AND (SELECT count(*) FROM (${totalsNow()})) = ${$.accounts}
      THEN ${$.hash} END,
      ${$.timeoutMs}, ${$.accounts}, ${$.ms}`,
);

/** Statement: reopens a period that is closed; a row, or none. */
export const markReopened = statement<
  { communityId: number; id: string; at: number; by: string },
  { id: string }
>(
  ($) => sql`
    UPDATE periods SET reopened_at = ${$.at}, reopened_by = ${$.by}
    WHERE community_id = ${$.communityId} AND id = ${$.id} AND reopened_at IS NULL
    RETURNING id`,
);

/** Statement: what the sessions of a period come to now, an account each. */
export const selectTotalsNow = statement<
  { communityId: number; from: number; to: number; timeoutMs: number },
  Omit<TotalRow, 'community_id' | 'period_id'>
>(totalsNow);

type OpenRow = RowOf<typeof periodOpenSessions>;

/** A session that was open when the period closed, as it is now; without a row any more, `id` is null. */
export type OpenAtClose = Pick<OpenRow, 'session_id' | 'account_id' | 'started_at' | 'counted_until'> & {
  readonly id: string | null;
  readonly account_now: string | null;
  readonly started_now: number | null;
  readonly ended_at: number | null;
  readonly last_seen_at: number | null;
  readonly close_kind: CloseKind | null;
  readonly voided_at: number | null;
  readonly heartbeat_at: number | null;
  readonly silent_since: number | null;
  readonly resumed_at: number | null;
};

/** Statement: the sessions that were open when the period closed. */
export const selectOpenAtClose = statement<{ communityId: number; periodId: string }, OpenAtClose>(
  ($) => sql`
    SELECT o.session_id, o.account_id, o.started_at, o.counted_until, s.id, s.account_id AS account_now,
      s.started_at AS started_now, s.ended_at, s.close_kind, s.voided_at, s.heartbeat_at, s.silent_since, s.resumed_at,
      max(s.last_seen_at, iif(s.ended_at IS NULL AND r.roster_seen_at >= s.started_at, r.roster_seen_at, 0)) AS last_seen_at
    FROM period_open_sessions AS o LEFT JOIN sessions AS s
      ON s.community_id = o.community_id AND s.account_id = o.account_id AND s.started_at = o.started_at
        AND s.id = o.session_id
      LEFT JOIN servers AS r ON r.community_id = s.community_id AND r.server_id = s.server_id
    WHERE o.community_id = ${$.communityId} AND o.period_id = ${$.periodId}`,
);

/** Statement: lets changes of an account through for a moment, or not any more (null). */
export const unlockPeriods = statement<{ communityId: number; accountId: string | null }>(
  ($) => sql`
    UPDATE periods SET unlocked_for = ${$.accountId} WHERE community_id = ${$.communityId} AND reopened_at IS NULL`,
);

/** Statement: what a period has come to after a question was accepted. */
export const updatePeriodTotals = statement<{
  communityId: number;
  id: string;
  hash: string;
  accounts: number;
  ms: number;
}>(
  ($) => sql`
    UPDATE periods SET hash = ${$.hash}, accounts = ${$.accounts}, total_ms = ${$.ms}
    WHERE community_id = ${$.communityId} AND id = ${$.id}`,
);

/** Statement: those of the accounts that there are; `ids` is a JSON array. */
export const selectKnownAccounts = statement<{ communityId: number; ids: string }, { id: string }>(
  ($) => sql`
    SELECT a.id FROM json_each(${$.ids}) AS wanted CROSS JOIN accounts AS a
    WHERE a.community_id = ${$.communityId} AND a.id = wanted.value`,
);
