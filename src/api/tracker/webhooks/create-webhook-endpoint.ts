import { createWebhookEndpoint as create } from '../../../core/webhooks/endpoints.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  ENDPOINT_EXAMPLE,
  newEndpointBody,
  newEndpointSchema,
  SECRET_EXAMPLE,
  toEndpointWire,
  toTargetUrl,
} from './wire.ts';

export const createWebhookEndpoint = defineOperation({
  method: 'POST',
  path: '/v2/community/webhook-endpoints',
  access: { scope: 'admin' },
  body: newEndpointBody,
  status: 201,
  docs: WITH_DOCS && {
    operationId: 'createWebhookEndpoint',
    tag: 'Webhooks',
    summary: 'Create a webhook endpoint',
    description:
      'Events that happen after this answer are sent. `standard` follows Standard Webhooks and is signed ' +
      'with the secret, which is shown in this answer only. `discord` and `slack` send a message to a ' +
      'channel; with `digestSeconds` they gather the events of that time into one message. A URL of Discord ' +
      'or Slack is never shown again beyond its host, since the rest of it is a credential.',
    bodyExample: { url: 'https://example.org/hooks/rollcall', events: ['session.*'], description: 'Payroll' },
    answer: {
      schema: newEndpointSchema(),
      example: { ...ENDPOINT_EXAMPLE, secret: SECRET_EXAMPLE },
    },
    errors: ['too_many_webhook_endpoints', 'webhook_format_unfit', 'webhook_digest_unfit'],
  },
  handle: async ({ ctx, body, http }) => {
    const { endpoint, secret } = await create(ctx, {
      ...body,
      url: toTargetUrl(body.url, http, ctx.config),
      description: body.description ?? null,
      digestSeconds: body.digestSeconds ?? null,
    });
    return { ...toEndpointWire(endpoint), secret };
  },
});
