import * as v from 'valibot';
import { registerIdentifiers } from '../../../core/accounts/register-identifiers.ts';
import { object } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { problemSuccess } from '../../kit/problem.ts';
import { identifierPairs } from '../../wire/identifiers.ts';
import { accountParams, identifierSchema, toIdentifierWire } from './wire.ts';

export const addIdentifiers = defineOperation({
  method: 'POST',
  path: '/v2/community/accounts/{accountId}/identifiers',
  access: { scope: 'sessions:write' },
  params: accountParams,
  body: object({ identifiers: identifierPairs }),
  status: 201,
  docs: WITH_DOCS && {
    operationId: 'addIdentifiers',
    tag: 'Accounts',
    summary: 'Add identifiers to an account',
    description:
      'Any type that a platform has: `discord`, `steam`, `license`, `license2`, `fivem`, `xbl`, `live`, `roblox` and others. ' +
      'The answer lists the pairs that were registered. One bad pair costs none of the others. A pair that another account ' +
      'has stays there and is listed in `meta.refused`; so is one that the account has no room for, with the `accId` null. `ip` and `hwid` are left out and never stored. A `username` is the ' +
      "account's name from now on.",
    bodyExample: {
      identifiers: [
        { type: 'discord', value: '1234567890' },
        { type: 'roblox', value: '987654321' },
      ],
    },
    answer: {
      schema: v.array(identifierSchema()),
      meta: {
        refused: v.array(v.object({ type: v.string(), value: v.string(), accId: v.nullable(v.string()) })),
      },
      example: [
        { type: 'discord', value: '1234567890' },
        { type: 'roblox', value: '987654321' },
      ],
    },
    errors: ['account_not_found', 'too_many_identifiers'],
  },
  handle: async ({ ctx, params, body, http }) => {
    const { registered, refused } = await registerIdentifiers(ctx, params.accountId, body.identifiers);
    const more = {
      refused: refused.map(({ ownerId, ...identifier }) => ({
        ...toIdentifierWire(identifier),
        accId: ownerId,
      })),
    };
    const data = registered.map(toIdentifierWire);
    return problemSuccess(http, data, 201, ctx.clock.now(), refused.length > 0 ? more : {});
  },
});
