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
import { MAX_COVERING } from './reaching-queries.ts';
import { numbersOf, readLists, type SessionListRow } from './session-list-queries.ts';
import type { CutRow, Cuts, WholeRow } from './summary-queries.ts';

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
  /** What the one that it is grouped by is called, null where it has no name; undefined where it was not asked for. */
  readonly name?: string | null | undefined;
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

/** `CutRow.parts`, read. */
type Parts = readonly [
  pieces: readonly [number, number, number, number | null, number | null],
  confirmed: number,
  watchedFrom: number,
  watchedUntil: number,
  gapFrom: number | null,
  gapUntil: number | null,
];

type Sum = { -readonly [K in keyof SessionTotal]: SessionTotal[K] } & {
  /** The number of the session that it has counted last. */
  counted: number;
};

/** As many groups as an answer may have in all its pages: some 100 MB of a Worker's memory. */
export const MAX_GROUPS = 200_000;

/** What is grouped by, but for the time, and its sums: each in the place of its time in `#times`. */
interface Owner {
  readonly accountId: string | undefined;
  readonly serverId: number | undefined;
  readonly sums: (Sum | undefined)[];
  /** Start and end of its sessions, in milliseconds after `from`, as far as those came one by one. */
  readonly intervals: number[];
  /** Whether all of them did. */
  isListed: boolean;
}

/** The fields of a sum that an interval adds to. */
type Fields = readonly ('ms' | 'confirmedMs' | 'watchedMs' | 'distinctMs')[];
const CONFIRMED: Fields = ['confirmedMs'];
const WATCHED: Fields = ['watchedMs'];
const IN_PART: Fields = ['ms', 'distinctMs'];
const UNWATCHED: Fields = [...IN_PART, ...CONFIRMED];
const WHOLE: Fields = [...UNWATCHED, ...WATCHED];

/** Those of sessions that were watched all the time (1) or not at all (0); else in part. */
const fieldsOf = (isWatched: number | null): Fields =>
  isWatched === null ? IN_PART : isWatched === 1 ? WHOLE : UNWATCHED;

/** Whether they are those of a whole session, and not of a part of it. */
const areOfSession = (fields: Fields): boolean => fields.includes('ms');

export class SessionTotals {
  readonly #plan: TotalsPlan;
  readonly #timeGroupings: readonly TimeGrouping[];
  readonly #pieces: readonly CalendarPiece[];
  /** By the number that SQL gives a piece. */
  readonly #places = new Map<number, number>();
  /** The times that the pieces are grouped to, by their names; and of each piece, the place of its time. */
  readonly #times: SessionTotal['labels'][] = [];
  readonly #timeOf: (number | undefined)[] = [];
  readonly #timeNamed = new Map<string, number>();
  readonly #owners = new Map<string | number, Owner>();
  readonly #crowded = new Set<string>();
  /** The number of the session that is being added, of those that come one by one. */
  #counted = 0;
  /** How the database is to cut; undefined where no time is grouped by. */
  readonly cuts: Cuts | undefined;
  sessions = 0;
  /** How many groups there are. */
  size = 0;

