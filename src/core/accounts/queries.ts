import { tableOf } from '../../db/client.ts';
import { type SQL, sql } from '../../db/sql.ts';
import type { NewId } from '../../lib/ids.ts';
import {
  type AccountRef,
  displayNameOf,
  IDENTIFIER_KINDS,
  type Identifier,
  identifierKey,
} from './identifiers.ts';

/** Expression: the id of the account that an identifier names; NULL if there is none. */
export const accountIdOf = (communityId: number, { kind, value }: Identifier): SQL => sql`
  (SELECT account_id FROM account_identifiers
   WHERE community_id = ${communityId} AND kind = ${kind} AND value = ${value})`;

/**
 * Expression: the account id that sessions of this account are under: the id itself, also of one that was erased, or that
 * of the account it was merged into.
 */
export const sessionsAccountIdOf = (communityId: number, accountId: string): SQL =>
  sql`coalesce(${accountIdOf(communityId, { kind: 'accId', value: accountId })}, ${accountId})`;

/** Statement: one row with the account's id, or none. */
export const selectAccountId = (communityId: number, { kind, value }: Identifier): SQL => sql`
  SELECT account_id FROM account_identifiers
  WHERE community_id = ${communityId} AND kind = ${kind} AND value = ${value}`;

/**
 * Statements: create the accounts whose first identifier names none. Further identifiers are noted on creation only,
 * and only where nobody else has them: a call never takes a name away from another account.
 * They return nothing: a RETURNING that finds nothing is still billed two rows read.
 *
 * @param accounts at most one for each first identifier
 * @param newId makes the id of an account whose call brings none
 * @param condition where it does not hold, nothing is created
 */
export const ensureAccounts = (
  communityId: number,
  accounts: readonly AccountRef[],
  now: number,
  newId: NewId,
  condition: SQL = sql`true`,
): SQL[] => {
  // Who is named by what another one brings along may be that one: they wait until it is noted. (Since identifiers come
  // in the order of their kinds, somebody waits for nobody.)
  const brought = new Set(accounts.flatMap(([, ...others]) => others.map(identifierKey)));
  const waiting = accounts.filter(([first]) => brought.has(identifierKey(first)));
  if (waiting.length > 0) {
    const others = accounts.filter(([first]) => !brought.has(identifierKey(first)));
    return [others, waiting].flatMap((some) => ensureAccounts(communityId, some, now, newId, condition));
  }
  const named = accounts.map((ref) => ({
    ref,
    id: ref[0].kind === 'accId' ? ref[0].value : newId(now),
  }));
  const firsts = named.map(({ ref, id }) => [ref[0].kind, ref[0].value, id, displayNameOf(ref) ?? null]);
  const notes = named.flatMap(({ ref: [first, ...others], id }) => {
    const noted = first.kind === 'accId' ? others : [{ kind: 'accId', value: id }, ...others];
    return noted.map(({ kind, value }) => [kind, value, id]);
  });
  const items = tableOf(firsts);
  return [
    sql`
      INSERT INTO accounts (community_id, id, created_at, joined_as)
      SELECT ${communityId}, item ->> 2, ${now}, item ->> 3 FROM ${items}
      WHERE ${condition} AND ${isUnnamed(communityId)}
      ON CONFLICT DO NOTHING`,
    sql`
      INSERT INTO account_identifiers (community_id, kind, value, account_id)
      SELECT ${communityId}, item ->> 0, item ->> 1, item ->> 2 FROM ${items}
      WHERE ${condition}
      ON CONFLICT DO NOTHING`,
    ...(notes.length === 0
      ? []
      : [
          sql`
            INSERT INTO account_identifiers (community_id, kind, value, account_id)
            SELECT ${communityId}, item ->> 0, item ->> 1, created.id
            FROM ${tableOf(notes)} CROSS JOIN accounts AS created
              ON created.community_id = ${communityId} AND created.id = item ->> 2 AND created.created_at = ${now}
            ON CONFLICT DO NOTHING`,
        ]),
  ];
};

/** As many identifiers of each kind as an account shows; the list of its identifiers pages through all. */
const SHOWN_IDENTIFIERS = 100;

/** Queries: the identifiers of `a` that it shows, by kind and value. */
const shownIdentifiers = IDENTIFIER_KINDS.map(
  (kind) => `
    SELECT * FROM (SELECT i.kind, i.value FROM account_identifiers AS i INDEXED BY account_identifiers_by_account
    WHERE i.community_id = a.community_id AND i.account_id = a.id AND i.kind = '${kind}'
    ORDER BY i.value LIMIT ${SHOWN_IDENTIFIERS})`,
).join(' UNION ALL ');

/** The columns of an account `a`. */
const ACCOUNT_COLUMNS = sql.raw(`
  a.id, a.created_at,
  (SELECT max(s.started_at) FROM sessions AS s NOT INDEXED
   WHERE s.community_id = a.community_id AND s.account_id = a.id) AS last_started_at,
  (SELECT json_group_array(json_object('kind', kind, 'value', value)) FROM (${shownIdentifiers})) AS identifiers`);

