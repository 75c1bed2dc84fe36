/** Shares the time of a period out among what it is grouped by. Pure; see summary-queries.ts for what it is made of. */
import {
  type CalendarPiece,
  type CalendarUnit,
  calendarLabel,
  calendarPieces,
  unitRule,
  type WeekStart,
  zoneStretches,
} from '../../lib/calendar-spans.ts';
import { union } from './online-steps.ts';
import type { Cuts, SummaryRow } from './summary-queries.ts';

export const GROUPINGS = ['account', 'server', 'day', 'week', 'month', 'hour', 'weekday-hour'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** The groupings that the calendar cuts by. */
export type TimeGrouping = Exclude<Grouping, 'account' | 'server'>;
export const isTimeGrouping = (grouping: Grouping): grouping is TimeGrouping =>
  grouping !== 'account' && grouping !== 'server';

/** The total of one group. */
export interface SessionTotal {
  /** Where it is grouped by account; the id that the sessions are under. */
  readonly accountId: string | undefined;
  readonly serverId: number | undefined;
  /** For each time that it is grouped by, its name (`calendarLabel`); of a weekday's hour `2-18`, Tuesday from 18:00. */
  readonly labels: Readonly<Partial<Record<TimeGrouping, string>>>;
  /** From when to when the group's part of the period is; epoch milliseconds. The whole period where no time cuts. */
  readonly start: number;
  readonly end: number;
  /** Each session's time in full: who is on two servers at once gets both. */
  readonly ms: number;
  /** Until the last sight; see rules.ts. */
  readonly confirmedMs: number;
  /** Between signs of life that are no further apart than the heartbeat timeout. */
  readonly watchedMs: number;
  /** The time in which at least one session was there. Only where it is grouped by account, and not by server. */
  readonly distinctMs: number;
  /** How many sessions reach into it, those without a length included. */
  readonly sessions: number;
}

/** How to share out: which groups, in which calendar. */
export interface TotalsPlan {
  readonly groupings: readonly Grouping[];
  /** Epoch milliseconds; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  /** IANA. */
  readonly timeZone: string;
  readonly weekStart: WeekStart;
}

/** Whether time on two servers at once is to be counted once, too. */
export const countsDistinct = ({ groupings }: Pick<TotalsPlan, 'groupings'>): boolean =>
  groupings.includes('account') && !groupings.includes('server');

type Sum = { -readonly [K in keyof SessionTotal]: SessionTotal[K] };

/** A piece of the calendar with the names that it has. */
interface NamedPiece extends CalendarPiece {
  readonly labels: SessionTotal['labels'];
  /** The names in one text. */
  readonly key: string;
}

/** As many groups as an answer may have in all its pages: some 100 MB of a Worker's memory. */
export const MAX_GROUPS = 200_000;

export class SessionTotals {
  readonly #plan: TotalsPlan;
  readonly #times: readonly TimeGrouping[];
  readonly #unit: CalendarUnit | undefined;
  readonly #pieces: readonly CalendarPiece[];
  readonly #names: (NamedPiece | undefined)[] = [];
  /** By the number that SQL gives a piece. */
  readonly #places = new Map<number, number>();
  readonly #sums = new Map<string, Sum>();
  readonly #intervals = new Map<string, number[]>();
  readonly cuts: Cuts;
  sessions = 0;

  constructor(plan: TotalsPlan) {
    this.#plan = plan;
    this.#times = plan.groupings.filter(isTimeGrouping);
    this.#unit = unitOf(this.#times);
    const { from, to, timeZone, weekStart } = plan;
    if (!this.#unit) {
      this.#pieces = [{ start: from, end: to, number: 0, localStart: from, offset: 0 }];
      this.cuts = { kind: 'none' };
      return;
    }
    const stretches = zoneStretches(timeZone, from, to);
    this.#pieces = calendarPieces(stretches, this.#unit, weekStart);
    if (this.#unit === 'month') {
      this.cuts = { kind: 'borders', borders: this.#pieces.map(({ start }) => start) };
      this.#pieces.forEach((_, place) => void this.#places.set(place, place));
    } else {
      const { length, shift } = unitRule(this.#unit, weekStart);
      this.cuts = {
        kind: 'units',
        length,
        stretches: stretches.map(({ end, offset }) => ({ end, shift: offset + shift })),
      };
      this.#pieces.forEach(({ number }, place) => void this.#places.set(number, place));
    }
  }

  /** Adds sessions of one group, as the database has added them up. */
  add(row: SummaryRow): void {
    const { from } = this.#plan;
    this.sessions += row.sessions;
    if (row.intervals !== null || (countsDistinct(this.#plan) && row.sessions === 1)) this.#addIntervals(row);
    if (this.cuts.kind === 'none') {
      const sum = this.#sumOf(row, 0);
      sum.ms += row.ms;
      sum.confirmedMs += row.confirmed_ms;
      sum.watchedMs += row.watched_ms;
      sum.sessions += row.sessions;
      return;
    }
    const first = this.#placeOf(row.first_piece);
    const last = this.#placeOf(row.last_piece);
    const starts = row.starts ?? 0;
    const ends = row.ends ?? 0;
    const seen = new Set<Sum>();
    for (let place = first; place <= last; place++) {
      const piece = this.#pieces[place] as CalendarPiece;
      const sum = this.#sumOf(row, place);
      const ms =
        (place === last ? ends : row.sessions * (piece.end - from)) -
        (place === first ? starts : row.sessions * (piece.start - from));
      sum.ms += ms;
      if (!seen.has(sum)) sum.sessions += row.sessions;
      seen.add(sum);
      if (row.parts === null) {
        sum.confirmedMs += ms;
        if (row.is_watched === 1) sum.watchedMs += ms;
      } else {
        const [confirmed, watchedFrom, watchedUntil, gapFrom, gapUntil, start] = JSON.parse(row.parts) as [
          number,
          number,
          number,
          number | null,
          number | null,
          number,
        ];
        sum.confirmedMs += within(piece, start, confirmed);
        sum.watchedMs +=
          within(piece, watchedFrom, watchedUntil) -
          (gapFrom === null || gapUntil === null ? 0 : within(piece, gapFrom, gapUntil));
      }
    }
  }

  #addIntervals(row: SummaryRow): void {
    const key = row.account_id ?? '';
    const list = this.#intervals.get(key) ?? [];
    this.#intervals.set(key, list);
    for (const at of intervalsOf(row)) list.push(at);
  }

  /** The place in the calendar of a piece that SQL numbered. */
  #placeOf(number: number | null): number {
    const place = this.#places.get(number ?? -1);
    if (place === undefined) throw new Error(`The calendar has no piece ${number}`);
    return place;
  }

  /** Adds the time of every account once, however its sessions overlap. */
  #addDistinct(): void {
    const { from } = this.#plan;
    for (const [accountId, list] of this.#intervals) {
      const row = { account_id: accountId, server_id: null };
      let place = 0;
      for (const [start, end] of union(list)) {
        while ((this.#pieces[place]?.end ?? Number.POSITIVE_INFINITY) - from <= start) place += 1;
        for (let next = place; ; next++) {
          const piece = this.#pieces[next];
          if (!piece || piece.start - from >= end) break;
          this.#sumOf(row, next).distinctMs += within(piece, start + from, end + from);
        }
      }
    }
    this.#intervals.clear();
  }

  #nameOf(place: number): NamedPiece {
    const known = this.#names[place];
    if (known) return known;
    const piece = this.#pieces[place] as CalendarPiece;
    const labels = Object.fromEntries(
      this.#times.map((time) => [time, labelOf(piece, time, this.#plan.weekStart)]),
    );
    const name = { ...piece, labels, key: Object.values(labels).join(' ') };
    this.#names[place] = name;
    return name;
  }

  #sumOf({ account_id, server_id }: Pick<SummaryRow, 'account_id' | 'server_id'>, place: number): Sum {
    const { groupings } = this.#plan;
    const piece = this.#nameOf(place);
    const accountId = groupings.includes('account') ? (account_id ?? '') : undefined;
    const serverId = groupings.includes('server') ? (server_id ?? 0) : undefined;
    const key = `${accountId ?? ''} ${serverId ?? ''} ${piece.key}`;
    let sum = this.#sums.get(key);
    if (!sum) {
      const { start, end, labels } = piece;
      sum = {
        accountId,
        serverId,
        labels,
        start,
        end,
        ms: 0,
        confirmedMs: 0,
        watchedMs: 0,
        distinctMs: 0,
        sessions: 0,
      };
      this.#sums.set(key, sum);
    }
    sum.start = Math.min(sum.start, piece.start);
    sum.end = Math.max(sum.end, piece.end);
    return sum;
  }

  /** Makes totals of zero for every time of the period, for each account and server that has any. */
  fill(): void {
    const others = new Map<string, Pick<SummaryRow, 'account_id' | 'server_id'>>();
    for (const { accountId, serverId } of this.#sums.values()) {
      others.set(`${accountId} ${serverId}`, { account_id: accountId ?? null, server_id: serverId ?? null });
    }
    const isGrouped = this.#times.length < this.#plan.groupings.length;
    const rows = isGrouped ? [...others.values()] : [{ account_id: null, server_id: null }];
    for (const row of rows) {
      for (let place = 0; place < this.#pieces.length; place++) this.#sumOf(row, place);
      if (this.#sums.size > MAX_GROUPS) return;
    }
  }

  /** How many groups there are. */
  get size(): number {
    return this.#sums.size;
  }

  /** The totals in their order. */
  sorted(order: TotalsOrder): SessionTotal[] {
    this.#addDistinct();
    return [...this.#sums.values()].sort((a, b) => compareTotals(order, placeInOrder(a), placeInOrder(b)));
  }
}

/** The intervals of a row that has them: start, end, start, end, in milliseconds after the period's start. */
export const intervalsOf = ({ sessions, intervals, starts, ends }: SummaryRow): number[] =>
  sessions === 1 ? [starts ?? 0, ends ?? 0] : readNumbers(intervals ?? '');

/** The numbers of a text that has nothing but digits and blanks. */
const readNumbers = (text: string): number[] => {
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

/** What of an interval lies in the piece. */
const within = (piece: Pick<CalendarPiece, 'start' | 'end'>, start: number, end: number): number =>
  Math.max(0, Math.min(end, piece.end) - Math.max(start, piece.start));

/** The smallest unit that all groupings are made of. */
const unitOf = (times: readonly TimeGrouping[]): CalendarUnit | undefined => {
  if (times.some((time) => time === 'hour' || time === 'weekday-hour')) return 'hour';
  const units = times as readonly Exclude<TimeGrouping, 'hour' | 'weekday-hour'>[];
  return units.length > 1 ? 'day' : units[0];
};

const labelOf = (piece: CalendarPiece, time: TimeGrouping, weekStart: WeekStart): string => {
  if (time === 'weekday-hour') {
    const local = new Date(piece.localStart);
    return `${local.getUTCDay() || 7}-${local.getUTCHours()}`;
  }
  return calendarLabel({ ...piece, localStart: startOf(piece.localStart, time, weekStart) }, time, weekStart);
};

/** Where the unit begins, by the wall clock, that a smaller one is in. */
const startOf = (localMs: number, unit: CalendarUnit, weekStart: WeekStart): number => {
  if (unit === 'month') {
    const local = new Date(localMs);
    return Date.UTC(local.getUTCFullYear(), local.getUTCMonth());
  }
  const { length, shift } = unitRule(unit, weekStart);
  return Math.floor((localMs + shift) / length) * length - shift;
};

/** `most`: most time first. `time`: the earliest first, and of one time the one with the most. */
export const TOTALS_ORDERS = ['most', 'time'] as const;
export type TotalsOrder = (typeof TOTALS_ORDERS)[number];

/** Where a total stands: `[milliseconds, start, account, server, labels]`. */
export type TotalsPlace = readonly [number, number, string, number, string];

export const placeInOrder = ({ ms, start, accountId, serverId, labels }: SessionTotal): TotalsPlace => [
  ms,
  start,
  accountId ?? '',
  serverId ?? 0,
  Object.values(labels).join(' '),
];

/** The order of the totals: ties by account, server and name of the time. */
export const compareTotals = (order: TotalsOrder, a: TotalsPlace, b: TotalsPlace): number =>
  (order === 'time' ? a[1] - b[1] : 0) ||
  b[0] - a[0] ||
  compare(a[2], b[2]) ||
  a[3] - b[3] ||
  compare(a[4], b[4]);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