  constructor(plan: TotalsPlan) {
    this.#plan = plan;
    this.#timeGroupings = plan.groupings.filter(isTimeGrouping);
    const unit = unitOf(this.#timeGroupings);
    const { from, to, timeZone, weekStart } = plan;
    if (!unit) {
      this.#pieces = [{ start: from, end: to, number: 0, localStart: from, offset: 0 }];
      return;
    }
    const stretches = zoneStretches(timeZone, from, to);
    this.#pieces = calendarPieces(stretches, unit, weekStart);
    if (unit === 'month') {
      this.cuts = { kind: 'borders', borders: this.#pieces.map(({ start }) => start) };
      this.#pieces.forEach((_, place) => void this.#places.set(place, place));
    } else {
      const { length, shift } = unitRule(unit, weekStart);
      this.cuts = {
        kind: 'units',
        length,
        stretches: stretches.map(({ end, offset }) => ({ end, shift: offset + shift })),
      };
      this.#pieces.forEach(({ number }, place) => void this.#places.set(number, place));
    }
  }

  /** Forgets what it has of accounts that were in very many sessions at once: those are to be added one by one. */
  forgetCrowded(): string[] {
    for (const accountId of this.#crowded) {
      const owner = this.#ownerOf(accountId, undefined);
      this.sessions -= this.#sumOf(owner, 0).sessions;
      this.size -= 1;
      owner.sums.length = 0;
      owner.intervals.length = 0;
    }
    return [...this.#crowded];
  }

  /** Adds sessions of one group, as the database has added them up. */
  add(row: WholeRow): void {
    const owner = this.#note(row);
    const sum = this.#sumOf(owner, 0);
    if (typeof row.name === 'string') sum.name = row.name === '' ? null : row.name;
    sum.ms += row.ms;
    sum.confirmedMs += row.confirmed_ms;
    sum.watchedMs += row.watched_ms;
    sum.distinctMs += row.ms;
    sum.sessions += row.sessions;
    if (row.covered === '') owner.isListed = true;
    else if (row.covered) this.#uncount(owner, row.covered);
    for (const instant of numbersOf(row.intervals)) owner.intervals.push(instant);
  }

  /** The same where the calendar cuts: shares their time out among the pieces that they are in. */
  addCut(row: CutRow): void {
    const owner = this.#note(row);
    const { sessions, starts, ends } = row;
    const share = (
      fields: Fields,
      from: number,
      until: number,
      startSum: number,
      endSum: number,
      sign?: -1,
    ) =>
      this.#share(owner, fields, sessions, this.#placeOf(from), this.#placeOf(until), startSum, endSum, sign);
    share(fieldsOf(row.is_watched), row.first_piece, row.last_piece, starts, ends);
    if (row.parts === null) return;
    const [[c, w, x, g, h], confirmed, watchedFrom, watchedUntil, gapFrom, gapUntil]: Parts = JSON.parse(
      row.parts,
    );
    share(CONFIRMED, row.first_piece, c, starts, confirmed);
    share(WATCHED, w, x, watchedFrom, watchedUntil);
    if (g !== null && h !== null) share(WATCHED, g, h, gapFrom ?? 0, gapUntil ?? 0, -1);
  }

  /** The same of sessions of an account, one by one. */
  addLists(row: SessionListRow): void {
    const [sessions, ...texts] = readLists(row);
    this.sessions += sessions;
    const owner = this.#ownerOf(row.account_id, undefined);
    owner.isListed = true;
    const share = (fields: Fields, start = 0, end = 0, sign?: -1): void => {
      // A session without a length is one all the same.
      if (start >= end && !areOfSession(fields)) return;
      const first = this.#placeAt(start);
      const last = this.#placeAt(Math.max(start, end - 1));
      this.#share(owner, fields, 1, first, last, start, end, sign);
    };
    for (const [kind, text] of texts.entries()) {
      const list = numbersOf(text);
      const isInParts = kind === 2;
      for (let at = 0; at < list.length; at += isInParts ? 7 : 2) {
        owner.intervals.push(list[at] ?? 0, list[at + 1] ?? 0);
        share(fieldsOf(isInParts ? null : kind), list[at], list[at + 1]);
        if (!isInParts) continue;
        share(CONFIRMED, list[at], list[at + 2]);
        share(WATCHED, list[at + 3], list[at + 4]);
        share(WATCHED, list[at + 5], list[at + 6], -1);
      }
    }
  }

  /**
   * Adds so many intervals, which begin in the piece `first` and end in `last`, to the fields; to those of a session, each as
   * one, too.
   */
  #share(
    owner: Owner,
    fields: Fields,
    count: number,
    first: number,
    last: number,
    starts: number,
    ends: number,
    sign = 1,
  ): void {
    this.#counted += 1;
    const isSession = areOfSession(fields);
    for (let place = first; place <= last; place++) {
      const sum = this.#sumOf(owner, place);
      // Two pieces may have one name, and then they are one group: a day, an hour of a weekday.
      if (isSession && sum.counted !== this.#counted) sum.sessions += count;
      sum.counted = this.#counted;
      const ms = sign * this.#within(place, first, last, count, starts, ends);
      for (const field of fields) sum[field] += ms;
    }
  }

  /** The place in the calendar of an instant (after `from`): about where it would be if all pieces were as long. */
  #placeAt(after: number): number {
    const { from, to } = this.#plan;
    const at = after + from;
    let place = Math.floor((after / (to - from)) * this.#pieces.length);
    while (this.#pieceAt(place).start > at) place -= 1;
    while (this.#pieceAt(place).end <= at) place += 1;
    return place;
  }

  /** Takes from the time that counts once what is covered of the account's sessions. */
  #uncount(owner: Owner, covered: string): void {
    const sum = this.#sumOf(owner, 0);
    for (const text of covered.split(';')) {
      const numbers = numbersOf(text);
      // There may be more of them than were told.
      if (numbers.length > 2 * MAX_COVERING && owner.accountId) this.#crowded.add(owner.accountId);
      if (numbers.length === 1) sum.distinctMs -= numbers[0] ?? 0;
      else for (const [start, end] of union(numbers)) sum.distinctMs -= end - start;
    }
  }

  #note({ sessions, account_id, server_id }: Pick<WholeRow, 'sessions' | 'account_id' | 'server_id'>): Owner {
    this.sessions += sessions;
    return this.#ownerOf(account_id, server_id);
  }

  #ownerOf(accountId: string | undefined, serverId: number | undefined): Owner {
    // Two in one text only where it is grouped by both: to make one for each row takes longer than to add it.
    const key =
      accountId !== undefined && serverId !== undefined
        ? `${accountId} ${serverId}`
        : (accountId ?? serverId ?? '');
    let owner = this.#owners.get(key);
    if (!owner) {
      owner = { accountId, serverId, sums: [], intervals: [], isListed: false };
      this.#owners.set(key, owner);
    }
    return owner;
  }

  /** What of so many intervals, which begin in the piece `first` and end in `last`, lies in the piece at `place`. */
  #within(place: number, first: number, last: number, count: number, starts: number, ends: number): number {
    const { start, end } = this.#pieceAt(place);
    const { from } = this.#plan;
    return (
      (place === last ? ends : count * (end - from)) - (place === first ? starts : count * (start - from))
    );
  }

  /** The place in the calendar of a piece that SQL numbered. */
  #placeOf(number: number): number {
    const place = this.#places.get(number);
    if (place === undefined) throw new Error(`The calendar has no piece ${number}`);
    return place;
  }

