import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** What identifies an account. Each account's own id is one of them, so that a call needs one look-up. */
export const accountIdentifiers = sqliteTable(
  'account_identifiers',
  {
    communityId: integer('community_id').notNull(),
    /**
     * One of those that calls can name an account by, one of a platform (`steam`), or `called`: whom a bare name means on
     * a server (core/accounts/resolve-queries.ts), which nobody sees. A `username` is that of an account which was
     * registered by a name alone.
     */
    kind: text().notNull(),
    value: text().notNull(),
    accountId: text('account_id').notNull(),
    createdAt: integer('created_at').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.kind, table.value] }),
    index('account_identifiers_by_account').on(table.communityId, table.accountId, table.kind, table.value),
  ],
);
