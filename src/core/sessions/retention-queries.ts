/** The SQL of retention: which sessions have been kept long enough. */
import { type Names, type SQL, type Statement, sql, statement } from '../../db/statement.ts';
import { selectByStart } from './start-order-queries.ts';

interface Outdated {
  readonly communityId: number;
  /** Epoch milliseconds. */
  readonly endedBefore: number;
  readonly limit: number;
}

/** The oldest sessions of a community that ended before an instant. An open one is never too old. */
const outdated = ($: Names<Outdated>): SQL => {
  const query = selectByStart($.communityId, {
    columns: sql`account_id, started_at, id`,
    closed: sql`started_at < ${$.endedBefore} AND ended_at < ${$.endedBefore}`,
    direction: 'ASC',
  });
  return sql`SELECT * FROM (${query} LIMIT ${$.limit})`;
};

const deleteRevisions = statement<Outdated>(
  ($) => sql`
    DELETE FROM session_revisions WHERE community_id = ${$.communityId} AND session_id IN (
      SELECT id FROM (${outdated($)}))`,
);

const deleteSessions = statement<Outdated, { 1: 1 }>(
  ($) => sql`
    DELETE FROM sessions WHERE community_id = ${$.communityId} AND (account_id, started_at, id) IN (
      ${outdated($)})
    RETURNING 1`,
);

/** Statements: remove up to `limit` sessions with their corrections; the last returns a row for each session. */
export const deleteOutdatedSessions = (outdated: Outdated): [Statement, Statement<{ 1: 1 }>] => [
  deleteRevisions(outdated),
  deleteSessions(outdated),
];

/** Query: the start of the community's oldest closed session. One that is open is not outdated for a while. */
export const selectOldestSession = statement<{ communityId: number }, { started_at: number; id: string }>(
  ($) => sql`
    SELECT * FROM (${selectByStart($.communityId, {
      columns: sql`started_at, id`,
      closed: sql`1`,
      direction: 'ASC',
    })} LIMIT 1)`,
);
