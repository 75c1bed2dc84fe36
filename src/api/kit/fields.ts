/** The vocabulary of field schemas that every family's wire schemas are written in. */
import * as v from 'valibot';
import { fieldMessage } from './messages.ts';

/**
 * What a schema looks like in OpenAPI, where its validation is a function that JSON Schema cannot show. It is given as
 * `WITH_DOCS && {...}`: the Worker's bundle leaves it out.
 */
export const documented = <T>(jsonSchema: false | Record<string, unknown>) =>
  v.metadata<T, { jsonSchema?: Record<string, unknown> }>(jsonSchema ? { jsonSchema } : {});

/** A schema that is run on what `read` makes of the value. */
const reading = <S extends v.GenericSchema>(schema: S, read: (value: unknown) => unknown): S => ({
  ...schema,
  // As a method: what valibot derives from this schema has entries of its own.
  '~run'(dataset: v.UnknownDataset, config: v.Config<v.BaseIssue<unknown>>) {
    dataset.value = read(dataset.value);
    return schema['~run'].call(this, dataset, config);
  },
});

/** What a value is, where it is as plain as most are; else undefined. */
type Shortcut<S extends v.GenericSchema> = (value: unknown) => v.InferOutput<S> | undefined;
const SHORTCUT = Symbol('shortcut');

/** The short way of a schema that has one (`withShortcut`), to be taken without a run of the schema. */
export const shortcutOf = <S extends v.GenericSchema>(
  schema: S & { readonly [SHORTCUT]?: Shortcut<S> },
): Shortcut<S> | undefined => schema[SHORTCUT];

/**
 * The same schema, with a short way for what comes most: the value that `read` makes of it, without a further look.
 * Undefined: the schema decides. Where both say something they must say the same; a test holds them together.
 */
export const withShortcut = <S extends v.GenericSchema>(schema: S, read: Shortcut<S>): S => {
  const short: S = {
    ...schema,
    '~run'(dataset: v.UnknownDataset, config: v.Config<v.BaseIssue<unknown>>) {
      const value = read(dataset.value);
      return value === undefined ? schema['~run'].call(this, dataset, config) : { typed: true, value };
    },
  };
  // Not to be copied: a pipe is a copy of its first schema, and what it checks besides is not left out.
  return Object.defineProperty(short, SHORTCUT, { value: read });
};

const isEmptyObject = (value: unknown): boolean => {
  if (!isJsonObject(value)) return false;
  for (const _ in value) return false;
  return true;
};

/** JSON of Lua writes an empty table as `[]`: where an object is wanted, that is `{}`. Any other array is none. */
export const toLooseObject = (value: unknown): unknown =>
  Array.isArray(value) ? (value.length === 0 ? {} : null) : value;

/** The reverse: where a list is wanted, `{}` is `[]`. */
export const toLooseList = (value: unknown): unknown => (isEmptyObject(value) ? [] : value);

/**
 * An object of a body (docs/contracts.md, "Bodies from game servers are loose"). To valibot's own, any array is an object
 * without any of the fields.
 */
export const object = <const E extends v.ObjectEntries>(entries: E) =>
  reading(v.object(entries), toLooseObject);

/** The same, which refuses what it does not know. */
export const strictObject = <const E extends v.ObjectEntries>(entries: E) =>
  reading(v.strictObject(entries), toLooseObject);

/** A list of a body, as loose. */
export const list = <S extends v.GenericSchema>(item: S) => reading(v.array(item), toLooseList);

/** A field that may be left out; null is the same, and so is an empty text: many a client sends what it does not know so. */
export const absentable = <S extends v.GenericSchema>(schema: S) =>
  reading(v.nullish(schema), (value) => (value === '' ? undefined : value));

const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
/** Whether a value is such a text of at most `max` UTF-16 units, so of no more characters. */
export const isPlainText = (value: unknown, min: number, max: number): value is string =>
  typeof value === 'string' && value.length >= min && value.length <= max && isStorable(value);
const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

/** A text without what cannot be stored, cut after `max` characters (code points). */
export const cut = (value: string, max: number): string =>
  [...value.replaceAll('\0', '').toWellFormed()].slice(0, max).join('');

/** A text of `min` to `max` characters (code points), without what a database or a JSON reader trips over. */
export const text = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.check(isStorable, fieldMessage('well_formed')),
    v.check(
      (value) => value.length >= min && (value.length <= max || codePoints(value) <= max),
      min > 0 ? fieldMessage('length', min, max) : fieldMessage('max_length', max),
    ),
    documented(WITH_DOCS && { type: 'string', ...(min > 0 && { minLength: min }), maxLength: max }),
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
    documented(WITH_DOCS && integerSchema(min, max)),
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
    documented(WITH_DOCS && integerSchema(min, max)),
  );

