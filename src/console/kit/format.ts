/** Dates, times and hours as the reader's region writes them, in the community's zone. */
import { language, locale, t } from '../i18n/index.ts';
import { HOUR, MINUTE } from './time.ts';

const dateFormats = new Map<string, Intl.DateTimeFormat>();
const numberFormats = new Map<string, Intl.NumberFormat>();

const dateFormat = (zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const name = `${locale()} ${zone} ${JSON.stringify(options)}`;
  const known = dateFormats.get(name);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale(), { timeZone: zone, ...options });
  dateFormats.set(name, made);
  return made;
};

const PLAIN: Intl.NumberFormatOptions = {};

export const formatNumber = (value: number, options: Intl.NumberFormatOptions = PLAIN): string => {
  const name = options === PLAIN ? locale() : `${locale()} ${JSON.stringify(options)}`;
  const known = numberFormats.get(name);
  if (known) return known.format(value);
  const made = new Intl.NumberFormat(locale(), options);
  numberFormats.set(name, made);
  return made.format(value);
};

/** 19:42. */
export const formatTime = (epochMs: number, zone: string): string =>
  dateFormat(zone, { hour: '2-digit', minute: '2-digit' }).format(epochMs);

/** 25 Nov, 19:42. */
export const formatDateTime = (epochMs: number, zone: string): string =>
  dateFormat(zone, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(epochMs);

/** Wednesday 25 November 2026, 19:42:09 GMT+1: all of it, for who hovers or copies. */
export const formatFull = (epochMs: number, zone: string): string =>
  dateFormat(zone, {
    dateStyle: 'full',
    timeStyle: 'long',
  }).format(epochMs);

/** 25 Nov 2026, of an instant. */
export const formatDate = (epochMs: number, zone: string): string =>
  dateFormat(zone, { day: 'numeric', month: 'short', year: 'numeric' }).format(epochMs);

/** Of a day (`2026-11-25`), which is the same in every zone. */
export const formatDay = (
  day: string,
  options: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric' },
): string => dateFormat('UTC', options).format(Date.parse(`${day}T00:00Z`));

/** 16 – 22 Nov 2026. */
export const formatDayRange = (from: string, to: string): string =>
  dateFormat('UTC', { day: 'numeric', month: 'short', year: 'numeric' }).formatRange(
    Date.parse(`${from}T00:00Z`),
    Date.parse(`${to}T00:00Z`),
  );

/** Names of the days, Monday first. */
export const weekdayNames = (style: 'short' | 'long' = 'short'): string[] =>
  Array.from({ length: 7 }, (_, index) =>
    dateFormat('UTC', { weekday: style }).format(Date.UTC(2026, 5, 1 + index)),
  );

export type HoursUnit = 'clock' | 'decimal';

/** 7:45, or 7.75: rounded once, here. */
export const formatHours = (seconds: number, unit: HoursUnit = 'clock'): string => {
  if (unit === 'decimal') {
    return formatNumber(seconds / 3600, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  }
  const minutes = Math.round(seconds / 60);
  return `${formatNumber(Math.floor(minutes / 60))}:${String(minutes % 60).padStart(2, '0')}`;
};

/** 2 h 05 min, as somebody says it. */
export const formatDuration = (ms: number): string => {
  const minutes = Math.max(0, Math.floor(ms / MINUTE));
  if (minutes < 1) return t('duration.seconds', { n: Math.max(0, Math.floor(ms / 1000)) });
  if (minutes < 60) return t('duration.minutes', { n: minutes });
  const hours = Math.floor(ms / HOUR);
  if (hours < 48) {
    return t('duration.hours', { h: hours, m: String(minutes % 60).padStart(2, '0') });
  }
  return t('duration.days', { n: Math.floor(hours / 24) });
};

/** 5 min ago, in 2 hours. */
export const formatAgo = (epochMs: number, now: number): string => {
  const relative = new Intl.RelativeTimeFormat(language(), { numeric: 'auto', style: 'short' });
  const seconds = Math.round((epochMs - now) / 1000);
  const distance = Math.abs(seconds);
  if (distance < 60) return relative.format(seconds, 'second');
  if (distance < 3600) return relative.format(Math.trunc(seconds / 60), 'minute');
  if (distance < 48 * 3600) return relative.format(Math.trunc(seconds / 3600), 'hour');
  return relative.format(Math.trunc(seconds / 86_400), 'day');
};

/** "Ana, Bo and Chidi". */
export const formatList = (items: readonly string[]): string =>
  new Intl.ListFormat(language(), { type: 'conjunction' }).format(items);

/** What a zone is called now, with its offset: "Europe/Madrid (GMT+1)". */
export const formatZone = (zone: string, epochMs: number): string => {
  const offset = dateFormat(zone, { timeZoneName: 'shortOffset' })
    .formatToParts(epochMs)
    .find(({ type }) => type === 'timeZoneName')?.value;
  return offset === undefined || offset === zone ? zone : `${zone} (${offset})`;
};
