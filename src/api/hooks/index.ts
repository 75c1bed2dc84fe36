import type { Family } from '../kit/family.ts';
import { problemDialect } from '../kit/problem.ts';
import { answerChallenge } from './answer-challenge.ts';
import { receiveCall } from './receive-call.ts';

/** `/hooks/...`: where other systems' webhooks come in. */
export const hooks: Family = {
  name: 'hooks',
  prefixes: ['/hooks'],
  dialect: problemDialect,
  // A sender's address can have a query of its own: a token, a hash, what a hub asks.
  unknownQuery: 'ignored',
  operations: [receiveCall, answerChallenge],
};
