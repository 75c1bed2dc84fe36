import * as v from 'valibot';
import { listServiceIds as list } from '../../../core/access/service-ids.ts';
import { pageQuery } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { listSchema, readIdCursor, toListWire } from '../../wire/list.ts';
import { SERVICE_ID_EXAMPLE, serviceIdSchema, toServiceIdWire } from './wire.ts';

export const listServiceIds = defineOperation({
  method: 'GET',
  path: '/v2/community/service-ids',
  access: { scope: 'admin' },
  query: v.object(pageQuery(100, 1000)),
  docs: WITH_DOCS && {
    operationId: 'listServiceIds',
    tag: 'Access',
    summary: 'List the service IDs',
    answer: {
      schema: listSchema(serviceIdSchema()),
      example: { items: [SERVICE_ID_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
  },
  handle: async ({ ctx, query: { limit, cursor } }) => {
    const scope = `service-ids:${ctx.actor.community.id}`;
    const page = await list(ctx, { limit, afterId: readIdCursor(cursor, scope) });
    return toListWire(page, scope, ({ id }) => [id], toServiceIdWire);
  },
});
