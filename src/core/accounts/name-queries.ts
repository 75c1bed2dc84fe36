/** The SQL of what accounts are called. */
import { type SQL, sql, statement } from '../../db/statement.ts';

/** Expression: what the account with the id is called; NULL if only its id is known, as after its erasure. */
export const nameOf = (communityId: SQL, accountId: SQL): SQL => sql`
  (SELECT named.name FROM accounts AS named
   WHERE named.community_id = ${communityId} AND named.id = ${accountId})`;

/** Statement: what accounts are called; `ids` is a JSON array. */
export const selectNames = statement<
  { communityId: number; ids: string },
  { account_id: string; name: string | null }
>(
  ($) => sql`
    SELECT wanted.value AS account_id, ${nameOf(sql`${$.communityId}`, sql`wanted.value`)} AS name
    FROM json_each(${$.ids}) AS wanted`,
);
