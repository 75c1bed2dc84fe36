/** Totals as the API adds them up. The browser only prints: it never cuts a session at midnight itself. */
import { t } from '../i18n/index.ts';
import { ApiError, api, call, type Data } from './api.ts';
import { addDays, fromLocal } from './time.ts';

type Item = Data<'summarizeActivity'>['items'][number];

export interface Total {
  readonly seconds: number;
  readonly confirmedSeconds: number;
  readonly unconfirmedSeconds: number;
  readonly watchedSeconds: number;
  readonly sessions: number;
}

export interface PersonTotal extends Total {
  readonly accId: string;
  readonly name?: string | null;
}

/** As many as one answer has: 200 people have 1400 days in a week, and each page adds the whole period up anew. */
const LIMIT = 5000;
const MAX_PAGES = 12;

/** The instants of some whole days in the zone. */
export const rangeOf = (from: string, to: string, zone: string): { from: string; to: string } => ({
  from: new Date(fromLocal(from, zone)).toISOString(),
  to: new Date(fromLocal(addDays(to, 1), zone)).toISOString(),
});

interface Wanted {
  /** Days, both included: the API knows where they begin. */
  readonly from: string;
  readonly to: string;
  readonly groupBy: string;
  readonly accId?: string;
}

const readTotals = async (query: Wanted): Promise<Item[]> => {
  const items: Item[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; page < MAX_PAGES && cursor !== null; page++) {
    const after = cursor;
    const answer = await call(() =>
      api.GET('/v2/community/activity/summary', {
        params: { query: { ...query, limit: LIMIT, ...(after !== undefined && { cursor: after }) } },
      }),
    );
    items.push(...answer.items);
    cursor = answer.nextCursor;
  }
  // Sums of some of them would be wrong, and look right.
  if (cursor !== null) throw new ApiError(413, { detail: t('hours.tooMany', { n: LIMIT * MAX_PAGES }) });
  return items;
};

/** What was asked for is in every item; the document cannot say so. */
const having = <K extends keyof Item>(items: readonly Item[], key: K): (Item & Required<Pick<Item, K>>)[] =>
  items.filter((item): item is Item & Required<Pick<Item, K>> => item[key] !== undefined);

export const totalsByPerson = async (from: string, to: string): Promise<PersonTotal[]> =>
  having(await readTotals({ from, to, groupBy: 'account' }), 'accId');

export const totalsByDay = async (from: string, to: string, accId: string) =>
  having(await readTotals({ from, to, groupBy: 'day', accId }), 'day');

export const totalsByServer = async (from: string, to: string) =>
  having(await readTotals({ from, to, groupBy: 'server' }), 'serverId');

/** The sum of each hour of each weekday: 1 for Monday. */
export const totalsByWeekdayHour = async (from: string, to: string) =>
  (await readTotals({ from, to, groupBy: 'weekday-hour' })).map(
    ({ weekday = 1, hourOfDay = 0, seconds }) => ({
      weekday,
      hourOfDay,
      seconds,
    }),
  );

export interface PersonWeek extends Total {
  readonly accId: string;
  readonly name?: string | null;
  /** By day; a day without time is not there. */
  readonly days: ReadonlyMap<string, Total>;
}

/** Everybody's time on each of some days. */
export const totalsByPersonAndDay = async (from: string, to: string): Promise<PersonWeek[]> => {
  const items = having(await readTotals({ from, to, groupBy: 'account,day' }), 'accId');
  return [...Map.groupBy(items, ({ accId }) => accId)].map(([accId, own]) => ({
    accId,
    name: own.find(({ name }) => name)?.name ?? null,
    days: new Map(own.map((item) => [item.day ?? '', item])),
    ...sumOf(own),
  }));
};

/** Seconds are added whole; they are rounded where they are shown. */
export const sumOf = (totals: readonly Total[]): Total => {
  const sum = { seconds: 0, confirmedSeconds: 0, unconfirmedSeconds: 0, watchedSeconds: 0, sessions: 0 };
  for (const total of totals) {
    sum.seconds += total.seconds;
    sum.confirmedSeconds += total.confirmedSeconds;
    sum.unconfirmedSeconds += total.unconfirmedSeconds;
    sum.watchedSeconds += total.watchedSeconds;
    sum.sessions += total.sessions;
  }
  return sum;
};
