import * as v from 'valibot';
import { removeIdentifier as remove } from '../../../core/whole-accounts/remove-identifier.ts';
import { defineOperation } from '../../kit/operation.ts';
import { accountParams } from './wire.ts';

export const removeIdentifier = defineOperation({
  method: 'DELETE',
  path: '/v2/community/accounts/{accountId}/identifiers/{type}/{value}',
  access: { scope: 'admin' },
  params: v.object({ ...accountParams.entries, type: v.string(), value: v.string() }),
  docs: WITH_DOCS && {
    operationId: 'removeIdentifier',
    tag: 'Accounts',
    summary: 'Take an identifier or a name from an account',
    description:
      'It is free from then on. `username` takes a name, of today or a former one. The id of an account cannot be taken.',
    answer: {
      schema: v.object({
        deleted: v.literal(true),
        accId: v.string(),
        type: v.string(),
        value: v.string(),
      }),
      example: {
        deleted: true,
        accId: '00000000-0000-0000-0000-000000000000',
        type: 'discord',
        value: '1234567890',
      },
    },
    errors: ['account_not_found', 'identifier_not_found'],
  },
  handle: async ({ ctx, params: { accountId, type, value } }) => {
    const accId = await remove(ctx, accountId, { kind: type, value });
    return { deleted: true, accId, type, value };
  },
});
