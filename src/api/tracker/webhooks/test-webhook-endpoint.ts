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
      'Answers after the first attempt, with its result. It takes its turn: behind messages that wait it stays pending.',
    answer: {
      schema: deliverySchema(),
      example: { ...DELIVERY_EXAMPLE, type: 'webhook.test' },
    },
    errors: ['webhook_endpoint_not_found', 'webhook_endpoint_disabled'],
  },
  handle: async ({ ctx, params }) => toDeliveryWire(await test(ctx, params.endpointId)),
});
