/**
 * The SQL of who is meant (docs/contracts.md, "Who is meant"). Everything else of a call asks for the account by its
 * first identifier alone (`accountIdOfCall`): what an `accountResolver` does before makes that right. In a batch it comes
 * first.
 */
import {
  type Items,
  type Names,
  type SQL,
  type SQLWrapper,
  type Statement,
  sql,
  statement,
  statementByShape,
  tableOf,
  toItems,
  type Value,
} from '../../db/statement.ts';
import type { NewId } from '../../lib/ids.ts';
import {
  type AccountRef,
  displayNameOf,
  type Identifier,
  type IdentifierKind,
  identifierKey,
  nameKey,
} from './identifiers.ts';

/** A kind that no call can have: `<serverId> <name>` is whom a bare name means on that server. */
const CALLED = sql.raw(`'called'`);

/** What a bare name on a server is noted as. */
const calledOn = (serverId: number, name: string): string => `${serverId} ${name}`;

type CommunityNames = Names<{ communityId: number }>;

/** The values that a call to a server brings. `prefix` is what its bare names are noted with. */
interface ServerValues {
  readonly communityId: number;
  readonly serverId: number;
  readonly prefix: string;
}

/** A kind and a value in SQL: those of an item `[kind, value, ...]`, where nothing else is said. */
interface Pair {
  readonly kind: SQLWrapper;
  readonly value: SQLWrapper;
}
const OF_ITEM: Pair = { kind: sql`item ->> 0`, value: sql`item ->> 1` };

/**
 * Condition: the identifier names no account. Within CASE, SQLite asks the index of the primary key itself, at no row
 * read; NOT IN would search the whole of it for NULLs.
 */
const isUnnamed = ($: CommunityNames, { kind, value }: Pair = OF_ITEM): SQL => sql`
  CASE WHEN (${$.communityId}, ${kind}, ${value}) IN (SELECT community_id, kind, value FROM account_identifiers)
  THEN 0 ELSE 1 END`;

/** Condition on an item `[kind, value, ...]`: a bare name by which nobody was registered. */
const isUnclaimed = ($: CommunityNames): SQL => sql`
  item ->> 0 = 'username' AND ${isUnnamed($)}`;

/** Expressions: the kind and the value that stand for an item `[kind, value, ...]` of a call to this server. */
const kindOfItem = ($: CommunityNames): SQL => sql`
  CASE WHEN ${isUnclaimed($)} THEN ${CALLED} ELSE item ->> 0 END`;
const valueOfItem = ($: Names<ServerValues>): SQL => sql`
  CASE WHEN ${isUnclaimed($)} THEN ${$.prefix} || (item ->> 1) ELSE item ->> 1 END`;

/** Expression: the id of the account that an item `[kind, value, ...]` of a call to this server names, or NULL. */
const accountIdOfItem = ($: Names<ServerValues>): SQL => sql`
  (SELECT account_id FROM account_identifiers WHERE community_id = ${$.communityId}
    AND kind = ${kindOfItem($)} AND value = ${valueOfItem($)})`;

/** The value of `joinIdentifier` beside the community. */
export const prefixOf = (serverId: number): string => calledOn(serverId, '');

/** Join: the identifier `i` of an item `[kind, value, ...]` of a call to this server; LEFT keeps the items without one. */
export const joinIdentifier = ($: Names<ServerValues>, how: 'CROSS' | 'LEFT' = 'CROSS'): SQL => sql`
  ${sql.raw(how)} JOIN account_identifiers AS i ON i.community_id = ${$.communityId}
    AND i.kind = ${kindOfItem($)} AND i.value = ${valueOfItem($)}`;

/** How a call names its account: a bare name is somebody else on each server. */
export const NAMINGS = ['identifier', 'name'] as const;
export type Naming = (typeof NAMINGS)[number];

