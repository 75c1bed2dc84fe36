import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** API keys: only the SHA-256 of a key is stored. */
export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: text().primaryKey(),
    communityId: integer('community_id').notNull(),
    name: text().notNull(),
    hash: text().notNull(),
    /** Space-separated, as in an OAuth token. */
    scopes: text().notNull(),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at'),
    expiresAt: integer('expires_at'),
    /** How late its calls may come; null: a day. */
    lateSeconds: integer('late_seconds'),
    revokedAt: integer('revoked_at'),
  },
  (table) => [
    uniqueIndex('api_keys_by_hash').on(table.hash),
    index('api_keys_by_community').on(table.communityId, table.id),
  ],
);
