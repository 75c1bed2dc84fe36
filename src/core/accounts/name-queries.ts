/** The SQL of what accounts are called. */
import { type Names, type SQL, sql, statement } from '../../db/statement.ts';

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

/** Query: who is called so today, as an item of `selectNamed` says it; of several two, since many may have one name. */
const bearersOfItem = ($: Names<{ communityId: number }>): SQL => sql`
  SELECT account_id FROM account_names
  WHERE item.value ->> 0 = 'username' AND community_id = ${$.communityId} AND name_key = item.value ->> 3
    AND is_former = 0 AND name = item.value ->> 1 LIMIT 2`;

/**
 * Statement: whom each of `items` names, a JSON array of `[kind, value, serverId, nameKey]`. A bare name is that of the account
 * registered by it, else of the only one who is called so today, else of whom it means on that server
 * (resolve-queries.ts). `bearers` is how many are called so, 2 for several.
 */
export const selectNamed = statement<
  { communityId: number; items: string },
  { position: number; account_id: string | null; bearers: number }
>(
  ($) => sql`
    SELECT position, bearers, coalesce(by_identifier, iif(bearers = 1, bearer, NULL), called) AS account_id
    FROM (
      SELECT item.key AS position,
        (SELECT account_id FROM account_identifiers
         WHERE community_id = ${$.communityId} AND kind = item.value ->> 0 AND value = item.value ->> 1) AS by_identifier,
        (SELECT account_id FROM account_identifiers
         WHERE item.value ->> 0 = 'username' AND community_id = ${$.communityId} AND kind = 'called'
           AND value = (item.value ->> 2) || ' ' || (item.value ->> 1)) AS called,
        (SELECT count(*) FROM (${bearersOfItem($)})) AS bearers,
        (SELECT min(account_id) FROM (${bearersOfItem($)})) AS bearer
      FROM json_each(${$.items}) AS item)`,
);
