import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * The outbox: one row per event and endpoint, written in the batch of the change. `seq` is the instant in milliseconds
 * times 1024 plus a counter, greater than any before it of its endpoint: the primary key is the order of commit.
 */
export const webhookMessages = sqliteTable(
  'webhook_messages',
  {
    communityId: text('community_id').notNull(),
    endpointId: text('endpoint_id').notNull(),
    seq: integer().notNull(),
    type: text().notNull(),
    createdAt: integer('created_at').notNull(),
    /** The name of the credential that acted. */
    actor: text().notNull(),
    /** JSON of the rows as they are stored; the format makes the body of it. */
    data: text().notNull(),
    status: text({ enum: ['pending', 'delivered', 'failed'] })
      .notNull()
      .default('pending'),
    /** Attempts that count against the schedule. */
    attemptCount: integer('attempt_count').notNull().default(0),
    /** Of a pending message that stepped out of the line: when it is tried next. */
    dueAt: integer('due_at').notNull().default(0),
    /** A JSON array of the latest attempts. */
    attempts: text().notNull().default('[]'),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.endpointId, table.seq] }),
    index('webhook_messages_by_status').on(table.status, table.endpointId, table.seq),
  ],
);
