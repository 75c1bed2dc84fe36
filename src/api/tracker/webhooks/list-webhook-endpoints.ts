import * as v from 'valibot';
import { listWebhookEndpoints as list } from '../../../core/webhooks/endpoints.ts';
import { pageQuery } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { listSchema, readIdCursor, toListWire } from '../../wire/list.ts';
import { ENDPOINT_EXAMPLE, endpointSchema, toEndpointWire } from './wire.ts';

export const listWebhookEndpoints = defineOperation({
  method: 'GET',
  path: '/v2/community/webhook-endpoints',
  access: { scope: 'admin' },
  query: v.object(pageQuery(100, 1000)),
  docs: WITH_DOCS && {
    operationId: 'listWebhookEndpoints',
    tag: 'Webhooks',
    summary: 'List the webhook endpoints',
    answer: {
      schema: listSchema(endpointSchema()),
      example: { items: [ENDPOINT_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
  },
  handle: async ({ ctx, query: { limit, cursor } }) => {
    const scope = `webhook-endpoints:${ctx.actor.community.id}`;
    const page = await list(ctx, { limit, afterId: readIdCursor(cursor, scope) });
    return toListWire(page, scope, ({ id }) => [id], toEndpointWire);
  },
});
