import * as v from 'valibot';
import { resetServer } from '../../core/sessions/reset-server.ts';
import { defineOperation } from '../kit/operation.ts';
import { RESET_EXAMPLE, sessionSchema, toEvent, toSessionWire } from '../wire/activity.ts';
import { serverStartBody } from './wire.ts';

export const serverStart = defineOperation({
  method: 'POST',
  path: '/servers/activity_tracker_server_start',
  access: { scope: 'sessions:write' },
  body: serverStartBody,
  docs: WITH_DOCS && {
    operationId: 'serverStartV1',
    tag: 'Activity Tracker v1',
    summary: 'Close all open sessions of a server that restarts',
    description: 'The same as `POST /v2/community/servers/{serverId}/activity/start`, for older clients.',
    bodyExample: {
      id: 'your-community',
      key: 'rc_0123456789ABCDEFGHIJKLMNOPQRSTUV0xyzAB',
      type: 'ACTIVITY_TRACKER_SERVER_START',
      data: { serverId: 1 },
    },
    answer: { schema: v.array(sessionSchema()), example: RESET_EXAMPLE },
  },
  handle: async ({ ctx, body: { data } }) => {
    const event = toEvent(ctx, data, 'data.');
    return (await resetServer(ctx, { serverId: data.serverId, ...event })).map(toSessionWire);
  },
});
