import { testWebhookEndpoint as test } from '../../../core/webhooks/deliveries.ts';
import { defineOperation } from '../../kit/operation.ts';
import { DELIVERY_EXAMPLE, deliverySchema, endpointParams, toDeliveryWire } from './wire.ts';

export const testWebhookEndpoint = defineOperation({
  method: 'POST',
  path: '/v2/community/webhook-endpoints/{endpointId}/test',
  access: { scope: 'admin' },
  params: endpointParams,
  docs: WITH_DOCS && {
    operationId: 'testWebhookEndpoint',
    tag: 'Webhooks',
    summary: 'Send a test message to a webhook endpoint',
    description:
      'The answer comes after the first attempt and has its result. If other messages wait before it, it ' +
      'stays pending.',
    answer: {
      schema: deliverySchema(),
      example: { ...DELIVERY_EXAMPLE, type: 'webhook.test' },
    },
    errors: ['webhook_endpoint_not_found', 'webhook_endpoint_disabled'],
  },
  handle: async ({ ctx, params }) => toDeliveryWire(await test(ctx, params.endpointId)),
});
