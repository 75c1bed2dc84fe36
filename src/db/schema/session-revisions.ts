import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** What was corrected in a session, by whom and why. The id is a UUID v7, so the key is the order of time. */
export const sessionRevisions = sqliteTable(
  'session_revisions',
  {
    communityId: integer('community_id').notNull(),
    sessionId: text('session_id').notNull(),
    id: text().notNull(),
    createdAt: integer('created_at').notNull(),
    action: text({ enum: ['corrected', 'voided', 'joined'] }).notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    actorName: text('actor_name').notNull(),
    reason: text().notNull(),
    /** JSON objects: what of the session can be corrected, as it was and as it became. */
    before: text().notNull(),
    after: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.communityId, table.sessionId, table.id] })],
);
