import * as v from 'valibot';
import { deleteCommunity as remove } from '../../core/access/communities.ts';
import { defineOperation } from '../kit/operation.ts';
import { communityParams } from './wire.ts';

export const deleteCommunity = defineOperation({
  method: 'DELETE',
  path: '/admin/communities/{communityId}',
  access: 'operator',
  params: communityParams,
  docs: WITH_DOCS && {
    operationId: 'deleteCommunity',
    tag: 'Administration',
    summary: 'Delete a community with all that is in it',
    description: 'Its credentials stop working within 30 seconds; the scheduled trigger purges its rows.',
    answer: {
      schema: v.object({ deleted: v.literal(true), id: v.string() }),
      example: { deleted: true, id: '019d8e5a-2c00-7aaa-8bbb-0123456789ab' },
    },
    errors: ['community_not_found'],
  },
  handle: async ({ ctx, params }) => {
    await remove(ctx, params.communityId);
    return { deleted: true, id: params.communityId };
  },
});