/** Statement: the account that an identifier names. */
export const selectAccount = (communityId: number, identifier: Identifier): SQL => sql`
  SELECT ${ACCOUNT_COLUMNS} FROM accounts AS a
  WHERE a.community_id = ${communityId} AND a.id = ${accountIdOf(communityId, identifier)}`;

/** Statement: accounts by id, without the first `skip`. */
export const selectAccountsAt = (communityId: number, skip: number, limit: number): SQL => sql`
  SELECT ${ACCOUNT_COLUMNS} FROM accounts AS a
  WHERE a.community_id = ${communityId} ORDER BY a.id LIMIT ${limit} OFFSET ${skip}`;

/** Statement: accounts by id, behind `afterId`. */
export const selectAccountsAfter = (communityId: number, afterId: string, limit: number): SQL => sql`
  SELECT ${ACCOUNT_COLUMNS} FROM accounts AS a
  WHERE a.community_id = ${communityId} AND a.id > ${afterId} ORDER BY a.id LIMIT ${limit}`;

/** Statement: how many accounts there are. */
export const countAccounts = (communityId: number): SQL =>
  sql`SELECT count(*) AS total FROM accounts WHERE community_id = ${communityId}`;

/** Expression: the account's id, by itself or by that of an account that was merged into it. */
const resolved = (communityId: number, accountId: string): SQL =>
  accountIdOf(communityId, { kind: 'accId', value: accountId });

/** Statement: an account's identifiers by kind and value, behind `after`. */
export const selectIdentifiers = (
  communityId: number,
  accountId: string,
  after: Identifier | undefined,
  limit: number,
): SQL => sql`
  SELECT kind, value FROM account_identifiers INDEXED BY account_identifiers_by_account
  WHERE community_id = ${communityId} AND account_id = ${resolved(communityId, accountId)}
    ${after ? sql`AND (kind, value) > (${after.kind}, ${after.value})` : sql``}
  ORDER BY kind, value LIMIT ${limit}`;

/** Statement: those of the identifiers that another account has. */
export const selectTakenIdentifiers = (
  communityId: number,
  accountId: string,
  identifiers: readonly Identifier[],
): SQL => sql`
  SELECT i.kind, i.value, i.account_id
  FROM json_each(${JSON.stringify(identifiers)}) AS wanted CROSS JOIN account_identifiers AS i
  WHERE i.community_id = ${communityId}
    AND i.kind = wanted.value ->> 'kind' AND i.value = wanted.value ->> 'value'
    AND i.account_id <> ${resolved(communityId, accountId)}`;

/** Statement: gives the account the identifiers, if it exists and none of them is another's. */
export const insertIdentifiers = (
  communityId: number,
  accountId: string,
  identifiers: readonly Identifier[],
): SQL => sql`
  INSERT INTO account_identifiers (community_id, kind, value, account_id)
  SELECT own.community_id, wanted.value ->> 'kind', wanted.value ->> 'value', own.account_id
  FROM account_identifiers AS own CROSS JOIN json_each(${JSON.stringify(identifiers)}) AS wanted
  WHERE own.community_id = ${communityId} AND own.kind = 'accId' AND own.value = ${accountId}
    AND NOT EXISTS (${selectTakenIdentifiers(communityId, accountId, identifiers)})
  ON CONFLICT DO NOTHING`;

/** Statement: an account's names, all of them. */
export const deleteIdentifiers = (communityId: number, accountId: string): SQL => sql`
  DELETE FROM account_identifiers WHERE community_id = ${communityId} AND account_id = ${accountId}`;

/** Statement. */
export const deleteAccount = (communityId: number, accountId: string): SQL =>
  sql`DELETE FROM accounts WHERE community_id = ${communityId} AND id = ${accountId}`;

/** Statement: the names of one account become those of another. */
export const moveIdentifiers = (communityId: number, fromId: string, toId: string): SQL => sql`
  UPDATE account_identifiers INDEXED BY account_identifiers_by_account SET account_id = ${toId}
  WHERE community_id = ${communityId} AND account_id = ${fromId}`;

/** Statement: what these accounts are called, their own ids apart. */
export const selectIdentifiersOf = (communityId: number, accountIds: readonly string[]): SQL => sql`
  SELECT i.account_id, i.kind, i.value
  FROM json_each(${JSON.stringify(accountIds)}) AS wanted
    CROSS JOIN account_identifiers AS i INDEXED BY account_identifiers_by_account
  WHERE i.community_id = ${communityId} AND i.account_id = wanted.value AND i.kind <> 'accId'`;

/**
 * Condition on an item `[kind, value, ...]`: it names no account. Within CASE, SQLite asks the index of the primary key
 * itself, at no row read; NOT IN would search the whole of it for NULLs.
 */
export const isUnnamed = (communityId: number): SQL => sql`
  CASE WHEN (${communityId}, item ->> 0, item ->> 1) IN (SELECT community_id, kind, value FROM account_identifiers)
  THEN 0 ELSE 1 END`;

/** Join: the identifier `i` of an item `[kind, value, ...]`. */
export const joinIdentifier = (communityId: number): SQL => sql`
  CROSS JOIN account_identifiers AS i
    ON i.community_id = ${communityId} AND i.kind = item ->> 0 AND i.value = item ->> 1`;
