import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { jobRuns } from '../../db/schema/index.ts';

export type JobRun = typeof jobRuns.$inferSelect;

/** Notes the last run of a trigger: one row, written over. */
export const upsertJobRun = async (db: Database, run: JobRun): Promise<void> => {
  const { cron, ...rest } = run;
  await db
    .insert(jobRuns)
    .values({ cron, ...rest })
    .onConflictDoUpdate({ target: jobRuns.cron, set: rest });
};

/** The last run of each trigger, and the names of the migrations that the database has, in their order. */
export const selectState = async (
  db: Database,
): Promise<{ runs: readonly JobRun[]; migrations: readonly string[] }> => {
  const [runs, migrations] = await db.batch([
    db.select().from(jobRuns).orderBy(jobRuns.cron),
    // wrangler's own table: our schema does not have it.
    db.select({ name: sql<string>`name` }).from(sql`d1_migrations`).orderBy(sql`id`),
  ]);
  return { runs, migrations: migrations.map(({ name }) => name) };
};
