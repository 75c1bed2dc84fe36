import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/**
 * The activity log. The primary key is the order in which it is read, because an id begins with its entry's timestamp
 * (core/logs/log-id.ts). Readers see the current generation only: wiping a log of any size starts the next one.
 */
export const logEntries = sqliteTable(
  'log_entries',
  {
    communityId: integer('community_id').notNull(),
    generation: integer().notNull(),
    id: integer().notNull(),
    platform: text().notNull(),
    serial: text().notNull(),
    actionType: text('action_type').notNull(),
    actionDetail: text('action_detail'),
    username: text(),
    /** The sender's own id of the entry, by which a resend is recognised. */
    eventId: text('event_id'),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.generation, table.id] }),
    index('log_entries_by_serial').on(table.communityId, table.generation, table.serial, table.id),
    index('log_entries_by_kind').on(
      table.communityId,
      table.generation,
      table.actionType,
      table.platform,
      table.id,
    ),
    uniqueIndex('log_entries_by_event')
      .on(table.communityId, table.generation, table.eventId)
      .where(sql`event_id IS NOT NULL`),
  ],
);
