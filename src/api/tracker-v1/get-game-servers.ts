import * as v from 'valibot';
import { listServers } from '../../core/servers/list-servers.ts';
import { answerJson } from '../kit/answer.ts';
import { defineOperation } from '../kit/operation.ts';
import { gameServersBody } from './wire.ts';

export const getGameServers = defineOperation({
  method: 'POST',
  path: '/servers/get_game_servers',
  access: { scope: 'sessions:read' },
  body: gameServersBody,
  docs: WITH_DOCS && {
    operationId: 'getGameServersV1',
    tag: 'Activity Tracker v1',
    summary: 'List the servers that have a name',
    description: 'The same names as `GET /v2/community/servers`, for older clients, without an envelope.',
    bodyExample: {
      id: 'your-community',
      key: 'rc_0123456789ABCDEFGHIJKLMNOPQRSTUV0xyzAB',
      type: 'GET_GAME_SERVERS',
      data: [],
    },
    answer: {
      schema: v.object({
        servers: v.array(
          v.object({ id: v.number(), name: v.nullable(v.string()), description: v.nullable(v.string()) }),
        ),
      }),
      example: { servers: [{ id: 1, name: 'Main Server', description: 'Primary gameplay server' }] },
      mediaType: 'application/json',
    },
  },
  handle: async ({ ctx, http }) => {
    const servers = await listServers(ctx);
    return answerJson(
      http,
      { servers: servers.map(({ id, name, description }) => ({ id, name, description: description ?? '' })) },
      200,
    );
  },
});
