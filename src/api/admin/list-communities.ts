import * as v from 'valibot';
import { listCommunities as list } from '../../core/access/communities.ts';
import { pageQuery } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';
import { listSchema, readIdCursor, toListWire } from '../wire/list.ts';
import { COMMUNITY_EXAMPLE, communitySchema, toCommunityWire } from './wire.ts';

const SCOPE = 'communities';

export const listCommunities = defineOperation({
  method: 'GET',
  path: '/admin/communities',
  access: 'operator',
  query: v.object(pageQuery(100, 1000)),
  docs: WITH_DOCS && {
    operationId: 'listCommunities',
    tag: 'Administration',
    summary: 'List the communities',
    answer: {
      schema: listSchema(communitySchema()),
      example: { items: [COMMUNITY_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
  },
  handle: async ({ ctx, query: { limit, cursor } }) => {
    const page = await list(ctx, { limit, afterId: readIdCursor(cursor, SCOPE) });
    return toListWire(page, SCOPE, ({ publicId }) => [publicId], toCommunityWire);
  },
});
