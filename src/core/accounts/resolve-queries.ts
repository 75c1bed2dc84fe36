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

/** Join: the identifier `i` of an item `[kind, value, ...]` of a call to this server; LEFT keeps the items without one. */
export const joinIdentifier = (
  communityId: number,
  serverId: number,
  how: 'CROSS' | 'LEFT' = 'CROSS',
): SQL => sql`
  ${sql.raw(how)} JOIN account_identifiers AS i ON i.community_id = ${communityId}
    AND i.kind = ${kindOfItem(communityId)} AND i.value = ${valueOfItem(communityId, serverId)}`;

/** Expression: the id of the account that the first identifier of a call to this server names; NULL if there is none. */
export const accountIdOfCall = (communityId: number, serverId: number, { kind, value }: Identifier): SQL =>
  kind === 'username'
    ? // A statement may say it a dozen times, and D1 allows 100 parameters: as few as can be.
      sql`
      (SELECT coalesce(
        (SELECT account_id FROM account_identifiers
         WHERE community_id = ${sql.integer(communityId)} AND kind = 'username' AND value = ${value}),
        (SELECT account_id FROM account_identifiers
         WHERE community_id = ${sql.integer(communityId)} AND kind = 'called' AND value = ${`${serverId} ${value}`})))`
    : sql`
      (SELECT account_id FROM account_identifiers
       WHERE community_id = ${communityId} AND kind = ${kind} AND value = ${value})`;

/** So many people of one name are looked at on a server; with more of them, a bare name means nobody. */
const MAX_BEARERS = 200;

