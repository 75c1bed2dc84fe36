import type { OperatorActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { requireAnswers } from '../places.ts';
import { type DatabaseStats, selectStats } from './stats-queries.ts';

/** How full each database is and what waits in it, by its place; undefined for one that does not answer. */
export const getStats = async (ctx: Ctx<OperatorActor>): Promise<readonly (DatabaseStats | undefined)[]> => {
  const answers = await Promise.allSettled(ctx.places.map(selectStats));
  if (answers.every(({ status }) => status === 'rejected')) requireAnswers(answers);
  return answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : undefined));
};
