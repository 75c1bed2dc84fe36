import { deleteServiceId as remove } from '../../../core/access/service-ids.ts';
import { defineDelete } from '../../wire/deletion.ts';
import { SERVICE_ID_EXAMPLE } from './wire.ts';

export const deleteServiceId = defineDelete({
  path: '/v2/community/service-ids/{serviceId}',
  access: { scope: 'admin' },
  param: 'serviceId',
  remove,
  docs: WITH_DOCS && {
    operationId: 'deleteServiceId',
    tag: 'Access',
    summary: 'Delete a service ID',
    description: 'Its secrets and its tokens stop working within 30 seconds.',
    exampleId: SERVICE_ID_EXAMPLE.id,
    errors: ['service_id_not_found'],
  },
});
