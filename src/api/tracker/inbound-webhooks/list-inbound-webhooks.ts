import * as v from 'valibot';
import { listInboundWebhooks as list } from '../../../core/hooks/inbound-webhooks.ts';
import { pageQuery } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { listSchema, readIdCursor, toListWire } from '../../wire/list.ts';
import { INBOUND_WEBHOOK_EXAMPLE, inboundWebhookSchema, toInboundWebhookWire } from './wire.ts';

export const listInboundWebhooks = defineOperation({
  method: 'GET',
  path: '/v2/community/inbound-webhooks',
  access: { scope: 'admin' },
  query: v.object(pageQuery(100, 1000)),
  docs: WITH_DOCS && {
    operationId: 'listInboundWebhooks',
    tag: 'Webhooks',
    summary: 'List the inbound webhooks',
    answer: {
      schema: listSchema(inboundWebhookSchema()),
      example: { items: [INBOUND_WEBHOOK_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
  },
  handle: async ({ ctx, query: { limit, cursor }, http }) => {
    const scope = `inbound-webhooks:${ctx.actor.community.id}`;
    const page = await list(ctx, { limit, afterId: readIdCursor(cursor, scope) });
    return toListWire(
      page,
      scope,
      ({ id }) => [id],
      (webhook) => toInboundWebhookWire(webhook, http.req.url),
    );
  },
});
