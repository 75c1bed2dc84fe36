import { type SQL, sql } from 'drizzle-orm';
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1';

export type Database = DrizzleD1Database & { $client: D1Database };

export const openDatabase = (binding: D1Database): Database => drizzle(binding);

/** A row as SQLite returns it: snake_case columns. */
export type Row = Record<string, unknown>;

/**
 * Runs the statements as one transaction in one round trip and returns each one's rows. This is the only way to write:
 * what belongs together is one batch.
 */
export const runBatch = async (db: Database, statements: readonly SQL[]): Promise<Row[][]> => {
  const [first, ...rest] = statements.map((statement) => db.all<Row>(statement));
  return first ? db.batch([first, ...rest]) : [];
};

/** Runs one reading statement. */
export const readRows = <T extends object = Row>(db: Database, statement: SQL): Promise<T[]> =>
  db.all<T>(statement);

/** Joins optional conditions of a WHERE clause. */
export const allOf = (conditions: readonly (SQL | undefined)[]): SQL => {
  const present = conditions.filter((condition) => condition !== undefined);
  return present.length > 0 ? sql.join(present, sql` AND `) : sql`1`;
};
