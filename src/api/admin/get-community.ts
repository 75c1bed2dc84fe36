import { getCommunity as get } from '../../core/access/communities.ts';
import { defineOperation } from '../kit/operation.ts';
import { COMMUNITY_EXAMPLE, communityParams, communitySchema, toCommunityWire } from './wire.ts';

export const getCommunity = defineOperation({
  method: 'GET',
  path: '/admin/communities/{communityId}',
  access: 'operator',
  params: communityParams,
  docs: WITH_DOCS && {
    operationId: 'getCommunity',
    tag: 'Administration',
    summary: 'Read a community',
    answer: { schema: communitySchema(), example: COMMUNITY_EXAMPLE },
    errors: ['community_not_found'],
  },
  handle: async ({ ctx, params }) => toCommunityWire(await get(ctx, params.communityId)),
});
