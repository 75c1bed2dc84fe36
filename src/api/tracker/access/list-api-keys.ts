import * as v from 'valibot';
import { listApiKeys as list } from '../../../core/access/api-keys.ts';
import { pageQuery } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { API_KEY_EXAMPLE, apiKeySchema, toApiKeyWire } from '../../wire/access.ts';
import { listSchema, readIdCursor, toListWire } from '../../wire/list.ts';

export const listApiKeys = defineOperation({
  method: 'GET',
  path: '/v2/community/api-keys',
  access: { scope: 'admin' },
  query: v.object(pageQuery(100, 1000)),
  docs: WITH_DOCS && {
    operationId: 'listApiKeys',
    tag: 'Access',
    summary: 'List the API keys',
    answer: {
      schema: listSchema(apiKeySchema()),
      example: { items: [API_KEY_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
  },
  handle: async ({ ctx, query: { limit, cursor } }) => {
    const scope = `api-keys:${ctx.actor.community.id}`;
    const page = await list(ctx, { limit, afterId: readIdCursor(cursor, scope) });
    return toListWire(page, scope, ({ id }) => [id], toApiKeyWire);
  },
});
