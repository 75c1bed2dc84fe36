import type { SQLWrapper } from 'drizzle-orm';
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1';
import { dialect, SQL, sql, toQuery } from './sql.ts';

export type Database = DrizzleD1Database & { $client: D1Database };

export const openDatabase = (binding: D1Database): Database => drizzle(binding);

/** A row as SQLite returns it: snake_case columns. */
export type Row = Record<string, unknown>;

export type { SQL };

/** A statement that is not run yet: a template, or one of Drizzle's builders. */
export type Statement = SQL | SQLWrapper;

const prepare = (db: Database, statement: Statement): D1PreparedStatement => {
  const query = statement instanceof SQL ? toQuery(statement) : dialect.sqlToQuery(statement.getSQL());
  return db.$client.prepare(query.sql).bind(...query.params);
};

/**
 * Runs the statements as one transaction in one round trip and returns each one's rows. What belongs together is one
 * batch. (Drizzle's own `batch` takes no `sql` template with parameters on D1.)
 */
export const runBatch = async (db: Database, statements: readonly Statement[]): Promise<Row[][]> => {
  const results = await db.$client.batch<Row>(statements.map((statement) => prepare(db, statement)));
  return results.map((result) => result.results);
};

/** Runs one statement and returns its rows. */
export const readRows = async <T extends object = Row>(db: Database, statement: Statement): Promise<T[]> =>
  (await prepare(db, statement).all<T>()).results;

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
