/** The SQL of accounts: read, found, merged, erased. Who a call means is in resolve-queries.ts. */

import type { Json } from '../../db/json.ts';
import {
  type Names,
  type SQL,
  type SQLWrapper,
  sql,
  statement,
  statementByShape,
} from '../../db/statement.ts';
import type { DatedIdentifier } from './account.ts';

/**
 * Expression: the account id that sessions of this account are under: the id itself, also of one that was erased, or that
 * of the account it was merged into.
 */
export const sessionsAccountIdOf = ($: Names<{ communityId: number; accountId: string }>): SQL =>
  sql`coalesce(${resolved($.communityId, $.accountId)}, ${$.accountId})`;

/** Expression: what the account of the row `s` of sessions is called today; NULL while only its id is known. */
export const nameOfSession = sql`
  (SELECT called.name FROM accounts AS called WHERE called.community_id = s.community_id AND called.id = s.account_id)`;

/** Expression: the id of the account, by itself or by that of an account that was merged into it. */
const resolved = (communityId: SQLWrapper, accountId: SQLWrapper): SQL => sql`
  (SELECT account_id FROM account_identifiers
   WHERE community_id = ${communityId} AND kind = 'accId' AND value = ${accountId})`;

/** Expression: how many identifiers the account (an expression) has; of those beyond `max` none is read. */
const countIdentifiers = (communityId: SQLWrapper, accountId: SQL, max: SQLWrapper): SQL => sql`
  (SELECT count(*) FROM (SELECT 1 FROM account_identifiers AS had INDEXED BY account_identifiers_by_account
   WHERE had.community_id = ${communityId} AND had.account_id = ${accountId} AND had.kind <> 'called' LIMIT ${max}))`;

/** One row with the account's id, or none. */
export const selectAccountId = statement<
  { communityId: number; kind: string; value: string },
  { account_id: string }
>(
  ($) => sql`
    SELECT account_id FROM account_identifiers
    WHERE community_id = ${$.communityId} AND kind = ${$.kind} AND value = ${$.value}`,
);

/** As many identifiers and conflicts as an account shows; the list of its identifiers pages through all. */
const SHOWN = 500;

/** What is remembered of an account's names, the latest first. */
export type NamesJson = Json<readonly (readonly [key: string, name: string, since: number])[]>;

/** An account as it is read. */
export interface AccountRow {
  readonly id: string;
  readonly created_at: number;
  readonly name: string | null;
  readonly names: NamesJson;
  readonly last_started_at: number | null;
  readonly identifiers: Json<readonly DatedIdentifier[]>;
}

/** The columns of an account `a`. */
const ACCOUNT_COLUMNS = sql.raw(`
  a.id, a.created_at, a.name, a.names,
  (SELECT max(s.started_at) FROM sessions AS s NOT INDEXED
   WHERE s.community_id = a.community_id AND s.account_id = a.id) AS last_started_at,
  (SELECT json_group_array(json_object('kind', kind, 'value', value, 'createdAt', created_at)) FROM (
    SELECT i.kind, i.value, i.created_at FROM account_identifiers AS i INDEXED BY account_identifiers_by_account
    WHERE i.community_id = a.community_id AND i.account_id = a.id AND i.kind <> 'called'
    ORDER BY i.kind, i.value LIMIT ${SHOWN})) AS identifiers`);

/** The account that an identifier names. */
export const selectAccount = statement<{ communityId: number; kind: string; value: string }, AccountRow>(
  ($) => sql`
    SELECT ${ACCOUNT_COLUMNS} FROM accounts AS a
    WHERE a.community_id = ${$.communityId} AND a.id = (
      SELECT account_id FROM account_identifiers
      WHERE community_id = ${$.communityId} AND kind = ${$.kind} AND value = ${$.value})`,
);

/** What came beside an account's identifiers and is somebody else's still. */
export const selectConflictsOf = statement<
  { communityId: number; kind: string; value: string },
  { kind: string; value: string; owner_id: string; seen_at: number }
>(
  ($) => sql`
    SELECT c.kind, c.value, i.account_id AS owner_id, c.seen_at
    FROM identifier_conflicts AS c CROSS JOIN account_identifiers AS i
      ON i.community_id = c.community_id AND i.kind = c.kind AND i.value = c.value AND i.account_id <> c.account_id
    WHERE c.community_id = ${$.communityId} AND c.account_id = (
      SELECT account_id FROM account_identifiers
      WHERE community_id = ${$.communityId} AND kind = ${$.kind} AND value = ${$.value})
    LIMIT ${sql.raw(String(SHOWN))}`,
);

/** So many bearers of a name, or of names that begin with it, are looked at. */
const MAX_FOUND = 200;

/**
 * Accounts by a name, without regard to case: those of today first. By the whole name, or by its beginning. `to` is the
 * text behind all that begin with `key`. At most 100.
 */
export const selectAccountsByName = statementByShape<
  'whole' | 'beginning',
  { communityId: number; key: string; to: string },
  AccountRow
