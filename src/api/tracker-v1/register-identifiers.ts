import * as v from 'valibot';
import { registerIdentifiersOf } from '../../core/accounts/register-identifiers.ts';
import { defineOperation } from '../kit/operation.ts';
import { toAccountRef } from '../wire/activity.ts';
import { identifiersBody } from './wire.ts';

export const registerIdentifiers = defineOperation({
  method: 'POST',
  path: '/game/identifiers',
  access: { scope: 'sessions:write' },
  unknownQuery: 'ignored',
  body: identifiersBody,
  status: 201,
  docs: WITH_DOCS && {
    operationId: 'registerIdentifiersV1',
    tag: 'Activity Tracker v1',
    summary: 'Add identifiers to an account',
    description:
      'The same as `POST /v2/community/accounts/{accountId}/identifiers`, for older clients, which name the account as ' +
      'they do in an activity call.',
    bodyExample: {
      id: 'your-community',
      key: 'rc_0123456789ABCDEFGHIJKLMNOPQRSTUV0xyzAB',
      type: 'IDENTIFIERS',
      data: { discord: '1234567890', identifiers: [{ type: 'steam', value: '110000112345678' }] },
    },
    answer: {
      schema: v.array(v.object({ type: v.string(), value: v.string() })),
      example: [{ type: 'steam', value: '110000112345678' }],
    },
    errors: ['account_not_found', 'too_many_identifiers'],
  },
  handle: async ({ ctx, body: { data } }) => {
    const { registered } = await registerIdentifiersOf(ctx, toAccountRef(data), data.identifiers);
    return registered.map(({ kind, value }) => ({ type: kind, value }));
  },
});
