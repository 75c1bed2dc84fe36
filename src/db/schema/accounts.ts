import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Who is tracked. The id may be the caller's own, so it is unique within its community only. */
export const accounts = sqliteTable(
  'accounts',
  {
    communityId: integer('community_id').notNull(),
    id: text().notNull(),
    createdAt: integer('created_at').notNull(),
    /** What it was called when it came; null: by its id alone. */
    joinedAs: text('joined_as'),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.id] }),
    index('accounts_by_creation').on(table.communityId, table.createdAt, table.id),
  ],
);