>(
  (shape, $) => sql`
    SELECT ${ACCOUNT_COLUMNS} FROM (
      SELECT account_id, min(is_former) AS is_former, min(name_key) AS name_key FROM (
        SELECT account_id, is_former, name_key FROM account_names
        WHERE community_id = ${$.communityId} AND ${
          shape === 'whole'
            ? sql`name_key = ${$.key} AND ${$.to} <> ''`
            : sql`name_key >= ${$.key} AND name_key < ${$.to}`
        } LIMIT ${sql.raw(String(MAX_FOUND))})
      GROUP BY account_id ORDER BY is_former, name_key, account_id LIMIT 100
    ) AS found CROSS JOIN accounts AS a
      ON a.community_id = ${$.communityId} AND a.id = found.account_id
    ORDER BY found.is_former, found.name_key, a.id`,
  WITH_DOCS && ['whole', 'beginning'],
);

/** Accounts by id, without the first `skip`. */
export const selectAccountsAt = statement<{ communityId: number; skip: number; limit: number }, AccountRow>(
  ($) => sql`
    SELECT ${ACCOUNT_COLUMNS} FROM accounts AS a
    WHERE a.community_id = ${$.communityId} ORDER BY a.id LIMIT ${$.limit} OFFSET ${$.skip}`,
);

/** Accounts by id, behind `afterId`. */
export const selectAccountsAfter = statement<
  { communityId: number; afterId: string; limit: number },
  AccountRow
>(
  ($) => sql`
    SELECT ${ACCOUNT_COLUMNS} FROM accounts AS a
    WHERE a.community_id = ${$.communityId} AND a.id > ${$.afterId} ORDER BY a.id LIMIT ${$.limit}`,
);

/** How many accounts there are. */
export const countAccounts = statement<{ communityId: number }, { total: number }>(
  ($) => sql`SELECT count(*) AS total FROM accounts WHERE community_id = ${$.communityId}`,
);

/** An account's identifiers by kind and value, behind a pair. */
export const selectIdentifiers = statement<
  { communityId: number; accountId: string; afterKind: string; afterValue: string; limit: number },
  { kind: string; value: string; created_at: number }
>(
  ($) => sql`
    SELECT kind, value, created_at FROM account_identifiers INDEXED BY account_identifiers_by_account
    WHERE community_id = ${$.communityId} AND account_id = ${resolved($.communityId, $.accountId)}
      AND (kind, value) > (${$.afterKind}, ${$.afterValue}) AND kind <> 'called'
    ORDER BY kind, value LIMIT ${$.limit}`,
);

/** Gives the account those of the identifiers (JSON: a list of `{kind, value}`) that are free, until it has `max`. */
export const insertIdentifiers = statement<{
  communityId: number;
  accountId: string;
  identifiers: string;
  max: number;
  now: number;
}>(
  ($) => sql`
    INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
    SELECT ${$.communityId}, kind, value, account_id, ${$.now} FROM (
      SELECT wanted.value ->> 'kind' AS kind, wanted.value ->> 'value' AS value, own.account_id,
        row_number() OVER (ORDER BY wanted.key) AS place
      FROM account_identifiers AS own CROSS JOIN json_each(${$.identifiers}) AS wanted
      WHERE own.community_id = ${$.communityId} AND own.kind = 'accId' AND own.value = ${$.accountId}
        AND NOT EXISTS (SELECT 1 FROM account_identifiers AS i WHERE i.community_id = ${$.communityId}
          AND i.kind = wanted.value ->> 'kind' AND i.value = wanted.value ->> 'value')) AS free
    WHERE place <= ${$.max} - ${countIdentifiers($.communityId, sql`free.account_id`, $.max)}
    ON CONFLICT DO NOTHING`,
);

/** Notes those of the identifiers that another account has: they came beside this one's. */
export const noteIdentifierConflicts = statement<{
  communityId: number;
  accountId: string;
  identifiers: string;
  now: number;
}>(
  ($) => sql`
    INSERT INTO identifier_conflicts (community_id, account_id, kind, value, seen_at)
    SELECT own.community_id, own.account_id, i.kind, i.value, ${$.now}
    FROM account_identifiers AS own CROSS JOIN json_each(${$.identifiers}) AS wanted
      CROSS JOIN account_identifiers AS i ON i.community_id = own.community_id
        AND i.kind = wanted.value ->> 'kind' AND i.value = wanted.value ->> 'value' AND i.account_id <> own.account_id
    WHERE own.community_id = ${$.communityId} AND own.kind = 'accId' AND own.value = ${$.accountId}
    ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at`,
);

/** Whose the identifiers are. */
export const selectOwners = statement<
  { communityId: number; identifiers: string },
  { place: number; account_id: string }
>(
  ($) => sql`
    SELECT wanted.key AS place, i.account_id FROM json_each(${$.identifiers}) AS wanted
      CROSS JOIN account_identifiers AS i ON i.community_id = ${$.communityId}
        AND i.kind = wanted.value ->> 'kind' AND i.value = wanted.value ->> 'value'`,
);

