import * as v from 'valibot';
import { getAccount } from '../../../core/accounts/find-account.ts';
import { defineOperation } from '../../kit/operation.ts';
import { IDENTIFIER } from '../../wire/activity.ts';
import { ACCOUNT_DETAILS_EXAMPLE, accountDetailsSchema, toAccountDetailsWire } from './wire.ts';

export const getAccountByDiscord = defineOperation({
  method: 'GET',
  path: '/v2/community/accounts/discord/{discordId}',
  access: { scope: 'sessions:read' },
  params: v.object({ discordId: IDENTIFIER }),
  docs: WITH_DOCS && {
    operationId: 'getAccountByDiscord',
    tag: 'Accounts',
    summary: 'Read the account that a Discord id names',
    answer: { schema: accountDetailsSchema(), example: ACCOUNT_DETAILS_EXAMPLE },
    errors: ['account_not_found'],
  },
  handle: async ({ ctx, params }) =>
    toAccountDetailsWire(await getAccount(ctx, { kind: 'discord', value: params.discordId })),
});
