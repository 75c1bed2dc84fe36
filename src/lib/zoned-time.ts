import { isoWithoutZone } from './iso-time.ts';

/** Writes instants in the time of a zone, with its offset: `2014-04-01T16:58:39.184-05:00`. */
export type ZonedFormat = (epochMs: number) => string;

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const MAX_CACHED_HOURS = 5_000;
const MAX_CACHED_ZONES = 16;

const inUtc: ZonedFormat = (epochMs) => `${isoWithoutZone(epochMs)}+00:00`;

/** What calls know of zones, for the calls behind them: a community asks about the same days in the same zone. */
const formats = new Map<string, ZonedFormat>([['UTC', inUtc]]);

/** The format for an IANA time zone. @throws RangeError for one that there is not */
export const zonedFormat = (timeZone: string): ZonedFormat => {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = newZonedFormat(timeZone);
  if (formats.size > MAX_CACHED_ZONES) {
    formats.clear();
    formats.set('UTC', inUtc);
  }
  formats.set(timeZone, format);
  return format;
};

/**
 * The offsets of a zone come from Intl, which is slow, so those of an hour are remembered where both ends of the hour
 * agree: no zone changes twice within one.
 */
const newZonedFormat = (timeZone: string): ZonedFormat => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const hours = new Map<number, number | undefined>();

  const minutesAt = (epochMs: number): number => {
    const hour = Math.floor(epochMs / HOUR_MS);
    if (!hours.has(hour)) {
      if (hours.size >= MAX_CACHED_HOURS) hours.clear();
      const first = offsetMinutes(format, hour * HOUR_MS);
      const last = offsetMinutes(format, (hour + 1) * HOUR_MS - 1);
      hours.set(hour, first === last ? first : undefined);
    }
    return hours.get(hour) ?? offsetMinutes(format, epochMs);
  };

  return (epochMs) => {
    const minutes = minutesAt(epochMs);
    const local = isoWithoutZone(epochMs + minutes * MINUTE_MS);
    const distance = Math.abs(minutes);
    const pad = (value: number): string => String(value).padStart(2, '0');
    return `${local}${minutes < 0 ? '-' : '+'}${pad(Math.floor(distance / 60))}:${pad(distance % 60)}`;
  };
};

/** The offset of the format's zone at an instant, in whole minutes, from `GMT`, `GMT-05:00` or `GMT-00:44:30`. */
const offsetMinutes = (format: Intl.DateTimeFormat, epochMs: number): number => {
  const name = format.formatToParts(epochMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign = '+', hours = 0, minutes = 0] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
};

/** How far the zone's clocks are ahead of UTC at an instant; milliseconds. It is the end of what the format writes. */
export const offsetAt = (format: ZonedFormat, epochMs: number): number => {
  const text = format(epochMs);
  const minutes = Number(text.slice(-5, -3)) * 60 + Number(text.slice(-2));
  return (text.at(-6) === '-' ? -minutes : minutes) * MINUTE_MS;
};
