import { offsetAt, type ZonedFormat, zonedFormat } from './zoned-time.ts';

/** A stretch of time that lies within one unit of a time zone's calendar. Epoch milliseconds. */
export interface CalendarSpan {
  /** See `calendarLabel`. */
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

export const CALENDAR_UNITS = ['hour', 'day', 'week', 'month'] as const;
export type CalendarUnit = (typeof CALENDAR_UNITS)[number];

/** The day that weeks begin with. */
export const WEEK_STARTS = ['monday', 'saturday', 'sunday'] as const;
export type WeekStart = (typeof WEEK_STARTS)[number];

const DAY_MS = 86_400_000;
const UNIT_MS = { hour: 3_600_000, day: DAY_MS, week: 7 * DAY_MS } as const;

/**
 * How far before the epoch (a Thursday) the numbers of units begin: with the first day of a week, and so early that none
 * is negative, which SQLite would divide in another way.
 */
const SHIFT_MS = { monday: 73 * DAY_MS, sunday: 74 * DAY_MS, saturday: 75 * DAY_MS } as const;

/** A time in which the zone has one offset. Epoch milliseconds; local time is `at + offset`. */
export interface ZoneStretch {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

/** The time from `from` to `to`, cut where the zone changes its clocks. */
export const zoneStretches = (timeZone: string, from: number, to: number): ZoneStretch[] => {
  const format = zonedFormat(timeZone);
  const stretches: ZoneStretch[] = [];
  // Intl is slow, so it is asked once a day: no zone changes its clocks and back within one.
  for (let start = from; start < to; ) {
    const offset = offsetAt(format, start);
    let end = start;
    while (end < to) {
      const next = Math.min(end + DAY_MS, to);
      const change = nextChange(format, end, next);
      end = change;
      if (change < next || offsetAt(format, change) !== offset) break;
    }
    stretches.push({ start, end, offset });
    start = end;
  }
  return stretches;
};

/**
 * A part of a unit: where the clocks go back over midnight, a day has two parts that do not follow one another, and a unit
 * in which they change has one on each side.
 */
export interface CalendarPiece {
  readonly start: number;
  readonly end: number;
  /** Its number: that of its stretch, and within it that of its unit. See `pieceNumber` in core/sessions/summary-queries.ts. */
  readonly number: number;
  /** Where its unit begins, by the wall clock; epoch milliseconds of that wall clock in UTC. */
  readonly localStart: number;
  readonly offset: number;
}

/** What stands before the number of a unit, a stretch each. */
export const PIECES_OF_STRETCH = 10_000_000;

/** How to number the units of a stretch: `floor((at + offset + shift) / length)`. Months have no one length. */
export const unitRule = (
  unit: Exclude<CalendarUnit, 'month'>,
  weekStart: WeekStart,
): { readonly length: number; readonly shift: number } => ({
  length: UNIT_MS[unit],
  shift: SHIFT_MS[weekStart],
});

/** The pieces of the stretches, in the order of time and without a gap. */
export const calendarPieces = (
  stretches: readonly ZoneStretch[],
  unit: CalendarUnit,
  weekStart: WeekStart,
): CalendarPiece[] => stretches.flatMap((stretch, index) => piecesOf(stretch, index, unit, weekStart));

const piecesOf = (
  { start, end, offset }: ZoneStretch,
  index: number,
  unit: CalendarUnit,
  weekStart: WeekStart,
): CalendarPiece[] => {
  const pieces: CalendarPiece[] = [];
  const add = (number: number, localStart: number, localEnd: number) =>
    pieces.push({
      start: Math.max(start, localStart - offset),
      end: Math.min(end, localEnd - offset),
      number: index * PIECES_OF_STRETCH + number,
      localStart,
      offset,
    });
  if (unit === 'month') {
    const first = new Date(start + offset);
    const startOf = (month: number) => Date.UTC(first.getUTCFullYear(), month);
    for (let month = first.getUTCMonth(); startOf(month) - offset < end; month++) {
      add(month, startOf(month), startOf(month + 1));
    }
    return pieces;
  }
  const { length, shift } = unitRule(unit, weekStart);
  const last = Math.floor((end - 1 + offset + shift) / length);
  for (let number = Math.floor((start + offset + shift) / length); number <= last; number++) {
    add(number, number * length - shift, (number + 1) * length - shift);
  }
  return pieces;
};

/**
 * The name of a piece's unit. Day `2026-03-29`; month `2026-03`; hour `2026-10-25T02:00:00.000+01:00`, since where the clocks
 * go back there are two of that name, told apart by their offset; week `2026-W53` (ISO 8601) where it begins on a Monday, else
 * the date of its first day.
 */
export const calendarLabel = (
  { localStart, offset }: Pick<CalendarPiece, 'localStart' | 'offset'>,
  unit: CalendarUnit,
  weekStart: WeekStart,
): string => {
  const local = new Date(localStart).toISOString();
  switch (unit) {
    case 'hour':
      return local.slice(0, ISO_LENGTH) + offsetText(offset);
    case 'day':
      return local.slice(0, 10);
    case 'week':
      return weekStart === 'monday' ? isoWeek(localStart) : local.slice(0, 10);
    case 'month':
      return local.slice(0, 7);
    default:
      return unit satisfies never;
  }
};

/** `2026-W53`: a week belongs to the year that its Thursday is in. */
const isoWeek = (mondayMs: number): string => {
  const thursday = mondayMs + 3 * DAY_MS;
  const year = new Date(thursday).getUTCFullYear();
  const week = 1 + Math.floor((thursday - Date.UTC(year, 0)) / UNIT_MS.week);
  return `${year}-W${String(week).padStart(2, '0')}`;
};

/** `+02:00` for an offset in milliseconds. */
export const offsetText = (offset: number): string => {
  const minutes = Math.abs(offset) / 60_000;
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
};

/**
 * Cuts the time from `from` to `to` at the borders of a zone's units, through the changes of its clocks. The spans follow one
 * another without a gap. Two of them may have the same label: where the clocks go back over midnight, the day before goes on.
 */
export const calendarSpans = (
  timeZone: string,
  unit: CalendarUnit,
  from: number,
  to: number,
  weekStart: WeekStart = 'monday',
): CalendarSpan[] => {
  const spans: CalendarSpan[] = [];
  for (const piece of calendarPieces(zoneStretches(timeZone, from, to), unit, weekStart)) {
    const { start, end } = piece;
    const label = calendarLabel(piece, unit, weekStart);
    const last = spans.at(-1);
    if (last?.label === label) spans[spans.length - 1] = { ...last, end };
    else spans.push({ label, start, end });
  }
  return spans;
};

/**
 * When a day of the zone begins, which need not be at midnight: the first instant of it, or of the next day that there is,
 * where the zone has no such day. `isSkipped` tells so.
 *
 * @param midnight where the day would begin in UTC; epoch milliseconds
 */
export const startOfDay = (
  timeZone: string,
  midnight: number,
): { readonly at: number; readonly isSkipped: boolean } => {
  for (const { start, end, offset } of zoneStretches(
    timeZone,
    midnight - 2 * DAY_MS,
    midnight + 3 * DAY_MS,
  )) {
    if (end + offset > midnight) {
      const at = Math.max(start, midnight - offset);
      return { at, isSkipped: at + offset >= midnight + DAY_MS };
    }
  }
  throw new Error(`The zone ${timeZone} has no instant after ${midnight}`);
};

/** The length of `2026-03-29T02:00:00.000`. */
const ISO_LENGTH = 23;

/** When the offset of `start` ends, if it does before `end`; else `end`. */
const nextChange = (format: ZonedFormat, start: number, end: number): number => {
  const offset = offsetAt(format, start);
  if (offsetAt(format, end) === offset) return end;
  let [same, changed] = [start, end];
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (offsetAt(format, middle) === offset) same = middle;
    else changed = middle;
  }
  return changed;
};
