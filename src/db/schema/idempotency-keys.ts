import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * Calls that came with an `Idempotency-Key`: written in the transaction of the change that they made, so that no second
 * one can make it again. Kept for 24 hours.
 */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    /** 0 for the operator's calls, which belong to no community. */
    communityId: integer('community_id').notNull(),
    /** SHA-256 of who called and of the key: without the credential nobody finds the row of a key. */
    keyHash: text('key_hash').notNull(),
    /** SHA-256 of what was asked: method, path, query and body. */
    fingerprint: text().notNull(),
    createdAt: integer('created_at').notNull(),
    /** The answer, encrypted with a key out of the caller's credential and the Idempotency-Key; null until it is known. */
    answer: text(),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.keyHash] }),
    index('idempotency_keys_by_age').on(table.createdAt),
  ],
);
