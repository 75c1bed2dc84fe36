import type { Family } from '../kit/family.ts';
import { trackerV1Dialect } from './dialect.ts';
import { getGameServers } from './get-game-servers.ts';
import { getSubVersion } from './get-sub-version.ts';
import { registerIdentifiers } from './register-identifiers.ts';
import { serverStart } from './server-start.ts';
import { startStop } from './start-stop.ts';
import { keyOf } from './wire.ts';

/** `/general/...`, `/servers/...` and `/game/...`: the tracker for older clients. The verbs are those of `/v2/community`. */
export const trackerV1: Family = {
  name: 'tracker-v1',
  prefixes: ['/servers', '/general', '/game'],
  dialect: trackerV1Dialect,
  keyInBody: keyOf,
  unknownQuery: 'ignored',
  operations: [getSubVersion, getGameServers, startStop, serverStart, registerIdentifiers],
};