/** The values of `accountIdOfCall`. */
export interface NamedAccount {
  readonly communityId: number;
  readonly kind: string;
  readonly value: string;
  readonly called: string;
}

export const namingOf = ({ kind }: Identifier): Naming => (kind === 'username' ? 'name' : 'identifier');

export const namedAccount = (
  communityId: number,
  serverId: number,
  { kind, value }: Identifier,
): NamedAccount => ({ communityId, kind, value, called: calledOn(serverId, value) });

/** Expression: the id of the account that the first identifier of a call to this server names; NULL if there is none. */
export const accountIdOfCall = (naming: Naming, $: Names<NamedAccount>): SQL =>
  naming === 'name'
    ? sql`
      (SELECT coalesce(
        (SELECT account_id FROM account_identifiers
         WHERE community_id = ${$.communityId} AND kind = 'username' AND value = ${$.value}),
        (SELECT account_id FROM account_identifiers
         WHERE community_id = ${$.communityId} AND kind = ${CALLED} AND value = ${$.called})))`
    : sql`
      (SELECT account_id FROM account_identifiers
       WHERE community_id = ${$.communityId} AND kind = ${$.kind} AND value = ${$.value})`;

/** So many people of one name are looked at on a server; with more of them, a bare name means nobody. */
const MAX_BEARERS = sql.raw('200');

/** Expression: the only one of that name (and its key) who is on the server; NULL otherwise. */
const onlyBearer = (
  $: Names<ServerValues>,
  name: SQLWrapper = sql`item ->> 1`,
  key: SQLWrapper = sql`item ->> 2`,
): SQL => sql`
  (SELECT iif(count(*) = 1, min(n.account_id), NULL)
   FROM (SELECT account_id FROM account_names
     WHERE community_id = ${$.communityId} AND name_key = ${key} AND is_former = 0 AND name = ${name}
     LIMIT ${MAX_BEARERS}) AS n
   CROSS JOIN sessions AS s INDEXED BY sessions_open ON s.community_id = ${$.communityId}
     AND s.server_id = ${$.serverId} AND s.account_id = n.account_id AND s.ended_at IS NULL)`;

