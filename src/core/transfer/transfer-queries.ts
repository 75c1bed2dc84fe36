/** The SQL of taking a community's rows out, and in elsewhere: each table as its schema says it is. */
import { sql, statementByShape } from '../../db/statement.ts';
import { factsOf, type TableName } from '../../db/tables.ts';

/** What an export has, in an order in which an import can take it in. What is a secret is in none. */
export const EXPORTED_TABLES = [
  'accounts',
  'account_identifiers',
  'identifier_conflicts',
  'servers',
  'sessions',
  'session_revisions',
  'log_entries',
  'account_activities',
  'periods',
  'period_totals',
  'audit_records',
] as const satisfies readonly TableName[];
export type ExportedTable = (typeof EXPORTED_TABLES)[number];

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
  Object.entries(factsOf(table).columns)
    .filter(([name, { isGenerated }]) => name !== 'community_id' && !isGenerated)
    .map(([name, { type, isNullable, hasDefault, fallback, values }]) => ({
      name,
      type: type === 'text' ? 'string' : 'number',
      isRequired: !isNullable && !hasDefault,
      fallback: isNullable ? undefined : fallback,
      values,
    }));

/** The key of a table within its community. */
export const keyOf = (table: ExportedTable): string[] =>
  factsOf(table).key.filter((name) => name !== 'community_id');

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
