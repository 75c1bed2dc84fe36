import * as v from 'valibot';
import { resetServer as reset } from '../../../core/sessions/reset-server.ts';
import { defineOperation } from '../../kit/operation.ts';
import { SESSION_EXAMPLE, serverParams, sessionSchema, toSessionWire } from './wire.ts';

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
  success: {
    status: 200,
    schema: v.array(sessionSchema),
    example: [
      {
        ...SESSION_EXAMPLE,
        status: false,
        end: '2026-04-15T02:00:00.000Z',
        clearReason: 'All server activity stopped that were in progress',
      },
    ],
  },
  handle: async ({ ctx, params }) => (await reset(ctx, params.serverId)).map(toSessionWire),
});
