import * as v from 'valibot';
import { revokeApiKey as revoke } from '../../../core/access/api-keys.ts';
import { uuid } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';

export const revokeApiKey = defineOperation({
  operationId: 'revokeApiKey',
  method: 'DELETE',
  path: '/v2/community/api-keys/{apiKeyId}',
  tag: 'Access',
  summary: 'Revoke an API key',
  description: 'The key stops working within 30 seconds.',
  access: { scope: 'admin' },
  params: v.object({ apiKeyId: uuid }),
  success: {
    status: 200,
    schema: v.object({ revoked: v.literal(true), id: v.string() }),
    example: { revoked: true, id: '019d8e5a-2c00-7d3f-9b1e-3f2a1c0d4e5f' },
  },
  errors: ['api_key_not_found'],
  handle: async ({ ctx, params }) => {
    await revoke(ctx, params.apiKeyId);
    return { revoked: true, id: params.apiKeyId };
  },
});
