/** The SQL of ingested records and their batches. */
import { isRefusedBy } from '../../db/constraint.ts';
import { type SQL, sql } from '../../db/sql.ts';
import type { ActivityBatch, StoredActivity } from './activity-batch.ts';
import { INGESTED_TYPES, type IngestedType } from './activity-type.ts';

/** Characters of JSON in one parameter: D1 takes 2 MB, and a character has up to three bytes. */
const MAX_JSON_CHARS = 500_000;

/** Statements: the rows, each with its call's event id if it has one. */
export const insertActivities = (communityId: number, records: readonly StoredActivity[]): SQL[] =>
  inJsonChunks(records).map(
    (json) => sql`
      INSERT INTO account_activities (community_id, category, occurred_at, id, event_id, record)
      SELECT ${communityId}, value ->> 'category', value ->> 'occurredAt', value ->> 'id', value ->> 'eventId',
        value ->> 'record'
      FROM json_each(${json})`,
  );

/** The items as JSON arrays that each fit into a parameter. */
const inJsonChunks = (items: readonly object[]): string[] => {
  const chunks: string[] = [];
  let chunk: string[] = [];
  let size = 0;
  for (const json of items.map((item) => JSON.stringify(item))) {
    if (size + json.length > MAX_JSON_CHARS && chunk.length > 0) {
      chunks.push(`[${chunk.join(',')}]`);
      chunk = [];
      size = 0;
    }
    chunk.push(json);
    size += json.length;
  }
  if (chunk.length > 0) chunks.push(`[${chunk.join(',')}]`);
  return chunks;
};

/** Whether a batch failed because a record with the same event id came in at the same time. */
export const isEventTaken = (error: unknown): boolean =>
  isRefusedBy(error, 'UNIQUE', 'account_activities.community_id, account_activities.event_id');

/** Statement. */
export const insertBatches = (communityId: number, batches: readonly ActivityBatch[]): SQL => sql`
  INSERT INTO activity_batches (community_id, category, day, id, count, digest)
  SELECT ${communityId}, value ->> 'category', value ->> 'day', value ->> 'id', value ->> 'count', value ->> 'digest'
  FROM json_each(${JSON.stringify(batches)})`;

/** Query: when the oldest record, or link of the audit trail, was made; NULL where there is none. */
export const selectOldestActivity = (communityId: number): SQL => sql`
  SELECT min(occurred_at) AS occurred_at FROM (
    SELECT (SELECT min(occurred_at) FROM account_activities
      WHERE community_id = ${communityId} AND category = wanted.value) AS occurred_at
    FROM json_each(${JSON.stringify(INGESTED_TYPES)}) AS wanted
    UNION ALL
    SELECT occurred_at FROM (SELECT occurred_at FROM audit_records
      WHERE community_id = ${communityId} ORDER BY sequence LIMIT 1))`;

/** Statement: the ids of the records that came with these event ids. */
export const selectByEventId = (communityId: number, eventIds: readonly string[]): SQL => sql`
  SELECT a.event_id, a.id FROM json_each(${JSON.stringify(eventIds)}) AS wanted
    CROSS JOIN account_activities AS a INDEXED BY account_activities_by_event
  WHERE a.community_id = ${communityId} AND a.event_id = wanted.value AND a.event_id IS NOT NULL`;

/** Statement: communities that have batches not yet in the audit trail. */
export const selectUnsealedCommunities = (limit: number): SQL => sql`
  SELECT c.id AS community_id FROM (
    SELECT DISTINCT community_id FROM activity_batches INDEXED BY activity_batches_unsealed
    WHERE sealed_by IS NULL LIMIT ${limit}) AS waiting
    CROSS JOIN communities AS c ON c.id = waiting.community_id
  WHERE c.deleted_at IS NULL`;

