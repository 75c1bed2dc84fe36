import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { columnsOf, IMPORTED_TABLES, type ImportedTable, insertRows } from './transfer-queries.ts';

/** A row of an export, not looked at yet. */
export interface IncomingRow {
  readonly table: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** What became of a line: `skipped` is a record that no other community takes. */
export type RowProblem = { readonly column: string; readonly problem: 'missing' | 'type' | 'value' };

export const isImportedTable = (table: string): table is ImportedTable =>
  (IMPORTED_TABLES as readonly string[]).includes(table);

/** Columns that have JSON in them: an object, or an array. */
const JSON_COLUMNS = ['metadata', 'names', 'before', 'after'];

/** What is wrong with a row, if anything: nothing that the database could not read again comes in. */
export const problemOf = (table: ImportedTable, row: IncomingRow['row']): RowProblem | undefined => {
  for (const { name, type, isRequired, values } of columnsOf(table)) {
    const value = row[name] ?? null;
    if (value === null) {
      if (isRequired) return { column: name, problem: 'missing' };
      continue;
    }
    const isRight = type === 'number' ? Number.isSafeInteger(value) : typeof value === type;
    if (!isRight) return { column: name, problem: 'type' };
    if (values && !values.includes(String(value))) return { column: name, problem: 'value' };
    if (JSON_COLUMNS.includes(name) && !isJson(String(value))) return { column: name, problem: 'value' };
  }
  return undefined;
};

const isJson = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
};

/**
 * Takes rows of an export in as they are, those that are here already left alone. No webhook hears of it.
 * @returns how many were taken, of each table
 */
export const importRows = (
  ctx: Ctx<CommunityActor>,
  rows: readonly { readonly table: ImportedTable; readonly row: IncomingRow['row'] }[],
): Promise<Map<ImportedTable, number>> =>
  audited(ctx, ctx.actor.community.id, async (audit) => {
    const communityId = audit.community.id;
    const groups = [...Map.groupBy(rows, ({ table }) => table)];
    const [taken] = await runBatch(ctx.db, [
      groups.map(([table, group]) =>
        insertRows(
          { table },
          { communityId, rows: JSON.stringify(group.map(({ row }) => withDefaults(table, row))) },
        ),
      ),
      await audit.record({
        type: 'ROWS_IMPORTED',
        what: `imported ${rows.length} rows of an export`,
        target: { type: 'COMMUNITY', name: audit.community.name },
      }),
    ]);
    return new Map(groups.map(([table], index) => [table, taken[index]?.length ?? 0]));
  });

/** Columns that may be absent but not NULL. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  metadata: '{}',
  names: '[]',
  is_start_observed: 0,
  is_moved: 0,
  created_at: 0,
};

const withDefaults = (table: ImportedTable, row: IncomingRow['row']): Record<string, unknown> =>
  Object.fromEntries(columnsOf(table).map(({ name }) => [name, row[name] ?? DEFAULTS[name] ?? null]));
