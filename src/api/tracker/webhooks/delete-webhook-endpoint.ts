import * as v from 'valibot';
import { deleteWebhookEndpoint as remove } from '../../../core/webhooks/endpoints.ts';
import { defineOperation } from '../../kit/operation.ts';
import { ENDPOINT_EXAMPLE, endpointParams } from './wire.ts';

export const deleteWebhookEndpoint = defineOperation({
  method: 'DELETE',
  path: '/v2/community/webhook-endpoints/{endpointId}',
  access: { scope: 'admin' },
  params: endpointParams,
  docs: WITH_DOCS && {
    operationId: 'deleteWebhookEndpoint',
    tag: 'Webhooks',
    summary: 'Delete a webhook endpoint with its messages',
    answer: {
      schema: v.object({ deleted: v.literal(true), id: v.string() }),
      example: { deleted: true, id: ENDPOINT_EXAMPLE.id },
    },
    errors: ['webhook_endpoint_not_found'],
  },
  handle: async ({ ctx, params }) => {
    await remove(ctx, params.endpointId);
    return { deleted: true, id: params.endpointId };
  },
});
