/**
 * The SQL of sessions account by account, cut to a period. Of totals by account and time: there are nearly as many groups as
 * sessions, so nothing is gained by grouping them here; session-totals.ts shares their time out. And of who was on, where
 * time on two servers at once counts once.
 */
import { namesOf, type SQL, type Statement, sql, statementByShape, type Value } from '../../db/statement.ts';
import { type Moment, momentValues } from './queries.ts';
import {
  type FilterShape,
  fromBefore,
  int,
  isWatched,
  listedAccounts,
  ofAllAccounts,
  ofListedAccount,
  ofListedAccounts,
  openOnes,
  openUntilNow,
  SLICE_OF_SESSION,
  type SummaryFilter,
  shapeOf,
  valuesOf,
} from './reaching-queries.ts';

interface ListShape extends FilterShape {
  /** Of who was on: an open session that is not silent for too long counts until now; else until it was last seen. */
  readonly isOnline: boolean;
  readonly byServer: boolean;
  /** Into how many slices the period is cut (`sliceMs`). */
  readonly slices: number;
}

export interface SessionListRow {
  readonly account_id: string;
  /** Where servers are told apart. */
  readonly server_id?: number;
  /** JSON of `SessionLists`. */
  readonly lists: string;
}

/**
 * How many sessions, and lists of them; null where there are none. A list has numbers with blanks between, in milliseconds
 * after `from`: when each session starts and ends; of the last list also until when it is confirmed, from when until when
 * it was watched, but for a gap from and until (0 and 0: without). Of who was on, the first list has all.
 */
type SessionLists = readonly [
  count: number,
  /** Confirmed to the end, and not watched. */
  unwatched: string | null,
  /** Watched all the time. */
  watched: string | null,
  others: string | null,
];

/** Expression: `SessionLists` of the sessions. */
const toLists = ({ isOnline }: ListShape): SQL => {
  const list = (which: string, ...instants: SQL[]): SQL =>
    sql`group_concat(${sql.join(instants, sql` || ' ' || `)}, ' ') FILTER (WHERE ${sql.raw(which)})`;
  const after = (at: string): SQL => sql`(${sql.raw(at)} - ${int('from')})`;
  const ofGap = (at: string): SQL => sql`iif(h > g, ${after(at)}, 0)`;
  const ends = [after('s'), after('e')];
  return isOnline
    ? sql`json_array(count(*), ${list('1', ...ends)}) AS lists`
    : sql`json_array(count(*), ${list('is_watched = 0', ...ends)}, ${list('is_watched = 1', ...ends)},
      ${list('is_watched IS NULL', ...ends, after('c'), after('w'), after('x'), ofGap('g'), ofGap('h'))}) AS lists`;
};

const build = (shape: ListShape): SQL => {
  const { accounts, isOnline, byServer, slices } = shape;
  const listsOf = (sessions: SQL, columns = ''): SQL => sql`
    SELECT ${sql.raw(columns)} ${toLists(shape)} FROM (SELECT *, ${isWatched} AS is_watched FROM (${sessions}))`;
  const columns = byServer ? 'account_id, server_id,' : 'account_id,';
  const grouped = (sessions: SQL): SQL =>
    sql`${listsOf(sessions, columns)} GROUP BY ${sql.raw(columns)} ${SLICE_OF_SESSION}`;
  const numbers = sql.raw(Array.from({ length: slices }, (_, n) => `(${n})`).join(','));
  const start = sql`(${int('from')} + slice.column1 * ${int('sliceMs')})`;
  // What an account's sessions come to needs no sorting where each is asked for by itself.
  const listed = byServer
    ? grouped(ofListedAccounts(shape))
    : sql`
      SELECT * FROM (
        SELECT id AS account_id, (${listsOf(
          ofListedAccount(shape, {
            from: start,
            to: sql`min(${int('to')}, ${start} + ${int('sliceMs')})`,
          }),
        )} HAVING count(*) > 0) AS lists
        FROM listed CROSS JOIN (VALUES ${numbers}) AS slice LIMIT -1)
      WHERE lists IS NOT NULL`;
  return sql`
    WITH RECURSIVE ${listedAccounts(shape)} ${listed}
    ${accounts === null ? sql`UNION ALL ${grouped(ofAllAccounts(shape))}` : sql``}
    UNION ALL ${grouped(fromBefore(shape))}
    UNION ALL ${grouped(isOnline ? openUntilNow(shape, namesOf()) : openOnes(shape))}`;
};

const lists = statementByShape<ListShape, Readonly<Record<string, Value>>, SessionListRow>(
  build,
  WITH_DOCS && [
    { accounts: null, isOnline: false, byServer: false, hasServer: false, hasMetadata: false, slices: 2 },
    { accounts: 'accId', isOnline: false, byServer: false, hasServer: true, hasMetadata: true, slices: 2 },
    { accounts: 'ids', isOnline: false, byServer: false, hasServer: false, hasMetadata: false, slices: 2 },
    { accounts: null, isOnline: true, byServer: false, hasServer: true, hasMetadata: false, slices: 2 },
    { accounts: null, isOnline: true, byServer: true, hasServer: false, hasMetadata: true, slices: 2 },
  ],
);

/**
 * Statement: the sessions of a period, account by account; of all accounts that the filter lets through, or of those that are
 * listed. Of an account there are several rows.
 */
export const selectSessionLists = (
  communityId: number,
  filter: SummaryFilter,
  heartbeatTimeoutMs: number,
  accountIds?: readonly string[],
): Statement<SessionListRow> => {
  const values = valuesOf(communityId, filter, heartbeatTimeoutMs);
  const shape = { ...shapeOf(filter), isOnline: false, byServer: false, slices: slicesOf(filter, values) };
  return accountIds
    ? lists({ ...shape, accounts: 'ids' }, { ...values, accountIds: JSON.stringify(accountIds) })
    : lists(shape, { ...values });
};

/** Statement: when each account was on, of each server where `byServer` tells them apart. */
export const selectOnlineLists = (
  communityId: number,
  filter: SummaryFilter,
  { byServer, moment }: { readonly byServer: boolean; readonly moment: Moment },
): Statement<SessionListRow> => {
  const values = valuesOf(communityId, filter, 0);
  return lists(
    { ...shapeOf(filter), isOnline: true, byServer, slices: slicesOf(filter, values) },
    { ...values, ...momentValues(moment) },
  );
};

const slicesOf = ({ from, to }: SummaryFilter, { sliceMs }: { readonly sliceMs: number }): number =>
  Math.ceil((to - from) / sliceMs);

export const readLists = ({ lists }: SessionListRow): SessionLists => JSON.parse(lists);

/** The numbers of a list. */
export const numbersOf = (text: string | null | undefined): number[] => {
  const numbers: number[] = [];
  if (!text) return numbers;
  let number = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 32) {
      numbers.push(number);
      number = 0;
    } else number = number * 10 + code - 48;
  }
  numbers.push(number);
  return numbers;
};
