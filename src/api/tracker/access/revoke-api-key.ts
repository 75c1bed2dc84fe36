import * as v from 'valibot';
import { revokeApiKey as revoke } from '../../../core/access/api-keys.ts';
import { uuid } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';

export const revokeApiKey = defineOperation({
  method: 'DELETE',
  path: '/v2/community/api-keys/{apiKeyId}',
  access: { scope: 'admin' },
  params: v.object({ apiKeyId: uuid }),
  docs: WITH_DOCS && {
    operationId: 'revokeApiKey',
    tag: 'Access',
    summary: 'Revoke an API key',
    description: 'The key stops working within 30 seconds.',
    answer: {
      schema: v.object({ revoked: v.literal(true), id: v.string() }),
      example: { revoked: true, id: '019d8e5a-2c00-7d3f-9b1e-3f2a1c0d4e5f' },
    },
    errors: ['api_key_not_found'],
  },
  handle: async ({ ctx, params }) => {
    await revoke(ctx, params.apiKeyId);
    return { revoked: true, id: params.apiKeyId };
  },
});