/** Statement: batches not yet in the audit trail, oldest first. */
export const selectUnsealedBatches = (communityId: number, limit: number): SQL => sql`
  SELECT category, day, id, count, digest FROM activity_batches INDEXED BY activity_batches_unsealed
  WHERE community_id = ${communityId} AND sealed_by IS NULL ORDER BY id LIMIT ${limit}`;

/** Statement: notes the link of the audit trail that has the batches. */
export const markBatchesSealed = (
  communityId: number,
  batches: readonly ActivityBatch[],
  sequence: number,
): SQL => sql`
  UPDATE activity_batches SET sealed_by = ${sequence}
  WHERE community_id = ${communityId} AND (category, day, id) IN (
    SELECT value ->> 'category', value ->> 'day', value ->> 'id' FROM json_each(${JSON.stringify(batches)}))`;

/** All of them, so that the condition behind it is a range of the primary key. */
const CATEGORIES = sql`(SELECT value FROM json_each(${JSON.stringify(INGESTED_TYPES)}))`;

const isOlder = (communityId: number, epochMs: number): SQL =>
  sql`community_id = ${communityId} AND category IN ${CATEGORIES} AND occurred_at < ${epochMs}`;

/** Statement: whether there are records from before `epochMs`: a row or none. */
export const selectOlderActivity = (communityId: number, epochMs: number): SQL => sql`
  SELECT 1 FROM account_activities WHERE ${isOlder(communityId, epochMs)} LIMIT 1`;

/** Statement: removes up to `limit` records from before `epochMs`; returns a row for each. */
export const deleteOlderActivities = (communityId: number, epochMs: number, limit: number): SQL => sql`
  DELETE FROM account_activities WHERE (community_id, category, occurred_at, id) IN (
    SELECT community_id, category, occurred_at, id FROM account_activities
    WHERE ${isOlder(communityId, epochMs)} LIMIT ${limit})
  RETURNING 1`;

/** Statement: removes up to `limit` batches of days before `day`; returns a row for each. */
export const deleteOlderBatches = (communityId: number, day: number, limit: number): SQL => sql`
  DELETE FROM activity_batches WHERE (community_id, category, day, id) IN (
    SELECT community_id, category, day, id FROM activity_batches
    WHERE community_id = ${communityId} AND category IN ${CATEGORIES} AND day < ${day} LIMIT ${limit})
  RETURNING 1`;

/** Statement: records of a category in the order of the report, behind `after`. */
export const selectActivitiesAfter = (
  communityId: number,
  category: IngestedType,
  after: { readonly occurredAt: number; readonly id: string },
  limit: number,
): SQL => sql`
  SELECT category, occurred_at AS occurredAt, id, event_id AS eventId, record FROM account_activities
  WHERE community_id = ${communityId} AND category = ${category}
    AND (occurred_at, id) > (${after.occurredAt}, ${after.id})
  ORDER BY occurred_at, id LIMIT ${limit}`;

/** Statement: the batches of a category and some days, both ends included. */
export const selectBatchesOfDays = (
  communityId: number,
  category: IngestedType,
  fromDay: number,
  toDay: number,
): SQL => sql`
  SELECT category, day, id, count, digest FROM activity_batches
  WHERE community_id = ${communityId} AND category = ${category} AND day BETWEEN ${fromDay} AND ${toDay}
  ORDER BY day, id`;

/** Statement: those of the batches that are there as they were sealed. */
export const selectMatchingBatches = (communityId: number, batches: readonly ActivityBatch[]): SQL => sql`
  SELECT b.category, b.day, b.id FROM json_each(${JSON.stringify(batches)}) AS sealed
    CROSS JOIN activity_batches AS b
  WHERE b.community_id = ${communityId} AND b.category = sealed.value ->> 'category'
    AND b.day = sealed.value ->> 'day' AND b.id = sealed.value ->> 'id'
    AND b.count = sealed.value ->> 'count' AND b.digest = sealed.value ->> 'digest'`;
