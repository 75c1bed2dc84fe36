/** The vocabulary of field schemas that every family's wire schemas are written in. */
import * as v from 'valibot';
import { fieldMessage } from './messages.ts';

/** What a schema looks like in OpenAPI, where its validation is a function that JSON Schema cannot show. */
export const documented = <T>(jsonSchema: Record<string, unknown>) =>
  v.metadata<T, { jsonSchema: Record<string, unknown> }>({ jsonSchema });

const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

/** A text of `min` to `max` characters (code points), without what a database or a JSON reader trips over. */
export const text = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.check(isStorable, fieldMessage('well_formed')),
    v.check(
      (value) => value.length >= min && (value.length <= max || codePoints(value) <= max),
      min > 0 ? fieldMessage('length', min, max) : fieldMessage('max_length', max),
    ),
    documented({ type: 'string', ...(min > 0 && { minLength: min }), maxLength: max }),
  );

/** A JSON number that is an integer within bounds; a numeric string is refused. */
export const integer = (
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
  message: IssueMessage = boundsMessage(min, max),
) =>
  v.pipe(
    v.number(message),
    v.check((value) => isIntegerWithin(value, min, max), message),
    documented(integerSchema(min, max)),
  );

/** An integer in a path or a query: plain decimal digits, no sign, no exponent. */
export const integerText = (
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
  message: IssueMessage = boundsMessage(min, max),
) =>
  v.pipe(
    v.string(),
    v.check((value) => /^(0|[1-9]\d*)$/.test(value) && isIntegerWithin(Number(value), min, max), message),
    v.transform(Number),
    documented(integerSchema(min, max)),
  );

const isIntegerWithin = (value: number, min: number, max: number): boolean =>
  Number.isSafeInteger(value) && value >= min && value <= max;
type IssueMessage = string | ((issue: v.BaseIssue<unknown>) => string);
/** Where there is no bound of ours above, only who exceeds that of JavaScript hears of it. */
const boundsMessage =
  (min: number, max: number): IssueMessage =>
  ({ input }: { input: unknown }) =>
    max !== Number.MAX_SAFE_INTEGER || Number(input) > max
      ? fieldMessage('between', min, max)
      : fieldMessage('at_least', min);
const integerSchema = (min: number, max: number) => ({
  type: 'integer',
  minimum: min,
  ...(max !== Number.MAX_SAFE_INTEGER && { maximum: max }),
});

/** A UUID of any version, the nil UUID included, in lower case. */
export const uuid = v.pipe(
  v.string(),
  v.check(
    (value) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value),
    fieldMessage('uuid'),
  ),
  v.transform((value) => value.toLowerCase()),
  documented({ type: 'string', format: 'uuid' }),
);

export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON object of at most `maxBytes` of JSON, as its text. */
export const jsonObject = (maxBytes: number) =>
  v.pipe(
    v.custom<object>(isJsonObject, fieldMessage('object')),
    v.check((value) => jsonBytes(value) <= maxBytes, fieldMessage('json_size', maxBytes)),
    v.check((value) => jsonDepth(value) <= MAX_JSON_DEPTH, fieldMessage('json_depth', MAX_JSON_DEPTH)),
    documented({ type: 'object', additionalProperties: true }),
    v.transform((value) => JSON.stringify(value)),
  );

/** SQLite's JSON functions give up at 1000 levels; no honest metadata comes near. */
const MAX_JSON_DEPTH = 64;

const jsonDepth = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce((deepest: number, item) => Math.max(deepest, jsonDepth(item)), 0)
    : 0;

/** The size of a value's JSON in bytes; infinite where it is nested deeper than the stack. */
const jsonBytes = (value: object): number => {
  try {
    return new TextEncoder().encode(JSON.stringify(value)).byteLength;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
};

const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/**
 * Epoch milliseconds of an ISO 8601 date-time with an offset (RFC 3339, seconds optional); undefined for anything that
 * is no such text or no such day.
 */
export const parseInstant = (value: string): number | undefined => {
  const match = INSTANT.exec(value);
  if (!match) return undefined;
  const [, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.map(Number);
  const isRealDay =
    day >= 1 && month >= 1 && month <= 12 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
  // `Number(undefined)` is NaN: absent seconds pass.
  const isRealTime = hour <= 23 && minute <= 59 && !(second > 59);
  if (!isRealDay || !isRealTime) return undefined;
  const epochMs = Date.parse(value.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(epochMs) ? undefined : epochMs;
};

/** An instant with an offset, as epoch milliseconds. */
export const instant = v.pipe(
  v.string(),
  v.check((value) => parseInstant(value) !== undefined, fieldMessage('instant')),
  v.transform((value) => parseInstant(value) as number),
  documented({ type: 'string', format: 'date-time' }),
);

/** An instant in a query, where a `+` that nobody escaped arrives as a space. */
export const queryInstant = v.pipe(
  v.string(),
  v.transform((value) => value.replace(/ (?=\d\d:\d\d$)/, '+')),
  instant,
);

/** An instant of an answer. */
export const dateTime = () => v.pipe(v.string(), documented({ type: 'string', format: 'date-time' }));

/** An IANA time zone that this runtime knows. */
export const timezone = v.pipe(
  v.string(),
  v.check(isTimeZone, fieldMessage('timezone')),
  documented({ type: 'string', examples: ['UTC', 'Europe/Madrid'] }),
);

function isTimeZone(value: string): boolean {
  // Intl also takes bare offsets ("+01:00"), which know nothing of daylight saving.
  if (!/^[A-Za-z]/.test(value)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

/** `limit` and `cursor` of every list that pages. */
export const pageQuery = (defaultLimit: number, maxLimit: number) => ({
  limit: v.optional(integerText(1, maxLimit), String(defaultLimit)),
  cursor: v.optional(v.pipe(v.string(), v.maxLength(2_000, fieldMessage('cursor')))),
});
