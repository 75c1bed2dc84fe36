/**
 * The SQL of totals. The database finds the sessions that reach into a period, cuts them to it and adds them up, by
 * however they are grouped; what comes back is a row for each group, or a few. Where the calendar cuts, a group also
 * says in which pieces of the calendar its sessions begin and end (lib/calendar-spans.ts); session-totals.ts shares their
 * time out.
 */
import { type SQL, type Statement, sql, statementByShape, type Value } from '../../db/statement.ts';
import { PIECES_OF_STRETCH } from '../../lib/calendar-spans.ts';
import { nameOf } from '../accounts/name-queries.ts';
import { nameOfServer } from '../servers/queries.ts';
import {
  coveredTime,
  type FilterShape,
  fromBefore,
  int,
  isWatched,
  listedAccounts,
  ofAllAccounts,
  ofListedAccount,
  ofListedAccounts,
  openOnes,
  SLICE_OF_SESSION,
  type SummaryFilter,
  shapeOf,
  valuesOf,
} from './reaching-queries.ts';

/**
 * How the calendar cuts: into units of one length, counted from the epoch by the wall clock of each of the stretches in
 * which a zone has one offset; or at borders, where units have no one length.
 */
export type Cuts =
  | {
      readonly kind: 'units';
      readonly length: number;
      /** When each stretch ends, and what to add to an instant in it before it is divided. */
      readonly stretches: readonly { readonly end: number; readonly shift: number }[];
    }
  | { readonly kind: 'borders'; readonly borders: readonly number[] };

/** What groups are made of, beside the calendar. */
export interface Groups {
  readonly byAccount: boolean;
  readonly byServer: boolean;
  /** Whether `covered` is wanted. */
  readonly countsDistinct: boolean;
}

type SummaryShape = FilterShape &
  Groups & {
    /** Whether `name` is wanted: a row read for each group. */
    readonly isNamed: boolean;
  };

type CutShape = FilterShape & {
  readonly byServer: boolean;
  /** The number of stretches or borders. */
  readonly cuts: { readonly kind: Cuts['kind']; readonly count: number };
};

type Values = Readonly<Record<string, Value>>;

interface Row {
  readonly server_id?: number;
  readonly sessions: number;
}

/** Sessions of one group, where nothing is cut. Times are sums over its sessions, in milliseconds. */
export interface WholeRow extends Row {
  /** Where it is grouped by account. */
  readonly account_id?: string;
  /**
   * What of the sessions is covered by others of their account, so that it counts twice in their time: `coveredTime` of
   * each that has any, with `;` between; null where there is none. Empty where nobody has looked: then the `intervals` of
   * all of the account's rows tell.
   */
  readonly covered?: string | null;
  /** Start and end of each of the sessions, in milliseconds after `from`; null where they are not needed. */
  readonly intervals?: string | null;
  readonly ms: number;
  readonly confirmed_ms: number;
  readonly watched_ms: number;
  /** What the account or the server is called; empty where it has no name; null where there may be too many to ask for. */
  readonly name?: string | null;
}

/** Sessions of one group that begin and end in the same pieces of the calendar. */
export interface CutRow extends Row {
  readonly first_piece: number;
  readonly last_piece: number;
  /** The sums of when they begin and end, in milliseconds after `from`. */
  readonly starts: number;
  readonly ends: number;
  /** Whether they were watched all the time (1) or not at all (0); null where `parts` says more. */
  readonly is_watched: number | null;
  /**
   * JSON, of sessions that are confirmed or watched in part: the pieces that they are confirmed until, watched from and
   * until, but for a gap from and until (null: without); and the sums of those instants, in milliseconds after `from`.
   */
  readonly parts: string | null;
}

/** Expression: the number of the piece that an instant of the period lies in. */
const pieceNumber = ({ kind, count }: CutShape['cuts'], at: SQL): SQL => {
  const inStretch = (index: number): SQL =>
    sql`${sql.raw(String(index * PIECES_OF_STRETCH))} + (${at} + ${int(`shift${index}`)}) / ${int('length')}`;
  const isBefore = (name: string): SQL => sql`${at} < ${sql.placeholder(name)}`;
  if (kind === 'borders') {
    /** Between the borders `low` and `high`: as few comparisons as there can be. */
    const search = (low: number, high: number): SQL => {
      if (low === high) return sql.raw(String(low));
      const middle = Math.ceil((low + high) / 2);
      return sql`iif(${isBefore(`border${middle}`)}, ${search(low, middle - 1)}, ${search(middle, high)})`;
    };
    return search(0, count - 1);
  }
  let expression = inStretch(count - 1);
  for (let index = count - 2; index >= 0; index--) {
    expression = sql`iif(${isBefore(`end${index}`)}, ${inStretch(index)}, ${expression})`;
  }
  return expression;
};

