import type { Family } from '../kit/family.ts';
import { problemDialect } from '../kit/problem.ts';
import { answerChallenge } from './answer-challenge.ts';
import { receiveCall } from './receive-call.ts';

/** `/hooks/...`: where other systems' webhooks come in. */
export const hooks: Family = {
  name: 'hooks',
  prefixes: ['/hooks'],
  dialect: problemDialect,
  operations: [receiveCall, answerChallenge],
};
