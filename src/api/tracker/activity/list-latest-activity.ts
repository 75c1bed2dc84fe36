import * as v from 'valibot';
import { listLatestSessions } from '../../../core/sessions/list-latest-sessions.ts';
import { integerText, uuid } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import { SESSION_EXAMPLE, sessionSchema, toSessionWire } from '../../wire/activity.ts';

export const listLatestActivity = defineOperation({
  method: 'GET',
  path: '/v2/community/accounts/{accountId}/activity/latest',
  access: { scope: 'sessions:read' },
  unknownQuery: 'ignored',
  params: v.object({ accountId: uuid }),
  query: v.object({
    type: v.optional(v.literal('activity', fieldMessage('activity_only'))),
    serverId: v.optional(integerText(1)),
    limit: v.optional(integerText(1, 100), '3'),
  }),
  docs: WITH_DOCS && {
    operationId: 'listLatestActivity',
    tag: 'Activity Tracker',
    summary: "List an account's latest sessions, newest first",
    answer: { schema: v.array(sessionSchema()), example: [SESSION_EXAMPLE] },
    errors: ['account_not_found'],
  },
  handle: async ({ ctx, params, query: { serverId, limit } }) =>
    (await listLatestSessions(ctx, { accountId: params.accountId, serverId, limit })).map(toSessionWire),
});
