import { deleteWebhookEndpoint as remove } from '../../../core/webhooks/endpoints.ts';
import { defineDelete } from '../../wire/deletion.ts';
import { ENDPOINT_EXAMPLE } from './wire.ts';

export const deleteWebhookEndpoint = defineDelete({
  path: '/v2/community/webhook-endpoints/{endpointId}',
  access: { scope: 'admin' },
  param: 'endpointId',
  remove,
  docs: WITH_DOCS && {
    operationId: 'deleteWebhookEndpoint',
    tag: 'Webhooks',
    summary: 'Delete a webhook endpoint with its messages',
    exampleId: ENDPOINT_EXAMPLE.id,
    errors: ['webhook_endpoint_not_found'],
  },
});
