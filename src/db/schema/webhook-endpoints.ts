import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Where a community wants its events sent, and how that goes: the queue of each endpoint has one gate and one lease. */
export const webhookEndpoints = sqliteTable(
  'webhook_endpoints',
  {
    id: text().primaryKey(),
    communityId: integer('community_id').notNull(),
    url: text().notNull(),
    format: text({ enum: ['standard', 'discord', 'slack'] }).notNull(),
    /** A JSON array of patterns: `session.*`. */
    events: text().notNull(),
    description: text(),
    /** So long events are gathered into one message; null: each event is one. */
    digestSeconds: integer('digest_seconds'),
    /** As it signs: HMAC needs the secret itself, so there is no hash to store in its place. */
    secret: text().notNull(),
    previousSecret: text('previous_secret'),
    /** Until when the previous secret signs too. */
    previousSecretExpiresAt: integer('previous_secret_expires_at'),
    createdAt: integer('created_at').notNull(),
    disabledAt: integer('disabled_at'),
    disabledReason: text('disabled_reason', { enum: ['requested', 'gone', 'failing'] }),
    /** The first failure since the last success. */
    failingSince: integer('failing_since'),
    lastAttemptAt: integer('last_attempt_at'),
    /** Nothing is sent before this instant: the retry schedule of the queue's head, or the receiver's Retry-After. */
    blockedUntil: integer('blocked_until').notNull().default(0),
    /** Whether it is the receiver that asked for the wait. */
    isThrottled: integer('is_throttled', { mode: 'boolean' }).notNull().default(false),
    leasedUntil: integer('leased_until').notNull().default(0),
    leaseId: text('lease_id'),
  },
  (table) => [index('webhook_endpoints_by_community').on(table.communityId, table.id)],
);
