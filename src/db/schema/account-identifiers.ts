import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The names an account is called by. Each account's own id is one of them, so that a call needs one look-up. */
export const accountIdentifiers = sqliteTable(
  'account_identifiers',
  {
    communityId: integer('community_id').notNull(),
    kind: text({ enum: ['accId', 'apiId', 'discord', 'uniqueId', 'username'] }).notNull(),
    value: text().notNull(),
    accountId: text('account_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.kind, table.value] }),
    index('account_identifiers_by_account').on(table.communityId, table.accountId),
  ],
);
