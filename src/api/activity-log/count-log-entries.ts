import * as v from 'valibot';
import { countLogEntries as count } from '../../core/logs/count-log-entries.ts';
import { integer } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';
import { filterQuery, toFilter } from './wire.ts';

export const countLogEntries = defineOperation({
  method: 'GET',
  path: '/api/v1/activity_log/count',
  access: { scope: 'logs:read' },
  unknownQuery: 'ignored',
  query: v.object(filterQuery),
  docs: WITH_DOCS && {
    operationId: 'countActivityLogs',
    tag: 'Activity Log',
    summary: 'Count the entries, exactly',
    answer: { schema: v.object({ count: integer(0) }), example: { count: 456 } },
  },
  handle: async ({ ctx, query }) => ({ count: await count(ctx, toFilter(query)) }),
});
