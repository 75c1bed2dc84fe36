import * as v from 'valibot';
import { deleteLogEntries as deleteSome } from '../../core/logs/delete-log-entries.ts';
import { invalidField } from '../kit/fault.ts';
import { integer } from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';
import { defineOperation } from '../kit/operation.ts';
import { describeFilter, filterQuery, noFilterBody, toFilter } from './wire.ts';

export const deleteLogEntries = defineOperation({
  method: 'DELETE',
  path: '/api/v1/activity_log',
  access: { scope: 'logs:delete' },
  query: v.object(filterQuery),
  body: noFilterBody,
  docs: WITH_DOCS && {
    operationId: 'deleteActivityLogs',
    tag: 'Activity Log',
    summary: 'Delete the entries that a filter names',
    description:
      'At least one filter is needed. A call deletes at most 5000 entries, the oldest first; while `hasMore` ' +
      'is true, the same call goes on. The count is exact. Ids do not start over.',
    bodyExample: {},
    answer: {
      schema: v.object({ deleted: integer(0), hasMore: v.boolean() }),
      example: { deleted: 456, hasMore: false },
    },
  },
  handle: async ({ ctx, query }) => {
    const described = describeFilter(query);
    if (described === '') {
      throw invalidField('query', fieldMessage('some_of', Object.keys(filterQuery).join(', ')));
    }
    return deleteSome(ctx, toFilter(query), described);
  },
});