/** Expression: the account that was registered by the name alone and has nothing stronger yet; NULL if there is none. */
const namedOnly = ($: CommunityNames, name: SQL): SQL => sql`
  (SELECT named.account_id FROM account_identifiers AS named
   WHERE named.community_id = ${$.communityId} AND named.kind = 'username' AND named.value = ${name}
     AND NOT EXISTS (
       SELECT 1 FROM account_identifiers AS other INDEXED BY account_identifiers_by_account
       WHERE other.community_id = ${$.communityId} AND other.account_id = named.account_id
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
  /** What comes beside those that an account has is not given to it where it would have more. */
  readonly maxIdentifiers: number;
  /** At most one for each first identifier. */
  readonly accounts: readonly AccountRef[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** Makes the id of an account whose call brings none. */
  readonly newId: NewId;
  /** Whether somebody unknown is created; `of-new-name`: by a name alone only where nobody has it. */
  readonly mayCreate: boolean | 'of-new-name';
}

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

/** Condition: an account of this id (expression) was created or was there. It reads no row. */
const isAccount = ($: CommunityNames, id: SQLWrapper): SQL => sql`
  CASE WHEN (${$.communityId}, ${id}) IN (SELECT community_id, id FROM accounts) THEN 1 ELSE 0 END`;

/** The identifiers of an account that is created: its own id, and those that came; of a bare name, the name. */
const newIdentifiers = ({ ref, strong, id }: Meant) => [
  ...(strong[0]?.kind === 'accId' ? [] : [['accId', id]]),
  ...(strong.length > 0 ? strong : ref).map(pair),
];

/** So many names of an account are remembered. */
const MAX_NAMES = sql.raw('20');

/** Expressions for a name and its key. */
interface Told {
  readonly name: SQLWrapper;
  readonly key: SQLWrapper;
}

/** Assignments: the name is that of today. */
const nameTold = ({ name, key }: Told, now: SQLWrapper): SQL => sql`
  name = ${name}, names = (
    SELECT json_group_array(json(entry)) FROM (
      SELECT json_array(${key}, ${name}, ${now}) AS entry
      UNION ALL SELECT value FROM json_each(names) WHERE value ->> 1 <> ${name}
      LIMIT ${MAX_NAMES}))`;

/** Condition: somebody has a former name of this key. */
const isFormerName = ($: CommunityNames, key: SQLWrapper): SQL => sql`
  EXISTS (SELECT 1 FROM account_names WHERE community_id = ${$.communityId} AND name_key = ${key} AND is_former = 1)`;

/** Condition: the account is not called so today. Beyond the account's id (expression), it reads no row. */
const isNotCalled = ($: CommunityNames, accountId: SQL, { name, key }: Told): SQL => sql`
  CASE WHEN (${$.communityId}, ${key}, 0, ${accountId}, ${name}) IN (
    SELECT community_id, name_key, is_former, account_id, name FROM account_names) THEN 0 ELSE 1 END`;

/** Expression: the id of an account by itself, or of the one that it was merged into. */
const idOf = ($: CommunityNames, accId: SQLWrapper): SQL => sql`
  (SELECT account_id FROM account_identifiers
   WHERE community_id = ${$.communityId} AND kind = 'accId' AND value = ${accId})`;

/** Query: what came beside each first identifier, with the account that the first one names. */
const withOwn = ($: Names<ServerValues & Items>, capacity: number): SQL => sql`
  SELECT item ->> 2 AS kind, item ->> 3 AS value, item ->> 4 AS place, ${accountIdOfItem($)} AS account_id
  FROM ${tableOf($, capacity)} LIMIT -1`;

/** Condition on `account_id`, `kind` and `value`: the account does not have the identifier. It reads no row. */
const isNotOwn = ($: CommunityNames): SQL => sql`
  CASE WHEN (${$.communityId}, account_id, kind, value) IN (
    SELECT community_id, account_id, kind, value FROM account_identifiers INDEXED BY account_identifiers_by_account)
  THEN 0 ELSE 1 END`;

/** What came beside each first identifier: `[kind, value, other kind, other value, place]`. */
const others = (meant: readonly Pick<Meant, 'ref' | 'strong'>[]) =>
  meant.flatMap(({ ref, strong }, place) =>
    strong.slice(1).map((identifier) => [...pair(ref[0]), ...pair(identifier), place]),
  );

/** What the text of `createAccounts` depends on. */
interface Creation {
  readonly capacity: number;
  /** Whether some bring several identifiers that decide, a name that somebody may have alone, or nothing but a name. */
  readonly hasOthers: boolean;
  readonly hasSolo: boolean;
  readonly hasBare: boolean;
  readonly ofNewName: boolean;
}

/** For so many items the statements of the tests are made. */
const CAPACITIES = [1, 4, 64];

/**
 * Makes a function that returns statements: who is meant by each of the accounts. The first identifier that is known
 * decides; what is free beside it is added; where none is known, a new account takes them all; the name is noted. Nothing
 * is taken from another account. They return nothing: a RETURNING that finds nothing is still billed two rows read.
 *
 * @param condition where it does not hold, nothing is changed; its values come with each call
 */
export const accountResolver = (condition: SQL = sql`true`) => {
  /** An account that came by its id alone is called by an identifier that comes now. */
  const noteLabel = statement<{
    communityId: number;
    kind: string;
    value: string;
    accId: string;
    label: string | null;
  }>(
    ($) => sql`
      UPDATE accounts SET name = ${$.label}
      WHERE community_id = ${$.communityId} AND name IS NULL AND ${condition} AND id = CASE
        WHEN (${$.communityId}, ${$.kind}, ${$.value}) IN (SELECT community_id, kind, value FROM account_identifiers) THEN NULL
        ELSE ${idOf($, $.accId)} END`,
  );
  const noteLabelsOf = statementByShape<number, { communityId: number } & Items>(
    (capacity, $) => sql`
      UPDATE accounts SET name = item ->> 3 FROM ${tableOf($, capacity)}
      WHERE ${condition} AND ${isUnnamed($)} AND community_id = ${$.communityId}
        AND id = ${idOf($, sql`item ->> 2`)} AND accounts.name IS NULL`,
    WITH_DOCS && CAPACITIES,
  );

  /**
   * Statement: an account that came by its id alone is called by the best of the identifiers that come now. Where they are
   * known, it reads nothing.
   */
  const noteLabels = ({ communityId }: Resolution, values: object, meant: readonly Meant[]): Statement[] => {
    const labelled = meant.flatMap(({ ref, strong: [own, best], name }) =>
      own?.kind === 'accId' && best && name === undefined
        ? [{ ...best, accId: own.value, label: displayNameOf(ref) ?? null }]
        : [],
    );
    const [one] = labelled;
    if (!one) return [];
    if (labelled.length === 1) return [noteLabel({ ...values, communityId, ...one })];
    const { capacity, values: items } = toItems(
      labelled.map(({ kind, value, accId, label }) => [kind, value, accId, label]),
    );
    return [noteLabelsOf(capacity, { ...values, communityId, ...items })];
  };

  const insertAccounts = statementByShape<Creation, ServerValues & Items & { now: number }>(
    ({ capacity, hasOthers, hasSolo, hasBare, ofNewName }, $) => {
      const somebody = ofNewName
        ? sql`(SELECT account_id FROM account_names WHERE community_id = ${$.communityId}
          AND name_key = item ->> 2 AND is_former = 0 AND name = item ->> 1 LIMIT 1)`
        : onlyBearer($);
      return sql`
        INSERT INTO accounts (community_id, id, created_at, joined_as, name, names)
        SELECT ${$.communityId}, item ->> 3, ${$.now}, item ->> 4, item ->> 4, item -> 5
        FROM ${tableOf($, capacity)}
        WHERE ${condition} AND ${isUnnamed($)}
          ${
            hasOthers
              ? sql`AND NOT EXISTS (SELECT 1 FROM json_each(item -> 6) AS other
                  WHERE (${$.communityId}, other.value ->> 0, other.value ->> 1) IN (
                    SELECT community_id, kind, value FROM account_identifiers))`
              : sql``
          }
          ${hasSolo ? sql`AND (item ->> 7 IS NULL OR ${namedOnly($, sql`item ->> 7`)} IS NULL)` : sql``}
          ${hasBare ? sql`AND NOT (item ->> 0 = 'username' AND ${somebody} IS NOT NULL)` : sql``}
        ON CONFLICT DO NOTHING`;
    },
    WITH_DOCS &&
      [true, false].map((all) => ({
        capacity: all ? 4 : 1,
        hasOthers: all,
        hasSolo: all,
        hasBare: true,
        ofNewName: all,
      })),
  );

  /** Statement: creates an account for each of whose identifiers none is known, unless a name alone means somebody. */
  const createAccounts = (
    { communityId, serverId, now, mayCreate }: Resolution,
    values: object,
    meant: readonly Meant[],
  ): Statement => {
    const solo = soloNames(meant);
    const { capacity, values: items } = toItems(
      meant.map((one, place) => [
        ...pair(one.ref[0]),
        one.name === undefined ? null : nameKey(one.name),
        one.id,
        displayNameOf(one.ref) ?? null,
        one.name === undefined ? [] : [[nameKey(one.name), one.name, now]],
        deciding(one).slice(1).map(pair),
        solo[place],
      ]),
    );
    return insertAccounts(
      {
        capacity,
        hasOthers: meant.some((one) => deciding(one).length > 1),
        hasSolo: solo.some((name) => name !== null),
        hasBare: meant.some(({ strong }) => strong.length === 0),
        ofNewName: mayCreate === 'of-new-name',
      },
      { ...values, communityId, serverId, prefix: prefixOf(serverId), now, ...items },
    );
  };

  const insertIdentifiers = statementByShape<
    { capacity: number; hasBare: boolean },
    ServerValues & Items & { maxIdentifiers: number; now: number }
  >(
    // The loop over json_each runs in the order of the list, so that LIMIT 1 finds the first that is known.
    ({ capacity, hasBare }, $) => sql`
      INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
      SELECT ${$.communityId}, kind, value, owner, ${$.now} FROM (
        SELECT
          ${
            hasBare
              ? sql`iif(item ->> 2 IS NULL OR ${isAccount($, sql`item ->> 3`)}, item ->> 0, ${CALLED}) AS kind,
                iif(item ->> 2 IS NULL OR ${isAccount($, sql`item ->> 3`)},
                  item ->> 1, ${$.prefix} || (item ->> 1)) AS value,`
              : sql`item ->> 0 AS kind, item ->> 1 AS value,`
          }
          coalesce(
            (SELECT i.account_id FROM json_each(item -> 4) AS wanted CROSS JOIN account_identifiers AS i
             ON i.community_id = ${$.communityId} AND i.kind = wanted.value ->> 0 AND i.value = wanted.value ->> 1 LIMIT 1),
            ${namedOnly($, sql`item ->> 5`)},
            iif(${isAccount($, sql`item ->> 3`)}, item ->> 3, NULL)
            ${hasBare ? sql`, iif(item ->> 2 IS NULL, NULL, ${onlyBearer($)})` : sql``}
          ) AS owner
        FROM ${tableOf($, capacity)} WHERE ${condition} AND ${isUnnamed($)} LIMIT -1) AS free
      WHERE owner IS NOT NULL AND (kind = ${CALLED} OR ${isRoom($)})
      ON CONFLICT DO UPDATE SET account_id = excluded.account_id
        WHERE kind = ${CALLED} AND account_id <> excluded.account_id`,
    WITH_DOCS && [true, false].map((hasBare) => ({ capacity: 4, hasBare })),
  );

  /**
   * Statement: gives each identifier that is free to the account of the first that is known; else to the one that was
   * registered by the name alone; else to the new account. It also notes whom a name alone means on the server, where
   * nobody was registered by it, before the call changes who is on. Where all are known, it looks at nothing.
   */
  const giveIdentifiers = (
    { communityId, serverId, maxIdentifiers, now }: Resolution,
    values: object,
    meant: readonly Meant[],
  ): Statement => {
    const solo = soloNames(meant);
    // [kind, value, key of a bare name, new id, deciding identifiers, the name of somebody who may have it alone]
    const list = meant.flatMap((one, place) => {
      const { strong, name = '', id } = one;
      const wanted = deciding(one).map(pair);
      const own = strong[0]?.kind === 'accId' ? [] : [['accId', id, null, id, [], null]];
      if (strong.length > 0)
        return [...own, ...strong.map((identifier) => [...pair(identifier), null, id, wanted, solo[place]])];
      return [...own, ['username', name, nameKey(name), id, [], null]];
    });
    const { capacity, values: items } = toItems(list);
    return insertIdentifiers(
      { capacity, hasBare: meant.some(({ strong }) => strong.length === 0) },
      {
        ...values,
        communityId,
        serverId,
        maxIdentifiers,
        prefix: prefixOf(serverId),
        now,
        ...items,
      },
    );
  };

  const forgetCalledOne = statement<ServerValues & { called: string; name: string; key: string }>(
    // All that is asked comes before the row: where the name is somebody's, none is read.
    ($) => sql`
      DELETE FROM account_identifiers
      WHERE community_id = ${$.communityId} AND kind = ${CALLED} AND value = ${$.called} AND ${condition}
        AND CASE WHEN (${$.communityId}, 'username', ${$.name}) IN (
          SELECT community_id, kind, value FROM account_identifiers) THEN 0 ELSE 1 END
        AND ${onlyBearer($, $.name, $.key)} IS NULL`,
  );
  const forgetCalledOf = statementByShape<number, ServerValues & Items>(
    (capacity, $) => sql`
      DELETE FROM account_identifiers WHERE community_id = ${$.communityId} AND kind = ${CALLED} AND value IN (
        SELECT ${$.prefix} || (item ->> 1) FROM ${tableOf($, capacity)}
        WHERE ${condition} AND ${isUnnamed($)} AND ${onlyBearer($)} IS NULL)`,
    WITH_DOCS && CAPACITIES,
  );

  /** Statement: a name alone means nobody any more on the server, where several have it or nobody is on. */
  const forgetCalled = (
    { communityId, serverId }: Resolution,
    values: object,
    meant: readonly Meant[],
  ): Statement => {
    const own = { ...values, communityId, serverId, prefix: prefixOf(serverId) };
    const [one] = meant;
    if (one && meant.length === 1) {
      const { name = '' } = one;
      return forgetCalledOne({ ...own, called: calledOn(serverId, name), name, key: nameKey(name) });
    }
    const { capacity, values: items } = toItems(
      meant.map(({ name = '' }) => ['username', name, nameKey(name)]),
    );
    return forgetCalledOf(capacity, { ...own, ...items });
  };

  const noteNameOne = statementByShape<
    { naming: Naming; isBare: boolean },
    NamedAccount & { name: string; key: string; now: number }
  >(
    // The row is looked up by what comes out of a query, so that it is not read where the account is called so already.
    ({ naming, isBare }, $) => sql`
      UPDATE accounts SET ${nameTold($, $.now)} WHERE community_id = ${$.communityId} AND id = (
        SELECT told_id FROM (SELECT ${accountIdOfCall(naming, $)} AS told_id LIMIT 1)
        WHERE ${condition} AND ${isBare ? isFormerName($, $.key) : sql`true`} AND ${isNotCalled($, sql`told_id`, $)})`,
    WITH_DOCS && NAMINGS.map((naming) => ({ naming, isBare: naming === 'name' })),
  );
  const noteNamesOf = statementByShape<number, ServerValues & Items & { now: number }>((capacity, $) => {
    const told = { name: sql`item ->> 3`, key: sql`item ->> 2` };
    const accountId = accountIdOfItem($);
    return sql`
      UPDATE accounts SET ${nameTold(told, $.now)} FROM ${tableOf($, capacity)}
      WHERE ${condition} AND (NOT item ->> 4 OR ${isFormerName($, told.key)})
        AND ${isNotCalled($, accountId, told)} AND community_id = ${$.communityId} AND id = ${accountId}`;
  }, WITH_DOCS && CAPACITIES);

  /**
   * Statement: the names that came are those of today. A name that is the account's already costs the look-up of the
   * account; a bare one costs nothing, unless somebody has it as a former name.
   */
  const noteNames = (
    { communityId, serverId, now }: Resolution,
    values: object,
    meant: readonly Meant[],
  ): Statement[] => {
    const [one] = meant;
    if (one?.name !== undefined && meant.length === 1) {
      const [first] = one.ref;
      return [
        noteNameOne(
          { naming: namingOf(first), isBare: one.strong.length === 0 },
          {
            ...values,
            ...namedAccount(communityId, serverId, first),
            name: one.name,
            key: nameKey(one.name),
            now,
          },
        ),
      ];
    }
    const list = meant.flatMap(({ ref, name, strong }) =>
      name === undefined ? [] : [[...pair(ref[0]), nameKey(name), name, strong.length === 0 ? 1 : 0]],
    );
    if (list.length === 0) return [];
    const { capacity, values: items } = toItems(list);
    const own = { communityId, serverId, prefix: prefixOf(serverId), now };
    return [noteNamesOf(capacity, { ...values, ...own, ...items })];
  };

  const noteConflictsOf = statementByShape<number, ServerValues & Items & { now: number }>(
    (capacity, $) => sql`
      INSERT INTO identifier_conflicts (community_id, account_id, kind, value, seen_at)
      SELECT ${$.communityId}, account_id, kind, value, ${$.now}
      FROM (${withOwn($, capacity)})
      WHERE ${condition} AND account_id IS NOT NULL AND ${isNotOwn($)}
      ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at`,
    WITH_DOCS && CAPACITIES,
  );

  /** Statement: notes what came beside the deciding identifier and belongs to somebody else. */
  const noteConflicts = (
    { communityId, serverId, now }: Resolution,
    values: object,
    meant: readonly Meant[],
  ): Statement => {
    const { capacity, values: items } = toItems(others(meant));
    const own = { communityId, serverId, prefix: prefixOf(serverId), now };
    return noteConflictsOf(capacity, { ...values, ...own, ...items });
  };

  const resolveRound = (resolution: Resolution, values: object, round: readonly Meant[]): Statement[] => {
    const { mayCreate } = resolution;
    const bare = round.filter(({ strong }) => strong.length === 0);
    const rich = round.filter(({ ref, strong }) => strong.length > 0 && ref.length > 1);
    return [
      ...noteLabels(resolution, values, rich),
      ...(mayCreate ? [createAccounts(resolution, values, round)] : []),
      // Most calls bring one identifier, and to give somebody new his costs nothing where nobody is new.
      ...(rich.length + bare.length > 0
        ? [giveIdentifiers(resolution, values, round)]
        : mayCreate
          ? [giveFirstIdentifiers(resolution, round)]
          : []),
      ...(bare.length > 0 ? [forgetCalled(resolution, values, bare)] : []),
      ...noteNames(resolution, values, round),
      ...(rich.some(({ strong }) => strong.length > 1) ? [noteConflicts(resolution, values, rich)] : []),
    ];
  };

  const insertOne = statement<NewAccount>(
    ($) => sql`
      INSERT INTO accounts (community_id, id, created_at, joined_as, name, names)
      SELECT ${$.communityId}, ${$.id}, ${$.now}, ${$.label}, ${$.label}, '[]'
      WHERE ${condition} AND ${isUnnamed($, $)}
      ON CONFLICT DO NOTHING`,
  );

  /** Statements for a call with one identifier and no name, as most are: what `resolveRound` makes of it, without lists. */
  const resolveOne = (
    { communityId, now, newId, mayCreate }: Resolution,
    values: object,
    { kind, value }: Identifier,
  ): Statement[] => {
    if (!mayCreate) return [];
    const isId = kind === 'accId';
    const id = isId ? value : newId(now);
    const own = { ...values, communityId, kind, value, id, label: isId ? null : value, now };
    return [insertOne(own), insertFirstOf(isId ? 'id' : 'other', own)];
  };

  return (resolution: Resolution, values: Readonly<Record<string, Value>> = {}): Statement[] => {
    const [ref] = resolution.accounts;
    if (ref && resolution.accounts.length === 1 && ref.length === 1 && ref[0].kind !== 'username') {
      return resolveOne(resolution, values, ref[0]);
    }
    const meant = resolution.accounts.map((ref): Meant => {
      const strong = ref.filter(({ kind }) => kind !== 'username');
      return {
        ref,
        strong,
        name: ref.find(({ kind }) => kind === 'username')?.value,
        id: strong[0]?.kind === 'accId' ? strong[0].value : resolution.newId(resolution.now),
      };
    });
    return rounds(meant).flatMap((round) => resolveRound(resolution, values, round));
  };
};

/**
 * Condition on `free`: its owner may have one more. There is always room for the first of a kind, so that they are counted
 * only where a second one comes.
 */
const isRoom = ($: Names<ServerValues & { maxIdentifiers: number }>): SQL => {
  const had = sql`account_identifiers AS had INDEXED BY account_identifiers_by_account
    WHERE had.community_id = ${$.communityId} AND had.account_id = free.owner`;
  return sql`
    CASE WHEN NOT EXISTS (SELECT 1 FROM ${had} AND had.kind = free.kind) THEN 1
    ELSE NOT EXISTS (SELECT 1 FROM ${had} AND had.kind <> ${CALLED} LIMIT 1 OFFSET ${$.maxIdentifiers} - 1) END`;
};

const insertFirstIdentifiers = statementByShape<number, { communityId: number; now: number } & Items>(
  (capacity, $) => sql`
    INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
    SELECT ${$.communityId}, item ->> 0, item ->> 1, item ->> 2, ${$.now} FROM ${tableOf($, capacity)}
    WHERE ${isAccount($, sql`item ->> 2`)}
    ON CONFLICT DO NOTHING`,
  WITH_DOCS && CAPACITIES,
);

/** The values of the account that a call with one identifier creates. */
interface NewAccount {
  readonly communityId: number;
  readonly kind: string;
  readonly value: string;
  readonly id: string;
  readonly label: string | null;
  readonly now: number;
}

/** `insertFirstIdentifiers` for an account that came by its id, or by another identifier. */
const insertFirstOf = statementByShape<'id' | 'other', NewAccount>(
  (by, $) => sql`
    INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
    SELECT ${$.communityId}, column1, column2, ${$.id}, ${$.now}
    FROM (VALUES ('accId', ${$.id})${by === 'id' ? sql`` : sql`, (${$.kind}, ${$.value})`})
    WHERE ${isAccount($, $.id)}
    ON CONFLICT DO NOTHING`,
  WITH_DOCS && ['id', 'other'],
);

/** Statement: gives new accounts their one identifier and their id. It does not read its own table, which costs a row. */
const giveFirstIdentifiers = ({ communityId, now }: Resolution, meant: readonly Meant[]): Statement => {
  const { capacity, values: items } = toItems(
    meant.flatMap((one) => newIdentifiers(one).map((item) => [...item, one.id])),
  );
  return insertFirstIdentifiers(capacity, { communityId, now, ...items });
};

/** Statements: who is meant by each of the accounts, without a condition. */
export const resolveAccounts = accountResolver();

/** An identifier that came in the entry `place` and belongs to another account than the entry names. */
export interface ConflictRow {
  readonly place: number;
  readonly kind: IdentifierKind;
  readonly value: string;
  readonly owner_id: string;
}

const selectConflictsOf = statementByShape<number, ServerValues & Items, ConflictRow>(
  (capacity, $) => sql`
    SELECT place, kind, value, owner_id FROM (
      SELECT place, kind, value, account_id, (SELECT o.account_id FROM account_identifiers AS o
        WHERE o.community_id = ${$.communityId} AND o.kind = found.kind AND o.value = found.value) AS owner_id
      FROM (${withOwn($, capacity)}) AS found
      WHERE account_id IS NOT NULL AND ${isNotOwn($)} LIMIT -1)
    WHERE owner_id IS NOT NULL ORDER BY place, kind`,
  WITH_DOCS && CAPACITIES,
);

/** Query, after `resolveAccounts`: whose identifiers came beside somebody else's. Undefined where nothing came beside. */
export const selectConflicts = (
  communityId: number,
  serverId: number,
  accounts: readonly AccountRef[],
): Statement<ConflictRow> | undefined => {
  const list = others(
    accounts.map((ref) => ({ ref, strong: ref.filter(({ kind }) => kind !== 'username') })),
  );
  if (list.length === 0) return undefined;
  const { capacity, values: items } = toItems(list);
  const own = { communityId, serverId, prefix: prefixOf(serverId) };
  return selectConflictsOf(capacity, { ...own, ...items });
};
