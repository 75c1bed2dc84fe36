import * as v from 'valibot';
import { deleteAllLogEntries as deleteAll } from '../../core/logs/delete-all-log-entries.ts';
import { defineOperation } from '../kit/operation.ts';
import { noFilterBody } from './wire.ts';

const DONE = { deleted: true, message: 'All activity logs deleted' } as const;

export const deleteAllLogEntries = defineOperation({
  method: 'DELETE',
  path: '/api/v1/activity_log/all',
  access: { scope: 'logs:delete' },
  body: noFilterBody,
  docs: WITH_DOCS && {
    operationId: 'deleteAllActivityLogs',
    tag: 'Activity Log',
    summary: 'Delete all entries',
    description:
      'After this answer no call shows an older entry. Ids do not start over. Any query parameter, and a body that names a filter, is refused and deletes nothing.',
    bodyExample: {},
    answer: {
      schema: v.object({ deleted: v.literal(DONE.deleted), message: v.literal(DONE.message) }),
      example: DONE,
    },
  },
  handle: async ({ ctx }) => {
    await deleteAll(ctx);
    return DONE;
  },
});
