import { deleteCommunity as remove } from '../../core/access/communities.ts';
import { text } from '../kit/fields.ts';
import { defineDelete } from '../wire/deletion.ts';
import { COMMUNITY_EXAMPLE } from './wire.ts';

export const deleteCommunity = defineDelete({
  path: '/admin/communities/{communityId}',
  access: 'operator',
  param: 'communityId',
  id: text(1, 128),
  remove,
  docs: WITH_DOCS && {
    operationId: 'deleteCommunity',
    tag: 'Administration',
    summary: 'Delete a community with all that is in it',
    description: 'Its credentials stop working within 30 seconds. The scheduled job removes its rows.',
    exampleId: COMMUNITY_EXAMPLE.id,
    errors: ['community_not_found'],
  },
});
