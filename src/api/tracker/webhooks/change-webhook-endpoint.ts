import { changeWebhookEndpoint as change } from '../../../core/webhooks/endpoints.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  ENDPOINT_EXAMPLE,
  endpointParams,
  endpointPatchBody,
  endpointSchema,
  toEndpointWire,
  toTargetUrl,
} from './wire.ts';

export const changeWebhookEndpoint = defineOperation({
  method: 'PATCH',
  path: '/v2/community/webhook-endpoints/{endpointId}',
  access: { scope: 'admin' },
  params: endpointParams,
  body: endpointPatchBody,
  docs: WITH_DOCS && {
    operationId: 'changeWebhookEndpoint',
    tag: 'Webhooks',
    summary: 'Change, disable or enable a webhook endpoint',
    description:
      'While an endpoint is disabled, its messages wait. They are sent in their order once it is enabled ' +
      'again.',
    bodyExample: { events: ['session.*', 'server.reset'], enabled: true },
    answer: {
      schema: endpointSchema(),
      example: { ...ENDPOINT_EXAMPLE, events: ['session.*', 'server.reset'] },
    },
    errors: ['webhook_endpoint_not_found', 'webhook_format_unfit', 'webhook_digest_unfit'],
  },
  handle: async ({ ctx, params, body, http }) =>
    toEndpointWire(
      await change(ctx, params.endpointId, {
        ...body,
        url: body.url === undefined ? undefined : toTargetUrl(body.url, http, ctx.config),
      }),
    ),
});
