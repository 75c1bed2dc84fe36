import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** An ordinary call is at most 24 hours late, and a repeat is known for 24 hours. With `lateSeconds`, it is 31 days. */
const KEPT_MS = 48 * 3_600_000;
const LATE_KEPT_MS = 32 * 86_400_000;
const purgeAt = sql.raw(
  `received_at + iif(received_at - occurred_at > 86400000, ${LATE_KEPT_MS}, ${KEPT_MS})`,
);

/**
 * The tracker calls that said when they happened or which event they report: how a repeat is known, and what a call that
 * arrives late is put in order with. And sightings that a late call took from a session (`seen`), for the next one; and
 * what a roster of the past says (`listed`, `gone`). Purged after two days, or a month where calls are that late.
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
    action: text({
      enum: ['toggle', 'start', 'stop', 'clear', 'clear-and-start', 'reset', 'seen', 'listed', 'gone'],
    }).notNull(),
    /** Of sightings, the last one. */
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
    purgeAt: integer('purge_at').generatedAlwaysAs(purgeAt, { mode: 'virtual' }),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.eventId] }),
    index('activity_calls_by_account').on(
      table.communityId,
      table.serverId,
      table.accountId,
      table.occurredAt,
    ),
    index('activity_calls_by_age').on(table.purgeAt),
  ],
);
