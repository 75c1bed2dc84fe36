import { getCommunity as get } from '../../core/access/communities.ts';
import { defineOperation } from '../kit/operation.ts';
import { COMMUNITY_EXAMPLE, communityParams, communitySchema, toCommunityWire } from './wire.ts';

export const getCommunity = defineOperation({
  operationId: 'getCommunity',
  method: 'GET',
  path: '/admin/communities/{communityId}',
  tag: 'Administration',
  summary: 'Read a community',
  access: 'operator',
  params: communityParams,
  success: { status: 200, schema: communitySchema, example: COMMUNITY_EXAMPLE },
  errors: ['community_not_found'],
  handle: async ({ ctx, params }) => toCommunityWire(await get(ctx, params.communityId)),
});
