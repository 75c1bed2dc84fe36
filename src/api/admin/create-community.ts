import { createCommunity as create } from '../../core/access/create-community.ts';
import { defineOperation } from '../kit/operation.ts';
import { toApiKeyWire } from '../wire/access.ts';
import {
  NEW_COMMUNITY_EXAMPLE,
  newCommunityBody,
  newCommunitySchema,
  requirePlace,
  toCommunityWire,
} from './wire.ts';

export const createCommunity = defineOperation({
  method: 'POST',
  path: '/admin/communities',
  access: 'operator',
  body: newCommunityBody,
  status: 201,
  docs: WITH_DOCS && {
    operationId: 'createCommunity',
    tag: 'Administration',
    summary: 'Create a community with its first API key',
    description:
      'The key has every scope. It is shown in this answer only. `place` is the number of the database where ' +
      'the community shall live; without it, that with the most room.',
    bodyExample: { name: 'Night Shift RP', settings: { timezone: 'Europe/Madrid' } },
    answer: { schema: newCommunitySchema(), example: NEW_COMMUNITY_EXAMPLE },
  },
  handle: async ({ ctx, body }) => {
    requirePlace(ctx, body.place);
    const { community, apiKey, key } = await create(ctx, body);
    return { ...toCommunityWire(community), apiKey: { key, ...toApiKeyWire(apiKey) } };
  },
});
