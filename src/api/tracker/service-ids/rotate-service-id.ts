import { rotateServiceId as rotate } from '../../../core/access/service-ids.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  NEW_SERVICE_ID_EXAMPLE,
  newServiceIdSchema,
  rotationBody,
  serviceIdParams,
  toServiceIdWire,
} from './wire.ts';

export const rotateServiceId = defineOperation({
  method: 'POST',
  path: '/v2/community/service-ids/{serviceId}/rotate',
  access: { scope: 'admin' },
  params: serviceIdParams,
  body: rotationBody,
  docs: WITH_DOCS && {
    operationId: 'rotateServiceId',
    tag: 'Access',
    summary: 'Give a service ID a new secret',
    description:
      'The new secret is shown in this answer only. The one before goes on for `overlapSeconds` (86400 by ' +
      'default and at most). One from an earlier rotation stops at once.',
    bodyExample: { overlapSeconds: 3600 },
    answer: {
      schema: newServiceIdSchema(),
      example: {
        ...NEW_SERVICE_ID_EXAMPLE,
        rotatedAt: '2026-04-16T00:00:00.000Z',
        previousSecretExpiresAt: '2026-04-16T01:00:00.000Z',
      },
    },
    errors: ['outlives_credential', 'service_id_not_found'],
  },
  handle: async ({ ctx, params, body }) => {
    const { serviceId, clientSecret } = await rotate(ctx, params.serviceId, body.overlapSeconds);
    return { ...toServiceIdWire(serviceId), clientSecret };
  },
});
