import * as v from 'valibot';
import { listWebhookDeliveries as list } from '../../../core/webhooks/deliveries.ts';
import { DELIVERY_STATUSES } from '../../../core/webhooks/model.ts';
import { pageQuery } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { listSchema, readCursor, toListWire } from '../../wire/list.ts';
import { DELIVERY_EXAMPLE, deliverySchema, endpointParams, toDeliveryWire } from './wire.ts';

export const listWebhookDeliveries = defineOperation({
  method: 'GET',
  path: '/v2/community/webhook-endpoints/{endpointId}/deliveries',
  access: { scope: 'admin' },
  params: endpointParams,
  query: v.object({ status: v.optional(v.picklist(DELIVERY_STATUSES)), ...pageQuery(50, 200) }),
  docs: WITH_DOCS && {
    operationId: 'listWebhookDeliveries',
    tag: 'Webhooks',
    summary: 'List the deliveries to a webhook endpoint',
    description:
      'The newest first, each with its latest 20 attempts and the first KiB of what the receiver answered. ' +
      'They are kept for 30 days.',
    answer: {
      schema: listSchema(deliverySchema()),
      example: { items: [DELIVERY_EXAMPLE], nextCursor: null },
    },
    errors: ['webhook_endpoint_not_found', 'invalid_cursor'],
  },
  handle: async ({ ctx, params, query: { status, limit, cursor } }) => {
    const scope = `webhook-deliveries:${params.endpointId}:${status ?? ''}`;
    const [beforeSeq] = readCursor(cursor, scope, ['number']) ?? [];
    const page = await list(ctx, params.endpointId, {
      status,
      beforeSeq: beforeSeq as number | undefined,
      limit,
    });
    return toListWire(page, scope, ({ seq }) => [seq], toDeliveryWire);
  },
});
