import { listWebhookEndpoints as list } from '../../../core/webhooks/endpoints.ts';
import { defineList } from '../../wire/list.ts';
import { ENDPOINT_EXAMPLE, endpointSchema, toEndpointWire } from './wire.ts';

export const listWebhookEndpoints = defineList({
  path: '/v2/community/webhook-endpoints',
  access: { scope: 'admin' },
  list,
  idOf: ({ id }) => id,
  toWire: toEndpointWire,
  docs: WITH_DOCS && {
    operationId: 'listWebhookEndpoints',
    tag: 'Webhooks',
    summary: 'List the webhook endpoints',
    item: { schema: endpointSchema(), example: ENDPOINT_EXAMPLE },
  },
});
