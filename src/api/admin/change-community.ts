import { changeCommunity as change } from '../../core/access/communities.ts';
import { defineOperation } from '../kit/operation.ts';
import {
  COMMUNITY_EXAMPLE,
  communityParams,
  communityPatchBody,
  communitySchema,
  toCommunityWire,
} from './wire.ts';

export const changeCommunity = defineOperation({
  method: 'PATCH',
  path: '/admin/communities/{communityId}',
  access: 'operator',
  params: communityParams,
  body: communityPatchBody,
  docs: WITH_DOCS && {
    operationId: 'changeCommunity',
    tag: 'Administration',
    summary: "Change a community's name or settings",
    bodyExample: { name: 'Day Shift RP' },
    answer: { schema: communitySchema(), example: { ...COMMUNITY_EXAMPLE, name: 'Day Shift RP' } },
    errors: ['community_not_found'],
  },
  handle: async ({ ctx, params, body }) => toCommunityWire(await change(ctx, params.communityId, body)),
});
