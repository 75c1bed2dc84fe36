import * as v from 'valibot';
import { mergeAccounts as merge } from '../../../core/accounts/merge-accounts.ts';
import { invalidField } from '../../kit/fault.ts';
import { uuid } from '../../kit/fields.ts';
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
  body: v.object({ into: uuid }),
  docs: WITH_DOCS && {
    operationId: 'mergeAccounts',
    tag: 'Accounts',
    summary: 'Merge an account into another one',
    description:
      'Sessions and identifiers move over, and the id of the merged account names the other one from then on. Where both ' +
      'have an open session on one server, the older one is superseded by the newer. Cannot be undone; a repeat changes ' +
      'nothing. Answers with the account they are now.',
    bodyExample: { into: '00000000-0000-0000-0000-000000000000' },
    answer: { schema: accountDetailsSchema(), example: ACCOUNT_DETAILS_EXAMPLE },
    errors: ['account_not_found'],
  },
  handle: async ({ ctx, params: { accountId }, body: { into } }) => {
    if (accountId === into) throw invalidField('into', fieldMessage('another_account'));
    return toAccountDetailsWire(await merge(ctx, accountId, into));
  },
});
