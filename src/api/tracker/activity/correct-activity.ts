import { correctSession } from '../../../core/sessions/correct-session.ts';
import { invalidField } from '../../kit/fault.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  CLOSED_EXAMPLE,
  correctionBody,
  sessionDetailsSchema,
  sessionParams,
  toSessionDetailsWire,
} from './session-wire.ts';

export const correctActivity = defineOperation({
  method: 'PATCH',
  path: '/v2/community/activity/{activityId}',
  access: { scope: 'sessions:correct' },
  params: sessionParams,
  body: correctionBody,
  docs: WITH_DOCS && {
    operationId: 'correctActivity',
    tag: 'Corrections',
    summary: 'Correct a session',
    description:
      'Changes what is given. The earlier values, who changed them and why are kept. An `end` confirms the ' +
      'session: one that was open or unconfirmed is `stopped` from then on. The session may not overlap ' +
      'another one of its account on its server.',
    bodyExample: { end: '2026-04-15T02:00:00.000Z', reason: 'Left at two, says the camera' },
    answer: { schema: sessionDetailsSchema(), example: CLOSED_EXAMPLE },
    errors: [
      'period_closed',
      'session_not_found',
      'session_ends_before_start',
      'session_open',
      'session_overlaps',
      'session_voided',
    ],
  },
  handle: async ({ ctx, params, body: { start, end, clearReason, reason } }) => {
    for (const [path, epochMs] of Object.entries({ start, end })) {
      if (epochMs !== undefined && epochMs > ctx.clock.now()) {
        throw invalidField(path, fieldMessage('not_future'));
      }
    }
    const correction = { startedAt: start, endedAt: end, clearReason, reason };
    return toSessionDetailsWire(await correctSession(ctx, params.activityId, correction));
  },
});
