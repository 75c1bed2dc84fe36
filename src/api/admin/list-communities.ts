import * as v from 'valibot';
import { listCommunities as list } from '../../core/access/communities.ts';
import { MAX_PLACES } from '../../core/places.ts';
import { integerText, pageQuery } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';
import { listSchema, readCursor, toListWire } from '../wire/list.ts';
import { COMMUNITY_EXAMPLE, communitySchema, requirePlace, toCommunityWire } from './wire.ts';

export const listCommunities = defineOperation({
  method: 'GET',
  path: '/admin/communities',
  access: 'operator',
  query: v.object({ ...pageQuery(100, 1000), place: v.optional(integerText(0, MAX_PLACES - 1)) }),
  docs: WITH_DOCS && {
    operationId: 'listCommunities',
    tag: 'Administration',
    summary: 'List the communities',
    description: 'Database by database, oldest first in each. `place` lists those of one database.',
    answer: {
      schema: listSchema(communitySchema()),
      example: { items: [COMMUNITY_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
  },
  handle: async ({ ctx, query: { limit, cursor, place } }) => {
    requirePlace(ctx, place);
    const scope = JSON.stringify(['communities', place]);
    const key = readCursor(cursor, scope, ['number', 'string']);
    const after = key && { place: Number(key[0]), afterId: String(key[1]) };
    const page = await list(ctx, { after, place, limit });
    return toListWire(page, scope, (community) => [community.place, community.publicId], toCommunityWire);
  },
});
