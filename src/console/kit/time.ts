/** Days and instants in the zone of the community. A day is `2026-11-25`; an instant is epoch milliseconds. */
import { type ZonedFormat, zonedFormat } from '../../lib/zoned-time.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const formats = new Map<string, ZonedFormat>();
const formatOf = (zone: string): ZonedFormat => {
  const known = formats.get(zone);
  if (known) return known;
  const made = zonedFormat(zone);
  formats.set(zone, made);
  return made;
};

/** `2026-11-25T14:05:09.000+01:00` */
export const toZoned = (epochMs: number, zone: string): string => formatOf(zone)(epochMs);

/** The day that it is in the zone. */
export const dayAt = (epochMs: number, zone: string): string => toZoned(epochMs, zone).slice(0, 10);

/** `2026-11-25T14:05`: what a field for a local time holds. */
export const toLocalField = (epochMs: number, zone: string): string => toZoned(epochMs, zone).slice(0, 16);

/**
 * The instant of a local time (`2026-11-25T14:05`, seconds optional) in the zone. Where the clocks go back it is the first
 * of two; where they go forward a time in the gap counts from before it.
 */
export const fromLocal = (local: string, zone: string): number => {
  const naive = Date.parse(`${local.length === 10 ? `${local}T00:00` : local}Z`);
  const offsetAt = (epochMs: number): number =>
    Date.parse(`${toZoned(epochMs, zone).slice(0, 23)}Z`) - Math.floor(epochMs);
  // Not Math.max: the earlier instant is the one with the larger offset, and it must be true where it is.
  const candidates = [naive - offsetAt(naive - DAY), naive - offsetAt(naive + DAY)].sort((a, b) => a - b);
  return candidates.find((at) => at + offsetAt(at) === naive) ?? (candidates[1] as number);
};

/** A day, some days on. */
export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00Z`) + days * DAY).toISOString().slice(0, 10);

/** 1 for Monday to 7 for Sunday. */
export const weekdayOf = (day: string): number => new Date(`${day}T00:00Z`).getUTCDay() || 7;

/** The first day of the week that a day is in; weeks begin on Monday, or on `firstDay`. */
export const weekStartOf = (day: string, firstDay = 1): string =>
  addDays(day, -((weekdayOf(day) - firstDay + 7) % 7));

export const daysFrom = (day: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => addDays(day, index));

/** The first day of the month that a day is in, some months on. */
export const monthStartOf = (day: string, months = 0): string => {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
};

/** Days from one to another, both included. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / DAY) + 1;

export const isDay = (text: string | undefined): text is string =>
  text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00Z`));

/** Hours that a day has in the zone: 23, 24 or 25. */
export const hoursOfDay = (day: string, zone: string): number =>
  (fromLocal(addDays(day, 1), zone) - fromLocal(day, zone)) / HOUR;
