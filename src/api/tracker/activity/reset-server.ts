import * as v from 'valibot';
import { resetServer as reset } from '../../../core/sessions/reset-server.ts';
import { RESET_EXAMPLE, serverParams, sessionSchema, toSessionWire } from '../../kit/activity-wire.ts';
import { defineOperation } from '../../kit/operation.ts';

export const resetServer = defineOperation({
  operationId: 'resetServer',
  method: 'POST',
  path: '/v2/community/servers/{serverId}/activity/start',
  tag: 'Activity Tracker',
  summary: 'Close all open sessions of a server that starts anew',
  description:
    'Answers with the sessions it closed, oldest first. The body is ignored: empty and `{}` are the same.',
  access: { scope: 'sessions:write' },
  params: serverParams,
  body: v.unknown(),
  bodyExample: {},
  success: {
    status: 200,
    schema: v.array(sessionSchema),
    example: RESET_EXAMPLE,
  },
  handle: async ({ ctx, params }) => (await reset(ctx, params.serverId)).map(toSessionWire),
});
