/**
 * The SQL of who is meant (docs/contracts.md, "Who is meant"). Everything else of a call asks for the account by its
 * first identifier alone (`accountIdOf`): what `resolveAccounts` does before makes that right. In a batch it comes first.
 */
import { tableOf } from '../../db/client.ts';
import { type SQL, sql } from '../../db/sql.ts';
import type { NewId } from '../../lib/ids.ts';
import { type AccountRef, displayNameOf, type Identifier, identifierKey, nameKey } from './identifiers.ts';

/** A kind that no call can have: `<serverId> <name>` is whom a bare name means on that server. */
const CALLED = 'called';

/**
 * Condition on an item `[kind, value, ...]`: it names no account. Within CASE, SQLite asks the index of the primary key
 * itself, at no row read; NOT IN would search the whole of it for NULLs.
 */
export const isUnnamed = (communityId: number): SQL => sql`
  CASE WHEN (${communityId}, item ->> 0, item ->> 1) IN (SELECT community_id, kind, value FROM account_identifiers)
  THEN 0 ELSE 1 END`;

/** Condition on an item `[kind, value, ...]`: a bare name by which nobody was registered. */
const isUnclaimed = (communityId: number): SQL => sql`
  item ->> 0 = 'username' AND ${isUnnamed(communityId)}`;

/** Expressions: the kind and the value that stand for an item `[kind, value, ...]` of a call to this server. */
const kindOfItem = (communityId: number): SQL => sql`
  CASE WHEN ${isUnclaimed(communityId)} THEN ${CALLED} ELSE item ->> 0 END`;
const valueOfItem = (communityId: number, serverId: number): SQL => sql`
  CASE WHEN ${isUnclaimed(communityId)} THEN ${`${serverId} `} || (item ->> 1) ELSE item ->> 1 END`;

/** Expression: the id of the account that an item `[kind, value, ...]` of a call to this server names, or NULL. */
const accountIdOfItem = (communityId: number, serverId: number): SQL => sql`
  (SELECT account_id FROM account_identifiers WHERE community_id = ${communityId}
    AND kind = ${kindOfItem(communityId)} AND value = ${valueOfItem(communityId, serverId)})`;

/** Join: the identifier `i` of an item `[kind, value, ...]` of a call to this server. */
export const joinIdentifier = (communityId: number, serverId: number): SQL => sql`
  CROSS JOIN account_identifiers AS i ON i.community_id = ${communityId}
    AND i.kind = ${kindOfItem(communityId)} AND i.value = ${valueOfItem(communityId, serverId)}`;

/** Expression: the id of the account that the first identifier of a call to this server names; NULL if there is none. */
export const accountIdOfCall = (communityId: number, serverId: number, { kind, value }: Identifier): SQL =>
  kind === 'username'
    ? sql`
      (SELECT coalesce(
        (SELECT account_id FROM account_identifiers
         WHERE community_id = ${communityId} AND kind = 'username' AND value = ${value}),
        (SELECT account_id FROM account_identifiers
         WHERE community_id = ${communityId} AND kind = ${CALLED} AND value = ${`${serverId} ${value}`})))`
    : sql`
      (SELECT account_id FROM account_identifiers
       WHERE community_id = ${communityId} AND kind = ${kind} AND value = ${value})`;

/** So many people of one name are looked at on a server; with more of them, a bare name means nobody. */
const MAX_BEARERS = 200;

/** Expression on an item `['username', name, key]`: the only one of that name who is on the server; NULL otherwise. */
const onlyBearer = (communityId: number, serverId: number): SQL => sql`
  (SELECT iif(count(*) = 1, min(n.account_id), NULL)
   FROM (SELECT account_id FROM account_names
     WHERE community_id = ${communityId} AND name_key = item ->> 2 AND is_former = 0 AND name = item ->> 1
     LIMIT ${sql.integer(MAX_BEARERS)}) AS n
   CROSS JOIN sessions AS s INDEXED BY sessions_open ON s.community_id = ${communityId}
     AND s.server_id = ${serverId} AND s.account_id = n.account_id AND s.ended_at IS NULL)`;