/** Expression: the only one of that name (and its key) who is on the server; NULL otherwise. */
const onlyBearer = (
  communityId: number,
  serverId: number,
  name: SQL = sql`item ->> 1`,
  key: SQL = sql`item ->> 2`,
): SQL => sql`
  (SELECT iif(count(*) = 1, min(n.account_id), NULL)
   FROM (SELECT account_id FROM account_names
     WHERE community_id = ${communityId} AND name_key = ${key} AND is_former = 0 AND name = ${name}
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
  /** Whether somebody unknown is created; `of-new-name`: by a name alone only where nobody has it. */
  readonly mayCreate: boolean | 'of-new-name';
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
 * round nobody shares one. Names alone come first: who brings more beside such a name may be the same person.
 */
const rounds = (meant: readonly Meant[]): Meant[][] => {
  const all: Meant[][] = [];
  const firstRounds = new Map<string, number>();
  const bareNames = new Set(meant.flatMap(({ strong, name }) => (strong.length === 0 ? name : [])));
  for (const one of meant) {
    const keys = one.strong.map(identifierKey);
    const waitsFor = keys.flatMap((key) => firstRounds.get(key) ?? []);
    if (keys.length > 0 && one.name !== undefined && bareNames.has(one.name)) waitsFor.push(0);
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
    ...noteLabels(resolution, rich),
    ...(mayCreate ? [createAccounts(resolution, round)] : []),
    // Most calls bring one identifier, and to give somebody new his costs nothing where nobody is new.
    ...(rich.length + bare.length > 0
      ? [giveIdentifiers(resolution, round)]
      : mayCreate
        ? [giveFirstIdentifiers(resolution, round)]
        : []),
    ...(bare.length > 0 ? [forgetCalled(resolution, bare)] : []),
    ...noteNames(resolution, round),
    ...(rich.some(({ strong }) => strong.length > 1) ? [noteConflicts(resolution, rich)] : []),
  ];
};

/** Of several that come with one name, the first may be the person who had it alone; who has an id of its own is not. */
const soloNames = (meant: readonly Meant[]): (string | null)[] => {
  const claimed = new Set<string>();
  return meant.map(({ strong, name }) => {
    if (name === undefined || strong.length === 0 || strong[0]?.kind === 'accId' || claimed.has(name))
      return null;
    claimed.add(name);
    return name;
  });
};

/** Those identifiers that can decide: where its id comes with a call, nothing else does. */
const deciding = ({ strong }: Meant): readonly Identifier[] =>
  strong[0]?.kind === 'accId' ? strong.slice(0, 1) : strong;

/**
 * Statement: an account that came by its id alone is called by the best of the identifiers that come now. Where they are
 * known, it reads nothing.
 */
const noteLabels = ({ communityId, condition = sql`true` }: Resolution, meant: readonly Meant[]): SQL[] => {
  const items = meant.flatMap(({ ref, strong, name }) =>
    strong[0]?.kind === 'accId' && strong[1] && name === undefined
      ? [[...pair(strong[1]), strong[0].value, displayNameOf(ref) ?? null]]
      : [],
  );
  const [one] = items;
  if (!one) return [];
  const idOf = (accId: SQL): SQL => sql`
    (SELECT account_id FROM account_identifiers
     WHERE community_id = ${communityId} AND kind = 'accId' AND value = ${accId})`;
  if (items.length === 1) {
    const [kind, value, accId, label] = one as [string, string, string, string | null];
    return [
      sql`
      UPDATE accounts SET name = ${label}
      WHERE community_id = ${communityId} AND name IS NULL AND ${condition} AND id = CASE
        WHEN (${communityId}, ${kind}, ${value}) IN (SELECT community_id, kind, value FROM account_identifiers) THEN NULL
        ELSE ${idOf(sql`${accId}`)} END`,
    ];
  }
  return [
    sql`
    UPDATE accounts SET name = item ->> 3 FROM ${tableOf(items)}
    WHERE ${condition} AND ${isUnnamed(communityId)} AND community_id = ${communityId}
      AND id = ${idOf(sql`item ->> 2`)} AND accounts.name IS NULL`,
  ];
};

/** Statement: creates an account for each of whose identifiers none is known, unless a name alone means somebody. */
const createAccounts = (
  { communityId, serverId, now, mayCreate, condition = sql`true` }: Resolution,
  meant: readonly Meant[],
): SQL => {
  const solo = soloNames(meant);
  const somebody =
    mayCreate === 'of-new-name'
      ? sql`(SELECT account_id FROM account_names WHERE community_id = ${communityId}
          AND name_key = item ->> 2 AND is_former = 0 AND name = item ->> 1 LIMIT 1)`
      : onlyBearer(communityId, serverId);
  const items = meant.map((one, place) => [
    ...pair(one.ref[0]),
    one.name === undefined ? null : nameKey(one.name),
    one.id,
    displayNameOf(one.ref) ?? null,
    one.name === undefined ? [] : [[nameKey(one.name), one.name, now]],
    deciding(one).slice(1).map(pair),
    solo[place],
  ]);
  const hasOthers = meant.some((one) => deciding(one).length > 1);
  const hasSolo = solo.some((name) => name !== null);
  const hasBare = meant.some(({ strong }) => strong.length === 0);
  return sql`
    INSERT INTO accounts (community_id, id, created_at, joined_as, name, names)
    SELECT ${communityId}, item ->> 3, ${now}, item ->> 4, item ->> 4, item -> 5 FROM ${tableOf(items)}
    WHERE ${condition} AND ${isUnnamed(communityId)}
      ${
        hasOthers
          ? sql`AND NOT EXISTS (SELECT 1 FROM json_each(item -> 6) AS other
              WHERE (${communityId}, other.value ->> 0, other.value ->> 1) IN (
                SELECT community_id, kind, value FROM account_identifiers))`
          : sql``
      }
      ${hasSolo ? sql`AND (item ->> 7 IS NULL OR ${namedOnly(communityId, sql`item ->> 7`)} IS NULL)` : sql``}
      ${hasBare ? sql`AND NOT (item ->> 0 = 'username' AND ${somebody} IS NOT NULL)` : sql``}
    ON CONFLICT DO NOTHING`;
};

/** Condition: an account of this id (expression) was created or was there. It reads no row. */
const isAccount = (communityId: number, id: SQL): SQL => sql`
  CASE WHEN (${communityId}, ${id}) IN (SELECT community_id, id FROM accounts) THEN 1 ELSE 0 END`;

/** The identifiers of an account that is created: its own id, and those that came; of a bare name, the name. */
const newIdentifiers = ({ ref, strong, id }: Meant) => [
  ...(strong[0]?.kind === 'accId' ? [] : [['accId', id]]),
  ...(strong.length > 0 ? strong : ref).map(pair),
];

/** Statement: gives new accounts their one identifier and their id. It does not read its own table, which costs a row. */
const giveFirstIdentifiers = ({ communityId, now }: Resolution, meant: readonly Meant[]): SQL => sql`
  INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
  SELECT ${communityId}, item ->> 0, item ->> 1, item ->> 2, ${now}
  FROM ${tableOf(meant.flatMap((one) => newIdentifiers(one).map((item) => [...item, one.id])))}
  WHERE ${isAccount(communityId, sql`item ->> 2`)}
  ON CONFLICT DO NOTHING`;

/**
 * Statement: gives each identifier that is free to the account of the first that is known; else to the one that was
 * registered by the name alone; else to the new account. It also notes whom a name alone means on the server, where
 * nobody was registered by it, before the call changes who is on. Where all are known, it looks at nothing.
 */
const giveIdentifiers = (
  { communityId, serverId, now, condition = sql`true` }: Resolution,
  meant: readonly Meant[],
): SQL => {
  const solo = soloNames(meant);
  // [kind, value, key of a bare name, new id, deciding identifiers, the name of somebody who may have it alone]
  const items = meant.flatMap((one, place) => {
    const { strong, name = '', id } = one;
    const others = deciding(one).map(pair);
    const own = strong[0]?.kind === 'accId' ? [] : [['accId', id, null, id, [], null]];
    if (strong.length > 0)
      return [...own, ...strong.map((identifier) => [...pair(identifier), null, id, others, solo[place]])];
    return [...own, ['username', name, nameKey(name), id, [], null]];
  });
  const hasBare = meant.some(({ strong }) => strong.length === 0);
  // The loop over json_each runs in the order of the list, so that LIMIT 1 finds the first that is known.
  return sql`
    INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
    SELECT ${communityId}, kind, value, owner, ${now} FROM (
      SELECT
        ${
          hasBare
            ? sql`iif(item ->> 2 IS NULL OR ${isAccount(communityId, sql`item ->> 3`)}, item ->> 0, ${CALLED}) AS kind,
              iif(item ->> 2 IS NULL OR ${isAccount(communityId, sql`item ->> 3`)},
                item ->> 1, ${`${serverId} `} || (item ->> 1)) AS value,`
            : sql`item ->> 0 AS kind, item ->> 1 AS value,`
        }
        coalesce(
          (SELECT i.account_id FROM json_each(item -> 4) AS wanted CROSS JOIN account_identifiers AS i
           ON i.community_id = ${communityId} AND i.kind = wanted.value ->> 0 AND i.value = wanted.value ->> 1 LIMIT 1),
          ${namedOnly(communityId, sql`item ->> 5`)},
          iif(${isAccount(communityId, sql`item ->> 3`)}, item ->> 3, NULL)
          ${hasBare ? sql`, iif(item ->> 2 IS NULL, NULL, ${onlyBearer(communityId, serverId)})` : sql``}
        ) AS owner
      FROM ${tableOf(items)} WHERE ${condition} AND ${isUnnamed(communityId)} LIMIT -1)
    WHERE owner IS NOT NULL
    ON CONFLICT DO UPDATE SET account_id = excluded.account_id
      WHERE kind = ${CALLED} AND account_id <> excluded.account_id`;
};

/** Statement: a name alone means nobody any more on the server, where several have it or nobody is on. */
const forgetCalled = (
  { communityId, serverId, condition = sql`true` }: Resolution,
  meant: readonly Meant[],
): SQL => {
  const [one] = meant;
  const place = sql`community_id = ${communityId} AND kind = ${CALLED}`;
  if (one && meant.length === 1) {
    const { name = '' } = one;
    // Of one, all that is asked comes before the row: where the name is somebody's, none is read.
    return sql`
      DELETE FROM account_identifiers WHERE ${place} AND value = ${`${serverId} ${name}`} AND ${condition}
        AND CASE WHEN (${communityId}, 'username', ${name}) IN (
          SELECT community_id, kind, value FROM account_identifiers) THEN 0 ELSE 1 END
        AND ${onlyBearer(communityId, serverId, sql`${name}`, sql`${nameKey(name)}`)} IS NULL`;
  }
  const items = tableOf(meant.map(({ name = '' }) => ['username', name, nameKey(name)]));
  return sql`
    DELETE FROM account_identifiers WHERE ${place} AND value IN (
      SELECT ${`${serverId} `} || (item ->> 1) FROM ${items}
      WHERE ${condition} AND ${isUnnamed(communityId)} AND ${onlyBearer(communityId, serverId)} IS NULL)`;
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
  const [one] = meant;
  if (one?.name !== undefined && meant.length === 1) {
    const told = { name: sql`${one.name}`, key: sql`${nameKey(one.name)}` };
    const isUnsure = one.strong.length > 0 ? sql`true` : isFormerName(communityId, told.key);
    // The row is looked up by what comes out of a query, so that it is not read where the account is called so already.
    return [
      sql`
      UPDATE accounts SET ${nameTold(told, now)} WHERE community_id = ${communityId} AND id = (
        SELECT told_id FROM (SELECT ${accountIdOfCall(communityId, serverId, one.ref[0])} AS told_id LIMIT 1)
        WHERE ${condition} AND ${isUnsure} AND ${isNotCalled(communityId, sql`told_id`, told)})`,
    ];
  }
  const told = { name: sql`item ->> 3`, key: sql`item ->> 2` };
  const accountId = accountIdOfItem(communityId, serverId);
  return [
    sql`
    UPDATE accounts SET ${nameTold(told, now)} FROM ${tableOf(items)}
    WHERE ${condition} AND (NOT item ->> 4 OR ${isFormerName(communityId, told.key)})
      AND ${isNotCalled(communityId, accountId, told)} AND community_id = ${communityId} AND id = ${accountId}`,
  ];
};

/** Expressions for a name and its key. */
interface Told {
  readonly name: SQL;
  readonly key: SQL;
}

/** Assignments: the name is that of today. */
const nameTold = ({ name, key }: Told, now: number): SQL => sql`
  name = ${name}, names = (
    SELECT json_group_array(json(entry)) FROM (
      SELECT json_array(${key}, ${name}, ${now}) AS entry
      UNION ALL SELECT value FROM json_each(names) WHERE value ->> 1 <> ${name}
      LIMIT ${sql.integer(MAX_NAMES)}))`;

/** Condition: somebody has a former name of this key. */
const isFormerName = (communityId: number, key: SQL): SQL => sql`
  EXISTS (SELECT 1 FROM account_names WHERE community_id = ${communityId} AND name_key = ${key} AND is_former = 1)`;

/** Condition: the account is not called so today. Beyond the account's id (expression), it reads no row. */
const isNotCalled = (communityId: number, accountId: SQL, { name, key }: Told): SQL => sql`
  CASE WHEN (${communityId}, ${key}, 0, ${accountId}, ${name}) IN (
    SELECT community_id, name_key, is_former, account_id, name FROM account_names) THEN 0 ELSE 1 END`;

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
const withOwn = (
  communityId: number,
  serverId: number,
  meant: readonly Pick<Meant, 'ref' | 'strong'>[],
): SQL => sql`
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
