import * as v from 'valibot';
import { createApiKey as create } from '../../../core/access/api-keys.ts';
import { invalidField } from '../../kit/fault.ts';
import { instant } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  NEW_API_KEY_EXAMPLE,
  nameSchema,
  newApiKeySchema,
  scopesSchema,
  toApiKeyWire,
} from '../../wire/access.ts';

export const createApiKey = defineOperation({
  method: 'POST',
  path: '/v2/community/api-keys',
  access: { scope: 'admin' },
  body: v.object({ name: nameSchema, scopes: scopesSchema, expiresAt: v.nullish(instant) }),
  status: 201,
  docs: WITH_DOCS && {
    operationId: 'createApiKey',
    tag: 'Access',
    summary: 'Create an API key',
    description: 'The key is shown in this answer only.',
    bodyExample: { name: 'Game server', scopes: ['sessions:read', 'sessions:write'] },
    answer: { schema: newApiKeySchema(), example: NEW_API_KEY_EXAMPLE },
  },
  handle: async ({ ctx, body: { name, scopes, expiresAt } }) => {
    if (expiresAt != null && expiresAt <= ctx.clock.now()) {
      throw invalidField('expiresAt', fieldMessage('future'));
    }
    const { apiKey, key } = await create(ctx, { name, scopes, expiresAt: expiresAt ?? undefined });
    return { key, ...toApiKeyWire(apiKey) };
  },
});
