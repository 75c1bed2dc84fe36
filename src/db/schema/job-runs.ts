import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The last run of each scheduled trigger, for the operator: whether it comes, and what failed. One row a trigger. */
export const jobRuns = sqliteTable('job_runs', {
  cron: text().primaryKey(),
  scheduledAt: integer('scheduled_at').notNull(),
  /** When it ended, by the clock: a trigger can be fired by hand for another time. */
  ranAt: integer('ran_at').notNull(),
  /** The names of the jobs that failed, as a JSON array. */
  failedJobs: text('failed_jobs', { mode: 'json' }).$type<string[]>().notNull(),
});
