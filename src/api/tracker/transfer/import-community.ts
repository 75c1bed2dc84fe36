import * as v from 'valibot';
import {
  type IncomingRow,
  importRows,
  isImportedTable,
  problemOf,
} from '../../../core/transfer/import-rows.ts';
import type { ImportedTable } from '../../../core/transfer/transfer-queries.ts';
import { invalidField } from '../../kit/fault.ts';
import { isJsonObject } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';

const MAX_LINES = 2000;

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
      `Up to ${MAX_LINES} lines of \`GET /v2/community/export\`, in their order: accounts with their identifiers, servers, ` +
      'sessions and their corrections become the same rows here. What is here already is left as it is. Other lines are ' +
      'counted as skipped: they vouch for the community that they come from. No webhook hears of it.',
    bodyExample: '{"table":"servers","row":{"server_id":1,"name":"Main"}}',
    answer: {
      schema: v.object({ imported: v.number(), duplicates: v.number(), skipped: v.number() }),
      example: { imported: 1, duplicates: 0, skipped: 0 },
    },
  },
  handle: async ({ ctx, body }) => {
    const lines = body.csv.split('\n').filter((line) => line.trim() !== '');
    if (lines.length === 0 || lines.length > MAX_LINES) {
      throw invalidField('', fieldMessage('count', 1, MAX_LINES));
    }
    const rows = lines.map(readLine);
    const wanted: { table: ImportedTable; row: IncomingRow['row'] }[] = [];
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
      wanted.push({ table, row });
    }
    const taken = wanted.length > 0 ? await importRows(ctx, wanted) : new Map<ImportedTable, number>();
    const imported = [...taken.values()].reduce((sum, count) => sum + count, 0);
    return { imported, duplicates: wanted.length - imported, skipped: rows.length - wanted.length };
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
