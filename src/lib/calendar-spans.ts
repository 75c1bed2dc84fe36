import { type ZonedFormat, zonedFormat } from './zoned-time.ts';

/** A stretch of time that lies within one day, or one hour, of a time zone's calendar. Epoch milliseconds. */
export interface CalendarSpan {
  /**
   * `2026-03-29` for a day. `2026-10-25T02:00:00.000+01:00` for an hour: where the clocks go back, there are two hours of
   * that name, told apart by their offset.
   */
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

const UNIT_MS = { day: 86_400_000, hour: 3_600_000 } as const;

/**
 * Cuts the time from `from` to `to` at the borders of a zone's days or hours, through its daylight-saving changes. The
 * spans follow one another without a gap. Two of them may have the same label: where the clocks go back over midnight,
 * the day before goes on.
 */
export const calendarSpans = (
  timeZone: string,
  unit: keyof typeof UNIT_MS,
  from: number,
  to: number,
): CalendarSpan[] => {
  const format = zonedFormat(timeZone);
  const length = UNIT_MS[unit];
  const spans: CalendarSpan[] = [];
  // Intl is slow, so it is asked once a day: in between, the zone's offset is the same, and its calendar arithmetic.
  for (let stretch = from; stretch < to; ) {
    const offset = offsetAt(format, stretch);
    const suffix = format(stretch).slice(ISO_LENGTH);
    const stretchEnd = Math.min(nextChange(format, stretch, stretch + UNIT_MS.day), to);
    for (let start = stretch; start < stretchEnd; ) {
      const localStart = Math.floor((start + offset) / length) * length;
      const end = Math.min(localStart + length - offset, stretchEnd);
      const local = new Date(localStart).toISOString();
      const label = unit === 'day' ? local.slice(0, 10) : local.slice(0, ISO_LENGTH) + suffix;
      const last = spans.at(-1);
      if (last?.label === label) spans[spans.length - 1] = { ...last, end };
      else spans.push({ label, start, end });
      start = end;
    }
    stretch = stretchEnd;
  }
  return spans;
};

/** The length of `2026-03-29T02:00:00.000`. */
const ISO_LENGTH = 23;

const offsetAt = (format: ZonedFormat, epochMs: number): number =>
  Date.parse(`${format(epochMs).slice(0, ISO_LENGTH)}Z`) - epochMs;

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
