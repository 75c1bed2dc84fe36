/** How the totals of a period are asked for and shown, as JSON and as a file. */

import * as v from 'valibot';
import { IDENTIFIER_KINDS, type IdentifierKind } from '../../../core/accounts/identifiers.ts';
import { nameInTotal } from '../../../core/sessions/names-of-totals.ts';
import type { MetadataFilter } from '../../../core/sessions/reaching-queries.ts';
import {
  GROUPINGS,
  type Grouping,
  isTimeGrouping,
  type SessionTotal,
  TOTALS_ORDERS,
  type TotalsOrder,
} from '../../../core/sessions/session-totals.ts';
import { startOfDay } from '../../../lib/calendar-spans.ts';
import { isOneOf } from '../../../lib/keys.ts';
import { type Cell, csvQuery } from '../../kit/csv.ts';
import { invalidField } from '../../kit/fault.ts';
import {
  dateTime,
  documented,
  integerText,
  parseInstant,
  text,
  timezone,
  toPlus,
  uuid,
} from '../../kit/fields.ts';
import { isLongerThanMonth, isLongerThanWeek } from '../../kit/large-reads.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { isoOrNull } from '../../wire/access.ts';

const DAY_MS = 86_400_000;
const isDay = (value: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(value) && parseInstant(`${value}T00:00:00Z`) !== undefined;

/** A day, or an instant with an offset, in which a `+` that nobody escaped arrives as a space. */
export const dayOrInstant = v.pipe(
  v.string(),
  v.transform(toPlus),
  v.check((value) => isDay(value) || parseInstant(value) !== undefined, fieldMessage('day_or_instant')),
  documented(WITH_DOCS && { type: 'string', examples: ['2026-11-16', '2026-11-16T00:00:00Z'] }),
);

/** When a period begins, or ends: a day is in it as a whole. @throws Fault invalid_input for a day that the zone skips */
export const toPeriodEdge = (field: 'from' | 'to', value: string, timeZone: string): number => {
  if (!isDay(value)) return parseInstant(value) as number;
  const midnight = Date.parse(`${value}T00:00:00Z`);
  const start = startOfDay(timeZone, midnight);
  if (start.isSkipped) throw invalidField(field, fieldMessage('no_such_day', timeZone));
  return field === 'from' ? start.at : startOfDay(timeZone, midnight + DAY_MS).at;
};

export const MAX_DAYS = 366;
/** The clocks of a zone may go back within the longest period. */
const SLACK_MS = 3 * 3_600_000;

/** @throws Fault invalid_input */
export const toPeriod = (
  query: { readonly from: string; readonly to: string },
  timeZone: string,
): { from: number; to: number } => {
  const from = toPeriodEdge('from', query.from, timeZone);
  const to = toPeriodEdge('to', query.to, timeZone);
  if (to <= from) throw invalidField('to', fieldMessage('after', 'from'));
  if (to - from > MAX_DAYS * DAY_MS + SLACK_MS) {
    throw invalidField('to', fieldMessage('period', MAX_DAYS, 'from'));
  }
  return { from, to };
};

/** Whether these totals are a large read. A day more or less, as the zone of the period may have it, does not matter. */
export const isLargeTotal = (query: {
  readonly from: string;
  readonly to: string;
  readonly groupBy?: string | readonly string[] | undefined;
}): boolean => {
  const [from, to] = [Date.parse(query.from.slice(0, 10)), Date.parse(query.to.slice(0, 10))];
  const isGroupedTwice = Array.isArray(query.groupBy) && query.groupBy.length > 1;
  return isGroupedTwice ? isLongerThanWeek(from, to) : isLongerThanMonth(from, to);
};

/** `metadata.job=police`, as the kit reads it: `job=police`. */
export const metadataFilter = v.pipe(
  v.string(),
  v.check((value) => /^[^"\\\0=]{1,64}=.{1,256}$/su.test(value), fieldMessage('metadata_filter')),
  v.transform((value): MetadataFilter => {
    const end = value.indexOf('=');
    return { key: value.slice(0, end), value: value.slice(end + 1) };
  }),
  documented(
    WITH_DOCS && { type: 'string', description: 'Written metadata.{key}={value}: metadata.job=police' },
  ),
);

/** Whose sessions are asked for: an account by one of its identifiers, a server, a value in the metadata. */
export const filterQuery = {
  accId: v.optional(uuid),
  apiId: v.optional(text(1, 128)),
  discord: v.optional(text(1, 128)),
  uniqueId: v.optional(text(1, 128)),
  username: v.optional(text(1, 128)),
  serverId: v.optional(integerText(1)),
  metadata: v.optional(metadataFilter),
};

/** @throws Fault invalid_input where two identifiers came */
export const toAccountFilter = (query: Partial<Record<IdentifierKind, string | undefined>>) => {
  const [first, second] = IDENTIFIER_KINDS.filter((kind) => query[kind] !== undefined);
  if (first && second) throw invalidField(second, fieldMessage('exclusive', first));
  return first && { kind: first, value: query[first] as string };
};

const groupBy = v.pipe(
  v.string(),
  v.check(
    (value) => {
      const names = value.split(',');
      return (
        names.length <= 2 &&
        new Set(names).size === names.length &&
        names.every((name) => isOneOf(GROUPINGS, name))
      );
    },
    fieldMessage('grouping', GROUPINGS.join(', ')),
  ),
  v.transform((value) => value.split(',').filter((name) => isOneOf(GROUPINGS, name))),
  documented(WITH_DOCS && { type: 'string', examples: ['account', 'account,week', 'day'] }),
);

export const ROUNDINGS = { none: 1000, minute: 60_000, 'quarter-hour': 900_000 } as const;
export type Rounding = keyof typeof ROUNDINGS;

export const totalsEntries = {
  from: dayOrInstant,
  to: dayOrInstant,
  groupBy: v.optional(groupBy, 'account'),
  timezone: v.optional(timezone),
  ...filterQuery,
  order: v.optional(v.picklist(TOTALS_ORDERS)),
  fill: v.optional(v.picklist(['true', 'false']), 'false'),
  rounding: v.optional(v.picklist(['none', 'minute', 'quarter-hour']), 'none'),
  ...csvQuery,
};

/** @throws Fault invalid_input for what has a meaning only where a time is grouped by */
export const requireTimes = ({
  groupBy: groupings,
  order,
  fill,
}: {
  groupBy: readonly Grouping[];
  order?: TotalsOrder | undefined;
  fill: string;
}): void => {
  if (groupings.some(isTimeGrouping)) return;
  const needs = fieldMessage('only_with', 'groupBy=day');
  if (order === 'time') throw invalidField('order', needs);
  if (fill === 'true') throw invalidField('fill', needs);
};

/** The most time first is a ranking. Who asks for empty times, too, reads a calendar: the earliest first. */
export const defaultOrder = (fill: 'true' | 'false'): TotalsOrder => (fill === 'true' ? 'time' : 'most');

/** What the totals of accounts and servers are shown with. */
export interface TotalNames {
  readonly accounts: ReadonlyMap<string, string | null>;
  readonly servers: ReadonlyMap<number, string | null>;
}

export const totalItemSchema = () =>
  v.object({
    accId: v.optional(v.string()),
    name: v.optional(v.nullable(v.string())),
    serverId: v.optional(v.number()),
    serverName: v.optional(v.nullable(v.string())),
    day: v.optional(v.string()),
    week: v.optional(v.string()),
    month: v.optional(v.string()),
    hour: v.optional(v.string()),
    weekday: v.optional(v.number()),
    hourOfDay: v.optional(v.number()),
    start: v.optional(dateTime()),
    end: v.optional(dateTime()),
    seconds: v.number(),
    hours: v.number(),
    confirmedSeconds: v.number(),
    unconfirmedSeconds: v.number(),
    watchedSeconds: v.number(),
    sessions: v.number(),
    distinctSeconds: v.optional(v.number()),
  });

/** Adds the sums of a total. Rounded once, after the sum; the parts still add up. */
const addSums = (item: Record<string, Cell>, total: SessionTotal, rounding: Rounding): void => {
  const step = ROUNDINGS[rounding];
  const round = (ms: number): number => (Math.round(ms / step) * step) / 1000;
  const seconds = round(total.ms);
  const confirmed = Math.min(seconds, round(total.confirmedMs));
  item.seconds = seconds;
  item.hours = Math.round(seconds / 36) / 100;
  item.confirmedSeconds = confirmed;
  item.unconfirmedSeconds = seconds - confirmed;
  item.watchedSeconds = Math.min(confirmed, round(total.watchedMs));
  item.sessions = total.sessions;
  if (total.accountId !== undefined && total.serverId === undefined) {
    item.distinctSeconds = Math.min(seconds, round(total.distinctMs));
  }
};

export const toTotalItem = (groupings: readonly Grouping[], rounding: Rounding, names: TotalNames) => {
  const hasTimes = groupings.some((grouping) => isTimeGrouping(grouping) && grouping !== 'weekday-hour');
  return (total: SessionTotal) => {
    const item: Record<string, Cell> = {};
    for (const grouping of groupings) addKey(item, grouping, total, names);
    if (hasTimes) {
      item.start = isoOrNull(total.start);
      item.end = isoOrNull(total.end);
    }
    addSums(item, total, rounding);
    return item;
  };
};

const addKey = (
  item: Record<string, Cell>,
  grouping: Grouping,
  total: SessionTotal,
  { accounts, servers }: TotalNames,
): void => {
  const { accountId, serverId, labels } = total;
  switch (grouping) {
    case 'account':
      item.accId = accountId ?? null;
      item.name = nameInTotal(total) ?? accounts.get(accountId ?? '') ?? null;
      return;
    case 'server':
      item.serverId = serverId ?? null;
      item.serverName = nameInTotal(total) ?? servers.get(serverId ?? 0) ?? null;
      return;
    case 'weekday-hour': {
      const [weekday = '', hour = ''] = (labels['weekday-hour'] ?? '').split('-');
      item.weekday = Number(weekday);
      item.hourOfDay = Number(hour);
      return;
    }
    default:
      item[grouping] = labels[grouping] ?? null;
  }
};

const KEY_COLUMNS: Readonly<Record<Grouping, readonly string[]>> = {
  account: ['accId', 'name'],
  server: ['serverId', 'serverName'],
  day: ['day'],
  week: ['week'],
  month: ['month'],
  hour: ['hour'],
  'weekday-hour': ['weekday', 'hourOfDay'],
};

/** The columns of the file: a contract, as the names of JSON are. */
export const totalColumns = (groupings: readonly Grouping[]): string[] => [
  ...groupings.flatMap((grouping) => KEY_COLUMNS[grouping]),
  'seconds',
  'hours',
  'confirmedSeconds',
  'unconfirmedSeconds',
  'watchedSeconds',
  'sessions',
  ...(groupings.includes('account') && !groupings.includes('server') ? ['distinctSeconds'] : []),
];
