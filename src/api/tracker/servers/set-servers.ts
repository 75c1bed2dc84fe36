import { nameServers } from '../../../core/servers/name-servers.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  SERVERS_BODY_EXAMPLE,
  SERVERS_EXAMPLE,
  serversBody,
  serversSchema,
  toServerNames,
  toServersWire,
} from './wire.ts';

export const setServers = defineOperation({
  method: 'PUT',
  path: '/v2/community/servers',
  access: { scope: 'servers:write' },
  body: serversBody,
  docs: WITH_DOCS && {
    operationId: 'setServers',
    tag: 'Servers',
    summary: 'Name servers, all of them',
    description:
      'Those that are not in the list lose their names; their sessions and rosters stay. Answers with all servers that have a name.',
    bodyExample: SERVERS_BODY_EXAMPLE,
    answer: { schema: serversSchema(), example: SERVERS_EXAMPLE },
  },
  handle: async ({ ctx, body }) =>
    toServersWire(await nameServers(ctx, toServerNames(body), { replacesAll: true })),
});
