/** Totals as the API adds them up. The browser only prints: it never cuts a session at midnight itself. */
import { api, call, type Data } from './api.ts';
import { addDays, fromLocal } from './time.ts';

type Item = Data<'summarizeActivity'>['items'][number];

export interface Total {
  readonly seconds: number;
  readonly confirmedSeconds: number;
  readonly unconfirmedSeconds: number;
  readonly sessions: number;
}

export interface PersonTotal extends Total {
  readonly accId: string;
  readonly name?: string | null;
}

const LIMIT = 1000;

/** The instants of some whole days in the zone, as the API takes them. */
export const rangeOf = (from: string, to: string, zone: string): { from: string; to: string } => ({
  from: new Date(fromLocal(from, zone)).toISOString(),
  to: new Date(fromLocal(addDays(to, 1), zone)).toISOString(),
});

type Query = NonNullable<Parameters<typeof summarize>[0]>;
const summarize = (query: {
  from: string;
  to: string;
  groupBy: 'account' | 'server' | 'day' | 'hour';
  accId?: string;
  serverId?: number;
}) =>
  call(() => api.GET('/v2/community/activity/summary', { params: { query: { limit: LIMIT, ...query } } }));

/** A total that has what it is grouped by. */
type ItemBy<K extends keyof Item> = Item & { readonly [P in K]-?: NonNullable<Item[P]> };

const itemsOf = async <K extends keyof Item>(query: Query, key: K): Promise<ItemBy<K>[]> => {
  const { items } = await summarize(query);
  return items.filter((item): item is ItemBy<K> => key in item);
};

/** Days from `from` to `to`, both included. */
export const totalsByPerson = (from: string, to: string, zone: string): Promise<PersonTotal[]> =>
  itemsOf({ ...rangeOf(from, to, zone), groupBy: 'account' }, 'accId');

export const totalsByDay = (from: string, to: string, zone: string, accId?: string) =>
  itemsOf({ ...rangeOf(from, to, zone), groupBy: 'day', ...(accId !== undefined && { accId }) }, 'day');

export const totalsByServer = (from: string, to: string, zone: string) =>
  itemsOf({ ...rangeOf(from, to, zone), groupBy: 'server' }, 'serverId');

export const totalsByHour = (from: string, to: string, zone: string) =>
  itemsOf({ ...rangeOf(from, to, zone), groupBy: 'hour' }, 'hour');

export interface PersonWeek extends Total {
  readonly accId: string;
  readonly name?: string | null;
  /** By day; a day without time is not there. */
  readonly days: ReadonlyMap<string, Total>;
}

/** Everybody's time on each of some days. */
export const totalsByPersonAndDay = async (days: readonly string[], zone: string): Promise<PersonWeek[]> => {
  const perDay = await Promise.all(
    days.map(async (day) => (await totalsByPerson(day, day, zone)).map((total) => ({ day, total }))),
  );
  const people = Map.groupBy(perDay.flat(), ({ total }) => total.accId);
  return [...people].map(([accId, entries]) => ({
    accId,
    name: entries.find(({ total }) => total.name)?.total.name ?? null,
    days: new Map(entries.map(({ day, total }) => [day, total])),
    ...sumOf(entries.map(({ total }) => total)),
  }));
};

/** Seconds are added whole; they are rounded where they are shown. */
export const sumOf = (totals: readonly Total[]): Total => {
  const sum = { seconds: 0, confirmedSeconds: 0, unconfirmedSeconds: 0, sessions: 0 };
  for (const total of totals) {
    sum.seconds += total.seconds;
    sum.confirmedSeconds += total.confirmedSeconds;
    sum.unconfirmedSeconds += total.unconfirmedSeconds;
    sum.sessions += total.sessions;
  }
  return sum;
};