export const isIntegerWithin = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
type IssueMessage = string | ((issue: v.BaseIssue<unknown>) => string);
/** Where there is no bound of ours above, only who exceeds that of JavaScript hears of it. */
const boundsMessage =
  (min: number, max: number): IssueMessage =>
  ({ input }: { input: unknown }) =>
    max !== Number.MAX_SAFE_INTEGER || (typeof input !== 'object' && Number(input) > max)
      ? fieldMessage('between', min, max)
      : fieldMessage('at_least', min);
const integerSchema = (min: number, max: number) => ({
  type: 'integer',
  minimum: min,
  ...(max !== Number.MAX_SAFE_INTEGER && { maximum: max }),
});

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

const uuidLike = (pattern: RegExp, jsonSchema: Record<string, unknown>) =>
  v.pipe(
    v.string(),
    v.check((value) => pattern.test(value), fieldMessage('uuid')),
    v.transform((value) => value.toLowerCase()),
    documented(WITH_DOCS && { type: 'string', ...jsonSchema }),
  );

/** A UUID of any version, the nil UUID included, in lower case. */
export const uuid = uuidLike(new RegExp(`^${UUID}`, 'i'), { format: 'uuid' });

const PLACED_UUID = `^([1-9][0-9]?_)?${UUID}`;
/** The same, which may say its place before it: `1_019d8e5a-...`. */
export const placedUuid = uuidLike(new RegExp(PLACED_UUID, 'i'), { pattern: PLACED_UUID });

export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON object with what fields it may have. Not v.record, which passes over keys such as __proto__ in silence. */
export const jsonRecord = reading(
  v.custom<Record<string, unknown>>(isJsonObject, fieldMessage('object')),
  toLooseObject,
);

/** A JSON object of at most `maxBytes` of JSON, as its text. */
export const jsonObject = (maxBytes: number) =>
  v.pipe(
    jsonRecord,
    v.check((value) => jsonBytes(value) <= maxBytes, fieldMessage('json_size', maxBytes)),
    v.check((value) => jsonDepth(value) <= MAX_JSON_DEPTH, fieldMessage('json_depth', MAX_JSON_DEPTH)),
    documented(WITH_DOCS && { type: 'object', additionalProperties: true }),
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
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(0\d|1[0-4]):?([0-5]\d))$/i;

/** An instant, and the offset that it was written with; milliseconds both. */
export interface ZonedInstant {
  readonly epochMs: number;
  readonly offsetMs: number;
}

/**
 * An ISO 8601 date-time with an offset (RFC 3339, seconds optional, the offset's colon too); undefined for anything that
 * is no such text or no such day. What is finer than a millisecond is dropped.
 */
export const parseZoned = (value: string): ZonedInstant | undefined => {
  const match = INSTANT.exec(value);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [, , , , , , , fraction = '', sign, offsetHours = 0, offsetMinutes = 0] = match;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  // Date.UTC takes the years 0 to 99 for those of the twentieth century.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute, second, Number(fraction.slice(0, 3).padEnd(3, '0')));
  const offsetMs = (sign === '-' ? -60_000 : 60_000) * (Number(offsetHours) * 60 + Number(offsetMinutes));
  return { epochMs: date.getTime() - offsetMs, offsetMs };
};

/** The same as epoch milliseconds. */
export const parseInstant = (value: string): number | undefined => parseZoned(value)?.epochMs;

/** An instant with an offset. */
const zonedInstant = v.pipe(
  v.string(),
  v.rawTransform<string, ZonedInstant>(({ dataset, addIssue, NEVER }) => {
    const instant = parseZoned(dataset.value);
    if (instant) return instant;
    addIssue({ message: fieldMessage('instant') });
    return NEVER;
  }),
  documented(WITH_DOCS && { type: 'string', format: 'date-time' }),
);

/** An instant with an offset, as epoch milliseconds. */
export const instant = v.pipe(
  zonedInstant,
  v.transform(({ epochMs }) => epochMs),
  documented(WITH_DOCS && { type: 'string', format: 'date-time' }),
);

/** In a query a `+` that nobody escaped arrives as a space. */
export const toPlus = (value: string): string => value.replace(/ (?=\d\d:?\d\d$)/, '+');

/** An instant in a query, with its offset. */
export const queryZonedInstant = v.pipe(v.string(), v.transform(toPlus), zonedInstant);

/** An instant of an answer. */
export const dateTime = () =>
  v.pipe(v.string(), documented(WITH_DOCS && { type: 'string', format: 'date-time' }));

/** An IANA time zone that this runtime knows. */
export const timezone = v.pipe(
  v.string(),
  v.check(isTimeZone, fieldMessage('timezone')),
  documented(WITH_DOCS && { type: 'string', examples: ['UTC', 'Europe/Madrid'] }),
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
