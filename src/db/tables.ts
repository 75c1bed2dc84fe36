/**
 * What the Worker knows of its tables while it runs. The schema (db/schema) is written with Drizzle, for its types and its
 * migrations; this is what `npm run db:baseline` makes of it, so that the Worker carries neither.
 */
import type { Table } from 'drizzle-orm';
import { TABLES } from '../../drizzle/tables.ts';

export type TableName = keyof typeof TABLES;

/** A column. What is not said: a number that must be there. */
export interface ColumnFacts {
  readonly type?: 'text' | 'boolean' | 'json';
  readonly isNullable?: boolean;
  /** Whether the database works it out. */
  readonly isGenerated?: boolean;
  readonly hasDefault?: boolean;
  /** The default, as SQLite has it, where it is a literal. */
  readonly fallback?: string | number;
  /** What it can be, where the schema lists it. */
  readonly values?: readonly string[];
}

export interface TableFacts {
  /** The columns of the primary key. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ColumnFacts>>;
}

export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[];

export const factsOf = (name: TableName): TableFacts => TABLES[name];

/** A table by its name, with the type that the schema gives it. */
export interface TableRef<T extends Table> {
  readonly name: TableName;
  /** Only for the compiler. */
  readonly table?: T;
}

export const tableRef = <T extends Table>(name: T['_']['name'] & TableName): TableRef<T> => ({ name });

/** `communityId` as the database names it: `community_id`. */
export const toColumnName = (key: string): string =>
  key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The reverse. */
export const toKey = (column: string): string =>
  column.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