  /** Counts time once where sessions came one by one: when all rows are added. */
  countOnce(): void {
    for (const owner of this.#owners.values()) {
      const { intervals, isListed } = owner;
      if (!isListed) continue;
      const merged = union(intervals);
      if (merged.length < intervals.length / 2) this.#countOnce(owner, merged);
    }
  }

  #countOnce({ sums }: Owner, intervals: readonly (readonly [number, number])[]): void {
    const { from } = this.#plan;
    for (const sum of sums) if (sum) sum.distinctMs = 0;
    let place = 0;
    for (const [start, end] of intervals) {
      while ((this.#pieces[place]?.end ?? Number.POSITIVE_INFINITY) - from <= start) place += 1;
      for (let next = place; ; next++) {
        const piece = this.#pieces[next];
        if (!piece || piece.start - from >= end) break;
        // A session that has come since the totals were read is not among them.
        const sum = sums[this.#timeOfPiece(next)];
        if (sum) sum.distinctMs += within(piece, start + from, end + from);
      }
    }
  }

  /** The place in `#times` of the time that the piece is grouped to. */
  #timeOfPiece(place: number): number {
    const known = this.#timeOf[place];
    if (known !== undefined) return known;
    const piece = this.#pieceAt(place);
    const labels = Object.fromEntries(
      this.#timeGroupings.map((time) => [time, labelOf(piece, time, this.#plan.weekStart)]),
    );
    const name = nameOf(labels);
    let time = this.#timeNamed.get(name);
    if (time === undefined) {
      time = this.#times.push(labels) - 1;
      this.#timeNamed.set(name, time);
    }
    this.#timeOf[place] = time;
    return time;
  }

  #pieceAt(place: number): CalendarPiece {
    const piece = this.#pieces[place];
    if (!piece) throw new Error(`The period has no piece ${place}`);
    return piece;
  }

  #sumOf({ accountId, serverId, sums }: Owner, place: number): Sum {
    const time = this.#timeOfPiece(place);
    const { start, end } = this.#pieceAt(place);
    const known = sums[time];
    if (known) {
      if (start < known.start) known.start = start;
      if (end > known.end) known.end = end;
      return known;
    }
    const labels = this.#times[time] ?? {};
    const sum: Sum = {
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
      counted: 0,
    };
    sums[time] = sum;
    this.size += 1;
    return sum;
  }

  /** Makes totals of zero for every time of the period, for each account and server that has any. */
  fill(): void {
    if (this.#timeGroupings.length === this.#plan.groupings.length) this.#ownerOf(undefined, undefined);
    for (const owner of this.#owners.values()) {
      for (let place = 0; place < this.#pieces.length; place++) this.#sumOf(owner, place);
      if (this.size > MAX_GROUPS) return;
    }
  }

  /** The totals in their order. */
  sorted(order: TotalsOrder): SessionTotal[] {
    const totals: Sum[] = [];
    for (const { sums } of this.#owners.values()) for (const sum of sums) if (sum) totals.push(sum);
    return totals.sort((a, b) => compareTotals(order, a, b));
  }
}

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

const nameOf = (labels: SessionTotal['labels']): string => Object.values(labels).join(' ');

/** What the order goes by. */
type Ordered = Pick<SessionTotal, 'ms' | 'start' | 'accountId' | 'serverId' | 'labels'>;

export const placeInOrder = ({ ms, start, accountId, serverId, labels }: SessionTotal): TotalsPlace => [
  ms,
  start,
  accountId ?? '',
  serverId ?? 0,
  nameOf(labels),
];

/** Whether the total is behind the place, in the order. */
export const isBehind = (
  order: TotalsOrder,
  [ms, start, accountId, serverId, name]: TotalsPlace,
  total: SessionTotal,
): boolean => compareTotals(order, { ms, start, accountId, serverId, labels: { day: name } }, total) < 0;

/** The order of the totals: ties by account, server and name of the time. */
const compareTotals = (order: TotalsOrder, a: Ordered, b: Ordered): number =>
  (order === 'time' ? a.start - b.start : 0) ||
  b.ms - a.ms ||
  compare(a.accountId ?? '', b.accountId ?? '') ||
  (a.serverId ?? 0) - (b.serverId ?? 0) ||
  compare(nameOf(a.labels), nameOf(b.labels));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
