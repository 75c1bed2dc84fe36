import * as v from 'valibot';
import { countLogEntries as count } from '../../core/logs/count-log-entries.ts';
import { documented, integer } from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';
import { defineOperation } from '../kit/operation.ts';
import { filterQuery, toFilter } from './wire.ts';

/** What the list can be asked for and no count: an exact one would have to read the whole log. */
const notCounted = v.optional(
  v.pipe(
    v.string(),
    v.check(() => false, fieldMessage('not_counted')),
    documented(WITH_DOCS && { type: 'string', maxLength: 0, description: 'Refused: only the list has it.' }),
  ),
);

export const countLogEntries = defineOperation({
  method: 'GET',
  path: '/api/v1/activity_log/count',
  isNear: true,
  access: { scope: 'logs:read' },
  unknownQuery: 'ignored',
  query: v.object({ ...filterQuery, q: notCounted, after_id: notCounted }),
  docs: WITH_DOCS && {
    operationId: 'countActivityLogs',
    tag: 'Activity Log',
    summary: 'Count the entries, exactly',
    answer: { schema: v.object({ count: integer(0) }), example: { count: 456 } },
  },
  handle: async ({ ctx, query }) => ({ count: await count(ctx, toFilter(query)) }),
});