/** Pieces of a list, but for those that the shape leaves out. */
const listOf = (pieces: readonly (SQL | string | false)[]): SQL =>
  sql.join(
    pieces
      .filter((piece) => piece !== false)
      .map((piece) => (typeof piece === 'string' ? sql.raw(piece) : piece)),
    sql`, `,
  );

const covered = (shape: SummaryShape): SQL => sql`group_concat(${coveredTime(shape)}, ';')`;

/** Expressions: what the sessions of a group come to. */
const SUMS = 'count(*), sum(e - s), sum(c - s), sum(x - w - max(0, coalesce(h - g, 0)))';
/** Where accounts are listed, nobody looks at them. */
const INTERVALS = sql`group_concat(
  iif((SELECT is_chosen FROM by_account), NULL, (s - ${int('from')}) || ' ' || (e - ${int('from')})), ' ')`;

/** Expression: the name of a group; it has but one of both. */
const nameOfGroup = ({ byAccount }: SummaryShape, id: SQL): SQL => {
  const communityId = sql`${sql.placeholder('communityId')}`;
  return sql`coalesce(${byAccount ? nameOf(communityId, id) : nameOfServer(communityId, id)}, '')`;
};

/** Whether a row may have intervals: of all accounts they cost a row less for each session than to look what is covered. */
const hasIntervals = ({ accounts, countsDistinct }: SummaryShape): boolean =>
  countsDistinct && accounts === null;

/**
 * Query: sessions of one group, which nothing cuts.
 * @param isOfMany accounts, too many to ask for the name of each, and for what is covered of each session
 */
const whole = (shape: SummaryShape, sessions: SQL, isOfMany = false): SQL => {
  const { byAccount, byServer, countsDistinct, isNamed } = shape;
  return sql`
    SELECT ${listOf([
      byAccount && 'account_id',
      byServer && 'server_id',
      SUMS,
      countsDistinct && (isOfMany ? "''" : covered(shape)),
      hasIntervals(shape) && INTERVALS,
      isNamed &&
        (isOfMany ? 'NULL' : nameOfGroup(shape, sql.raw(byAccount ? 'q.account_id' : 'q.server_id'))),
    ])}
    FROM (${sessions}) AS q
    GROUP BY ${listOf([byAccount && 'account_id', byServer && 'server_id', isOfMany && SLICE_OF_SESSION])} HAVING count(*) > 0`;
};

/** Query: the same by account, of listed accounts: since those lie together, nothing is sorted. */
const wholeByAccount = (shape: SummaryShape): SQL => {
  const { countsDistinct, isNamed } = shape;
  return sql`
    SELECT ${listOf([
      'id, sums ->> 0, sums ->> 1, sums ->> 2, sums ->> 3',
      countsDistinct && 'sums ->> 4',
      hasIntervals(shape) && 'NULL',
      // `id` alone would be that of the account whose name is looked up: the first of all, for everybody.
      isNamed && nameOfGroup(shape, sql`one.id`),
    ])}
    FROM (
      SELECT id, (
        SELECT json_array(${listOf([SUMS, countsDistinct && covered(shape)])})
        FROM (${ofListedAccount(shape)}) AS q) AS sums
      FROM listed LIMIT -1) AS one
    WHERE sums ->> 0 > 0`;
};

const buildWhole = (shape: SummaryShape): SQL => {
  const { accounts, byAccount, byServer, countsDistinct, isNamed } = shape;
  return sql`
    WITH RECURSIVE ${listedAccounts(shape)},
    totals (${listOf([
      byAccount && 'account_id',
      byServer && 'server_id',
      'sessions, ms, confirmed_ms, watched_ms',
      countsDistinct && 'covered',
      hasIntervals(shape) && 'intervals',
      isNamed && 'name',
    ])}) AS (
      ${byAccount && !byServer ? wholeByAccount(shape) : whole(shape, ofListedAccounts(shape))}
      ${accounts === null ? sql`UNION ALL ${whole(shape, ofAllAccounts(shape), countsDistinct)}` : sql``}
      UNION ALL ${whole(shape, fromBefore(shape))}
      UNION ALL ${whole(shape, openOnes(shape))})
    SELECT * FROM totals`;
};

