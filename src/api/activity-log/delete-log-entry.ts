import * as v from 'valibot';
import { deleteLogEntry as deleteOne } from '../../core/logs/delete-log-entry.ts';
import { integer, integerText } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';
import { LOG_ENTRY_EXAMPLE } from './wire.ts';

export const deleteLogEntry = defineOperation({
  method: 'DELETE',
  path: '/api/v1/activity_log/{id}',
  access: { scope: 'logs:delete' },
  params: v.object({ id: integerText(0) }),
  docs: WITH_DOCS && {
    operationId: 'deleteActivityLog',
    tag: 'Activity Log',
    summary: 'Delete one entry',
    description: 'Its id is never given to another entry.',
    answer: {
      schema: v.object({ deleted: v.literal(true), id: integer(0) }),
      example: { deleted: true, id: LOG_ENTRY_EXAMPLE.id },
    },
    errors: ['log_entry_not_found'],
  },
  handle: async ({ ctx, params: { id } }) => {
    await deleteOne(ctx, id);
    return { deleted: true, id };
  },
});
