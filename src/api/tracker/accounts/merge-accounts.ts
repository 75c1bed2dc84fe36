import { mergeAccounts as merge } from '../../../core/whole-accounts/merge-accounts.ts';
import { invalidField } from '../../kit/fault.ts';
import { object, uuid } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  ACCOUNT_DETAILS_EXAMPLE,
  accountDetailsSchema,
  accountParams,
  toAccountDetailsWire,
} from './wire.ts';

export const mergeAccounts = defineOperation({
  method: 'POST',
  path: '/v2/community/accounts/{accountId}/merge',
  access: { scope: 'admin' },
  params: accountParams,
  body: object({ into: uuid }),
  docs: WITH_DOCS && {
    operationId: 'mergeAccounts',
    isDestructive: true,
    tag: 'Accounts',
    summary: 'Merge an account into another one',
    description:
      'Sessions and identifiers move to the other account. From then on both ids name it. If both have an ' +
      'open session on one server, the newer one supersedes the older. This cannot be undone. A repeat ' +
      'changes nothing. The answer is the account that they are now.',
    bodyExample: { into: '00000000-0000-0000-0000-000000000000' },
    answer: { schema: accountDetailsSchema(), example: ACCOUNT_DETAILS_EXAMPLE },
    errors: ['account_not_found', 'period_closed'],
  },
  handle: async ({ ctx, params: { accountId }, body: { into } }) => {
    if (accountId === into) throw invalidField('into', fieldMessage('another_account'));
    return toAccountDetailsWire(await merge(ctx, accountId, into));
  },
});
