import { getWebhookEndpoint as get } from '../../../core/webhooks/endpoints.ts';
import { defineOperation } from '../../kit/operation.ts';
import { ENDPOINT_EXAMPLE, endpointParams, endpointSchema, toEndpointWire } from './wire.ts';

export const getWebhookEndpoint = defineOperation({
  method: 'GET',
  path: '/v2/community/webhook-endpoints/{endpointId}',
  access: { scope: 'admin' },
  params: endpointParams,
  docs: WITH_DOCS && {
    operationId: 'getWebhookEndpoint',
    tag: 'Webhooks',
    summary: 'Read a webhook endpoint',
    answer: { schema: endpointSchema(), example: ENDPOINT_EXAMPLE },
    errors: ['webhook_endpoint_not_found'],
  },
  handle: async ({ ctx, params }) => toEndpointWire(await get(ctx, params.endpointId)),
});
