/** The SQL that keeps closed periods closed, and what a refusal means. */
import { isRaised, isRefusedBy } from '../../../db/constraint.ts';
import { type SQL, sql, statement } from '../../../db/statement.ts';
import { DomainError } from '../../errors.ts';

/** Seconds that a change would alter. Epoch milliseconds; `high` is exclusive. */
export interface Altered {
  readonly low: number;
  readonly high: number;
}

/** A closed period as a refusal names it. */
export interface ClosedPeriod {
  readonly id: string;
  readonly from_at: number;
  readonly to_at: number;
}

/** Condition: the closed period `p` has some of the seconds. */
const isTouched = (low: SQL, high: SQL): SQL =>
  sql`p.reopened_at IS NULL AND p.to_at > ${low} AND p.from_at < ${high}`;

/** Statement: the first closed period that the change would alter, if any. */
export const selectTouchedPeriod = statement<{ communityId: number } & Altered, ClosedPeriod>(
  ($) => sql`
    SELECT p.id, p.from_at, p.to_at FROM periods AS p INDEXED BY periods_closed
    WHERE p.community_id = ${$.communityId} AND ${isTouched(sql`${$.low}`, sql`${$.high}`)}
    ORDER BY p.to_at LIMIT 1`,
);

/** Statement: the first closed period that has time of the account, if any. */
export const selectPeriodOf = statement<{ communityId: number; accountId: string }, ClosedPeriod>(
  ($) => sql`
    SELECT p.id, p.from_at, p.to_at FROM sessions AS s NOT INDEXED
      CROSS JOIN periods AS p INDEXED BY periods_closed ON p.community_id = s.community_id
    WHERE s.community_id = ${$.communityId} AND s.account_id = ${$.accountId}
      AND s.voided_at IS NULL AND s.close_kind IS NOT 'cleared'
      AND ${isTouched(sql`s.started_at`, sql`max(s.started_at + 1, coalesce(s.ended_at, s.last_seen_at))`)}
    ORDER BY p.to_at LIMIT 1`,
);

export const periodClosed = ({ id, to_at }: ClosedPeriod): DomainError =>
  new DomainError('period_closed', { id, to: new Date(to_at).toISOString() });

/** Whether a batch failed because it would have altered a closed period (db/live/sessions_update_period.sql). */
export const isPeriodClosed = (error: unknown): boolean =>
  isRefusedBy(error, 'NOT NULL', 'activity_calls.occurred_at') || isRaised(error, 'period_closed');
