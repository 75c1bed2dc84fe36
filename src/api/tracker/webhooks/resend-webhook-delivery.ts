import * as v from 'valibot';
import { resendWebhookDelivery as resend } from '../../../core/webhooks/deliveries.ts';
import { text } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { DELIVERY_EXAMPLE, deliverySchema, toDeliveryWire } from './wire.ts';

export const resendWebhookDelivery = defineOperation({
  method: 'POST',
  path: '/v2/community/webhook-endpoints/deliveries/{deliveryId}/resend',
  access: { scope: 'admin' },
  params: v.object({ deliveryId: text(1, 60) }),
  docs: WITH_DOCS && {
    operationId: 'resendWebhookDelivery',
    tag: 'Webhooks',
    summary: 'Send a delivery again',
    description: 'Under the same `webhook-id`. The schedule of its retries begins anew.',
    answer: {
      schema: deliverySchema(),
      example: { ...DELIVERY_EXAMPLE, status: 'pending' },
    },
    errors: ['webhook_delivery_not_found', 'webhook_endpoint_disabled'],
  },
  handle: async ({ ctx, params }) => toDeliveryWire(await resend(ctx, params.deliveryId)),
});
