/** The SQL of ingested records and their batches. */
import { isRefusedBy } from '../../db/constraint.ts';
import type { accountActivities, activityBatches } from '../../db/schema/index.ts';
import { type Names, type RowOf, type SQL, type Statement, sql, statement } from '../../db/statement.ts';
import type { ActivityBatch, StoredActivity } from './activity-batch.ts';
import { INGESTED_TYPES } from './activity-type.ts';

type ActivityRow = RowOf<typeof accountActivities>;
type BatchRow = RowOf<typeof activityBatches>;

interface OfCommunity {
  readonly communityId: number;
}

/** Characters of JSON in one parameter: D1 takes 2 MB, and a character has up to three bytes. */
const MAX_JSON_CHARS = 500_000;

const insertChunk = statement<OfCommunity & { records: string }>(
  ($) => sql`
    INSERT INTO account_activities (community_id, category, occurred_at, id, event_id, record)
    SELECT ${$.communityId}, value ->> 'category', value ->> 'occurredAt', value ->> 'id', value ->> 'eventId',
      value ->> 'record'
    FROM json_each(${$.records})`,
);

/** Statements: the rows, each with its call's event id if it has one. */
export const insertActivities = (communityId: number, records: readonly StoredActivity[]): Statement[] =>
  inJsonChunks(records).map((json) => insertChunk({ communityId, records: json }));

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

const insertSomeBatches = statement<OfCommunity & { batches: string }>(
  ($) => sql`
    INSERT INTO activity_batches (community_id, category, day, id, count, digest)
    SELECT ${$.communityId}, value ->> 'category', value ->> 'day', value ->> 'id', value ->> 'count',
      value ->> 'digest'
    FROM json_each(${$.batches})`,
);

export const insertBatches = (communityId: number, batches: readonly ActivityBatch[]): Statement =>
  insertSomeBatches({ communityId, batches: JSON.stringify(batches) });

/** All of them, so that the condition behind it is a range of the primary key. */
const CATEGORIES = sql`(SELECT value FROM json_each(${JSON.stringify(INGESTED_TYPES)}))`;

/** When the oldest record, or link of the audit trail, was made; null where there is none. */
export const selectOldestActivity = statement<OfCommunity, { occurred_at: number | null }>(
  ($) => sql`
    SELECT min(occurred_at) AS occurred_at FROM (
      SELECT (SELECT min(occurred_at) FROM account_activities
        WHERE community_id = ${$.communityId} AND category = wanted.value) AS occurred_at
      FROM json_each(${JSON.stringify(INGESTED_TYPES)}) AS wanted
      UNION ALL
      SELECT occurred_at FROM (SELECT occurred_at FROM audit_records
        WHERE community_id = ${$.communityId} ORDER BY sequence LIMIT 1))`,
);

/** The ids of the records that came with these event ids (a JSON array). */
export const selectByEventId = statement<
  OfCommunity & { eventIds: string },
  { event_id: string; id: ActivityRow['id'] }
>(
  ($) => sql`
    SELECT a.event_id, a.id FROM json_each(${$.eventIds}) AS wanted
      CROSS JOIN account_activities AS a INDEXED BY account_activities_by_event
    WHERE a.community_id = ${$.communityId} AND a.event_id = wanted.value AND a.event_id IS NOT NULL`,
);

/** Communities that have batches not yet in the audit trail. */
export const selectUnsealedCommunities = statement<{ limit: number }, Pick<BatchRow, 'community_id'>>(
  ($) => sql`
    SELECT c.id AS community_id FROM (
      SELECT DISTINCT community_id FROM activity_batches INDEXED BY activity_batches_unsealed
      WHERE sealed_by IS NULL LIMIT ${$.limit}) AS waiting
      CROSS JOIN communities AS c ON c.id = waiting.community_id
    WHERE c.deleted_at IS NULL`,
);

/** Batches not yet in the audit trail, oldest first. */
export const selectUnsealedBatches = statement<OfCommunity & { limit: number }, ActivityBatch>(
  ($) => sql`
    SELECT category, day, id, count, digest FROM activity_batches INDEXED BY activity_batches_unsealed
    WHERE community_id = ${$.communityId} AND sealed_by IS NULL ORDER BY id LIMIT ${$.limit}`,
);

