import { listInboundWebhooks as list } from '../../../core/hooks/inbound-webhooks.ts';
import { defineList } from '../../wire/list.ts';
import { INBOUND_WEBHOOK_EXAMPLE, inboundWebhookSchema, toInboundWebhookWire } from './wire.ts';

export const listInboundWebhooks = defineList({
  path: '/v2/community/inbound-webhooks',
  access: { scope: 'admin' },
  list,
  idOf: ({ id }) => id,
  toWire: (webhook, http) => toInboundWebhookWire(webhook, http.req.url),
  docs: WITH_DOCS && {
    operationId: 'listInboundWebhooks',
    tag: 'Webhooks',
    summary: 'List the inbound webhooks',
    item: { schema: inboundWebhookSchema(), example: INBOUND_WEBHOOK_EXAMPLE },
  },
});
