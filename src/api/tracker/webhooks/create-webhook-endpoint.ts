import { createWebhookEndpoint as create } from '../../../core/webhooks/endpoints.ts';
import { isLocalCall } from '../../kit/local-call.ts';
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
      'channel.',
    bodyExample: { url: 'https://example.org/hooks/rollcall', events: ['session.*'], description: 'Payroll' },
    answer: {
      schema: newEndpointSchema(),
      example: { ...ENDPOINT_EXAMPLE, secret: SECRET_EXAMPLE },
    },
    errors: ['too_many_webhook_endpoints'],
  },
  handle: async ({ ctx, body, http }) => {
    const { endpoint, secret } = await create(ctx, {
      ...body,
      url: toTargetUrl(body.url, ctx.config.allowsPrivateWebhooks && isLocalCall(http)),
      description: body.description ?? null,
    });
    return { ...toEndpointWire(endpoint), secret };
  },
});
