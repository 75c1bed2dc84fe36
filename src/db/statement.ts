/**
 * Statements: their text is put together once, by Drizzle, with names where values go; a call only fills those in.
 * (Drizzle's templates put together anew for each call were the greatest single cost of a start or stop.)
 */
import {
  getTableColumns,
  is,
  Param,
  Placeholder,
  type SQL,
  type SQLWrapper,
  sql,
  type Table,
} from 'drizzle-orm';

export { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

/** What D1 takes as a value. Many values travel as one JSON text, for `json_each`: D1 allows 100 parameters. */
export type Value = string | number | null;

/** A statement with its values, ready to run. `Row` is what it returns: columns as SQLite names them. */
export interface Statement<Row = unknown> {
  readonly sql: string;
  readonly params: readonly Value[];
  /** Only for the compiler. */
  readonly row?: Row;
}

/** The names of a statement's values, each to be put where its value goes: `${$.communityId}`, as often as needed. */
export type Names<Values> = { readonly [Name in keyof Values & string]: Placeholder<Name> };

/** The text of a statement, and where each parameter comes from. */
interface Compiled {
  readonly sql: string;
  readonly slots: readonly ((values: Readonly<Record<string, Value>>) => Value)[];
}

/**
 * Declares a statement at module scope. `build` runs once, when it is first needed.
 *
 *     const findServer = statement<{ communityId: number; serverId: number }, RowOf<typeof servers>>(
 *       ($) => sql`SELECT * FROM servers WHERE community_id = ${$.communityId} AND server_id = ${$.serverId}`);
 *     const [[server]] = await runBatch(db, [findServer({ communityId, serverId })]);
 */
export const statement = <Values extends { readonly [Name in keyof Values]: Value }, Row = never>(
  build: (names: Names<Values>) => SQLWrapper,
): ((values: Values) => Statement<Row>) => {
  let compiled: Compiled | undefined;
  const get = () => (compiled ??= compile(build(namesOf<Values>())));
  if (WITH_DOCS) declared.push(() => [get().sql]);
  return (values) => fill(get(), values);
};

/** Of the shapes of one statement at most so many texts are remembered. */
const MAX_SHAPES = 500;

/**
 * Declares a statement whose text depends on the call: a text is put together once for each `shape` (JSON). Values never
 * belong into the shape, or each call would make a text of its own.
 *
 * @param examples shapes that a test prepares on the migrated database; behind `WITH_DOCS &&`, the Worker needs none
 */
export const statementByShape = <
  Shape,
  Values extends { readonly [Name in keyof Values]: Value },
  Row = never,
>(
  build: (shape: Shape, names: Names<Values>) => SQLWrapper,
  examples: false | readonly Shape[],
): ((shape: Shape, values: Values) => Statement<Row>) => {
  const texts = new Map<string, Compiled>();
  const get = (shape: Shape): Compiled => {
    const key = typeof shape === 'string' ? shape : JSON.stringify(shape);
    let compiled = texts.get(key);
    if (!compiled) {
      if (texts.size >= MAX_SHAPES) texts.clear();
      compiled = compile(build(shape, namesOf<Values>()));
      texts.set(key, compiled);
    }
    return compiled;
  };
  if (WITH_DOCS && examples) declared.push(() => examples.map((shape) => get(shape).sql));
  return (shape, values) => fill(get(shape), values);
};

/**
 * A statement around others, each in brackets: for what one feature says of another, which is known only when it is called.
 *
 *     compose`UPDATE notes SET text = ${selectText({ id })} WHERE id = ${id}`
 */
export const compose = <Row = never>(
  texts: TemplateStringsArray,
  ...parts: readonly (Value | Statement)[]
): Statement<Row> => {
  const params: Value[] = [];
  let known = composed.get(texts);
  if (!known) {
    known = { next: new Map() };
    composed.set(texts, known);
  }
  for (const part of parts) {
    if (typeof part === 'object' && part !== null) {
      known = nextOf(known, part.sql);
      params.push(...part.params);
    } else params.push(part);
  }
  known.whole ??= textOf(texts, parts);
  return { sql: known.whole, params };
};

/** The text that was put together, by the texts of the statements in it, one after the other. */
interface Composed {
  whole?: string;
  readonly next: Map<string, Composed>;
}

/** The texts that were put together, by what they are around: the numbers of a statement's values change within it. */
const composed = new Map<TemplateStringsArray, Composed>();

/** To look a text up costs nothing, since it is the same string each time; one put together would be read to its end. */
const nextOf = ({ next }: Composed, text: string): Composed => {
  let known = next.get(text);
  if (!known) {
    if (next.size >= MAX_SHAPES) next.clear();
    known = { next: new Map() };
    next.set(text, known);
  }
  return known;
};

const textOf = (
  [first = '', ...others]: TemplateStringsArray,
  parts: readonly (Value | Statement)[],
): string => {
  let whole = first;
  let count = 0;
  for (const [index, part] of parts.entries()) {
    if (typeof part === 'object' && part !== null) {
      const before = count;
      whole += `(${part.sql.replaceAll(/\?(\d+)/g, (_, place) => `?${Number(place) + before}`)})`;
      count += part.params.length;
    } else {
      count += 1;
      whole += `?${count}`;
    }
    whole += others[index];
  }
  return whole;
};

/** The values of `tableOf`: so many items, in lists (JSON) of a few. */
export type Items = { readonly length: number; readonly [list: `list${number}`]: string };

/**
 * Into how many lists, of how many items, so many go. What is sought in a list is found by a walk from its beginning, and
 * SQLite compares the text of a list with the one that it has parsed: so each is short, or the time would be quadratic.
 */
const listsOf = (capacity: number): { count: number; size: number } => {
  const size = Math.max(Math.min(capacity, 32), capacity / 64);
  return { count: capacity / size, size };
};

/** For how many items a statement is made that has so many: a few numbers, so that its texts are few. */
export const capacityOf = (length: number): number => 2 ** Math.ceil(Math.log2(Math.max(length, 1)));

/** What a statement with `tableOf` takes of these: its values, and what its text is made for. */
export const toItems = (all: readonly unknown[]): { values: Items; capacity: number } => {
  const capacity = capacityOf(all.length);
  const { count, size } = listsOf(capacity);
  const values: { length: number; [list: `list${number}`]: string } = { length: all.length };
  for (let n = 0; n < count; n++) values[`list${n}`] = JSON.stringify(all.slice(n * size, (n + 1) * size));
  return { values, capacity };
};

/**
 * Source: a table of at most `capacity` items, each as JSON in `item`. D1 bills the rows of `json_each` and of a recursion
 * as rows read in every statement; those of VALUES cost nothing.
 */
export const tableOf = ($: Names<Items>, capacity: number): SQL => {
  const { count, size } = listsOf(capacity);
  const places = sql.raw(Array.from({ length: capacity }, (_, place) => `(${place})`).join(','));
  const perList = sql.raw(String(size));
  const lists = Array.from(
    { length: count },
    (_, n) => sql`WHEN ${sql.raw(String(n))} THEN ${$[`list${n}`]}`,
  );
  const item =
    count === 1
      ? sql`${$.list0} -> ('$[' || column1 || ']')`
      : sql`CASE column1 / ${perList} ${sql.join(lists, sql` `)} END -> ('$[' || (column1 % ${perList}) || ']')`;
  // LIMIT keeps SQLite from copying the expression to each place that uses it.
  return sql`(SELECT ${item} AS item FROM (VALUES ${places}) LIMIT ${$.length})`;
};

/** The texts of the statements that were declared so far, for the test that prepares them. Empty in the Worker. */
export const declaredTexts = (): string[] => declared.flatMap((texts) => texts());
const declared: (() => string[])[] = [];

/** Names for a piece of SQL that a statement of another module is made of. */
export const namesOf = <Values>(): Names<Values> =>
  // The proxy has any name that is asked for: an object of all of them is never made.
  new Proxy({} as Names<Values>, { get: (_, name) => sql.placeholder(String(name)) });

const escapeName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const escapeString = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const compile = (wrapper: SQLWrapper): Compiled => {
  const slots: Compiled['slots'][number][] = [];
  const places = new Map<string, number>();
  const addSlot = (slot: Compiled['slots'][number]): number => slots.push(slot);
  const query = wrapper.getSQL().toQuery({
    // Drizzle wants its cache of casings; of it, `toQuery` asks for a column's name only, and the schema gives each.
    casing: { getColumnCasing: ({ name }: { name: string }) => name } as never,
    escapeName,
    escapeString,
    escapeParam: (_, chunk) => {
      const { name, encode } = toNamed(chunk);
      if (name === undefined) return `?${addSlot(() => encode(chunk))}`;
      // One parameter for a name, however often it stands there.
      const place =
        places.get(name) ??
        addSlot((values) => {
          const value = values[name];
          if (value === undefined) throw new Error(`The statement lacks a value for ${name}: ${query.sql}`);
          return encode(value);
        });
      places.set(name, place);
      return `?${place}`;
    },
  });
  return { sql: query.sql, slots };
};

type Encode = (value: unknown) => Value;
/** Placeholders are filled with a `Value` (`statement` asks for it), and Drizzle's encoders, which say `any`, make one. */
const asItIs: Encode = (value) => value as Value;

/** What a parameter stands for: a value by name, or one that is in the text already. */
const toNamed = (chunk: unknown): { name?: string; encode: Encode } => {
  if (is(chunk, Placeholder)) return { name: chunk.name, encode: asItIs };
  if (is(chunk, Param)) {
    const { value, encoder } = chunk;
    const encode: Encode = (given) => encoder.mapToDriverValue(given) as Value;
    return is(value, Placeholder) ? { name: value.name, encode } : { encode: () => encode(value) };
  }
  return { encode: asItIs };
};

const fill = (
  { sql: text, slots }: Compiled,
  values: object,
): { readonly sql: string; readonly params: readonly Value[] } => {
  const params: Value[] = [];
  // What `statement` asks of its `Values` is lost where any statement's are filled in.
  for (const slot of slots) params.push(slot(values as Readonly<Record<string, Value>>));
  return { sql: text, params };
};

/** A row of a table as SQLite returns it: column names of the database, booleans as 0 and 1. */
export type RowOf<T extends Table> = {
  readonly [K in keyof T['_']['columns'] as T['_']['columns'][K]['_']['name']]:
    | (T['_']['columns'][K]['_']['dataType'] extends 'boolean' ? number : T['_']['columns'][K]['_']['data'])
    | (T['_']['columns'][K]['_']['notNull'] extends true ? never : null);
};

/** The same row as Drizzle's builders return it. */
export const fromRow = <T extends Table>(table: T, row: RowOf<T>): T['$inferSelect'] => {
  const values: Readonly<Record<string, unknown>> = row;
  return Object.fromEntries(
    Object.entries(getTableColumns(table)).map(([key, column]) => {
      const value = values[column.name];
      return [key, value === null ? null : column.mapFromDriverValue(value)];
    }),
  );
};

/** Joins the conditions of a WHERE clause that there are. */
export const allOf = (conditions: readonly (SQL | undefined)[]): SQL => {
  const present = conditions.filter((condition) => condition !== undefined);
  return present.length > 0 ? sql.join(present, sql` AND `) : sql`1`;
};
