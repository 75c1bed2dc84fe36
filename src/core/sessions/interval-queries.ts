/** The SQL of when accounts were there, session by session. */
import { namesOf, type SQL, type Statement, sql, statementByShape, type Value } from '../../db/statement.ts';
import { type Moment, momentValues } from './queries.ts';
import {
  type FilterShape,
  fromBefore,
  int,
  listedAccounts,
  ofAllAccounts,
  ofListedAccounts,
  openOnes,
  openUntilNow,
  type SummaryFilter,
  shapeOf,
  valuesOf,
} from './reaching-queries.ts';

interface IntervalShape extends FilterShape {
  readonly byServer: boolean;
  /** Whether an open session that is not silent for too long counts until now; else until it was last seen. */
  readonly isUntilNow: boolean;
}

export interface IntervalRow {
  readonly account_id: string;
  readonly server_id: number | null;
  readonly sessions: number;
  /** `start end` of each session, in milliseconds after `from`, cut to the period. */
  readonly intervals: string;
}

const buildIntervals = (shape: IntervalShape): SQL => {
  const from = int('from');
  const part = (sessions: SQL): SQL => sql`SELECT account_id, server_id, s, e FROM (${sessions})`;
  return sql`
    WITH RECURSIVE ${listedAccounts(shape)}
    SELECT account_id, ${sql.raw(shape.byServer ? 'server_id' : 'NULL')} AS server_id, count(*) AS sessions,
      group_concat((s - ${from}) || ' ' || (e - ${from}), ' ') AS intervals
    FROM (
      ${part(ofListedAccounts(shape))}
      ${shape.accounts === null ? sql`UNION ALL ${part(ofAllAccounts(shape))}` : sql``}
      UNION ALL ${part(fromBefore(shape))}
      UNION ALL ${part(shape.isUntilNow ? openUntilNow(shape, namesOf()) : openOnes(shape))})
    GROUP BY account_id ${sql.raw(shape.byServer ? ', server_id' : '')}`;
};

const intervals = statementByShape<IntervalShape, Readonly<Record<string, Value>>, IntervalRow>(
  buildIntervals,
  WITH_DOCS && [
    { accounts: null, byServer: true, isUntilNow: true, hasServer: true, hasMetadata: true },
    { accounts: 'ids', byServer: false, isUntilNow: false, hasServer: false, hasMetadata: false },
  ],
);

/** Statement: when each account was on, of each server where `byServer` tells them apart. */
export const selectIntervals = (
  communityId: number,
  filter: SummaryFilter,
  { byServer, moment }: { readonly byServer: boolean; readonly moment: Moment },
): Statement<IntervalRow> =>
  intervals(
    { ...shapeOf(filter), byServer, isUntilNow: true },
    { ...valuesOf(communityId, filter, 0), ...momentValues(moment) },
  );

/** Statement: when accounts whose ids are listed were there, as totals count it. */
export const selectIntervalsOf = (
  communityId: number,
  { account, ...filter }: SummaryFilter,
  accountIds: readonly string[],
): Statement<IntervalRow> =>
  intervals(
    { ...shapeOf(filter), accounts: 'ids', byServer: false, isUntilNow: false },
    { ...valuesOf(communityId, filter, 0), accountIds: JSON.stringify(accountIds) },
  );

/** The intervals of a row: start, end, start, end, in milliseconds after the period's start. */
export const intervalsOf = ({ intervals: text }: IntervalRow): number[] => numbersOf(text);

/** The numbers of a text that has nothing but digits and blanks. */
export const numbersOf = (text: string): number[] => {
  const numbers: number[] = [];
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
