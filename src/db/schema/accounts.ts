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
    /** What to call it: the name told last, else the best of its identifiers; null while only its id is known. */
    name: text(),
    /**
     * The names that were told of it, the one of today first, at most 20: a JSON array of `[key, name, since when]`. The
     * table account_names follows it by triggers (db/live).
     */
    names: text().notNull().default('[]'),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.id] }),
    index('accounts_by_creation').on(table.communityId, table.createdAt, table.id),
  ],
);
