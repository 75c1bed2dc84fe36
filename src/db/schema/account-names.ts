import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Who is called what, today and formerly: the index of `accounts.names`, which only its triggers write (db/live). */
export const accountNames = sqliteTable(
  'account_names',
  {
    communityId: integer('community_id').notNull(),
    /** The name as it is searched: see `nameKey`. */
    nameKey: text('name_key').notNull(),
    isFormer: integer('is_former', { mode: 'boolean' }).notNull(),
    accountId: text('account_id').notNull(),
    name: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.nameKey, table.isFormer, table.accountId, table.name] }),
  ],
);
