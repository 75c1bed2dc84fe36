import { SQL, type SQLWrapper, StringChunk, sql } from 'drizzle-orm';
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1';
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core';

export type Database = DrizzleD1Database & { $client: D1Database };

export const openDatabase = (binding: D1Database): Database => drizzle(binding);

/** A row as SQLite returns it: snake_case columns. */
export type Row = Record<string, unknown>;

/** A statement that is not run yet, or a piece of one: an `sql` template or a builder. */
export type Statement = SQLWrapper;

const dialect = new SQLiteAsyncDialect();

interface Query {
  sql: string;
  readonly params: unknown[];
}

/**
 * Adds what a `sql` template is made of, when that is text, values and further templates only; says whether it was.
 * The dialect would come to the same, but asks of each piece whether it is a column, a table or a query: that is half
 * of what a start or stop costs here.
 */
const addTemplate = (template: SQL, query: Query): boolean =>
  template.queryChunks.every((chunk: unknown) => {
    if (chunk instanceof StringChunk) {
      query.sql += chunk.value.join('');
      return true;
    }
    if (chunk instanceof SQL) return addTemplate(chunk, query);
    query.sql += '?';
    query.params.push(chunk);
    return chunk === null || ['string', 'number', 'boolean'].includes(typeof chunk);
  });

const toQuery = (statement: Statement): Query => {
  const query: Query = { sql: '', params: [] };
  const isTemplate = statement instanceof SQL && addTemplate(statement, query);
  return isTemplate ? query : dialect.sqlToQuery(statement.getSQL());
};

const prepare = (db: Database, statement: Statement): D1PreparedStatement => {
  const query = toQuery(statement);
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
