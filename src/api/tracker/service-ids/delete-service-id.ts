import * as v from 'valibot';
import { deleteServiceId as remove } from '../../../core/access/service-ids.ts';
import { defineOperation } from '../../kit/operation.ts';
import { SERVICE_ID_EXAMPLE, serviceIdParams } from './wire.ts';

export const deleteServiceId = defineOperation({
  operationId: 'deleteServiceId',
  method: 'DELETE',
  path: '/v2/community/service-ids/{serviceId}',
  tag: 'Access',
  summary: 'Delete a service ID',
  description: 'Its secrets and its tokens stop working within 30 seconds.',
  access: { scope: 'admin' },
  params: serviceIdParams,
  success: {
    status: 200,
    schema: v.object({ deleted: v.literal(true), id: v.string() }),
    example: { deleted: true, id: SERVICE_ID_EXAMPLE.id },
  },
  errors: ['service_id_not_found'],
  handle: async ({ ctx, params }) => {
    await remove(ctx, params.serviceId);
    return { deleted: true, id: params.serviceId };
  },
});
