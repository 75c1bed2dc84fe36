import * as v from 'valibot';
import { deleteInboundWebhook as remove } from '../../../core/hooks/inbound-webhooks.ts';
import { defineOperation } from '../../kit/operation.ts';
import { INBOUND_WEBHOOK_EXAMPLE, inboundWebhookParams } from './wire.ts';

export const deleteInboundWebhook = defineOperation({
  method: 'DELETE',
  path: '/v2/community/inbound-webhooks/{webhookId}',
  access: { scope: 'admin' },
  params: inboundWebhookParams,
  docs: WITH_DOCS && {
    operationId: 'deleteInboundWebhook',
    tag: 'Webhooks',
    summary: 'Remove an inbound webhook',
    description: 'Calls are refused from this answer on. What it has recorded stays.',
    answer: {
      schema: v.object({ deleted: v.literal(true), id: v.string() }),
      example: { deleted: true, id: INBOUND_WEBHOOK_EXAMPLE.id },
    },
    errors: ['inbound_webhook_not_found'],
  },
  handle: async ({ ctx, params }) => {
    await remove(ctx, params.webhookId);
    return { deleted: true, id: params.webhookId };
  },
});