/** Expression: the account that was registered by the name alone and has nothing stronger yet; NULL if there is none. */
const namedOnly = (communityId: number, name: SQL): SQL => sql`
  (SELECT named.account_id FROM account_identifiers AS named
   WHERE named.community_id = ${communityId} AND named.kind = 'username' AND named.value = ${name}
     AND NOT EXISTS (
       SELECT 1 FROM account_identifiers AS other INDEXED BY account_identifiers_by_account
       WHERE other.community_id = ${communityId} AND other.account_id = named.account_id
         AND other.kind NOT IN ('accId', 'username', ${CALLED})))`;

/** The parts of a call that say who is meant. */
interface Meant {
  readonly ref: AccountRef;
  /** Without the name. */
  readonly strong: readonly Identifier[];
  readonly name: string | undefined;
  /** The id of the account, if one is created. */
  readonly id: string;
}

export interface Resolution {
  readonly communityId: number;
  readonly serverId: number;
  /** At most one for each first identifier. */
  readonly accounts: readonly AccountRef[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** Makes the id of an account whose call brings none. */
  readonly newId: NewId;
  /** Whether somebody unknown is created. */
  readonly mayCreate: boolean;
  /** Where it does not hold, nothing is changed. */
  readonly condition?: SQL;
}

/**
 * Statements: who is meant by each of `accounts`. The first identifier that is known decides; what is free beside it is
 * added; where none is known, a new account takes them all; the name is noted. Nothing is taken from another account.
 * They return nothing: a RETURNING that finds nothing is still billed two rows read.
 */
export const resolveAccounts = (resolution: Resolution): SQL[] => {
  const meant = resolution.accounts.map((ref): Meant => {
    const strong = ref.filter(({ kind }) => kind !== 'username');
    return {
      ref,
      strong,
      name: ref.find(({ kind }) => kind === 'username')?.value,
      id: strong[0]?.kind === 'accId' ? strong[0].value : resolution.newId(resolution.now),
    };
  });
  return rounds(meant).flatMap((round) => resolveRound(resolution, round));
};

/** Rounds are few: those beyond are taken together. Only a call made for it has more. */
const MAX_ROUNDS = 4;

/**
 * Who brings an identifier that another one brought earlier may be that one, and waits for the next round. Within a
 * round nobody shares one.
 */
const rounds = (meant: readonly Meant[]): Meant[][] => {
  const all: Meant[][] = [];
  const firstRounds = new Map<string, number>();
  for (const one of meant) {
    const keys = one.strong.map(identifierKey);
    const waitsFor = keys.flatMap((key) => firstRounds.get(key) ?? []);
    const round = Math.min(Math.max(-1, ...waitsFor) + 1, MAX_ROUNDS - 1);
    for (const key of keys) if (!firstRounds.has(key)) firstRounds.set(key, round);
    const group = all[round] ?? [];
    all[round] = group;
    group.push(one);
  }
  return all.filter((group) => group !== undefined);
};

const pair = ({ kind, value }: Identifier) => [kind, value];

const resolveRound = (resolution: Resolution, round: readonly Meant[]): SQL[] => {
  const { mayCreate } = resolution;
  const bare = round.filter(({ strong }) => strong.length === 0);
  const rich = round.filter(({ ref, strong }) => strong.length > 0 && ref.length > 1);
  return [
    ...(rich.length > 0 ? [attachIdentifiers(resolution, rich)] : []),
    ...(mayCreate ? createAccounts(resolution, round) : []),
    ...(bare.length > 0 ? noteCalled(resolution, bare) : []),
    ...noteNames(resolution, round),
    ...(rich.some(({ strong }) => strong.length > 1) ? [noteConflicts(resolution, rich)] : []),
  ];
};

/**
 * Statement: gives the free identifiers to the account of the first that is known; else to the one that was registered by
 * the name alone. Where all are known, it reads nothing.
 */
const attachIdentifiers = (
  { communityId, now, condition = sql`true` }: Resolution,
  meant: readonly Meant[],
): SQL => {
  const claimed = new Set<string>();
  const items = meant.flatMap(({ strong, name }) => {
    const [first] = strong;
    const decides = first?.kind === 'accId' ? [first] : strong;
    // Of two that come with one name, the first is the person who had it alone.
    const solo = name === undefined || claimed.has(name) || first?.kind === 'accId' ? null : name;
    if (solo !== null) claimed.add(solo);
    return strong.map((identifier) => [...pair(identifier), decides.map(pair), solo]);
  });
  // The loop over json_each runs in the order of the list, so that LIMIT 1 finds the first that is known.
  return sql`
    INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
    SELECT ${communityId}, kind, value, owner, ${now} FROM (
      SELECT item ->> 0 AS kind, item ->> 1 AS value, coalesce(
        (SELECT i.account_id FROM json_each(item -> 2) AS wanted CROSS JOIN account_identifiers AS i
         ON i.community_id = ${communityId} AND i.kind = wanted.value ->> 0 AND i.value = wanted.value ->> 1 LIMIT 1),
        ${namedOnly(communityId, sql`item ->> 3`)}) AS owner
      FROM ${tableOf(items)} WHERE ${condition} AND ${isUnnamed(communityId)} LIMIT -1)
    WHERE owner IS NOT NULL
    ON CONFLICT DO NOTHING`;
};

/** Statements: create the accounts whose first identifier names none; a bare name can also mean somebody who is on. */
const createAccounts = (
  { communityId, serverId, now, condition = sql`true` }: Resolution,
  meant: readonly Meant[],
): SQL[] => {
  const accounts = meant.map(({ ref, name, id }) => [
    ...pair(ref[0]),
    name === undefined ? null : nameKey(name),
    id,
    displayNameOf(ref) ?? null,
    name === undefined ? [] : [[nameKey(name), name, now]],
  ]);
  const identifiers = meant.flatMap(({ ref, strong, id }) => {
    const own = strong[0]?.kind === 'accId' ? [] : [['accId', id]];
    return [...own, ...(strong.length > 0 ? strong : ref).map(pair)].map((item) => [...item, id]);
  });
  const hasBare = meant.some(({ strong }) => strong.length === 0);
  return [
    sql`
      INSERT INTO accounts (community_id, id, created_at, joined_as, name, names)
      SELECT ${communityId}, item ->> 3, ${now}, item ->> 4, item ->> 4, item -> 5 FROM ${tableOf(accounts)}
      WHERE ${condition} AND ${isUnnamed(communityId)}
        ${hasBare ? sql`AND NOT (item ->> 0 = 'username' AND ${onlyBearer(communityId, serverId)} IS NOT NULL)` : sql``}
      ON CONFLICT DO NOTHING`,
    // Of an account that was there before, everything that is free was given to it already.
    sql`
      INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
      SELECT ${communityId}, item ->> 0, item ->> 1, item ->> 2, ${now} FROM ${tableOf(identifiers)}
      WHERE ${isUnnamed(communityId)}
        AND CASE WHEN (${communityId}, item ->> 2) IN (SELECT community_id, id FROM accounts) THEN 1 ELSE 0 END
      ON CONFLICT DO NOTHING`,
  ];
};

/**
 * Statements: note whom a name alone means on the server, where nobody was registered by it alone, before the call
 * changes who is on. While that stays the same they write nothing.
 */
const noteCalled = (
  { communityId, serverId, now, condition = sql`true` }: Resolution,
  meant: readonly Meant[],
): SQL[] => {
  const items = tableOf(meant.map(({ name = '' }) => ['username', name, nameKey(name)]));
  const prefix = `${serverId} `;
  return [
    sql`
      INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
      SELECT ${communityId}, ${CALLED}, ${prefix} || name, bearer, ${now} FROM (
        SELECT item ->> 1 AS name, ${onlyBearer(communityId, serverId)} AS bearer FROM ${items}
        WHERE ${condition} AND ${isUnnamed(communityId)} LIMIT -1)
      WHERE bearer IS NOT NULL
      ON CONFLICT DO UPDATE SET account_id = excluded.account_id WHERE account_id <> excluded.account_id`,
    sql`
      DELETE FROM account_identifiers WHERE (community_id, kind, value) IN (
        SELECT ${communityId}, ${CALLED}, ${prefix} || (item ->> 1) FROM ${items}
        WHERE ${condition} AND ${isUnnamed(communityId)} AND ${onlyBearer(communityId, serverId)} IS NULL)`,
  ];
};

/** So many names of an account are remembered. */
const MAX_NAMES = 20;

/**
 * Statement: the names that came are those of today. A name that is the account's already costs the look-up of the
 * account; a bare one costs nothing, unless somebody has it as a former name.
 */
const noteNames = (
  { communityId, serverId, now, condition = sql`true` }: Resolution,
  meant: readonly Meant[],
): SQL[] => {
  const items = meant.flatMap(({ ref, name, strong }) =>
    name === undefined ? [] : [[...pair(ref[0]), nameKey(name), name, strong.length === 0 ? 1 : 0]],
  );
  if (items.length === 0) return [];
  return [
    sql`
    UPDATE accounts SET name = told_name, names = (
      SELECT json_group_array(json(entry)) FROM (
        SELECT json_array(told_key, told_name, ${now}) AS entry
        UNION ALL SELECT value FROM json_each(names) WHERE value ->> 1 <> told_name
        LIMIT ${sql.integer(MAX_NAMES)}))
    FROM (
      SELECT ${accountIdOfItem(communityId, serverId)} AS told_id, item ->> 2 AS told_key, item ->> 3 AS told_name
      FROM ${tableOf(items)}
      WHERE ${condition} AND (NOT item ->> 4 OR EXISTS (
        SELECT 1 FROM account_names
        WHERE community_id = ${communityId} AND name_key = item ->> 2 AND is_former = 1)) LIMIT -1)
    WHERE community_id = ${communityId} AND id = told_id AND CASE WHEN (${communityId}, told_key, 0, told_id, told_name) IN (
      SELECT community_id, name_key, is_former, account_id, name FROM account_names) THEN 0 ELSE 1 END`,
  ];
};

/** Statement: notes what came beside the deciding identifier and belongs to somebody else. */
const noteConflicts = (
  { communityId, serverId, now, condition = sql`true` }: Resolution,
  meant: readonly Meant[],
): SQL => sql`
  INSERT INTO identifier_conflicts (community_id, account_id, kind, value, seen_at)
  SELECT ${communityId}, account_id, kind, value, ${now}
  FROM (${withOwn(communityId, serverId, meant)})
  WHERE ${condition} AND account_id IS NOT NULL AND ${isNotOwn(communityId)}
  ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at`;

/** Query: what came beside each first identifier, with the account that the first one names. */
const withOwn = (communityId: number, serverId: number, meant: readonly Pick<Meant, 'ref' | 'strong'>[]): SQL => sql`
  SELECT item ->> 2 AS kind, item ->> 3 AS value, item ->> 4 AS place,
    ${accountIdOfItem(communityId, serverId)} AS account_id
  FROM ${tableOf(
    meant.flatMap(({ ref, strong }, place) =>
      strong.slice(1).map((identifier) => [...pair(ref[0]), ...pair(identifier), place]),
    ),
  )} LIMIT -1`;

/** Condition on `account_id`, `kind` and `value`: the account does not have the identifier. It reads no row. */
const isNotOwn = (communityId: number): SQL => sql`
  CASE WHEN (${communityId}, account_id, kind, value) IN (
    SELECT community_id, account_id, kind, value FROM account_identifiers INDEXED BY account_identifiers_by_account)
  THEN 0 ELSE 1 END`;

/** An identifier that came in the entry `place` and belongs to another account than the entry names. */
export interface ConflictRow {
  readonly place: number;
  readonly kind: string;
  readonly value: string;
  readonly owner_id: string;
}

/** Query, after `resolveAccounts`: whose identifiers came beside somebody else's. Undefined where nothing came beside. */
export const selectConflicts = (
  communityId: number,
  serverId: number,
  accounts: readonly AccountRef[],
): SQL | undefined => {
  const meant = accounts.map((ref) => ({ ref, strong: ref.filter(({ kind }) => kind !== 'username') }));
  if (meant.every(({ strong }) => strong.length < 2)) return undefined;
  return sql`
    SELECT place, kind, value, owner_id FROM (
      SELECT place, kind, value, account_id, (SELECT o.account_id FROM account_identifiers AS o
        WHERE o.community_id = ${communityId} AND o.kind = found.kind AND o.value = found.value) AS owner_id
      FROM (${withOwn(communityId, serverId, meant)}) AS found
      WHERE account_id IS NOT NULL AND ${isNotOwn(communityId)} LIMIT -1)
    WHERE owner_id IS NOT NULL ORDER BY place, kind`;
};
