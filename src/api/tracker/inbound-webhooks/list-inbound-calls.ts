import { listInboundCalls as list } from '../../../core/hooks/inbound-webhooks.ts';
import { defineOperation } from '../../kit/operation.ts';
import { languageOf } from '../../kit/request.ts';
import { listSchema } from '../../wire/list.ts';
import { CALL_EXAMPLE, callSchema, inboundWebhookParams, toCallWire } from './wire.ts';

export const listInboundCalls = defineOperation({
  method: 'GET',
  path: '/v2/community/inbound-webhooks/{webhookId}/calls',
  access: { scope: 'admin' },
  params: inboundWebhookParams,
  docs: WITH_DOCS && {
    operationId: 'listInboundCalls',
    tag: 'Webhooks',
    summary: 'List the latest calls of an inbound webhook, newest first',
    description: 'The last 100. Each says why it, or some of its items, were refused.',
    answer: {
      schema: listSchema(callSchema()),
      example: { items: [CALL_EXAMPLE], nextCursor: null },
    },
    errors: ['inbound_webhook_not_found'],
  },
  handle: async ({ ctx, params, http }) => ({
    items: (await list(ctx, params.webhookId)).map((call) => toCallWire(call, languageOf(http))),
    nextCursor: null,
  }),
});
