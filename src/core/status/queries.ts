import { type Database, readRows, runBatch } from '../../db/client.ts';
import { jobRuns } from '../../db/schema/index.ts';
import { fromRow, type RowOf, sql, statement } from '../../db/statement.ts';

export type JobRun = typeof jobRuns.$inferSelect;

const upsertRun = statement<{ cron: string; scheduledAt: number; ranAt: number; failedJobs: string }>(
  ($) => sql`
    INSERT INTO job_runs (cron, scheduled_at, ran_at, failed_jobs)
    VALUES (${$.cron}, ${$.scheduledAt}, ${$.ranAt}, ${$.failedJobs})
    ON CONFLICT (cron) DO UPDATE SET scheduled_at = excluded.scheduled_at, ran_at = excluded.ran_at,
      failed_jobs = excluded.failed_jobs`,
);

/** Notes the last run of a trigger: one row, written over. */
export const upsertJobRun = async (db: Database, run: JobRun): Promise<void> => {
  await readRows(db, upsertRun({ ...run, failedJobs: JSON.stringify(run.failedJobs) }));
};

const selectRuns = statement<Record<never, never>, RowOf<typeof jobRuns>>(
  () => sql`SELECT * FROM job_runs ORDER BY cron`,
);

/** wrangler's own table: our schema does not have it. */
const selectMigrations = statement<Record<never, never>, { name: string }>(
  () => sql`SELECT name FROM d1_migrations ORDER BY id`,
);

const countCommunities = statement<Record<never, never>, { communities: number }>(
  () => sql`SELECT count(*) AS communities FROM communities WHERE deleted_at IS NULL`,
);

/**
 * The last run of each trigger, the names of the migrations that the database has, in their order, and how many
 * communities live there.
 */
export const selectState = async (
  db: Database,
): Promise<{ runs: readonly JobRun[]; migrations: readonly string[]; communities: number }> => {
  const [runs, migrations, [count]] = await runBatch(db, [
    selectRuns({}),
    selectMigrations({}),
    countCommunities({}),
  ]);
  return {
    runs: runs.map((row) => fromRow(jobRuns, row)),
    migrations: migrations.map(({ name }) => name),
    communities: count?.communities ?? 0,
  };
};
