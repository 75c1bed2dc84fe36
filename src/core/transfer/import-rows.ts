import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { audited } from '../audit/audit.ts';
import { hashAuditRecord } from '../audit/audit-chain.ts';
import { type CarriedEnd, selectAuditLinks, selectCarriedLinks } from '../audit/queries.ts';
import type { Ctx } from '../context.ts';
import {
  columnsOf,
  countEntries,
  EXPORTED_TABLES,
  type ExportedTable,
  insertRows,
  keyOf,
  type RowState,
  selectStates,
} from './transfer-queries.ts';

type Row = Readonly<Record<string, unknown>>;

/** A row of an export, not looked at yet. */
export interface IncomingRow {
  readonly table: string;
  readonly row: Row;
}

/** A row of an export that can come in; `line` is its place in the call, from 0. */
export interface TransferredRow {
  readonly table: ExportedTable;
  readonly row: Row;
  readonly line: number;
}

/** A row that stays out, and why: beside `RowState`, `taken` (another row has what only one can have) and `unlinked`. */
export interface RefusedRow {
  readonly line: number;
  readonly table: ExportedTable;
  readonly reason: 'differs' | 'closed' | 'taken' | 'unlinked';
}

export interface ImportedRows {
  readonly imported: number;
  /** Those that are here already, as they are. */
  readonly duplicates: number;
  readonly refused: readonly RefusedRow[];
}

export type RowProblem = { readonly column: string; readonly problem: 'missing' | 'type' | 'value' };

export const isImportedTable = (table: string): table is ExportedTable =>
  (EXPORTED_TABLES as readonly string[]).includes(table);

/** Columns that have JSON in them: an object, or an array. */
const JSON_COLUMNS = [
  'metadata',
  'names',
  'before',
  'after',
  'properties',
  'record',
  'closed_by',
  'reopened_by',
  'call',
  'alive_before',
];

