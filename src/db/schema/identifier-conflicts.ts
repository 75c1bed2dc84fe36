import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Identifiers that came beside those of an account although they are somebody else's: perhaps the two are one person. */
export const identifierConflicts = sqliteTable(
  'identifier_conflicts',
  {
    communityId: integer('community_id').notNull(),
    accountId: text('account_id').notNull(),
    kind: text().notNull(),
    value: text().notNull(),
    /** When they last came so. */
    seenAt: integer('seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.communityId, table.accountId, table.kind, table.value] })],
);
