import * as v from 'valibot';
import {
  type IncomingRow,
  importRows,
  isImportedTable,
  problemOf,
  type TransferredRow,
} from '../../../core/transfer/import-rows.ts';
import { invalidField } from '../../kit/fault.ts';
import { isJsonObject } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';

const MAX_LINES = 2000;

/** Why a row stays out, as it is answered. */
const CODES = {
  differs: 'ROW_DIFFERS',
  closed: 'PERIOD_CLOSED',
  taken: 'VALUE_TAKEN',
  unlinked: 'CHAIN_BROKEN',
} as const;

export const importCommunity = defineOperation({
  method: 'POST',
  path: '/v2/community/import',
  access: { scope: 'admin' },
  body: v.object({ csv: v.string() }),
  bodyEncoding: 'lines',
  docs: WITH_DOCS && {
    operationId: 'importCommunity',
    tag: 'Access',
    summary: 'Import lines of an export, as they are',
    description:
      `Up to ${MAX_LINES} lines of \`GET /v2/community/export\`, in their order, become the same rows here. What is here already ` +
      'is left as it is, so the same lines once more change nothing. `refused` has the lines that stay out, from 1. ' +
      '`ROW_DIFFERS`: another row has its key. `VALUE_TAKEN`: an identifier or an event id is of another row. `PERIOD_CLOSED`: ' +
      'it would alter a closed period. `CHAIN_BROKEN`: a record of an audit trail does not fit its hash, or the record ' +
      'before. The audit trail is kept beside the own one, and is verified with it. The line of the community is skipped. No webhook hears of it.',
    bodyExample: '{"table":"servers","row":{"server_id":1,"name":"Main"}}',
    answer: {
      schema: v.object({
        imported: v.number(),
        duplicates: v.number(),
        skipped: v.number(),
        refused: v.array(
          v.object({
            line: v.number(),
            table: v.string(),
            code: v.picklist(Object.values(CODES)),
          }),
        ),
      }),
      example: { imported: 1, duplicates: 0, skipped: 0, refused: [] },
    },
  },
  handle: async ({ ctx, body }) => {
    const lines = body.csv.split('\n').filter((line) => line.trim() !== '');
    if (lines.length === 0 || lines.length > MAX_LINES) {
      throw invalidField('', fieldMessage('count', 1, MAX_LINES));
    }
    const rows = lines.map(readLine);
    const wanted: TransferredRow[] = [];
    for (const [index, { table, row }] of rows.entries()) {
      if (!isImportedTable(table)) continue;
      const wrong = problemOf(table, row);
      if (wrong) {
        const message =
          wrong.problem === 'missing'
            ? fieldMessage('required')
            : fieldMessage('type', `the column ${wrong.column}`);
        throw invalidField(`lines.${index}.row.${wrong.column}`, message);
      }
      wanted.push({ table, row, line: index });
    }
    const { imported, duplicates, refused } =
      wanted.length > 0 ? await importRows(ctx, wanted) : { imported: 0, duplicates: 0, refused: [] };
    return {
      imported,
      duplicates,
      skipped: rows.length - wanted.length,
      refused: refused.map(({ line, table, reason }) => ({ line: line + 1, table, code: CODES[reason] })),
    };
  },
});

const readLine = (line: string, index: number): IncomingRow => {
  try {
    const value: unknown = JSON.parse(line);
    if (isJsonObject(value) && typeof value.table === 'string' && isJsonObject(value.row)) {
      return { table: value.table, row: value.row };
    }
  } catch {
    // Said below, with the line's number.
  }
  throw invalidField(`lines.${index}`, fieldMessage('object'));
};
