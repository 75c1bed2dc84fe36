import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The latest calls of each inbound webhook, as a ring: call n is in slot n modulo the ring's size. */
export const inboundWebhookCalls = sqliteTable(
  'inbound_webhook_calls',
  {
    communityId: integer('community_id').notNull(),
    webhookId: text('webhook_id').notNull(),
    slot: integer().notNull(),
    /** 1 for the webhook's first call. */
    number: integer().notNull(),
    receivedAt: integer('received_at').notNull(),
    outcome: text({ enum: ['recorded', 'replayed', 'ignored', 'refused'] }).notNull(),
    /** null where the call was refused before it had one. */
    messageId: text('message_id'),
    bodyBytes: integer('body_bytes').notNull(),
    /** A JSON object: why the call, or some of its items, were refused. */
    refusal: text(),
    /** A JSON object with the body and the headers, for a day, where the webhook's owner wants that. */
    kept: text(),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.webhookId, table.slot] }),
    index('inbound_webhook_calls_kept').on(table.receivedAt).where(sql`${table.kept} IS NOT NULL`),
  ],
);
