import * as v from 'valibot';
import type { AccountRef } from '../../../core/accounts/identifiers.ts';
import { sendsManySingle } from '../../../core/sessions/heartbeat-rate.ts';
import { recordHeartbeat as record } from '../../../core/sessions/record-heartbeat.ts';
import { addHeader } from '../../kit/answer.ts';
import { object } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { languageOf } from '../../kit/request.ts';
import { serverParams } from '../../wire/activity.ts';
import { accountList, fieldErrorSchema, toFieldErrors } from './presence-wire.ts';

export const recordHeartbeat = defineOperation({
  method: 'POST',
  path: '/v2/community/servers/{serverId}/activity/heartbeat',
  access: { scope: 'sessions:write' },
  params: serverParams,
  body: object({ accounts: accountList }),
  docs: WITH_DOCS && {
    operationId: 'recordHeartbeat',
    tag: 'Presence',
    summary: 'Send heartbeats: who is still there',
    description:
      'Marks the open sessions of the accounts as seen. Where a silence longer than the limit has ended the latest session ' +
      'of an account, a new one begins that `continues` it: the answer says `resumed`, with its id. Otherwise no session ' +
      'starts, and none goes on after a stop, a clear, a reset or a correction. The answer has a result for each account, in their ' +
      'order. A bad entry does not affect the others. With more than ten calls a minute for a single account each, `X-Hint` ' +
      'says what would cost less.',
    headers: ['X-Hint'],
    bodyExample: { accounts: [{ discord: '80351110224678912' }, { username: 'ana' }] },
    answer: {
      schema: v.object({
        results: v.array(
          v.object({
            status: v.picklist(['seen', 'resumed', 'no_session', 'invalid']),
            accId: v.nullable(v.string()),
            sessionId: v.nullable(v.string()),
            errors: v.optional(v.array(fieldErrorSchema())),
          }),
        ),
      }),
      example: {
        results: [
          {
            status: 'seen',
            accId: '00000000-0000-0000-0000-000000000000',
            sessionId: '55555555-5555-5555-5555-555555555555',
          },
          { status: 'no_session', accId: null, sessionId: null },
        ],
      },
    },
  },
  handle: async ({ ctx, params, body, http }) => {
    if (body.accounts.length === 1 && sendsManySingle(ctx, params.serverId)) {
      addHeader(http, 'X-Hint', 'PUT .../activity/roster once a minute says the same in one call');
    }
    const accounts: AccountRef[] = [];
    for (const { value, fault } of body.accounts) if (!fault) accounts.push(value);
    const found = await record(ctx, { serverId: params.serverId, accounts });
    let next = 0;
    const results = body.accounts.map(({ fault }, index) => {
      if (fault) {
        const errors = toFieldErrors(fault, index, languageOf(http));
        return { status: 'invalid', accId: null, sessionId: null, errors };
      }
      const result = found[next++];
      return { status: result?.status, accId: result?.accountId, sessionId: result?.sessionId };
    });
    return { results };
  },
});
