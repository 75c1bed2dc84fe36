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

export const addServers = defineOperation({
  method: 'POST',
  path: '/v2/community/servers',
  access: { scope: 'servers:write' },
  body: serversBody,
  docs: WITH_DOCS && {
    operationId: 'addServers',
    tag: 'Servers',
    summary: 'Name servers',
    description:
      'The names of the others stay. A server without an `id` gets the next number. Answers with all servers that have a name.',
    bodyExample: SERVERS_BODY_EXAMPLE,
    answer: { schema: serversSchema(), example: SERVERS_EXAMPLE },
  },
  handle: async ({ ctx, body }) =>
    toServersWire(await nameServers(ctx, toServerNames(body), { replacesAll: false })),
});
