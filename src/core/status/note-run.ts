import type { SystemActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { upsertJobRun } from './queries.ts';

/** Notes that a trigger has run, and which of its jobs failed. @param ranAt epoch milliseconds, by the clock */
export const noteRun = (
  ctx: Ctx<SystemActor>,
  { cron, ranAt, failedJobs }: { cron: string; ranAt: number; failedJobs: readonly string[] },
): Promise<void> =>
  upsertJobRun(ctx.db, { cron, scheduledAt: ctx.clock.now(), ranAt, failedJobs: [...failedJobs] });
