import { joinSession } from '../../../core/sessions/correct-session.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  CLOSED_EXAMPLE,
  sessionDetailsSchema,
  sessionParams,
  toSessionDetailsWire,
  voidBody,
} from './session-wire.ts';

export const joinActivity = defineOperation({
  method: 'POST',
  path: '/v2/community/activity/{activityId}/join',
  access: { scope: 'sessions:correct' },
  params: sessionParams,
  body: voidBody,
  docs: WITH_DOCS && {
    operationId: 'joinActivity',
    tag: 'Corrections',
    summary: 'Join a session with the one that continues it',
    description:
      'For somebody who knows that only the line was down: the session goes on where the one that `continues` it did, and the ' +
      'time between them counts. That one becomes void. Both keep a revision. `watchedSeconds` leaves the time between them out.',
    bodyExample: { reason: 'Only the line was down' },
    answer: { schema: sessionDetailsSchema(), example: CLOSED_EXAMPLE },
    errors: [
      'session_not_found',
      'session_not_continued',
      'session_voided',
      'session_overlaps',
      'period_closed',
    ],
  },
  handle: async ({ ctx, params, body }) =>
    toSessionDetailsWire(await joinSession(ctx, params.activityId, body.reason)),
});
