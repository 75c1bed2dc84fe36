import * as v from 'valibot';
import { FORMATS } from '../../../core/webhooks/model.ts';
import { PREVIEWED, previewDigest, previewWebhook } from '../../../core/webhooks/preview.ts';
import { object } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';

const DIGEST = 'digest';

export const previewWebhookMessage = defineOperation({
  method: 'POST',
  path: '/v2/community/webhook-endpoints/preview',
  access: { scope: 'admin' },
  body: object({
    format: v.picklist(FORMATS),
    event: v.optional(v.picklist([...PREVIEWED, DIGEST]), 'session.started'),
  }),
  docs: WITH_DOCS && {
    operationId: 'previewWebhook',
    tag: 'Webhooks',
    summary: 'See what a receiver would get, without sending anything',
    description:
      'The body of a made-up event in a format, as it would be posted. `digest` shows what `digestSeconds` ' +
      'makes of several events.',
    bodyExample: { format: 'slack', event: 'session.started' },
    answer: {
      schema: v.object({ contentType: v.string(), body: v.record(v.string(), v.unknown()) }),
      example: {
        contentType: 'application/json',
        body: { type: 'session.started', timestamp: '2026-04-15T00:00:00.000Z' },
      },
    },
  },
  handle: async ({ ctx, body: { format, event } }) => {
    const now = ctx.clock.now();
    const text = event === DIGEST ? previewDigest(format, now) : previewWebhook(format, event, now);
    return { contentType: 'application/json', body: JSON.parse(text) };
  },
});
