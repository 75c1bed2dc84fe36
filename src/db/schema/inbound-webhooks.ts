import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Addresses under `/hooks` that other systems send to: how a call proves itself, and what becomes of it. */
export const inboundWebhooks = sqliteTable(
  'inbound_webhooks',
  {
    id: text().primaryKey(),
    communityId: integer('community_id').notNull(),
    name: text().notNull(),
    kind: text({ enum: ['tracker', 'activity-log', 'account-activity'] }).notNull(),
    /** One of those that the code knows by name, or `custom`. */
    sender: text().notNull(),
    /** Of a custom sender, a JSON object: the scheme and its options. */
    verification: text(),
    /** Of a token, the SHA-256; of the other schemes the secret itself, since HMAC needs it. */
    secret: text().notNull(),
    /** The one before it, while it is taken too. */
    previousSecret: text('previous_secret'),
    previousSecretExpiresAt: integer('previous_secret_expires_at'),
    /** A JSON object: where our fields are in the sender's body; null where the body has them as they are. */
    mapping: text(),
    repeatSeconds: integer('repeat_seconds').notNull(),
    keepBodies: integer('keep_bodies', { mode: 'boolean' }).notNull().default(false),
    createdAt: integer('created_at').notNull(),
    /** The number of calls so far: the newest call's number. */
    callCount: integer('call_count').notNull().default(0),
  },
  (table) => [index('inbound_webhooks_by_community').on(table.communityId, table.id)],
);
