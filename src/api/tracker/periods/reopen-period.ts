import * as v from 'valibot';
import { reopenPeriod as reopen } from '../../../core/sessions/periods/close-period.ts';
import { object } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { noteSchema, PERIOD_EXAMPLE, periodParams, periodSchema, toPeriodWire } from './wire.ts';

export const reopenPeriod = defineOperation({
  method: 'DELETE',
  path: '/v2/community/periods/{periodId}',
  access: { scope: 'periods:write' },
  params: periodParams,
  body: v.optional(object({ reason: v.nullish(noteSchema) }), {}),
  docs: WITH_DOCS && {
    operationId: 'reopenPeriod',
    tag: 'Closed periods',
    summary: 'Reopen a closed period',
    description: 'Its hours can change again. What they were stays readable. It is on the audit trail.',
    bodyExample: { reason: 'Two shifts were missing' },
    answer: {
      schema: periodSchema(),
      example: {
        ...PERIOD_EXAMPLE,
        status: 'reopened',
        reopenedAt: '2026-04-03T08:00:00.000Z',
        reopenedBy: PERIOD_EXAMPLE.closedBy,
      },
    },
    errors: ['period_not_found', 'period_reopened'],
  },
  handle: async ({ ctx, params, body }) =>
    toPeriodWire(await reopen(ctx, params.periodId, body.reason ?? null)),
});
