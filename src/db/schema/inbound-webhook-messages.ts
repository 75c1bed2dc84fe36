import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Messages that inbound webhooks have recorded: the primary key is the rule that each is recorded once. */
export const inboundWebhookMessages = sqliteTable(
  'inbound_webhook_messages',
  {
    communityId: integer('community_id').notNull(),
    webhookId: text('webhook_id').notNull(),
    messageId: text('message_id').notNull(),
    receivedAt: integer('received_at').notNull(),
    /** While the message is being recorded: what the next change is going to touch (JSON). */
    target: text(),
    /** A JSON object: what was answered, for a replay to be answered the same. */
    answer: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.webhookId, table.messageId] }),
    index('inbound_webhook_messages_by_age').on(table.receivedAt),
  ],
);
