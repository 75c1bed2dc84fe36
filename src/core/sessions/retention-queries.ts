/** The SQL of retention: which sessions have been kept long enough. */
import { type SQL, sql } from '../../db/sql.ts';
import { selectByStart } from './start-order-queries.ts';

const DAY_MS = 86_400_000;

/** Query: the communities that keep sessions for some days only, behind `afterId`: their ids, and what is too old. */
export const selectRetention = (now: number, afterId: number, limit: number): SQL => sql`
  SELECT id, ${now} - session_retention_days * ${DAY_MS} AS ended_before FROM communities
  WHERE session_retention_days IS NOT NULL AND deleted_at IS NULL AND id > ${afterId}
  ORDER BY id LIMIT ${limit}`;

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
export const deleteOutdatedSessions = (communityId: number, endedBefore: number, limit: number): SQL[] => [
  sql`
    DELETE FROM session_revisions WHERE community_id = ${communityId} AND session_id IN (
      SELECT id FROM (${outdated(communityId, endedBefore, limit)}))`,
  sql`
    DELETE FROM sessions WHERE community_id = ${communityId} AND (account_id, started_at, id) IN (
      ${outdated(communityId, endedBefore, limit)})
    RETURNING 1`,
];