/** What is wrong with a row, if anything: nothing that the database could not read again comes in. */
export const problemOf = (table: ExportedTable, row: Row): RowProblem | undefined => {
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
 * Takes rows of an export in as they are, those that are here already left alone: the same rows once more change nothing. No
 * webhook hears of it. The audit trail of where they come from is kept beside the own one, whose record has its last hash.
 */
export const importRows = (
  ctx: Ctx<CommunityActor>,
  rows: readonly TransferredRow[],
): Promise<ImportedRows> =>
  audited(ctx, ctx.actor.community.id, async (audit) => {
    const { id: communityId, publicId, name } = audit.community;
    const groups = [...Map.groupBy(rows, ({ table }) => table)].map(([table, group]) => ({
      table,
      group: group.map((item) => ({ ...item, row: toOwn(table, item.row, publicId) })),
    }));
    const states = await runBatch(
      ctx.db,
      groups.map(({ table, group }) => selectStates({ table }, { communityId, rows: toJson(group) })),
    );
    const unlinked = await findUnlinked(ctx, communityId, publicId, rows);
    const refused: RefusedRow[] = [];
    let duplicates = 0;
    const wanted = groups.map(({ table, group }, index) => {
      const stateOf = new Map((states[index] ?? []).map(({ place, state }) => [place, state]));
      const isNew = group.filter(({ line }, place) => {
        const state: RowState | 'unlinked' = unlinked.get(line) ?? stateOf.get(place) ?? 'new';
        if (state === 'same') duplicates += 1;
        else if (state !== 'new') refused.push({ line, table, reason: state });
        return state === 'new';
      });
      return { table, group: isNew };
    });
    const some = wanted.filter(({ group }) => group.length > 0);
    if (some.length === 0) return { imported: 0, duplicates, refused };

    const ends = endsOf(some.flatMap(({ table, group }) => (table === 'audit_records' ? group : [])));
    const [, taken] = await runBatch(ctx.db, [
      // Before the entries, which makes them exact.
      some
        .filter(({ table }) => table === 'log_entries')
        .map(({ group }) => countEntries({ communityId, rows: toJson(group) })),
      some.map(({ table, group }) => insertRows({ table }, { communityId, rows: toJson(group) })),
      await audit.record({
        type: 'ROWS_IMPORTED',
        what: `imported ${some.reduce((sum, { group }) => sum + group.length, 0)} rows of an export`,
        target: { type: 'COMMUNITY', name },
        ...(ends.length > 0 && { properties: { carried: JSON.stringify(ends) } }),
      }),
    ]);
    let imported = 0;
    for (const [index, { table, group }] of some.entries()) {
      const keys = new Set((taken[index] ?? []).map(({ key }) => key));
      for (const { line, row } of group) {
        if (keys.has(JSON.stringify(keyOf(table).map((column) => row[column])))) imported += 1;
        else refused.push({ line, table, reason: 'taken' });
      }
    }
    return { imported, duplicates, refused: refused.sort((a, b) => a.line - b.line) };
  });

const toJson = (group: readonly { readonly row: Row }[]): string =>
  JSON.stringify(group.map(({ row }) => row));

/** The row as it is in this community: what was sealed here says so by saying nothing. */
const toOwn = (table: ExportedTable, row: Row, publicId: string): Row =>
  Object.fromEntries(
    columnsOf(table).map(({ name }) => [
      name,
      name === 'sealed_as' && row[name] === publicId ? null : (row[name] ?? null),
    ]),
  );

/** Of the records of audit trails, by line: those that are the own ones, and those that do not follow the one before. */
const findUnlinked = async (
  ctx: Ctx<CommunityActor>,
  communityId: number,
  publicId: string,
  rows: readonly TransferredRow[],
): Promise<Map<number, 'same' | 'unlinked'>> => {
  const found = new Map<number, 'same' | 'unlinked'>();
  const links = rows
    .filter(({ table }) => table === 'audit_records')
    .map(({ line, row }) => ({ line, ...toLink(row) }));
  let before: { origin: string; sequence: number; hash: string } | undefined;
  for (const { line, hash, previousHash, ...record } of links) {
    const { communityId: origin, sequence } = record;
    if (before?.origin !== origin || before.sequence !== sequence - 1) {
      const [known] = await selectCarriedLinks(
        ctx.db,
        communityId,
        { origin, sequence: sequence - 2, id: '\uffff' },
        1,
      );
      before = known?.origin === origin && known.sequence === sequence - 1 ? known : undefined;
    }
    if (origin === publicId) {
      const [own] = await selectAuditLinks(ctx.db, communityId, { sequence: sequence - 1, id: '\uffff' }, 1);
      if (own?.sequence === sequence && own.hash === hash) {
        found.set(line, 'same');
        continue;
      }
    }
    const isLinked = before === undefined || before.hash === previousHash;
    if (!isLinked || (await hashAuditRecord(record, previousHash)) !== hash) found.set(line, 'unlinked');
    before = { origin, sequence, hash };
  }
  return found;
};

const toLink = (row: Row) => ({
  communityId: String(row.origin),
  sequence: Number(row.sequence),
  id: String(row.id),
  occurredAt: Number(row.occurred_at),
  type: String(row.type),
  user: String(row.user),
  message: String(row.message),
  properties: JSON.parse(String(row.properties)) as Record<string, string>,
  previousHash: String(row.previous_hash),
  hash: String(row.hash),
});

/** The last record of each trail. */
const endsOf = (group: readonly { readonly row: Row }[]): CarriedEnd[] => {
  const links = group.map(({ row }) => toLink(row));
  const byOrigin = Map.groupBy(links, ({ communityId }) => communityId);
  return [...byOrigin].map(([origin, trail]) => {
    const last = trail.reduce((a, b) => (b.sequence > a.sequence ? b : a));
    return { origin, sequence: last.sequence, hash: last.hash, occurredAt: last.occurredAt };
  });
};
