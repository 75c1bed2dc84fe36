import * as v from 'valibot';
import { rotateWebhookSecret as rotate } from '../../../core/webhooks/endpoints.ts';
import { documented } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { isoOrNull } from '../../wire/access.ts';
import { ENDPOINT_EXAMPLE, endpointParams, SECRET_EXAMPLE } from './wire.ts';

export const rotateWebhookSecret = defineOperation({
  method: 'POST',
  path: '/v2/community/webhook-endpoints/{endpointId}/rotate-secret',
  access: { scope: 'admin' },
  params: endpointParams,
  docs: WITH_DOCS && {
    operationId: 'rotateWebhookSecret',
    tag: 'Webhooks',
    summary: 'Replace the secret of a webhook endpoint',
    description: 'The new secret is shown in this answer only. Both secrets sign for 24 hours.',
    answer: {
      schema: v.object({
        id: v.string(),
        secret: v.string(),
        previousSecretExpiresAt: v.pipe(
          v.string(),
          documented(WITH_DOCS && { type: 'string', format: 'date-time' }),
        ),
      }),
      example: {
        id: ENDPOINT_EXAMPLE.id,
        secret: SECRET_EXAMPLE,
        previousSecretExpiresAt: '2026-04-16T00:00:00.000Z',
      },
    },
    errors: ['webhook_endpoint_not_found'],
  },
  handle: async ({ ctx, params }) => {
    const { secret, previousSecretExpiresAt } = await rotate(ctx, params.endpointId);
    return { id: params.endpointId, secret, previousSecretExpiresAt: isoOrNull(previousSecretExpiresAt) };
  },
});