/** The name that was told last, as `noteNames` of resolve-queries.ts notes it. */
export const tellName = statement<{
  communityId: number;
  accountId: string;
  key: string;
  name: string;
  now: number;
}>(
  ($) => sql`
    UPDATE accounts SET name = ${$.name}, names = (
      SELECT json_group_array(json(entry)) FROM (
        SELECT json_array(${$.key}, ${$.name}, ${$.now}) AS entry
        UNION ALL SELECT value FROM json_each(names) WHERE value ->> 1 <> ${$.name}
        LIMIT 20))
    WHERE community_id = ${$.communityId} AND id = ${resolved($.communityId, $.accountId)}
      AND names ->> '$[0][1]' IS NOT ${$.name}`,
);

/** Calls an account that has no name by the best of its identifiers. */
export const nameByIdentifier = statement<{ communityId: number; accountId: string }>(
  ($) => sql`
    UPDATE accounts SET name = (
      SELECT i.value FROM account_identifiers AS i INDEXED BY account_identifiers_by_account
      WHERE i.community_id = accounts.community_id AND i.account_id = accounts.id
        AND i.kind NOT IN ('accId', 'called')
      ORDER BY instr('apiId discord uniqueId', i.kind) = 0, instr('apiId discord uniqueId', i.kind), i.kind, i.value
      LIMIT 1)
    WHERE community_id = ${$.communityId} AND id = ${resolved($.communityId, $.accountId)} AND names = '[]'`,
);

/** The account's name of today. `names` is what is remembered of its names, this one first. */
export const setNames = statement<{
  communityId: number;
  accountId: string;
  name: string | null;
  names: string;
}>(
  ($) => sql`
    UPDATE accounts SET name = ${$.name}, names = ${$.names}
    WHERE community_id = ${$.communityId} AND id = ${$.accountId}`,
);

/** Takes an identifier from the account; of a name also whom it meant on a server. Returns what was taken. */
export const deleteIdentifier = statement<
  { communityId: number; accountId: string; kind: string; value: string },
  { kind: string }
>(
  ($) => sql`
    DELETE FROM account_identifiers
    WHERE community_id = ${$.communityId} AND account_id = ${$.accountId} AND (
      (kind = ${$.kind} AND value = ${$.value})
      OR (${$.kind} = 'username' AND kind = 'called' AND substr(value, instr(value, ' ') + 1) = ${$.value}))
    RETURNING kind`,
);

/** An account's identifiers, all of them. */
export const deleteIdentifiers = statement<{ communityId: number; accountId: string }>(
  ($) => sql`
    DELETE FROM account_identifiers WHERE community_id = ${$.communityId} AND account_id = ${$.accountId}`,
);

/** What an account came with that is somebody else's. */
export const deleteConflicts = statement<{ communityId: number; accountId: string }>(
  ($) => sql`
    DELETE FROM identifier_conflicts WHERE community_id = ${$.communityId} AND account_id = ${$.accountId}`,
);

export const deleteAccount = statement<{ communityId: number; accountId: string }>(
  ($) => sql`DELETE FROM accounts WHERE community_id = ${$.communityId} AND id = ${$.accountId}`,
);

/** The identifiers of one account become those of another. */
export const moveIdentifiers = statement<{ communityId: number; fromId: string; toId: string }>(
  ($) => sql`
    UPDATE account_identifiers INDEXED BY account_identifiers_by_account SET account_id = ${$.toId}
    WHERE community_id = ${$.communityId} AND account_id = ${$.fromId}`,
);

/**
 * One account is called by the names of two, the one told last first (at most 20), those of one instant by the alphabet.
 * Without a name, it is called by what either has.
 */
export const mergeNames = statement<{ communityId: number; fromId: string; toId: string }>(
  ($) => sql`
    UPDATE accounts SET
      names = (
        SELECT json_group_array(json(entry)) FROM (
          SELECT value AS entry FROM (
            SELECT value FROM json_each(accounts.names)
            UNION ALL SELECT own.value FROM accounts AS merged CROSS JOIN json_each(merged.names) AS own
              WHERE merged.community_id = ${$.communityId} AND merged.id = ${$.fromId})
          GROUP BY value ->> 1 ORDER BY max(value ->> 2) DESC, value ->> 1 LIMIT 20)),
      name = coalesce((
        SELECT value ->> 1 FROM (
          SELECT value FROM json_each(accounts.names)
          UNION ALL SELECT own.value FROM accounts AS merged CROSS JOIN json_each(merged.names) AS own
            WHERE merged.community_id = ${$.communityId} AND merged.id = ${$.fromId})
        ORDER BY value ->> 2 DESC, value ->> 1 LIMIT 1), name, (
        SELECT merged.name FROM accounts AS merged
        WHERE merged.community_id = ${$.communityId} AND merged.id = ${$.fromId}))
    WHERE community_id = ${$.communityId} AND id = ${$.toId}`,
);