/** Query: sessions of one group that begin and end in the same pieces. */
const pieces = ({ byServer }: CutShape, cuts: CutShape['cuts'], sessions: SQL): SQL => {
  const piece = (at: string): SQL => pieceNumber(cuts, sql.raw(at));
  const sum = (at: string): SQL => sql`sum(${sql.raw(at)} - ${int('from')})`;
  return sql`
    SELECT ${listOf([
      byServer && 'server_id',
      'count(*), first_piece, last_piece',
      sum('s'),
      sum('e'),
      'is_watched',
      sql`iif(parts IS NULL, NULL, json_array(
        json(parts), ${sum('c')}, ${sum('w')}, ${sum('x')}, ${sum('g')}, ${sum('h')}))`,
    ])}
    FROM (
      SELECT *, iif(is_watched IS NULL, json_array(
        ${piece('max(s, c - 1)')}, ${piece('max(s, min(w, e - 1))')}, ${piece('max(s, x - 1)')},
        iif(g IS NULL, NULL, ${piece('max(s, min(g, e - 1))')}), iif(g IS NULL, NULL, ${piece('max(s, h - 1)')})), NULL)
        AS parts
      FROM (
        SELECT server_id, s, e, c, w, x, iif(h > g, g, NULL) AS g, iif(h > g, h, NULL) AS h, ${isWatched} AS is_watched,
          ${piece('s')} AS first_piece, ${piece('max(s, e - 1)')} AS last_piece
        FROM (${sessions}) LIMIT -1))
    GROUP BY ${listOf([byServer && 'server_id', 'first_piece, last_piece, is_watched, parts'])}`;
};

const buildCut = (shape: CutShape): SQL => {
  const { accounts, byServer, cuts } = shape;
  return sql`
    WITH RECURSIVE ${listedAccounts(shape)},
    totals (${listOf([
      byServer && 'server_id',
      'sessions, first_piece, last_piece, starts, ends, is_watched, parts',
    ])}) AS (
      ${pieces(shape, cuts, ofListedAccounts(shape))}
      ${accounts === null ? sql`UNION ALL ${pieces(shape, cuts, ofAllAccounts(shape))}` : sql``}
      UNION ALL ${pieces(shape, cuts, fromBefore(shape))}
      UNION ALL ${pieces(shape, cuts, openOnes(shape))})
    SELECT * FROM totals`;
};

const BY_ACCOUNT: SummaryShape = {
  byAccount: true,
  byServer: false,
  countsDistinct: false,
  isNamed: false,
  accounts: null,
  hasServer: false,
  hasMetadata: false,
};

const wholeSummary = statementByShape<SummaryShape, Values, WholeRow>(
  buildWhole,
  WITH_DOCS && [
    BY_ACCOUNT,
    {
      ...BY_ACCOUNT,
      countsDistinct: true,
      isNamed: true,
      accounts: 'accId',
      hasServer: true,
      hasMetadata: true,
    },
    { ...BY_ACCOUNT, countsDistinct: true, isNamed: true },
    { ...BY_ACCOUNT, byAccount: false, byServer: true, isNamed: true, accounts: 'discord' },
    { ...BY_ACCOUNT, byServer: true },
  ],
);

const cutSummary = statementByShape<CutShape, Values, CutRow>(
  buildCut,
  WITH_DOCS && [
    {
      byServer: false,
      cuts: { kind: 'units', count: 3 },
      accounts: 'accId',
      hasServer: true,
      hasMetadata: true,
    },
    {
      byServer: true,
      cuts: { kind: 'borders', count: 13 },
      accounts: null,
      hasServer: false,
      hasMetadata: false,
    },
  ],
);

/** Statement: what the sessions of a period come to. Of a group there are several rows, to be added up. */
export const selectSummary = (
  communityId: number,
  filter: SummaryFilter,
  groups: Groups,
  heartbeatTimeoutMs: number,
): Statement<WholeRow> =>
  wholeSummary(
    { ...shapeOf(filter), ...groups, isNamed: groups.byAccount !== groups.byServer },
    { ...valuesOf(communityId, filter, heartbeatTimeoutMs) },
  );

/** Statement: the same by server or not, cut by the calendar. */
export const selectCutSummary = (
  communityId: number,
  filter: SummaryFilter,
  byServer: boolean,
  cuts: Cuts,
  heartbeatTimeoutMs: number,
): Statement<CutRow> =>
  cutSummary(
    { ...shapeOf(filter), byServer, cuts: { kind: cuts.kind, count: countOf(cuts) } },
    { ...valuesOf(communityId, filter, heartbeatTimeoutMs), ...valuesOfCuts(cuts) },
  );

const countOf = (cuts: Cuts): number => (cuts.kind === 'units' ? cuts.stretches.length : cuts.borders.length);

const valuesOfCuts = (cuts: Cuts): Record<string, number> =>
  cuts.kind === 'borders'
    ? Object.fromEntries(cuts.borders.map((border, index) => [`border${index}`, border]))
    : Object.fromEntries([
        ['length', cuts.length],
        ...cuts.stretches.flatMap(({ end, shift }, index) => [
          [`end${index}`, end],
          [`shift${index}`, shift],
        ]),
      ]);

/** Query, with the values `communityId`, `from`, `to`, `timeoutMs`: what each account's time comes to. */
export const selectTotalsByAccount = (): SQL => sql`
  SELECT account_id, sum(ms) AS ms, sum(confirmed_ms) AS confirmed_ms, sum(watched_ms) AS watched_ms,
    sum(sessions) AS sessions
  FROM (${buildWhole(BY_ACCOUNT)}) GROUP BY account_id`;
