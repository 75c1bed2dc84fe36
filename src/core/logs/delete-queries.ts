/**
 * How entries leave the log. The statements of a batch see each other's changes: the floors and the counters come before
 * the deletion, which makes them exact.
 */
import type { Placeholder } from 'drizzle-orm';
import { type Database, readRows } from '../../db/client.ts';
import type { logEntries, logWipes } from '../../db/schema/index.ts';
import { type Names, type RowOf, type SQL, sql, statement, statementByShape } from '../../db/statement.ts';
import { currentGeneration, isCurrent } from './generation-queries.ts';
import { NUMBERS_PER_SECOND } from './log-id.ts';

type IdRow = Pick<RowOf<typeof logEntries>, 'id'>;

// The bits of an id (log-id.ts): 20 for the number, 16 more for the second within a span.
const SPAN_OF_ID = sql.raw('>> 36');
const NUMBER_OF_ID = sql.raw(`& ${NUMBERS_PER_SECOND - 1}`);

/** Before the deletion: the ids of these entries are never given again. */
const raiseIdFloors = (which: SQL): SQL => sql`
  INSERT INTO log_id_floors (community_id, span, floor)
  SELECT community_id, id ${SPAN_OF_ID}, MAX(id ${NUMBER_OF_ID}) + 1 FROM log_entries WHERE ${which}
  GROUP BY community_id, id ${SPAN_OF_ID}
  ON CONFLICT DO UPDATE SET floor = excluded.floor WHERE excluded.floor > floor`;

/** Before the deletion: takes these entries off their counters. */
const discount = (communityId: Placeholder, which: SQL): SQL => sql`
  UPDATE log_counters SET count = count - gone.entries
  FROM (SELECT action_type AS gone_action, platform AS gone_platform, COUNT(*) AS entries
    FROM log_entries WHERE ${which} GROUP BY +action_type, +platform) AS gone
  WHERE community_id = ${communityId} AND action_type = gone_action AND platform = gone_platform`;

// --- One, and some

interface OneEntry {
  readonly communityId: number;
  readonly id: number;
}
const isEntry = ($: Names<OneEntry>): SQL => sql`${isCurrent($.communityId)} AND id = ${$.id}`;

const raiseFloorOfEntry = statement<OneEntry>(($) => raiseIdFloors(isEntry($)));
const discountEntry = statement<OneEntry>(
  ($) => sql`
    UPDATE log_counters SET count = count - 1 WHERE community_id = ${$.communityId}
      AND (action_type, platform) = (SELECT action_type, platform FROM log_entries WHERE ${isEntry($)})`,
);
const deleteEntry = statement<OneEntry, IdRow>(
  ($) => sql`DELETE FROM log_entries WHERE ${isEntry($)} RETURNING id`,
);

/** Statements for one batch; the last one returns the id, if there was such an entry. */
export const deleteLogEntry = (entry: OneEntry) =>
  [raiseFloorOfEntry(entry), discountEntry(entry), deleteEntry(entry)] as const;

interface SomeEntries {
  readonly communityId: number;
  /** A JSON array. */
  readonly ids: string;
}
const areEntries = ($: Names<SomeEntries>): SQL =>
  sql`${isCurrent($.communityId)} AND id IN (SELECT value FROM json_each(${$.ids}))`;

const raiseFloorsOfEntries = statement<SomeEntries>(($) => raiseIdFloors(areEntries($)));
const discountEntries = statement<SomeEntries>(($) => discount($.communityId, areEntries($)));
const deleteEntries = statement<SomeEntries, IdRow>(
  ($) => sql`DELETE FROM log_entries WHERE ${areEntries($)} RETURNING id`,
);

/** Statements for one batch; the last one returns the id of each entry that was there still. */
export const deleteLogEntries = (communityId: number, ids: readonly number[]) => {
  const values = { communityId, ids: JSON.stringify(ids) };
  return [raiseFloorsOfEntries(values), discountEntries(values), deleteEntries(values)] as const;
};

// --- All

const beginGeneration = statement<{ communityId: number; now: number }>(
  ($) => sql`
    INSERT INTO log_wipes (community_id, generation, wiped_at)
    SELECT ${$.communityId}, generation, ${$.now}
    FROM (SELECT ${currentGeneration($.communityId)} AS generation) AS log
    WHERE EXISTS (SELECT 1 FROM log_entries
      WHERE community_id = ${$.communityId} AND log_entries.generation = log.generation)`,
);
const forgetCounters = statement<{ communityId: number }>(
  // What was added today was added all the same.
  ($) => sql`UPDATE log_counters SET count = 0 WHERE community_id = ${$.communityId} AND count <> 0`,
);

/** Statements for one batch: the next generation begins, empty. */
export const wipeLog = (communityId: number, now: number) =>
  [beginGeneration({ communityId, now }), forgetCounters({ communityId })] as const;

// --- The purge

