import * as v from 'valibot';
import { replayWebhookEndpoint as replay } from '../../../core/webhooks/deliveries.ts';
import { invalidField } from '../../kit/fault.ts';
import { documented, instant, object } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import { isoOrNull } from '../../wire/access.ts';
import { endpointParams } from './wire.ts';

export const replayWebhookEndpoint = defineOperation({
  method: 'POST',
  path: '/v2/community/webhook-endpoints/{endpointId}/replay',
  access: { scope: 'admin' },
  params: endpointParams,
  body: object({ from: instant, to: instant }),
  docs: WITH_DOCS && {
    operationId: 'replayWebhookEndpoint',
    tag: 'Webhooks',
    summary: 'Send again all messages of a time',
    description:
      'Everything from `from` to `to`, delivered or not, the oldest first, under the same ids. One call ' +
      'takes at most 5000 messages: if `replayedUntil` is before `to`, go on from there.',
    bodyExample: { from: '2026-04-15T00:00:00Z', to: '2026-04-15T06:00:00Z' },
    answer: {
      schema: v.object({
        queued: v.number(),
        replayedUntil: v.pipe(v.string(), documented(WITH_DOCS && { type: 'string', format: 'date-time' })),
      }),
      example: { queued: 42, replayedUntil: '2026-04-15T06:00:00.000Z' },
    },
    errors: ['webhook_endpoint_not_found', 'webhook_endpoint_disabled'],
  },
  handle: async ({ ctx, params, body }) => {
    if (body.to < body.from) throw invalidField('to', fieldMessage('not_before', 'from'));
    const { queued, replayedUntil } = await replay(ctx, params.endpointId, body);
    return { queued, replayedUntil: isoOrNull(replayedUntil) };
  },
});
