import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

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
    outcome: text({ enum: ['recorded', 'replayed', 'refused'] }).notNull(),
    /** null where the call was refused before it had one. */
    messageId: text('message_id'),
    bodyBytes: integer('body_bytes').notNull(),
    /** A JSON object: why the call, or some of its items, were refused. */
    refusal: text(),
  },
  (table) => [primaryKey({ columns: [table.communityId, table.webhookId, table.slot] })],
);
