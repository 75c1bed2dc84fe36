/**
 * Sessions of a community in the order of their start. No index has it: closed sessions are indexed by how far they
 * reach, and then by start (db/schema/sessions.ts), open ones by their server. So it is a merge of those that are
 * sorted each: SQLite merges the terms of a compound SELECT lazily, which reads what is asked for, a row more of each
 * reach, and the sessions that are open.
 */

import { REACHES_MS } from '../../db/schema/sessions.ts';
import { type SQL, type SQLWrapper, sql } from '../../db/statement.ts';

/** D1 allows a compound SELECT so many terms; but a term may be one itself, and SQLite takes its terms for the outer's. */
const MAX_TERMS = 5;

/** Which sessions, of those that are open and of those that are closed; nothing: none of them. */
export interface StartOrder {
  readonly columns?: SQL;
  readonly open?: SQL | undefined;
  readonly closed?: SQL | undefined;
  readonly direction: 'ASC' | 'DESC';
}

/** Query: sessions by start and id. Behind it comes nothing but a LIMIT. */
export const selectByStart = (
  communityId: SQLWrapper,
  { columns = sql`*`, open, closed, direction }: StartOrder,
): SQL => {
  const order = sql.raw(direction);
  const terms = [
    ...(open ? [selectOpen(communityId, columns, open)] : []),
    ...(closed ? REACHES_MS.map((reachMs) => selectOfReach(communityId, columns, reachMs, closed)) : []),
  ];
  return sql`${union(terms)} ORDER BY started_at ${order}, id ${order}`;
};

const selectOpen = (communityId: SQLWrapper, columns: SQL, where: SQL): SQL => sql`
  SELECT ${columns} FROM sessions INDEXED BY sessions_open
  WHERE community_id = ${communityId} AND ended_at IS NULL AND ${where}`;

const selectOfReach = (communityId: SQLWrapper, columns: SQL, reachMs: number, where: SQL): SQL => sql`
  SELECT ${columns} FROM sessions INDEXED BY sessions_by_reach
  WHERE community_id = ${communityId} AND reach_ms = ${sql.raw(String(reachMs))} AND ended_at IS NOT NULL AND ${where}`;

/** Source: the reaches from `fromMs` on, in `reach.column1`. (D1 bills no row for VALUES.) */
export const reachTable = (fromMs = 0): SQL =>
  sql`(VALUES ${sql.raw(
    REACHES_MS.filter((reachMs) => reachMs >= fromMs)
      .map((reachMs) => `(${reachMs})`)
      .join(', '),
  )}) AS reach`;

/** Query: all rows of the queries. */
const union = (queries: readonly SQL[]): SQL => {
  if (queries.length <= MAX_TERMS) return sql.join([...queries], sql` UNION ALL `);
  const size = Math.ceil(queries.length / MAX_TERMS);
  const groups = Array.from({ length: Math.ceil(queries.length / size) }, (_, index) =>
    queries.slice(index * size, (index + 1) * size),
  );
  return sql.join(
    groups.map((group) => sql`SELECT * FROM (${union(group)})`),
    sql` UNION ALL `,
  );
};
