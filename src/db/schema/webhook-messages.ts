import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * The outbox: one row per event and endpoint, written in the transaction of the change, for sessions and accounts by the
 * triggers of db/live. `seq` counts an endpoint's messages in the order of commit and is never
 * given twice.
 */
export const webhookMessages = sqliteTable(
  'webhook_messages',
  {
    communityId: integer('community_id').notNull(),
    endpointId: text('endpoint_id').notNull(),
    seq: integer().notNull(),
    type: text().notNull(),
    /** With the next: set by the last statement of the transaction, which turns `new` into `pending`. */
    createdAt: integer('created_at').notNull().default(0),
    /** The name of the credential that acted. */
    actor: text().notNull().default(''),
    /** How many deliveries of our own led to the call that caused it. */
    hops: integer().notNull().default(0),
    /** JSON of the rows as they are stored; the format makes the body of it. */
    data: text().notNull(),
    status: text({ enum: ['new', 'pending', 'delivered', 'failed'] })
      .notNull()
      .default('new'),
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
