import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable } from 'drizzle-orm/sqlite-core';

/**
 * Generations of a log that were wiped. The one after the newest is the current one, so the newest row always stays;
 * the scheduled job purges the entries of those that are not purged yet.
 */
export const logWipes = sqliteTable(
  'log_wipes',
  {
    communityId: integer('community_id').notNull(),
    generation: integer().notNull(),
    wipedAt: integer('wiped_at').notNull(),
    purgedAt: integer('purged_at'),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.generation] }),
    index('log_wipes_pending').on(table.communityId, table.generation).where(sql`purged_at IS NULL`),
  ],
);
