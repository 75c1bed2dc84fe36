/**
 * An `sql` template as Drizzle's, with a memory. Queries nest templates in templates, and every call builds its own; but
 * the same pieces in the same places always make the same text. So a text is put together once, and a later call only
 * collects the values: to put it together was the greatest single cost of a start or stop.
 */
import type { Statement, Value } from './statement.ts';

/** What stands in a template: a value to bind, or a further piece of SQL. */
type Part = SQL | string | number | boolean | null;

/** A statement or a piece of one. */
export class SQL {
  /** The text between the parts: the same array whenever the same place in the code is run. Of `sql.raw`, a text. */
  readonly text: TemplateStringsArray | string;
  readonly parts: readonly Part[];

  constructor(text: TemplateStringsArray | string, parts: readonly Part[]) {
    this.text = text;
    this.parts = parts;
  }
}

/** Where an integer of `sql.integer` stands in a remembered text: nothing that SQL can have. */
const INTEGER = '\u0000';

const template = (text: TemplateStringsArray, ...parts: Part[]): SQL => new SQL(text, parts);

export const sql = Object.assign(template, {
  /** Text that is SQL itself. Never of what somebody has sent. */
  raw: (text: string): SQL => new SQL(text, []),
  /** An integer in the text itself, for statements that say it more often than D1 allows parameters (100). */
  integer: (value: number): SQL => new SQL(INTEGER, [Math.trunc(value)]),
  /** At least one piece, with a separator between each two. */
  join: (pieces: readonly SQL[], separator: SQL): SQL =>
    pieces.reduce((joined, piece) => sql`${joined}${separator}${piece}`),
});

/** A text with `?` for each value to bind. */
export interface Query {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** A template as a query within a statement of db/statement.ts. */
export const toStatement = (query: SQL | Statement): Statement => {
  if (!(query instanceof SQL)) return query;
  const { sql: text, params } = toQuery(query);
  let place = 0;
  return { sql: text.replaceAll('?', () => `?${++place}`), params: params.map((value) => value as Value) };
};

/** A piece of SQL in a statement, and which pieces can follow it. */
interface Shape {
  /** How many values come before it; together with the pieces before it, that says where in the statement it stands. */
  readonly position: number;
  readonly next: Map<SQL['text'], Shape>;
  /** The same piece in another place. */
  other: Shape | undefined;
  /** The text of the statement that ends with this piece. */
  statement: string | undefined;
}

const newShape = (position: number, other?: Shape): Shape => ({
  position,
  next: new Map(),
  other,
  statement: undefined,
});

/** Some texts depend on what a call brings, so there is no end of shapes: at this many, forget them all. */
const MAX_SHAPES = 10_000;
let shapes = newShape(0);
let count = 0;

/** The statement as D1 takes it. */
export const toQuery = (statement: SQL): Query => {
  if (count > MAX_SHAPES) {
    shapes = newShape(0);
    count = 0;
  }
  const values: Values = { params: [], integers: [] };
  const shape = follow(statement, shapes, values);
  shape.statement ??= toText(statement);
  const { params, integers } = values;
  if (integers.length === 0) return { sql: shape.statement, params };
  let next = 0;
  return { sql: shape.statement.replaceAll(INTEGER, () => String(integers[next++])), params };
};

/** What a statement has beside its text, each in its order. */
interface Values {
  readonly params: unknown[];
  readonly integers: unknown[];
}

/** The shape that the piece leads to from `from`; adds its values to `values`. */
const follow = ({ text, parts }: SQL, from: Shape, values: Values): Shape => {
  let shape = step(from, text, values.params.length);
  for (const part of parts) {
    if (part instanceof SQL) shape = follow(part, shape, values);
    else (text === INTEGER ? values.integers : values.params).push(part);
  }
  return shape;
};

const step = ({ next }: Shape, text: SQL['text'], position: number): Shape => {
  const first = next.get(text);
  for (let shape = first; shape; shape = shape.other) {
    if (shape.position === position) return shape;
  }
  const added = newShape(position, first);
  next.set(text, added);
  count += 1;
  return added;
};

const toText = ({ text, parts }: SQL): string =>
  typeof text === 'string'
    ? text
    : String.raw({ raw: text }, ...parts.map((part) => (part instanceof SQL ? toText(part) : '?')));
