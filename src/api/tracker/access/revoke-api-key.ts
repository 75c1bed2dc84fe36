import { revokeApiKey as remove } from '../../../core/access/api-keys.ts';
import { API_KEY_EXAMPLE } from '../../wire/access.ts';
import { defineDelete } from '../../wire/deletion.ts';

export const revokeApiKey = defineDelete({
  path: '/v2/community/api-keys/{apiKeyId}',
  access: { scope: 'admin' },
  param: 'apiKeyId',
  outcome: 'revoked',
  remove,
  docs: WITH_DOCS && {
    operationId: 'revokeApiKey',
    tag: 'Access',
    summary: 'Revoke an API key',
    description: 'The key stops working within 30 seconds.',
    exampleId: API_KEY_EXAMPLE.id,
    errors: ['api_key_not_found'],
  },
});
