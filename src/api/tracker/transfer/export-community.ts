import * as v from 'valibot';
import { exportCommunity as exportRows } from '../../../core/transfer/export-community.ts';
import { defineOperation } from '../../kit/operation.ts';
import { streamText } from '../../kit/stream.ts';

export const exportCommunity = defineOperation({
  method: 'GET',
  path: '/v2/community/export',
  isExpensive: true,
  isLarge: true,
  access: { scope: 'admin' },
  docs: WITH_DOCS && {
    operationId: 'exportCommunity',
    tag: 'Access',
    summary: 'Export everything of the community, a JSON object a line',
    description:
      'NDJSON: `{"table": "sessions", "row": {...}}`, streamed. Credentials, webhooks and what waits to be sent are not in it.',
    answer: {
      schema: v.object({ table: v.string(), row: v.record(v.string(), v.unknown()) }),
      example: { table: 'servers', row: { server_id: 1, name: 'Main' } },
      mediaType: 'application/x-ndjson',
    },
  },
  handle: async ({ ctx, http }) => {
    const lines = async function* () {
      for await (const rows of exportRows(ctx)) {
        if (rows.length > 0) yield `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
      }
    };
    return streamText(http, lines(), {
      'Content-Type': 'application/x-ndjson',
      'Content-Disposition': 'attachment; filename="community.ndjson"',
    });
  },
});
