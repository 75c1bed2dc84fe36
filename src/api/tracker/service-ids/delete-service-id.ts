import * as v from 'valibot';
import { deleteServiceId as remove } from '../../../core/access/service-ids.ts';
import { defineOperation } from '../../kit/operation.ts';
import { SERVICE_ID_EXAMPLE, serviceIdParams } from './wire.ts';

export const deleteServiceId = defineOperation({
  method: 'DELETE',
  path: '/v2/community/service-ids/{serviceId}',
  access: { scope: 'admin' },
  params: serviceIdParams,
  docs: WITH_DOCS && {
    operationId: 'deleteServiceId',
    tag: 'Access',
    summary: 'Delete a service ID',
    description: 'Its secrets and its tokens stop working within 30 seconds.',
    answer: {
      schema: v.object({ deleted: v.literal(true), id: v.string() }),
      example: { deleted: true, id: SERVICE_ID_EXAMPLE.id },
    },
    errors: ['service_id_not_found'],
  },
  handle: async ({ ctx, params }) => {
    await remove(ctx, params.serviceId);
    return { deleted: true, id: params.serviceId };
  },
});
