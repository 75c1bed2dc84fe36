import { deleteInboundWebhook as remove } from '../../../core/hooks/inbound-webhooks.ts';
import { defineDelete } from '../../wire/deletion.ts';
import { INBOUND_WEBHOOK_EXAMPLE } from './wire.ts';

export const deleteInboundWebhook = defineDelete({
  path: '/v2/community/inbound-webhooks/{webhookId}',
  access: { scope: 'admin' },
  param: 'webhookId',
  remove,
  docs: WITH_DOCS && {
    operationId: 'deleteInboundWebhook',
    tag: 'Webhooks',
    summary: 'Delete an inbound webhook',
    description: 'Calls are refused after this answer. What was recorded stays.',
    exampleId: INBOUND_WEBHOOK_EXAMPLE.id,
    errors: ['inbound_webhook_not_found'],
  },
});