const noteSealed = statement<OfCommunity & { batches: string; sequence: number }>(
  ($) => sql`
    UPDATE activity_batches SET sealed_by = ${$.sequence}
    WHERE community_id = ${$.communityId} AND (category, day, id) IN (
      SELECT value ->> 'category', value ->> 'day', value ->> 'id' FROM json_each(${$.batches}))`,
);

/** Statement: notes the link of the audit trail that has the batches. */
export const markBatchesSealed = (
  communityId: number,
  batches: readonly ActivityBatch[],
  sequence: number,
): Statement => noteSealed({ communityId, batches: JSON.stringify(batches), sequence });

interface Older extends OfCommunity {
  /** Epoch milliseconds. */
  readonly before: number;
}

const isOlder = ($: Names<Older>): SQL =>
  sql`community_id = ${$.communityId} AND category IN ${CATEGORIES} AND occurred_at < ${$.before}`;

/** Whether there are records from before then: a row or none. */
export const selectOlderActivity = statement<Older, { found: number }>(
  ($) => sql`SELECT 1 AS found FROM account_activities WHERE ${isOlder($)} LIMIT 1`,
);

/** Removes up to `limit` records from before then; returns a row for each. */
export const deleteOlderActivities = statement<Older & { limit: number }, { removed: number }>(
  ($) => sql`
    DELETE FROM account_activities WHERE (community_id, category, occurred_at, id) IN (
      SELECT community_id, category, occurred_at, id FROM account_activities
      WHERE ${isOlder($)} LIMIT ${$.limit})
    RETURNING 1 AS removed`,
);

/** Removes up to `limit` batches of days before `day`; returns a row for each. */
export const deleteOlderBatches = statement<
  OfCommunity & { day: number; limit: number },
  { removed: number }
>(
  ($) => sql`
    DELETE FROM activity_batches WHERE (community_id, category, day, id) IN (
      SELECT community_id, category, day, id FROM activity_batches
      WHERE community_id = ${$.communityId} AND category IN ${CATEGORIES} AND day < ${$.day} LIMIT ${$.limit})
    RETURNING 1 AS removed`,
);

/** Records of a category in the order of the report, behind one. */
export const selectActivitiesAfter = statement<
  OfCommunity & { category: string; occurredAt: number; id: string; limit: number },
  StoredActivity & { readonly sealedAs: string | null }
>(
  ($) => sql`
    SELECT category, occurred_at AS occurredAt, id, event_id AS eventId, record, (
      SELECT sealed_as FROM activity_batches AS b
      WHERE b.community_id = ${$.communityId} AND b.category = a.category
        AND b.day = floor(a.occurred_at / 86400000.0) AND b.id = substr(a.id, 1, instr(a.id, ':') - 1)) AS sealedAs
    FROM account_activities AS a
    WHERE community_id = ${$.communityId} AND category = ${$.category}
      AND (occurred_at, id) > (${$.occurredAt}, ${$.id})
    ORDER BY occurred_at, id LIMIT ${$.limit}`,
);

/** The batches of a category and some days, both ends included. */
export const selectBatchesOfDays = statement<
  OfCommunity & { category: string; fromDay: number; toDay: number },
  ActivityBatch
>(
  ($) => sql`
    SELECT category, day, id, count, digest FROM activity_batches
    WHERE community_id = ${$.communityId} AND category = ${$.category} AND day BETWEEN ${$.fromDay} AND ${$.toDay}
    ORDER BY day, id`,
);

/** Those of the batches (a JSON array) that are there as they were sealed. */
export const selectMatchingBatches = statement<
  OfCommunity & { batches: string },
  Pick<ActivityBatch, 'category' | 'day' | 'id'>
>(
  ($) => sql`
    SELECT b.category, b.day, b.id FROM json_each(${$.batches}) AS sealed
      CROSS JOIN activity_batches AS b
    WHERE b.community_id = ${$.communityId} AND b.category = sealed.value ->> 'category'
      AND b.day = sealed.value ->> 'day' AND b.id = sealed.value ->> 'id'
      AND b.count = sealed.value ->> 'count' AND b.digest = sealed.value ->> 'digest'`,
);
