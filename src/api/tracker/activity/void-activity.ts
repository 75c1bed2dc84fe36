import { voidSession } from '../../../core/sessions/correct-session.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  CLOSED_EXAMPLE,
  sessionDetailsSchema,
  sessionParams,
  toSessionDetailsWire,
  voidBody,
} from './session-wire.ts';

export const voidActivity = defineOperation({
  method: 'DELETE',
  path: '/v2/community/activity/{activityId}',
  access: { scope: 'sessions:correct' },
  params: sessionParams,
  body: voidBody,
  docs: WITH_DOCS && {
    operationId: 'voidActivity',
    tag: 'Corrections',
    summary: 'Declare a session void',
    description:
      'The session is kept, but no total and no report counts it, and the history shows it only with ' +
      '`includeVoided=true`. If it is open, it is cleared.',
    bodyExample: { reason: 'Somebody else used the account' },
    answer: {
      schema: sessionDetailsSchema(),
      example: { ...CLOSED_EXAMPLE, voidedAt: '2026-04-15T09:00:00.000Z' },
    },
    errors: ['session_not_found', 'period_closed'],
  },
  handle: async ({ ctx, params, body }) =>
    toSessionDetailsWire(await voidSession(ctx, params.activityId, body.reason)),
});
