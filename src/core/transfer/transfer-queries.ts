/** The SQL of taking a community's rows out, and in elsewhere: each table as its schema says it is. */
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import * as schema from '../../db/schema/index.ts';
import { sql, statementByShape } from '../../db/statement.ts';

/** What an export has, in an order in which an import can take it in. What is a secret is in none. */
const EXPORTED = {
  accounts: schema.accounts,
  account_identifiers: schema.accountIdentifiers,
  identifier_conflicts: schema.identifierConflicts,
  servers: schema.servers,
  sessions: schema.sessions,
  session_revisions: schema.sessionRevisions,
  log_entries: schema.logEntries,
  account_activities: schema.accountActivities,
  periods: schema.periods,
  period_totals: schema.periodTotals,
  audit_records: schema.auditRecords,
} as const satisfies Record<string, SQLiteTable>;

export type ExportedTable = keyof typeof EXPORTED;
export const EXPORTED_TABLES = Object.keys(EXPORTED) as readonly ExportedTable[];

/**
 * What an import takes. The rest of an export is a record: the log's counters, the seals of account activity, closed periods
 * and the audit trail vouch for the community that they were made in.
 */
export const IMPORTED_TABLES = [
  'accounts',
  'account_identifiers',
  'identifier_conflicts',
  'servers',
  'sessions',
  'session_revisions',
] as const satisfies readonly ExportedTable[];
export type ImportedTable = (typeof IMPORTED_TABLES)[number];

export interface ColumnRule {
  readonly name: string;
  readonly type: 'string' | 'number';
  readonly isRequired: boolean;
  /** What a row that lacks the column gets: an export may be older than the column. */
  readonly fallback: string | number | undefined;
  /** What the column can be, where the schema lists it. */
  readonly values: readonly string[] | undefined;
}

/** The columns of a table but the community's, and those that the database works out. */
export const columnsOf = (table: ExportedTable): ColumnRule[] =>
  getTableConfig(EXPORTED[table])
    .columns.filter(({ name, generated }) => name !== 'community_id' && generated === undefined)
    .map(({ name, dataType, notNull, hasDefault, default: fallback, enumValues }) => ({
      name,
      type: dataType === 'string' ? 'string' : 'number',
      isRequired: notNull && !hasDefault,
      fallback: notNull ? toValue(fallback) : undefined,
      values: enumValues && enumValues.length > 0 ? enumValues : undefined,
    }));

const toValue = (value: unknown): string | number | undefined =>
  typeof value === 'boolean'
    ? Number(value)
    : typeof value === 'string' || typeof value === 'number'
      ? value
      : undefined;

/** The key of a table within its community. */
export const keyOf = (table: ExportedTable): string[] =>
  (getTableConfig(EXPORTED[table]).primaryKeys[0]?.columns ?? [])
    .map(({ name }) => name)
    .filter((name) => name !== 'community_id');

const list = (names: readonly string[]) => sql.raw(names.map((name) => `"${name}"`).join(', '));

interface PageShape {
  readonly table: ExportedTable;
  readonly isFirst: boolean;
}

/** Statement: a page of a table's rows in the order of its key, behind `after`, a JSON array of the key. */
export const selectPage = statementByShape<
  PageShape,
  { communityId: number; after: string; limit: number },
  Record<string, string | number | null>
>(
  ({ table, isFirst }, $) => {
    const key = keyOf(table);
    const values = sql.join(
      key.map((_, index) => sql`${$.after} ->> ${sql.raw(`'$[${index}]'`)}`),
      sql`, `,
    );
    return sql`
      SELECT ${list(columnsOf(table).map(({ name }) => name))} FROM ${sql.raw(table)} NOT INDEXED
      WHERE community_id = ${$.communityId} ${isFirst ? sql`AND ${$.after} IS NOT NULL` : sql`AND (${list(key)}) > (${values})`}
      ORDER BY ${list(key)} LIMIT ${$.limit}`;
  },
  [
    { table: 'sessions', isFirst: true },
    { table: 'sessions', isFirst: false },
  ],
);

/** Statement: takes rows in, a JSON array of objects; returns a row for each that was not there. */
export const insertRows = statementByShape<
  { readonly table: ImportedTable },
  { communityId: number; rows: string },
  { taken: number }
>(
  ({ table }, $) => {
    const columns = columnsOf(table);
    const names = columns.map(({ name }) => name);
    const values = sql.join(
      columns.map(({ name, fallback }) => {
        const given = sql`item.value ->> ${sql.raw(`'${name}'`)}`;
        return fallback === undefined ? given : sql`coalesce(${given}, ${fallback})`;
      }),
      sql`, `,
    );
    return sql`
      INSERT INTO ${sql.raw(table)} (community_id, ${list(names)})
      SELECT ${$.communityId}, ${values} FROM json_each(${$.rows}) AS item WHERE true
      ON CONFLICT DO NOTHING
      RETURNING 1 AS taken`;
  },
  [{ table: 'sessions' }, { table: 'accounts' }],
);
