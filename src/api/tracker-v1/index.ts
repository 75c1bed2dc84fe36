import type { Family } from '../kit/family.ts';
import { trackerV1Dialect } from './dialect.ts';
import { serverStart } from './server-start.ts';
import { startStop } from './start-stop.ts';
import { keyOf } from './wire.ts';

/** `/servers/...`: the tracker for older clients. The verbs are those of `/v2/community`. */
export const trackerV1: Family = {
  name: 'tracker-v1',
  prefixes: ['/servers'],
  dialect: trackerV1Dialect,
  keyInBody: keyOf,
  operations: [startStop, serverStart],
};
