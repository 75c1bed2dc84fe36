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
    summary: "Change a community's name, settings or quotas",
    description: 'A quota of null is its default again.',
    bodyExample: { name: 'Day Shift RP', quotas: { openSessions: 2000 } },
    answer: {
      schema: communitySchema(),
      example: {
        ...COMMUNITY_EXAMPLE,
        name: 'Day Shift RP',
        quotas: { ...COMMUNITY_EXAMPLE.quotas, openSessions: 2000 },
      },
    },
    errors: ['community_not_found'],
  },
  handle: async ({ ctx, params, body }) => toCommunityWire(await change(ctx, params.communityId, body)),
});
