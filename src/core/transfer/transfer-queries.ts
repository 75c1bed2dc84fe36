/** The SQL of taking a community's rows out, and in elsewhere: each table as its schema says it is. */
import { getTableName } from 'drizzle-orm';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import * as schema from '../../db/schema/index.ts';
import { type Names, type SQL, sql, statement, statementByShape } from '../../db/statement.ts';
import { currentGeneration, isCurrent } from '../logs/generation-queries.ts';

/**
 * What an export has, in an order in which an import can take it in, and where an import puts it: a community's audit trail
 * is elsewhere one that was carried there. What is a secret is in none.
 */
const EXPORTED = {
  accounts: schema.accounts,
  account_identifiers: schema.accountIdentifiers,
  identifier_conflicts: schema.identifierConflicts,
  servers: schema.servers,
  sessions: schema.sessions,
  session_revisions: schema.sessionRevisions,
  log_id_floors: schema.logIdFloors,
  log_entries: schema.logEntries,
  activity_batches: schema.activityBatches,
  account_activities: schema.accountActivities,
  periods: schema.periods,
  period_totals: schema.periodTotals,
  period_open_sessions: schema.periodOpenSessions,
  period_questions: schema.periodQuestions,
  audit_records: schema.carriedAuditRecords,
} as const satisfies Record<string, SQLiteTable>;

export type ExportedTable = keyof typeof EXPORTED;
export const EXPORTED_TABLES = Object.keys(EXPORTED) as readonly ExportedTable[];

/** Columns that say something of the database that a row is in, and nothing of what happened. */
const OWN_COLUMNS: Partial<Record<ExportedTable, readonly string[]>> = {
  log_entries: ['generation'],
  activity_batches: ['sealed_by'],
  periods: ['unlocked_for'],
};

export interface ColumnRule {
  readonly name: string;
  readonly type: 'string' | 'number';
  readonly isRequired: boolean;
  /** What a row that lacks the column gets: an export may be older than the column. */
  readonly fallback: string | number | undefined;
  /** What the column can be, where the schema lists it. */
  readonly values: readonly string[] | undefined;
}

/** The columns of a table but the community's, those of the database itself, and those that it works out. */
export const columnsOf = (table: ExportedTable): ColumnRule[] =>
  getTableConfig(EXPORTED[table])
    .columns.filter(({ name, generated }) => isCarried(table, name) && generated === undefined)
    .map(({ name, dataType, notNull, hasDefault, default: fallback, enumValues }) => ({
      name,
      type: dataType === 'string' ? 'string' : 'number',
      isRequired: notNull && !hasDefault,
      fallback: notNull ? toValue(fallback) : undefined,
      values: enumValues && enumValues.length > 0 ? enumValues : undefined,
    }));

const isCarried = (table: ExportedTable, column: string): boolean =>
  column !== 'community_id' && !OWN_COLUMNS[table]?.includes(column);

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
    .filter((name) => isCarried(table, name));

const nameOf = (table: ExportedTable): SQL => sql.raw(getTableName(EXPORTED[table]));
const list = (names: readonly string[]): SQL => sql.raw(names.map((name) => `"${name}"`).join(', '));
const join = (parts: readonly SQL[]): SQL => sql.join([...parts], sql`, `);

type Community = Names<{ communityId: number }>;

/** Condition: the rows of the community, but not what is wiped. */
const isOwn = (table: ExportedTable, $: Community): SQL =>
  table === 'log_entries' ? isCurrent($.communityId) : sql`community_id = ${$.communityId}`;

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
    const values = join(key.map((_, index) => sql`${$.after} ->> ${sql.raw(`'$[${index}]'`)}`));
    return sql`
      SELECT ${list(columnsOf(table).map(({ name }) => name))} FROM ${nameOf(table)} NOT INDEXED
      WHERE ${isOwn(table, $)} ${isFirst ? sql`AND ${$.after} IS NOT NULL` : sql`AND (${list(key)}) > (${values})`}
      ORDER BY ${list(key)} LIMIT ${$.limit}`;
  },
  WITH_DOCS &&
    EXPORTED_TABLES.flatMap((table) => [
      { table, isFirst: true },
      { table, isFirst: false },
    ]),
);

/** Expression: a column of the row `item`. */
const given = ({ name, fallback }: Pick<ColumnRule, 'name' | 'fallback'>): SQL => {
  const value = sql`item.value ->> ${sql.raw(`'${name}'`)}`;
  return fallback === undefined ? value : sql`coalesce(${value}, ${sql.raw(literal(fallback))})`;
};

const literal = (value: string | number): string =>
  typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;

