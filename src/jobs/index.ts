import { SYSTEM, type SystemActor } from '../core/access/actor.ts';
import { purgeCommunities } from '../core/access/purge-communities.ts';
import { purgeAccountActivity } from '../core/account-activity/purge-account-activity.ts';
import { sealActivityBatches } from '../core/account-activity/seal-activity-batches.ts';
import type { Ctx, Services } from '../core/context.ts';
import { purgeInboundMessages } from '../core/hooks/purge-inbound-messages.ts';
import { purgeLogEntries } from '../core/logs/purge-log-entries.ts';
import { closeStale } from '../core/sessions/close-stale.ts';
import { purgeCalls } from '../core/sessions/late/purge-calls.ts';
import { purgeSessions } from '../core/sessions/purge-sessions.ts';
import { noteRun } from '../core/status/note-run.ts';
import { deliverDue } from '../core/webhooks/deliver-due.ts';
import { fixedClock } from '../lib/clock.ts';
import { errorText } from '../lib/error-text.ts';

/** A scheduled job. Its clock stands at the trigger's scheduled time; it can run twice, late, or half way. */
export interface Job {
  readonly name: string;
  /** Does a bounded piece of work and returns its counts for the log. */
  run(ctx: Ctx<SystemActor>): Promise<Record<string, number | boolean>>;
}

/** What each cron expression of wrangler.toml runs. */
const JOBS: Readonly<Record<string, readonly Job[]>> = {
  '*/5 * * * *': [
    { name: 'close-stale-sessions', run: closeStale },
    { name: 'purge-log-entries', run: purgeLogEntries },
    { name: 'seal-activity-batches', run: sealActivityBatches },
    { name: 'purge-account-activity', run: purgeAccountActivity },
    { name: 'purge-inbound-messages', run: purgeInboundMessages },
    { name: 'purge-sessions', run: purgeSessions },
    { name: 'purge-calls', run: purgeCalls },
    { name: 'purge-deleted-communities', run: purgeCommunities },
    // Last: it sends what the jobs before it have found, and keeps none of them waiting.
    { name: 'deliver-webhooks', run: deliverDue },
  ],
};

/** What a job gets: the system as its actor, and a clock that stands still. */
export const jobContext = (
  services: Services,
  scheduledTime: number,
  defer: Ctx['defer'],
): Ctx<SystemActor> => ({ ...services, actor: SYSTEM, clock: fixedClock(scheduledTime), defer });

/** Runs the jobs of a trigger, each on its own: one that fails does not keep the others from running. */
export const runJobs = async (
  services: Services,
  { cron, scheduledTime }: Pick<ScheduledController, 'cron' | 'scheduledTime'>,
): Promise<void> => {
  const jobs = JOBS[cron];
  if (!jobs) services.log('unknown_cron', { cron, known: Object.keys(JOBS) });
  const failedJobs: string[] = [];
  for (const job of jobs ?? []) {
    const deferred: Promise<unknown>[] = [];
    const ctx = jobContext(services, scheduledTime, (work) => deferred.push(work));
    const about = { job: job.name, cron, scheduledTime: new Date(scheduledTime).toISOString() };
    try {
      const counts = await job.run(ctx);
      await Promise.all(deferred);
      services.log('job_done', { ...about, ...counts });
    } catch (error) {
      failedJobs.push(job.name);
      services.log('job_failed', { ...about, error: errorText(error) });
    }
  }
  if (jobs) await note(services, { cron, scheduledTime, failedJobs });
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
    services.log('run_not_noted', { cron, error: errorText(error) });
  }
};
