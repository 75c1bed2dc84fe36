/** What our columns hold, and how a sender's value becomes what a column takes. */

export type Column =
  /** What is longer than `cutAt` characters is cut. */
  | { readonly type: 'text'; readonly cutAt?: number }
  | { readonly type: 'flag' | 'unix-seconds' | 'instant' | 'other' }
  /** Texts by name, which can be filled one by one: `properties.name`. */
  | { readonly type: 'texts' }
  /** The same of any values. */
  | { readonly type: 'object' };

export type Columns = Readonly<Record<string, Column>>;

/** The column that a field of a mapping fills, or a part of one: the name of the part is behind the point. */
export const columnOf = (columns: Columns, field: string): { column: Column; part?: string } | undefined => {
  const own = Object.hasOwn(columns, field) ? columns[field] : undefined;
  if (own) return { column: own };
  const [name = '', ...rest] = field.split('.');
  const whole = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (rest.length === 0 || (whole?.type !== 'texts' && whole?.type !== 'object')) return undefined;
  return {
    column: whole.type === 'texts' ? { type: 'text', cutAt: MAX_PART_LENGTH } : { type: 'other' },
    part: rest.join('.'),
  };
};

const MAX_PART_LENGTH = 4_096;

/** A value as the column takes it. What cannot be converted stays, and is refused by the check behind this. */
export const convert = (column: Column, value: unknown): unknown => {
  switch (column.type) {
    case 'text':
      return cut(toText(value), column.cutAt);
    case 'flag':
      return toFlag(value);
    case 'unix-seconds':
      return toEpochMs(value, (epochMs) => Math.floor(epochMs / 1000));
    case 'instant':
      return isIsoText(value) ? value : toEpochMs(value, (epochMs) => new Date(epochMs).toISOString());
    case 'texts':
      return toTexts(value);
    default:
      return value;
  }
};

const toFlag = (value: unknown): unknown => {
  const text = toText(value);
  return typeof text === 'string' ? (FLAGS.get(text) ?? value) : value;
};

const toText = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;

const cut = (value: unknown, max = Number.POSITIVE_INFINITY): unknown => {
  if (typeof value !== 'string' || value.length <= max) return value;
  const text = value.slice(0, max);
  // Not through the middle of a character.
  return text.isWellFormed() ? text : text.slice(0, -1);
};

const FLAGS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** Below it, a number is Unix seconds (until the year 5138), above it milliseconds (from March 1973). */
const FIRST_MILLISECONDS = 100_000_000_000;
/** What Date can hold. */
const MAX_EPOCH_MS = 8.64e15;

const isIsoText = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:?\d\d)$/i.test(value);

/** As in the header of a mail: Tue, 31 Mar 2015 20:16:17 +0000. */
const isMailDate = (value: string): boolean => /^[A-Z][a-z]{2}, \d.*(?:[+-]\d{4}|GMT)$/.test(value);

const toEpochMs = <T>(value: unknown, then: (epochMs: number) => T): unknown => {
  const epochMs = epochMsOf(value);
  return epochMs !== undefined && Math.abs(epochMs) <= MAX_EPOCH_MS ? then(epochMs) : value;
};

/** Epoch milliseconds of a time as senders write it; undefined for what is none. */
const epochMsOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') {
    return Math.abs(value) < FIRST_MILLISECONDS ? Math.round(value * 1000) : value;
  }
  if (typeof value !== 'string') return undefined;
  if (/^-?\d+(?:\.\d+)?$/.test(value)) return epochMsOf(Number(value));
  if (!isIsoText(value) && !isMailDate(value)) return undefined;
  const epochMs = Date.parse(value);
  return Number.isNaN(epochMs) ? undefined : epochMs;
};

const toTexts = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, one]) => {
          if (one === null) return [];
          const text = typeof one === 'object' ? JSON.stringify(one) : toText(one);
          return [[name, cut(text, MAX_PART_LENGTH)]];
        }),
      )
    : value;