/** Condition on the row `item`: it would alter a second of a closed period here. */
const isInClosedPeriod = (table: ExportedTable, $: Community): SQL => {
  const touches = (from: SQL, to: SQL) => sql`EXISTS (
    SELECT 1 FROM periods AS p INDEXED BY periods_closed
    WHERE p.community_id = ${$.communityId} AND p.reopened_at IS NULL AND p.to_at > ${from} AND p.from_at < ${to})`;
  const start = sql`item.value ->> 'started_at'`;
  if (table === 'sessions') {
    const end = sql`coalesce(item.value ->> 'ended_at', item.value ->> 'last_seen_at')`;
    return sql`item.value ->> 'voided_at' IS NULL AND item.value ->> 'close_kind' IS NOT 'cleared'
      AND ${touches(start, sql`max(${start} + 1, ${end})`)}`;
  }
  return table === 'periods'
    ? sql`item.value ->> 'reopened_at' IS NULL
        AND ${touches(sql`item.value ->> 'from_at'`, sql`item.value ->> 'to_at'`)}`
    : sql`false`;
};

/** What becomes of a row that is to come in. */
export type RowState =
  | 'new'
  /** It is here already. */
  | 'same'
  /** Another row has its key. */
  | 'differs'
  /** It would alter a closed period. */
  | 'closed';

/** Statement: what would become of each row, a JSON array of objects; by its place in the array. */
export const selectStates = statementByShape<
  { readonly table: ExportedTable },
  { communityId: number; rows: string },
  { place: number; state: RowState }
>(
  ({ table }, $) => {
    const columns = columnsOf(table);
    const [first = ''] = keyOf(table);
    const isHere = sql.join(
      keyOf(table).map(
        (name) => sql`AND here.${sql.raw(`"${name}"`)} = item.value ->> ${sql.raw(`'${name}'`)}`,
      ),
      sql` `,
    );
    // Of two floors the higher one holds.
    const isLower = table === 'log_id_floors' ? sql`here.floor < item.value ->> 'floor'` : sql`false`;
    const isSame = sql.join(
      columns.map((column) => sql`here.${sql.raw(`"${column.name}"`)} IS ${given(column)}`),
      sql` AND `,
    );
    const generation =
      table === 'log_entries' ? sql`AND here.generation = ${currentGeneration($.communityId)}` : sql``;
    return sql`
      SELECT item.key AS place, CASE
        WHEN here.${sql.raw(`"${first}"`)} IS NOT NULL AND NOT ${isLower}
          THEN iif(${table === 'log_id_floors' ? sql`true` : isSame}, 'same', 'differs')
        WHEN ${isInClosedPeriod(table, $)} THEN 'closed' ELSE 'new' END AS state
      FROM json_each(${$.rows}) AS item
        LEFT JOIN ${nameOf(table)} AS here NOT INDEXED
          ON here.community_id = ${$.communityId} ${generation} ${isHere}
      ORDER BY 1`;
  },
  WITH_DOCS && EXPORTED_TABLES.map((table) => ({ table })),
);

/** Statement: takes rows in, a JSON array of objects; returns the key of each that was not there, as a JSON array. */
export const insertRows = statementByShape<
  { readonly table: ExportedTable },
  { communityId: number; rows: string },
  { key: string }
>(
  ({ table }, $) => {
    const columns = columnsOf(table);
    const generation = table === 'log_entries';
    return sql`
      INSERT INTO ${nameOf(table)} (community_id, ${generation ? sql`generation, ` : sql``}${list(columns.map(({ name }) => name))})
      SELECT ${$.communityId}, ${generation ? sql`${currentGeneration($.communityId)}, ` : sql``}${join(columns.map(given))}
      FROM json_each(${$.rows}) AS item WHERE true
      ON CONFLICT ${table === 'log_id_floors' ? sql`DO UPDATE SET floor = max(floor, excluded.floor)` : sql`DO NOTHING`}
      RETURNING json_array(${list(keyOf(table))}) AS key`;
  },
  WITH_DOCS && EXPORTED_TABLES.map((table) => ({ table })),
);

/** Statement, before they are taken in: counts the entries of the log that are not there. */
export const countEntries = statement<{ communityId: number; rows: string }>(
  ($) => sql`
    INSERT INTO log_counters (community_id, action_type, platform, count)
    SELECT ${$.communityId}, item.value ->> 'action_type', item.value ->> 'platform', count(*)
    FROM json_each(${$.rows}) AS item
    WHERE NOT EXISTS (
        SELECT 1 FROM log_entries WHERE ${isCurrent($.communityId)} AND id = item.value ->> 'id')
      AND NOT EXISTS (
        SELECT 1 FROM log_entries INDEXED BY log_entries_by_event
        WHERE ${isCurrent($.communityId)} AND event_id = item.value ->> 'event_id')
    GROUP BY 2, 3
    ON CONFLICT DO UPDATE SET count = count + excluded.count`,
);
