/** The SQL of what accounts are called. */
import { type SQL, sql, statement } from '../../db/statement.ts';

/** Expression: what the account with the id is called; NULL if only its id is known, as after its erasure. */
export const nameOf = (communityId: SQL, accountId: SQL): SQL => sql`
  (SELECT value FROM account_identifiers AS named INDEXED BY account_identifiers_by_account
   WHERE named.community_id = ${communityId} AND named.account_id = ${accountId} AND named.kind <> 'accId'
   ORDER BY CASE named.kind WHEN 'username' THEN 1 WHEN 'apiId' THEN 2 WHEN 'discord' THEN 3 ELSE 4 END LIMIT 1)`;

/** Statement: what accounts are called; `ids` is a JSON array. */
export const selectNames = statement<
  { communityId: number; ids: string },
  { account_id: string; name: string | null }
>(
  ($) => sql`
    SELECT wanted.value AS account_id, ${nameOf(sql`${$.communityId}`, sql`wanted.value`)} AS name
    FROM json_each(${$.ids}) AS wanted`,
);
