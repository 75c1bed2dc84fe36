/** The SQL of retention: which sessions have been kept long enough. */
import { type SQL, sql } from '../../db/sql.ts';
import { selectByStart } from './start-order-queries.ts';

/** The oldest sessions of a community that ended before an instant. An open one is never too old. */
const outdated = (communityId: number, endedBefore: number, limit: number): SQL => {
  const instant = sql.integer(endedBefore);
  const query = selectByStart(communityId, {
    columns: sql`account_id, started_at, id`,
    closed: sql`started_at < ${instant} AND ended_at < ${instant}`,
    direction: 'ASC',
  });
  return sql`SELECT * FROM (${query} LIMIT ${limit})`;
};

/** Statements: remove up to `limit` sessions with their corrections; the last returns a row for each session. */
export const deleteOutdatedSessions = (
  communityId: number,
  endedBefore: number,
  limit: number,
): [SQL, SQL] => [
  sql`
    DELETE FROM session_revisions WHERE community_id = ${communityId} AND session_id IN (
      SELECT id FROM (${outdated(communityId, endedBefore, limit)}))`,
  sql`
    DELETE FROM sessions WHERE community_id = ${communityId} AND (account_id, started_at, id) IN (
      ${outdated(communityId, endedBefore, limit)})
    RETURNING 1`,
];

/** Query: the start of the community's oldest closed session. One that is open is not outdated for a while. */
export const selectOldestSession = (communityId: number): SQL => sql`
  SELECT * FROM (${selectByStart(communityId, {
    columns: sql`started_at, id`,
    closed: sql`1`,
    direction: 'ASC',
  })} LIMIT 1)`;
