import { SYSTEM, type SystemActor } from '../core/access/actor.ts';
import { purgeCommunities } from '../core/access/purge-communities.ts';
import { purgeAccountActivity } from '../core/account-activity/purge-account-activity.ts';
import { sealActivityBatches } from '../core/account-activity/seal-activity-batches.ts';
import type { Ctx, Services } from '../core/context.ts';
import { purgeInboundMessages } from '../core/hooks/purge-inbound-messages.ts';
import { purgeIdempotencyKeys } from '../core/idempotency/purge-keys.ts';
import { purgeLogEntries } from '../core/logs/purge-log-entries.ts';
import { closeStale } from '../core/sessions/close-stale.ts';
import { purgeCalls } from '../core/sessions/late/purge-calls.ts';
import { purgeSessions } from '../core/sessions/purge-sessions.ts';
import { noteRun } from '../core/status/note-run.ts';
import { deliverDue } from '../core/webhooks/deliver-due.ts';
import { withBudget } from '../core/with-budget.ts';
import { Budget, OutOfBudget } from '../db/budget.ts';
import { fixedClock } from '../lib/clock.ts';
import { errorText } from '../lib/error-text.ts';

/** A scheduled job. It can run twice, late, or half way. */
export interface Job {
  readonly name: string;
  /** Its clock: standing at the trigger's scheduled time, or the real one, which moves. Default: scheduled. */
  readonly clock?: 'real';
  /** D1 statements that the jobs before it leave to it. */
  readonly reserve: number;
  /** Does a bounded piece of work and returns its counts for the log. */
  run(ctx: Ctx<SystemActor>): Promise<Record<string, number | boolean>>;
}

/** What is told of within minutes: who is gone, and what receivers are waiting for. */
const OFTEN: readonly Job[] = [
  { name: 'close-stale-sessions', reserve: 4, run: closeStale },
  // Last: it sends what the sweep has found.
  // Receivers live in real time: a trigger that is fired for another time must not shut their gates.
  { name: 'deliver-webhooks', reserve: 20, clock: 'real', run: deliverDue },
];

/** What may wait: retention, and the seal of what came in. */
const HOURLY: readonly Job[] = [
  { name: 'seal-activity-batches', reserve: 2, run: sealActivityBatches },
  { name: 'purge-log-entries', reserve: 2, run: purgeLogEntries },
  { name: 'purge-account-activity', reserve: 2, run: purgeAccountActivity },
  { name: 'purge-sessions', reserve: 2, run: purgeSessions },
  { name: 'purge-inbound-messages', reserve: 2, run: purgeInboundMessages },
  { name: 'purge-calls', reserve: 2, run: purgeCalls },
  { name: 'purge-idempotency-keys', reserve: 2, run: purgeIdempotencyKeys },
  { name: 'purge-deleted-communities', reserve: 2, run: purgeCommunities },
];

/** How often they come. */
const OFTEN_MS = 300_000;
const HOUR_MS = 3_600_000;

/** What each cron expression of wrangler.toml runs. */
const JOBS: Readonly<Record<string, readonly Job[]>> = {
  '*/5 * * * *': OFTEN,
  '23 * * * *': HOURLY,
};

/** The cron expressions that wrangler.toml must have. */
export const CRONS: readonly string[] = Object.keys(JOBS);

/** What a job gets: the system as its actor, and a clock that stands still. */
export const jobContext = (
  services: Services,
  scheduledTime: number,
  defer: Ctx['defer'],
): Ctx<SystemActor> => ({ ...services, actor: SYSTEM, clock: fixedClock(scheduledTime), defer });

type Trigger = Pick<ScheduledController, 'cron' | 'scheduledTime'>;

/**
 * Runs the jobs of a trigger at one place after the other, within the limits of one invocation. Each has a fair share of
 * them, and what one leaves is the next one's. Where they do not reach every place, another one is first the next time.
 */
export const runJobs = async (services: Services, { cron, scheduledTime }: Trigger): Promise<void> => {
  const jobs = JOBS[cron];
  if (!jobs) return services.log('unknown_cron', { cron, known: CRONS });
  const { places } = services;
  const turn = Math.floor(scheduledTime / (jobs === OFTEN ? OFTEN_MS : HOUR_MS));
  // The hourly jobs, each hour another one first, so that none is always the one that the budget does not reach.
  const firstJob = jobs === OFTEN ? 0 : Math.floor(turn / places.length) % jobs.length;
  const queue = [...jobs.slice(firstJob), ...jobs.slice(0, firstJob)];
  const needed = queue.reduce((sum, { reserve }) => sum + reserve, 0);
  const budget = new Budget(services.config.limits);
  for (let left = places.length; left > 0; left--) {
    const db = places[(turn + places.length - left) % places.length];
    if (!db || (left < places.length && budget.left('statements') <= needed)) break;
    // It notes the run itself.
    budget.spend('statements');
    const share = budget.share({
      statements: Math.max(needed, Math.floor(budget.left('statements') / left)),
      requests: Math.ceil(budget.left('requests') / left),
    });
    await runAt({ ...services, db }, { cron, scheduledTime }, queue, share);
  }
};

/**
 * Runs jobs at a place, each on its own: one that fails does not keep the others from running. A job that has no budget
 * left stops; the next run goes on.
 */
const runAt = async (
  services: Services,
  { cron, scheduledTime }: Trigger,
  queue: readonly Job[],
  budget: Budget,
): Promise<void> => {
  const { place } = services.db;
  const failedJobs: string[] = [];
  for (const job of queue) {
    const deferred: Promise<unknown>[] = [];
    // Never all of it: a job with much to do leaves something for those behind it.
    const share = budget.share({ statements: budget.left('statements') - reserveBehind(queue, job) });
    const about = {
      job: job.name,
      cron,
      scheduledTime: new Date(scheduledTime).toISOString(),
      ...(place > 0 && { place }),
    };
    try {
      const ctx = withBudget(
        {
          ...jobContext(services, scheduledTime, (work) => deferred.push(work)),
          ...(job.clock === 'real' && { clock: services.clock }),
        },
        share,
      );
      const counts = await job.run(ctx);
      await Promise.all(deferred);
      services.log('job_done', { ...about, ...counts });
    } catch (error) {
      if (error instanceof OutOfBudget) services.log('job_done', { ...about, isComplete: false });
      else {
        failedJobs.push(job.name);
        services.log('job_failed', { ...about, error: errorText(error) });
      }
    }
  }
  await note(services, { cron, scheduledTime, failedJobs });
};

/** The operator sees when each trigger last ran (`GET /admin/status`). What keeps that from being noted stops nothing. */
const note = async (
  services: Services,
  { cron, scheduledTime, failedJobs }: { cron: string; scheduledTime: number; failedJobs: readonly string[] },
): Promise<void> => {
  try {
    const ctx = jobContext(services, scheduledTime, () => undefined);
    await noteRun(ctx, { cron, ranAt: services.clock.now(), failedJobs });
  } catch (error) {
    services.log('run_not_noted', { cron, place: services.db.place, error: errorText(error) });
  }
};

/** D1 statements that are kept for the jobs behind this one: enough to find that there is nothing to do, or to deliver. */
const reserveBehind = (queue: readonly Job[], job: Job): number =>
  queue.slice(queue.indexOf(job) + 1).reduce((sum, { reserve }) => sum + reserve, 0);
