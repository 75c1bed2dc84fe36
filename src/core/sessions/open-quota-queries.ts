import { type Names, type SQL, sql, statement, statementByShape } from '../../db/statement.ts';
import { refuseWhere } from '../access/quota-queries.ts';
import { accountOf, BY, type Place } from './queries.ts';

interface Most {
  readonly communityId: number;
  readonly max: number;
}

/** Expression: how many sessions the community has open; of those beyond one more than `max` none is read. */
const openSessions = ($: Names<Most>): SQL => sql`
  (SELECT count(*) FROM (
    SELECT 1 FROM sessions INDEXED BY sessions_open
    WHERE community_id = ${$.communityId} AND ended_at IS NULL LIMIT ${$.max} + 1))`;

/** How many sessions the community has open, at most one more than `max`. */
export const selectOpen = statement<Most, { open: number }>(($) => sql`SELECT ${openSessions($)} AS open`);

/**
 * Behind the statements of a call at `at` that may have started the session `id`: fails the batch (`isBeyondQuota`) if it has;
 * where `isCounted`, only if there are more than `max` open now.
 */
export const refuseStart = statementByShape<
  { by: Place['by']; isCounted: boolean },
  Place & Most & { id: string; at: number }
>(
  ({ by, isCounted }, $) =>
    refuseWhere(sql`EXISTS (
      SELECT 1 FROM sessions NOT INDEXED
      WHERE community_id = ${$.communityId} AND account_id = ${accountOf(by, $)} AND started_at = ${$.at} AND id = ${$.id})
      ${isCounted ? sql`AND ${openSessions($)} > ${$.max}` : sql``}`),
  WITH_DOCS && BY.flatMap((by) => [true, false].map((isCounted) => ({ by, isCounted }))),
);
