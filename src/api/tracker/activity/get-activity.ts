import { getSession } from '../../../core/sessions/list-sessions.ts';
import { defineOperation } from '../../kit/operation.ts';
import { OPEN_EXAMPLE, sessionDetailsSchema, sessionParams, toSessionDetailsWire } from './session-wire.ts';

export const getActivity = defineOperation({
  method: 'GET',
  path: '/v2/community/activity/{activityId}',
  access: { scope: 'sessions:read' },
  params: sessionParams,
  docs: WITH_DOCS && {
    operationId: 'getActivity',
    tag: 'Presence',
    summary: 'Read a session',
    answer: { schema: sessionDetailsSchema(), example: OPEN_EXAMPLE },
    errors: ['session_not_found'],
  },
  handle: async ({ ctx, params }) => toSessionDetailsWire(await getSession(ctx, params.activityId)),
});