/** Entries that are to be purged: those of a wiped generation, or the current ones below an id. */
export interface PurgeTarget {
  readonly communityId: number;
  /** Undefined: the current one. */
  readonly generation: number | undefined;
  readonly belowId: number;
}

const findPendingWipes = statement<
  { limit: number },
  Pick<RowOf<typeof logWipes>, 'community_id' | 'generation'>
>(
  ($) => sql`
    SELECT community_id, generation FROM log_wipes INDEXED BY log_wipes_pending
    WHERE purged_at IS NULL LIMIT ${$.limit}`,
);

/** Wiped generations whose entries are there still. */
export const selectPendingWipes = async (db: Database, limit: number): Promise<PurgeTarget[]> => {
  const rows = await readRows(db, findPendingWipes({ limit }));
  return rows.map((row) => ({
    communityId: row.community_id,
    generation: row.generation,
    belowId: Number.MAX_SAFE_INTEGER,
  }));
};

/** Whose generation it is: the current one, or one that was wiped. */
type PurgeShape = 'current' | 'wiped';
const PURGE_SHAPES = ['current', 'wiped'] as const;

interface PurgeValues {
  readonly communityId: number;
  readonly generation: number | null;
  readonly throughId: number;
}

const isPurged = (shape: PurgeShape, $: Names<PurgeValues>): SQL => sql`
  community_id = ${$.communityId} AND id <= ${$.throughId}
  AND generation = ${shape === 'current' ? currentGeneration($.communityId) : $.generation}`;

const toPurge = ({ communityId, generation }: PurgeTarget, throughId: number): [PurgeShape, PurgeValues] => [
  generation === undefined ? 'current' : 'wiped',
  { communityId, generation: generation ?? null, throughId },
];

const selectPurgeBound = statementByShape<PurgeShape, PurgeValues & { position: number }, IdRow>(
  (shape, $) => sql`
    SELECT id FROM log_entries WHERE ${isPurged(shape, $)} ORDER BY id LIMIT 1 OFFSET ${$.position}`,
  WITH_DOCS && PURGE_SHAPES,
);

/** The id of the target's entry at this position from its oldest; undefined where it has no more than that. */
export const findPurgeBound = async (
  db: Database,
  target: PurgeTarget,
  position: number,
): Promise<number | undefined> => {
  const [shape, values] = toPurge(target, target.belowId - 1);
  const [row] = await readRows(db, selectPurgeBound(shape, { ...values, position }));
  return row?.id;
};

/** Statement: the target's oldest entry. */
export const selectOldestEntry = (target: PurgeTarget) => {
  const [shape, values] = toPurge(target, Number.MAX_SAFE_INTEGER);
  return selectPurgeBound(shape, { ...values, position: 0 });
};

const raisePurgedFloors = statementByShape<PurgeShape, PurgeValues>(
  (shape, $) => raiseIdFloors(isPurged(shape, $)),
  WITH_DOCS && PURGE_SHAPES,
);
const discountPurged = statementByShape<PurgeShape, PurgeValues>(
  (shape, $) => discount($.communityId, isPurged(shape, $)),
  WITH_DOCS && PURGE_SHAPES,
);
const deletePurged = statementByShape<PurgeShape, PurgeValues, { purged: number }>(
  (shape, $) => sql`DELETE FROM log_entries WHERE ${isPurged(shape, $)} RETURNING 1 AS purged`,
  WITH_DOCS && PURGE_SHAPES,
);

/** Statements for one batch: removes the target's entries up to this id; the last one returns a row for each. */
export const purgeThrough = (target: PurgeTarget, throughId: number) => {
  const [shape, values] = toPurge(target, throughId);
  return [
    raisePurgedFloors(shape, values),
    // A wiped generation is not counted any more.
    shape === 'current' ? discountPurged(shape, values) : undefined,
    deletePurged(shape, values),
  ] as const;
};

const notePurged = statement<{ communityId: number; generation: number; now: number }>(
  ($) => sql`
    UPDATE log_wipes SET purged_at = ${$.now}
    WHERE community_id = ${$.communityId} AND generation = ${$.generation} AND purged_at IS NULL`,
);
const dropOldWipes = statement<{ communityId: number }>(
  ($) => sql`
    DELETE FROM log_wipes WHERE community_id = ${$.communityId} AND purged_at IS NOT NULL
      AND generation < (SELECT MAX(generation) FROM log_wipes WHERE community_id = ${$.communityId})`,
);

/** Statements for one batch: the generation is empty; of purged wipes only the newest is needed. */
export const markWipePurged = (communityId: number, generation: number, now: number) =>
  [notePurged({ communityId, generation, now }), dropOldWipes({ communityId })] as const;

/** Statement: forgets the kinds that have no entry left. */
export const dropEmptyCounters = statement<{ communityId: number; day: number }>(
  ($) => sql`DELETE FROM log_counters WHERE community_id = ${$.communityId} AND count <= 0
    AND day < ${$.day}`,
);
