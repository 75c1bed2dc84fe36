import { listCommunities as list } from '../../core/access/communities.ts';
import { defineList } from '../wire/list.ts';
import { COMMUNITY_EXAMPLE, communitySchema, toCommunityWire } from './wire.ts';

export const listCommunities = defineList({
  path: '/admin/communities',
  access: 'operator',
  list,
  idOf: ({ publicId }) => publicId,
  toWire: toCommunityWire,
  docs: WITH_DOCS && {
    operationId: 'listCommunities',
    tag: 'Administration',
    summary: 'List the communities',
    item: { schema: communitySchema(), example: COMMUNITY_EXAMPLE },
  },
});
