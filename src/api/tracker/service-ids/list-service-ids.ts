import { listServiceIds as list } from '../../../core/access/service-ids.ts';
import { defineList } from '../../wire/list.ts';
import { SERVICE_ID_EXAMPLE, serviceIdSchema, toServiceIdWire } from './wire.ts';

export const listServiceIds = defineList({
  path: '/v2/community/service-ids',
  access: { scope: 'admin' },
  list,
  idOf: ({ id }) => id,
  toWire: toServiceIdWire,
  docs: WITH_DOCS && {
    operationId: 'listServiceIds',
    tag: 'Access',
    summary: 'List the service IDs',
    item: { schema: serviceIdSchema(), example: SERVICE_ID_EXAMPLE },
  },
});
