import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** Records of activity that came in from outside, append-only. The primary key is the order of the report. */
export const accountActivities = sqliteTable(
  'account_activities',
  {
    communityId: integer('community_id').notNull(),
    /** A leaf of the report's types: `PROCESSES_VIEWED`. */
    category: text().notNull(),
    occurredAt: integer('occurred_at').notNull(),
    /** The id of the batch it came with, and its place there: `<uuid>:0007`. */
    id: text().notNull(),
    /** The sender's id of it; the same one is never stored twice. */
    eventId: text('event_id'),
    /** The record as the report lists it, a JSON object. */
    record: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.category, table.occurredAt, table.id] }),
    uniqueIndex('account_activities_by_event')
      .on(table.communityId, table.eventId)
      .where(sql`event_id IS NOT NULL`),
  ],
);

/**
 * What seals ingested records: one row per call, category and day (UTC), so that retention, which goes by days, removes
 * a seal only together with all that it covers.
 */
export const activityBatches = sqliteTable(
  'activity_batches',
  {
    communityId: integer('community_id').notNull(),
    category: text().notNull(),
    /** Days since 1970-01-01. */
    day: integer().notNull(),
    id: text().notNull(),
    count: integer().notNull(),
    /** SHA-256 over the records (core/account-activity/activity-batch.ts). */
    digest: text().notNull(),
    /** The community (as on the wire) that it came in to, which the digest is over; null: this one. */
    sealedAs: text('sealed_as'),
    /** The link of the audit trail that has this batch; null until the scheduled job has made it. */
    sealedBy: integer('sealed_by'),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.category, table.day, table.id] }),
    index('activity_batches_unsealed').on(table.communityId, table.id).where(sql`sealed_by IS NULL`),
  ],
);
