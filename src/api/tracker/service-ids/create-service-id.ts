import { createServiceId as create } from '../../../core/access/service-ids.ts';
import { defineOperation } from '../../kit/operation.ts';
import { NEW_SERVICE_ID_EXAMPLE, newServiceIdBody, newServiceIdSchema, toServiceIdWire } from './wire.ts';

export const createServiceId = defineOperation({
  method: 'POST',
  path: '/v2/community/service-ids',
  access: { scope: 'admin' },
  body: newServiceIdBody,
  status: 201,
  docs: WITH_DOCS && {
    operationId: 'createServiceId',
    tag: 'Access',
    summary: 'Create a service ID',
    description:
      'An OAuth 2 client for `/oauth/token`. The secret is shown in this answer only. Only the category ' +
      '`account-activity-reporting` opens anything here: the Account Activity report.',
    bodyExample: { name: 'Weekly report', category: 'account-activity-reporting' },
    answer: { schema: newServiceIdSchema(), example: NEW_SERVICE_ID_EXAMPLE },
    errors: ['outlives_credential', 'too_many_service_ids'],
  },
  handle: async ({ ctx, body }) => {
    const { serviceId, clientSecret } = await create(ctx, body);
    return { ...toServiceIdWire(serviceId), clientSecret };
  },
});
