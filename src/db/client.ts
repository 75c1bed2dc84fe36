import type { SQLWrapper } from 'drizzle-orm';
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1';
import { databaseFaultOf } from './faults.ts';
import { dialect, SQL, sql, toQuery } from './sql.ts';
import type { Statement as NamedStatement } from './statement.ts';

export type Database = DrizzleD1Database & { $client: D1Database };

export const openDatabase = (binding: D1Database): Database => drizzle(binding);

/** A row as SQLite returns it: snake_case columns. */
export type Row = Record<string, unknown>;

export type { SQL };

/** A statement that is not run yet: one of `db/statement.ts`, a template of `db/sql.ts`, or one of Drizzle's builders. */
export type Statement = NamedStatement | SQL | SQLWrapper;

/** What runs as one transaction: statements, groups of them, and places left empty. */
export interface Batch extends ReadonlyArray<Statement | Batch | undefined> {}

/** The rows that a batch returns, in the places of its statements. */
export type RowsOf<T> = T extends undefined
  ? undefined
  : T extends SQL | SQLWrapper
    ? Row[]
    : T extends NamedStatement<infer R>
      ? (unknown extends R ? Row : R)[]
      : T extends readonly unknown[]
        ? { -readonly [Place in keyof T]: RowsOf<T[Place]> }
        : never;

const isGroup = (entry: Statement | Batch | undefined): entry is Batch => Array.isArray(entry);

const prepare = (db: Database, statement: Statement): D1PreparedStatement => {
  const query =
    statement instanceof SQL
      ? toQuery(statement)
      : 'params' in statement
        ? statement
        : dialect.sqlToQuery(statement.getSQL());
  return db.$client.prepare(query.sql).bind(...query.params);
};

/**
 * Runs the statements as one transaction in one round trip and returns each one's rows in its place. What belongs
 * together is one batch. (Drizzle's own `batch` takes no `sql` template with parameters on D1.)
 *
 * @param options.isRepeatable whether the batch ends in the same rows and answers where it is carried out twice: then it
 *   is tried again when the connection is lost, though the first try may have been carried out
 */
export const runBatch = async <const T extends Batch>(
  db: Database,
  batch: T,
  options: { readonly isRepeatable?: boolean } = {},
): Promise<RowsOf<T>> => {
  const prepared: D1PreparedStatement[] = [];
  const collect = (entries: Batch): void => {
    for (const entry of entries) {
      if (isGroup(entry)) collect(entry);
      else if (entry) prepared.push(prepare(db, entry));
    }
  };
  collect(batch);
  const results = await repeating(() => db.$client.batch<Row>(prepared), options.isRepeatable ?? false);
  let next = 0;
  const distribute = (entries: Batch): unknown[] =>
    entries.map((entry) => (isGroup(entry) ? distribute(entry) : entry && results[next++]?.results));
  return distribute(batch) as RowsOf<T>;
};

const MAX_TRIES = 3;
/** The first wait is half to one and a half times as long, the second twice that. */
const WAIT_MS = 60;

/** Tries again what a lost connection has ended, where a second time does no harm. D1 itself repeats only reads. */
const repeating = async <T>(run: () => Promise<T>, isRepeatable: boolean): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (error) {
      const fault = databaseFaultOf(error);
      const isWorthIt = fault?.kind === 'lost' && (isRepeatable || fault.isUntouched);
      if (!isWorthIt || tries === MAX_TRIES) throw error;
      const waitMs = WAIT_MS * tries * (0.5 + Math.random());
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
};

/** Runs one statement and returns its rows. */
export const readRows = async <T extends object = Row>(
  db: Database,
  statement: NamedStatement<T> | SQL | SQLWrapper,
): Promise<T[]> => (await prepare(db, statement).all<T>()).results;
/** Whether the database answers. @throws what D1 throws */
export const pingDatabase = (db: Database): Promise<unknown> => readRows(db, sql`SELECT 1`);

/** Joins optional conditions of a WHERE clause. */
export const allOf = (conditions: readonly (SQL | undefined)[]): SQL => {
  const present = conditions.filter((condition) => condition !== undefined);
  return present.length > 0 ? sql.join(present, sql` AND `) : sql`1`;
};

/**
 * Expression: a table of the items, each as JSON in `item`, its place in the list in `position`. D1 bills the rows of
 * `json_each` as rows read in every statement; those of VALUES cost nothing.
 */
export const tableOf = (items: readonly unknown[]): SQL =>
  items.length === 0
    ? sql`(SELECT NULL AS item, NULL AS position WHERE 0)`
    : // LIMIT keeps SQLite from copying the expression to each place that uses it.
      sql`(SELECT ${JSON.stringify(items)} -> ('$[' || column1 || ']') AS item, column1 AS position
        FROM (VALUES ${sql.raw(items.map((_, position) => `(${position})`).join(','))}) LIMIT -1)`;
