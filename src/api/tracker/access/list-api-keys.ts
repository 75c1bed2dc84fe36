import { listApiKeys as list } from '../../../core/access/api-keys.ts';
import { API_KEY_EXAMPLE, apiKeySchema, toApiKeyWire } from '../../wire/access.ts';
import { defineList } from '../../wire/list.ts';

export const listApiKeys = defineList({
  path: '/v2/community/api-keys',
  access: { scope: 'admin' },
  list,
  idOf: ({ id }) => id,
  toWire: toApiKeyWire,
  docs: WITH_DOCS && {
    operationId: 'listApiKeys',
    tag: 'Access',
    summary: 'List the API keys',
    item: { schema: apiKeySchema(), example: API_KEY_EXAMPLE },
  },
});
