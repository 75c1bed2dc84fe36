import * as v from 'valibot';
import { recordActivity as record } from '../../../core/sessions/record-activity.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  activityCallBody,
  SESSION_EXAMPLE,
  serverParams,
  sessionSchema,
  toActivity,
  toEvent,
  toSessionWire,
} from '../../wire/activity.ts';

export const recordActivity = defineOperation({
  method: 'POST',
  path: '/v2/community/servers/{serverId}/activity',
  access: { scope: 'sessions:write' },
  unknownQuery: 'ignored',
  params: serverParams,
  body: activityCallBody,
  docs: WITH_DOCS && {
    operationId: 'recordActivity',
    tag: 'Activity Tracker',
    summary: 'Record that an account came to a server or left it',
    description:
      'Without a flag, the call starts a session or stops the open one. `forceStart` ends an open session ' +
      'and starts a new one. `forceStop` only stops. `forceClear` closes a session that shall not count. ' +
      'The answer is the session that started, else the one that closed, else null. With `eventId`, a ' +
      'repeat within 24 hours gets the first answer and changes nothing. With `occurredAt`, the call ' +
      'counts from that time, even if it arrives late.',
    bodyExample: { accId: '00000000-0000-0000-0000-000000000000', forceStart: true },
    answer: { schema: v.nullable(sessionSchema()), example: SESSION_EXAMPLE },
    errors: ['account_not_found', 'too_many_open_sessions'],
  },
  handle: async ({ ctx, params, body }) => {
    const session = await record(ctx, {
      serverId: params.serverId,
      ...toActivity(body),
      ...toEvent(ctx, body),
    });
    return session ? toSessionWire(session) : null;
  },
});
