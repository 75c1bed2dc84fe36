import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** Service IDs: OAuth 2 clients of a community. Only the SHA-256 of a secret is stored. */
export const serviceIds = sqliteTable(
  'service_ids',
  {
    id: text().primaryKey(),
    communityId: integer('community_id').notNull(),
    name: text().notNull(),
    category: text({
      enum: [
        'artifact-authoring',
        'artifact-reporting',
        'account-activity-reporting',
        'user-management',
        'work-management',
      ],
    }).notNull(),
    clientId: text('client_id').notNull(),
    secretHash: text('secret_hash').notNull(),
    /** The secret before the last rotation, until `previousSecretExpiresAt`. */
    previousSecretHash: text('previous_secret_hash'),
    previousSecretExpiresAt: integer('previous_secret_expires_at'),
    createdAt: integer('created_at').notNull(),
    rotatedAt: integer('rotated_at'),
    deletedAt: integer('deleted_at'),
  },
  (table) => [
    uniqueIndex('service_ids_by_client_id').on(table.clientId),
    index('service_ids_by_community').on(table.communityId, table.id),
  ],
);
