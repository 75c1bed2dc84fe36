import * as v from 'valibot';
import { listServers as list } from '../../../core/servers/list-servers.ts';
import { defineOperation } from '../../kit/operation.ts';
import { SERVERS_EXAMPLE, serversSchema, toServersWire } from './wire.ts';

export const listServers = defineOperation({
  method: 'GET',
  path: '/v2/community/servers',
  isNear: true,
  access: { scope: 'sessions:read' },
  query: v.object({ include: v.optional(v.picklist(['named', 'all']), 'named') }),
  docs: WITH_DOCS && {
    operationId: 'listServers',
    tag: 'Servers',
    summary: 'List the servers',
    description:
      'By number, each with its last roster and how many are on. Those that have a name; with `include=all` also those ' +
      'that only calls have told of. (A game server names itself where its number is not in the list yet.)',
    answer: { schema: serversSchema(), example: SERVERS_EXAMPLE },
  },
  handle: async ({ ctx, query }) => toServersWire(await list(ctx, { withUnnamed: query.include === 'all' })),
});
