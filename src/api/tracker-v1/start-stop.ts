import * as v from 'valibot';
import { recordActivity } from '../../core/sessions/record-activity.ts';
import { defineOperation } from '../kit/operation.ts';
import { SESSION_EXAMPLE, sessionSchema, toActivity, toEvent, toSessionWire } from '../wire/activity.ts';
import { startStopBody } from './wire.ts';

export const startStop = defineOperation({
  method: 'POST',
  path: '/servers/activity_tracker_start_stop',
  access: { scope: 'sessions:write' },
  body: startStopBody,
  docs: WITH_DOCS && {
    operationId: 'startStopActivityV1',
    tag: 'Activity Tracker v1',
    summary: 'Record that an account came to a server or left it',
    description:
      'The same as `POST /v2/community/servers/{serverId}/activity`, for older clients. The API key is in ' +
      'the body.',
    bodyExample: {
      id: 'your-community',
      key: 'rc_0123456789ABCDEFGHIJKLMNOPQRSTUV0xyzAB',
      type: 'ACTIVITY_TRACKER_START_STOP',
      data: { serverId: 1, discord: '1234567890', forceStart: true },
    },
    answer: { schema: v.nullable(sessionSchema()), example: SESSION_EXAMPLE },
    errors: ['account_not_found', 'too_many_open_sessions'],
  },
  handle: async ({ ctx, body: { data } }) => {
    const session = await recordActivity(ctx, {
      serverId: data.serverId,
      ...toActivity(data),
      ...toEvent(ctx, data, 'data.'),
    });
    return session ? toSessionWire(session) : null;
  },
});
