import { integer, primaryKey, sqliteTable } from 'drizzle-orm/sqlite-core';

/**
 * What is left of deleted entries: their ids are never given again. `floor` is the lowest number that a new id in a
 * second of this span may have; a span is 2^16 seconds (18 hours), so this stays small for ever.
 */
export const logIdFloors = sqliteTable(
  'log_id_floors',
  {
    communityId: integer('community_id').notNull(),
    span: integer().notNull(),
    floor: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.communityId, table.span] })],
);
