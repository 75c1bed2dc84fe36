import * as v from 'valibot';
import { countLogEntries as count } from '../../core/logs/count-log-entries.ts';
import { integer } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';
import { filterQuery, toFilter } from './wire.ts';

export const countLogEntries = defineOperation({
  operationId: 'countActivityLogs',
  method: 'GET',
  path: '/api/v1/activity_log/count',
  tag: 'Activity Log',
  summary: 'Count the entries, exactly',
  access: { scope: 'logs:read' },
  query: v.object(filterQuery),
  success: { status: 200, schema: v.object({ count: integer(0) }), example: { count: 456 } },
  handle: async ({ ctx, query }) => ({ count: await count(ctx, toFilter(query)) }),
});
