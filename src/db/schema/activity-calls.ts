import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * The tracker calls that said when they happened or which event they report: how a repeat is known, and what a call that
 * arrives late is put in order with. Purged after two days.
 */
export const activityCalls = sqliteTable(
  'activity_calls',
  {
    communityId: integer('community_id').notNull(),
    /** The client's `eventId`; the call's own id where it sent none. */
    eventId: text('event_id').notNull(),
    /** Also the id of the session that the call starts, if it starts one. */
    id: text().notNull(),
    serverId: integer('server_id').notNull(),
    /** Empty for a server reset, which concerns every account of the server. */
    accountId: text('account_id').notNull(),
    action: text({ enum: ['toggle', 'start', 'stop', 'clear', 'clear-and-start', 'reset'] }).notNull(),
    occurredAt: integer('occurred_at').notNull(),
    receivedAt: integer('received_at').notNull(),
    metadata: text(),
    clearReason: text('clear_reason'),
    /** Whether something newer was known, so that the sessions have to be worked out anew. */
    isLate: integer('is_late', { mode: 'boolean' }).notNull(),
    /** The sessions that the call was answered with, as a JSON array of rows; NULL until its effect is written. */
    answer: text(),
    /** Which attempt wrote the effect of a late call. */
    settledBy: text('settled_by'),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.eventId] }),
    index('activity_calls_by_account').on(
      table.communityId,
      table.serverId,
      table.accountId,
      table.occurredAt,
    ),
    index('activity_calls_by_age').on(table.receivedAt),
  ],
);
