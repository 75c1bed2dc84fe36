import * as v from 'valibot';
import { resetServer as reset } from '../../../core/sessions/reset-server.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  RESET_EXAMPLE,
  resetBody,
  serverParams,
  sessionSchema,
  toEvent,
  toSessionWire,
} from '../../wire/activity.ts';

export const resetServer = defineOperation({
  method: 'POST',
  path: '/v2/community/servers/{serverId}/activity/start',
  access: { scope: 'sessions:write' },
  unknownQuery: 'ignored',
  params: serverParams,
  body: resetBody,
  docs: WITH_DOCS && {
    operationId: 'resetServer',
    tag: 'Activity Tracker',
    summary: 'Close all open sessions of a server that restarts',
    description:
      'The answer has the sessions that were closed, the oldest first. No body, `{}` and `[]` mean the ' +
      'same. `eventId` and `occurredAt` work as for a single call: a reset that arrives late closes what ' +
      'was open then.',
    bodyExample: {},
    answer: {
      schema: v.array(sessionSchema()),
      example: RESET_EXAMPLE,
    },
  },
  handle: async ({ ctx, params, body }) => {
    const event = toEvent(ctx, body);
    return (await reset(ctx, { serverId: params.serverId, ...event })).map(toSessionWire);
  },
});
