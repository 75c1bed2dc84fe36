import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** How many entries the current log holds of each kind (action type and platform), exact after every batch. */
export const logCounters = sqliteTable(
  'log_counters',
  {
    communityId: integer('community_id').notNull(),
    actionType: text('action_type').notNull(),
    platform: text().notNull(),
    count: integer().notNull(),
    /** The last day (UTC, days since 1970) on which some were added, and how many: core/logs/day-quota.ts. */
    day: integer().notNull().default(0),
    added: integer().notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.communityId, table.actionType, table.platform] })],
);
