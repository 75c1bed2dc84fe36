import * as v from 'valibot';
import { eraseAccount as erase } from '../../../core/whole-accounts/erase-account.ts';
import { defineOperation } from '../../kit/operation.ts';
import { accountParams } from './wire.ts';

export const eraseAccount = defineOperation({
  method: 'DELETE',
  path: '/v2/community/accounts/{accountId}',
  access: { scope: 'admin' },
  params: accountParams,
  query: v.object({ sessions: v.optional(v.picklist(['true', 'false']), 'false') }),
  docs: WITH_DOCS && {
    operationId: 'eraseAccount',
    tag: 'Accounts',
    summary: 'Erase an account',
    description:
      'Its identifiers are deleted at once and for good. Its sessions stay under the bare id, which names ' +
      'nobody any more. With `sessions=true` they are deleted too.',
    answer: {
      schema: v.object({
        deleted: v.literal(true),
        accId: v.string(),
        sessions: v.picklist(['kept', 'deleted']),
      }),
      example: { deleted: true, accId: '00000000-0000-0000-0000-000000000000', sessions: 'kept' },
    },
    errors: ['account_not_found'],
  },
  handle: async ({ ctx, params, query }) => {
    const withSessions = query.sessions === 'true';
    const accId = await erase(ctx, params.accountId, { withSessions });
    return { deleted: true, accId, sessions: withSessions ? 'deleted' : 'kept' };
  },
});
