import { getWebhookEndpoint as get } from '../../../core/webhooks/endpoints.ts';
import { defineOperation } from '../../kit/operation.ts';
import { ENDPOINT_EXAMPLE, endpointParams, endpointSchema, toEndpointWire } from './wire.ts';

export const getWebhookEndpoint = defineOperation({
  operationId: 'getWebhookEndpoint',
  method: 'GET',
  path: '/v2/community/webhook-endpoints/{endpointId}',
  tag: 'Webhooks',
  summary: 'Read a webhook endpoint',
  access: { scope: 'admin' },
  params: endpointParams,
  success: { status: 200, schema: endpointSchema, example: ENDPOINT_EXAMPLE },
  errors: ['webhook_endpoint_not_found'],
  handle: async ({ ctx, params }) => toEndpointWire(await get(ctx, params.endpointId)),
});
