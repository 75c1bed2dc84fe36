import { getAccount as get } from '../../../core/accounts/find-account.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  ACCOUNT_DETAILS_EXAMPLE,
  accountDetailsSchema,
  accountParams,
  toAccountDetailsWire,
} from './wire.ts';

export const getAccount = defineOperation({
  method: 'GET',
  path: '/v2/community/accounts/{accountId}',
  access: { scope: 'sessions:read' },
  params: accountParams,
  docs: WITH_DOCS && {
    operationId: 'getAccount',
    tag: 'Accounts',
    summary: 'Read an account',
    description: 'If the account was merged into another one, the answer is that other one.',
    answer: { schema: accountDetailsSchema(), example: ACCOUNT_DETAILS_EXAMPLE },
    errors: ['account_not_found'],
  },
  handle: async ({ ctx, params }) =>
    toAccountDetailsWire(await get(ctx, { kind: 'accId', value: params.accountId })),
});
