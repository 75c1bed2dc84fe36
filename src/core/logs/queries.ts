/**
 * The SQL of the activity log. Statements that follow one another in a batch see each other's changes: the order of the
 * counters before the entries, and of the floors before a deletion, is part of what makes them exact.
 */

import { allOf, type Database, readRows } from '../../db/client.ts';
import { isRefusedBy } from '../../db/constraint.ts';
import { type SQL, sql } from '../../db/sql.ts';
import { firstIdOf, NUMBERS_PER_SECOND, timestampOf } from './log-id.ts';
import type { LogEntry, LogFilter } from './model.ts';

/** Expression: the generation that readers see. It begins where the newest wiped one ends. */
const currentGeneration = (communityId: number | SQL): SQL =>
  sql`COALESCE((SELECT MAX(generation) + 1 FROM log_wipes WHERE community_id = ${communityId}), 0)`;

/** Condition: the entries of the current log. */
const isCurrent = (communityId: number): SQL =>
  sql`community_id = ${communityId} AND generation = ${currentGeneration(communityId)}`;

// The bits of an id (log-id.ts): 20 for the number, 16 more for the second within a span.
const SPAN_OF_ID = sql.raw('>> 36');
const NUMBER_OF_ID = sql.raw(`& ${NUMBERS_PER_SECOND - 1}`);

// --- Appending

/** An entry to insert; `number` tells apart those of one second in one call. */
export interface EntryToInsert {
  readonly timestamp: number;
  readonly number: number;
  readonly platform: string;
  readonly serial: string;
  readonly actionType: string;
  readonly actionDetail: string | null;
  readonly username: string | null;
  readonly eventId: string | null;
}

/** Entries of one kind: how many have no event id, and the event ids of the others. */
export interface KindToCount {
  readonly actionType: string;
  readonly platform: string;
  readonly withoutEvent: number;
  readonly eventIds: readonly string[];
}

/**
 * Expression: one more than the highest id that an entry of `second` ever had, whether it is there still, wiped and
 * waiting for the purge, or deleted.
 */
const nextId = (communityId: number, generation: SQL, second: SQL): SQL => {
  const highest = (of: SQL) => sql`
    SELECT MAX(id) + 1 FROM log_entries WHERE community_id = ${communityId} AND generation = ${of}
      AND id >= ${second} << 20 AND id < (${second} + 1) << 20`;
  return sql`MAX(
    ${second} << 20,
    COALESCE((${highest(generation)}), 0),
    COALESCE((SELECT MAX((${highest(sql`wipe.generation`)})) FROM log_wipes AS wipe INDEXED BY log_wipes_pending
      WHERE wipe.community_id = ${communityId} AND wipe.purged_at IS NULL), 0),
    (${second} << 20) + COALESCE((SELECT floor FROM log_id_floors
      WHERE community_id = ${communityId} AND span = ${second} >> 16), 0))`;
};

/** Condition: no entry of the current log has this event id. */
const isNewEvent = (communityId: number, eventId: SQL): SQL => sql`
  NOT EXISTS (SELECT 1 FROM log_entries INDEXED BY log_entries_by_event
    WHERE ${isCurrent(communityId)} AND event_id = ${eventId})`;

/** Statement, to run before `insertLogEntries` in its batch: counts what that will insert. */
export const countInserted = (communityId: number, kinds: readonly KindToCount[]): SQL => {
  const rows = kinds.map((kind) => [kind.actionType, kind.platform, kind.withoutEvent, kind.eventIds]);
  return sql`
    INSERT INTO log_counters (community_id, action_type, platform, count)
    SELECT ${communityId}, action_type, platform, added FROM (
      SELECT value ->> 0 AS action_type, value ->> 1 AS platform, (value ->> 2) + (
        SELECT COUNT(*) FROM json_each(kind.value -> 3) AS event
        WHERE ${isNewEvent(communityId, sql`event.value`)}) AS added
      FROM json_each(${JSON.stringify(rows)}) AS kind)
    WHERE added > 0
    ON CONFLICT DO UPDATE SET count = count + excluded.count`;
};

/**
 * Statement: inserts the entries, except those whose event the log has already, and returns `id` and `event_id` of each
 * one inserted, in no certain order. Where a second has no number left, it fails as `isSecondFull` says.
 */
export const insertLogEntries = (communityId: number, entries: readonly EntryToInsert[]): SQL => sql`
  INSERT INTO log_entries
    (community_id, generation, id, platform, serial, action_type, action_detail, username, event_id)
  SELECT ${communityId}, generation, CASE WHEN id < (second + 1) << 20 THEN id END,
    platform, serial, action_type, action_detail, username, event_id
  FROM (${newEntries(communityId, entries)})
  WHERE true
  RETURNING id, event_id`;

/** Query: the rows of those entries whose event is new, each with the id that it gets. */
const newEntries = (communityId: number, entries: readonly EntryToInsert[]): SQL => {
  const rows = entries.map((entry) => [
    entry.timestamp,
    entry.number,
    entry.platform,
    entry.serial,
    entry.actionType,
    entry.actionDetail,
    entry.username,
    entry.eventId,
  ]);
  // LIMIT -1 keeps SQLite from computing `id` again at each use.
  return sql`
    SELECT log.generation, entry.*,
      entry.number + ${nextId(communityId, sql`log.generation`, sql`entry.second`)} AS id
    FROM (SELECT ${currentGeneration(communityId)} AS generation) AS log CROSS JOIN (
      SELECT value ->> 0 AS second, value ->> 1 AS number, value ->> 2 AS platform, value ->> 3 AS serial,
        value ->> 4 AS action_type, value ->> 5 AS action_detail, value ->> 6 AS username, value ->> 7 AS event_id
      FROM json_each(${JSON.stringify(rows)})) AS entry
    WHERE entry.event_id IS NULL OR ${isNewEvent(communityId, sql`entry.event_id`)}
    LIMIT -1`;
};

/** So many entries a webhook is told of in one event; all of them count. */
const MAX_TOLD = 50;

/**
 * Expression, for a statement before `insertLogEntries` in its batch: what that will insert, as JSON of its number and
 * its first entries; NULL where that is nothing.
 */
export const insertedJson = (communityId: number, entries: readonly EntryToInsert[]): SQL => {
  const eventIds = entries.flatMap(({ eventId }) => eventId ?? []);
  return sql`(
    SELECT json_object('count', count, 'entries', (
      SELECT json_group_array(json_object('id', id, 'platform', platform, 'serial', serial, 'action_type', action_type,
        'action_detail', action_detail, 'username', username, 'timestamp', second))
      FROM (${newEntries(communityId, entries.slice(0, MAX_TOLD))})))
    FROM (SELECT ${entries.length - eventIds.length} + (
      SELECT COUNT(*) FROM json_each(${JSON.stringify(eventIds)}) AS event
      WHERE ${isNewEvent(communityId, sql`event.value`)}) AS count)
    WHERE count > 0)`;
};

/** Statement: `id` and `event_id` of the current log's entries with these event ids. */
export const selectByEvent = (communityId: number, eventIds: readonly string[]): SQL => sql`
  SELECT log_entries.id, event_id FROM json_each(${JSON.stringify(eventIds)}) AS event
  CROSS JOIN log_entries INDEXED BY log_entries_by_event ON event_id = event.value
  WHERE ${isCurrent(communityId)}`;

/** Expression: a JSON array with `{id}` of the entry of each event, in the order given. */
export const idsOfEvents = (communityId: number, eventIds: readonly string[]): SQL => sql`
  (SELECT json_group_array(json_object('id', (
     SELECT id FROM log_entries INDEXED BY log_entries_by_event
     WHERE ${isCurrent(communityId)} AND event_id = event.value)) ORDER BY event.key)
   FROM json_each(${JSON.stringify(eventIds)}) AS event)`;

/** Whether `insertLogEntries` failed (and with it its batch) because a second has no number left. */
export const isSecondFull = (error: unknown): boolean => isRefusedBy(error, 'NOT NULL', 'log_entries.id');

/** How many numbers each of these seconds has left. */
export const findRoom = async (
  db: Database,
  communityId: number,
  timestamps: readonly number[],
): Promise<Map<number, number>> => {
  const rows = await readRows<{ second: number; next_id: number }>(
    db,
    sql`
      SELECT value AS second,
        ${nextId(communityId, currentGeneration(communityId), sql`value`)} AS next_id
      FROM json_each(${JSON.stringify(timestamps)})`,
  );
  return new Map(rows.map(({ second, next_id }) => [second, firstIdOf(second + 1) - next_id]));
};

// --- Reading

const COLUMNS = sql.raw('id, platform, serial, action_type, action_detail, username');

/** The same columns as one JSON array, for a whole row in one value. */
const ROW = sql.raw('json_array(id, platform, serial, action_type, action_detail, username)');

type LogRow = [number, string, string, string, string | null, string | null];

const toLogEntry = ([id, platform, serial, actionType, actionDetail, username]: LogRow): LogEntry => ({
  id,
  platform,
  serial,
  actionType,
  actionDetail,
  username,
  timestamp: timestampOf(id),
});

/**
 * Conditions: the filter's time range and name, below the id where the page before ended. One upper bound only: of two
 * SQLite takes either for the index, and walks from there.
 */
const isInRange = ({ from, to, username }: LogFilter, beforeId = Number.MAX_SAFE_INTEGER): SQL =>
  isBelow(sql`${Math.min(beforeId, to === undefined ? beforeId : firstIdOf(to + 1))}`, { from, username });

const isBelow = (id: SQL, { from, username }: LogFilter): SQL =>
  allOf([
    sql`id < ${id}`,
    from === undefined ? undefined : sql`id >= ${firstIdOf(from)}`,
    username === undefined ? undefined : sql`username = ${username}`,
  ]);

const isKind = ({ platform, actionType }: LogFilter): SQL =>
  allOf([
    actionType === undefined ? undefined : sql`action_type = ${actionType}`,
    platform === undefined ? undefined : sql`platform = ${platform}`,
  ]);

/**
 * Conditions: of this serial, and of the filter's kind. Where the log has nothing of that action type at all, there is
 * no serial to look for, and so none of its entries are read for nothing.
 */
const isOfSerial = (communityId: number, serial: string, filter: LogFilter): SQL => {
  const sought =
    filter.actionType === undefined
      ? sql`${serial}`
      : sql`CASE WHEN EXISTS (SELECT 1 FROM log_counters
          WHERE community_id = ${communityId} AND ${isKind(filter)} AND count > 0) THEN ${serial} END`;
  return allOf([sql`serial = ${sought}`, isKind(filter)]);
};

export interface LogPageQuery {
  readonly filter: LogFilter;
  readonly limit: number;
  readonly offset: number;
  readonly beforeId?: number | undefined;
}

/** Entries, newest first, at a cost that the limit decides and not the size of the log. */
export const selectLogEntries = async (
  db: Database,
  communityId: number,
  query: LogPageQuery,
): Promise<LogEntry[]> => {
  const { serial, platform, actionType } = query.filter;
  if (serial === undefined && (platform === undefined) !== (actionType === undefined)) {
    return selectOfSeveralKinds(db, communityId, query);
  }
  const rows = await readRows<{
    id: number;
    platform: string;
    serial: string;
    action_type: string;
    action_detail: string | null;
    username: string | null;
  }>(
    db,
    sql`
      SELECT ${COLUMNS} FROM log_entries ${indexFor(query.filter)}
      WHERE ${isCurrent(communityId)} AND ${isInRange(query.filter, query.beforeId)}
        AND ${serial === undefined ? isKind(query.filter) : isOfSerial(communityId, serial, query.filter)}
      ORDER BY id DESC LIMIT ${query.limit} OFFSET ${query.offset}`,
  );
  return rows.map((row) =>
    toLogEntry([row.id, row.platform, row.serial, row.action_type, row.action_detail, row.username]),
  );
};

/** SQLite has no statistics here and would take the primary key. */
const indexFor = ({ serial, platform, actionType }: LogFilter): SQL => {
  if (serial !== undefined) return sql`INDEXED BY log_entries_by_serial`;
  if (platform !== undefined && actionType !== undefined) return sql`INDEXED BY log_entries_by_kind`;
  return sql``;
};

/** As many kinds as have a term each in `ofFewKinds`; D1 allows a compound SELECT five. */
const FEW_KINDS = 4;
/** As many rows as fit into one value in any case: D1 allows it 2 MB, and a row of control characters takes 30 kB. */
const MAX_ROWS_IN_VALUE = 64;

/**
 * Entries of one platform, or of one action type: of several kinds. Each kind is sorted in the index, so the page is
 * their merge, which reads little more than the page. Two ways to merge: see `ofFewKinds` and `ofManyKinds`. The first
 * reads half as much, but its page has to fit into one value.
 */
const selectOfSeveralKinds = async (
  db: Database,
  communityId: number,
  query: LogPageQuery,
): Promise<LogEntry[]> => {
  const log = sql`log AS MATERIALIZED (
    SELECT ${currentGeneration(communityId)} AS generation,
      json_group_array(json_array(action_type, platform)) AS kinds
    FROM log_counters WHERE community_id = ${communityId} AND ${isKind(query.filter)} AND count > 0)`;
  const ofMany = ofManyKinds(communityId, query);
  if (query.limit > MAX_ROWS_IN_VALUE) {
    const rows = await readRows<{ row: string }>(
      db,
      sql`WITH RECURSIVE ${log}, ${ofMany} SELECT row FROM page`,
    );
    return rows.map(({ row }) => toLogEntry(JSON.parse(row)));
  }
  const [page] = await readRows<{ rows: string }>(
    db,
    sql`
      WITH ${log} SELECT CASE WHEN json_array_length(kinds) <= ${FEW_KINDS}
        THEN (SELECT group_concat(row) FROM (${ofFewKinds(communityId, query)}))
        ELSE (WITH RECURSIVE ${ofMany} SELECT group_concat(row) FROM page) END AS rows
      FROM log`,
  );
  const rows: LogRow[] = JSON.parse(`[${page?.rows ?? ''}]`);
  // SQLite promises no order of what it concatenates.
  return rows.sort(([a], [b]) => b - a).map(toLogEntry);
};

/** Query, within one of `log`: a compound SELECT with a term for each kind. SQLite merges the terms lazily. */
const ofFewKinds = (communityId: number, { filter, limit, offset, beforeId }: LogPageQuery): SQL => {
  const terms = Array.from({ length: FEW_KINDS }, (_, index) => {
    const kind = sql.raw(`(log.kinds -> ${index})`);
    return sql`
      SELECT id, ${ROW} AS row FROM log_entries INDEXED BY log_entries_by_kind
      WHERE community_id = ${communityId} AND generation = log.generation
        AND action_type = ${kind} ->> 0 AND platform = ${kind} ->> 1 AND ${isInRange(filter, beforeId)}`;
  });
  return sql`${sql.join(terms, sql` UNION ALL `)} ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`;
};

/** Common tables: a recursion whose queue hands out the newest entry and then asks its kind for the next one. */
const ofManyKinds = (communityId: number, { filter, limit, offset, beforeId }: LogPageQuery): SQL => {
  // The id in front, in fixed width, makes the rows of the queue sort by it.
  const newest = (generation: SQL, kind: SQL, more: SQL) => sql`(
    SELECT printf('%016d', id) || ${ROW} FROM log_entries INDEXED BY log_entries_by_kind
    WHERE community_id = ${communityId} AND generation = ${generation}
      AND action_type = ${kind} ->> 0 AND platform = ${kind} ->> 1 AND ${more}
    ORDER BY id DESC LIMIT 1)`;
  const isOlder = isBelow(sql`CAST(substr(walk.row, 1, 16) AS INTEGER)`, filter);
  return sql`
    walk (generation, kind, row) AS (
      SELECT log.generation, kind.value, ${newest(sql`log.generation`, sql`kind.value`, isInRange(filter, beforeId))}
      FROM log, json_each(log.kinds) AS kind
      UNION ALL
      SELECT generation, kind, ${newest(sql`walk.generation`, sql`walk.kind`, isOlder)}
      FROM walk WHERE row IS NOT NULL
      ORDER BY 3 DESC LIMIT ${limit} OFFSET ${offset}),
    page AS (SELECT substr(row, 17) AS row FROM walk WHERE row IS NOT NULL)`;
};

/** How many entries the filter lets through. Those of a kind are counted already; any other question reads its answer. */
export const countLogEntries = async (
  db: Database,
  communityId: number,
  filter: LogFilter,
): Promise<number> => {
  const [row] = await readRows<{ count: number | null }>(db, selectCount(communityId, filter));
  return row?.count ?? 0;
};

const selectCount = (communityId: number, filter: LogFilter): SQL => {
  const { platform, serial, actionType, username, from, to } = filter;
  const ofKinds = sql`FROM log_counters WHERE community_id = ${communityId} AND ${isKind(filter)} AND count > 0`;
  const count = (more: SQL) => sql`
    SELECT COUNT(*) AS count FROM log_entries ${more}
      AND ${isCurrent(communityId)} AND ${isInRange(filter)}`;
  if (serial !== undefined) {
    return count(sql`INDEXED BY log_entries_by_serial WHERE ${isOfSerial(communityId, serial, filter)}`);
  }
  if ([username, from, to].every((value) => value === undefined)) {
    return sql`SELECT SUM(count) AS count ${ofKinds}`;
  }
  if (platform === undefined && actionType === undefined) return count(sql`WHERE true`);
  return sql`SELECT SUM((${count(sql`INDEXED BY log_entries_by_kind
    WHERE action_type = log_counters.action_type AND platform = log_counters.platform`)})) AS count ${ofKinds}`;
};

// --- Deleting

const isEntry = (communityId: number, id: number): SQL => sql`${isCurrent(communityId)} AND id = ${id}`;

/** Condition: the entries up to `throughId` of a generation, where a purge is. */
const isPurged = (communityId: number, generation: SQL | number, throughId: number): SQL =>
  sql`community_id = ${communityId} AND generation = ${generation} AND id <= ${throughId}`;

/** Statement, to run before the deletion: the ids of these entries are never given again. */
const raiseIdFloors = (which: SQL): SQL => sql`
  INSERT INTO log_id_floors (community_id, span, floor)
  SELECT community_id, id ${SPAN_OF_ID}, MAX(id ${NUMBER_OF_ID}) + 1 FROM log_entries WHERE ${which}
  GROUP BY community_id, id ${SPAN_OF_ID}
  ON CONFLICT DO UPDATE SET floor = excluded.floor WHERE excluded.floor > floor`;

/** Statement, to run before the deletion: takes these entries off their counters. */
const discount = (communityId: number, which: SQL): SQL => sql`
  UPDATE log_counters SET count = count - gone.entries
  FROM (SELECT action_type AS gone_action, platform AS gone_platform, COUNT(*) AS entries
    FROM log_entries WHERE ${which} GROUP BY +action_type, +platform) AS gone
  WHERE community_id = ${communityId} AND action_type = gone_action AND platform = gone_platform`;

/** Statements for one batch; the last one returns the id, if there was such an entry. */
export const deleteLogEntry = (communityId: number, id: number): SQL[] => [
  raiseIdFloors(isEntry(communityId, id)),
  sql`
    UPDATE log_counters SET count = count - 1 WHERE community_id = ${communityId}
      AND (action_type, platform) = (SELECT action_type, platform FROM log_entries WHERE ${isEntry(communityId, id)})`,
  sql`DELETE FROM log_entries WHERE ${isEntry(communityId, id)} RETURNING id`,
];

/** Statements for one batch: the next generation begins, empty. */
export const wipeLog = (communityId: number, now: number): SQL[] => [
  sql`
    INSERT INTO log_wipes (community_id, generation, wiped_at)
    SELECT ${communityId}, generation, ${now} FROM (SELECT ${currentGeneration(communityId)} AS generation) AS log
    WHERE EXISTS (SELECT 1 FROM log_entries
      WHERE community_id = ${communityId} AND log_entries.generation = log.generation)`,
  sql`DELETE FROM log_counters WHERE community_id = ${communityId}`,
];

/** Entries that are to be purged: those of a wiped generation, or the current ones below an id. */
export interface PurgeTarget {
  readonly communityId: number;
  /** Undefined: the current one. */
  readonly generation: number | undefined;
  readonly belowId: number;
}

/** Wiped generations whose entries are there still. */
export const selectPendingWipes = async (db: Database, limit: number): Promise<PurgeTarget[]> => {
  const rows = await readRows<{ community_id: number; generation: number }>(
    db,
    sql`
      SELECT community_id, generation FROM log_wipes INDEXED BY log_wipes_pending
      WHERE purged_at IS NULL LIMIT ${limit}`,
  );
  return rows.map((row) => ({
    communityId: row.community_id,
    generation: row.generation,
    belowId: Number.MAX_SAFE_INTEGER,
  }));
};

const generationOf = ({ communityId, generation }: PurgeTarget): SQL =>
  generation === undefined ? currentGeneration(communityId) : sql`${generation}`;

/** The id of the target's entry at this position from its oldest; undefined where it has no more than that. */
export const findPurgeBound = async (
  db: Database,
  target: PurgeTarget,
  position: number,
): Promise<number | undefined> => {
  const [row] = await readRows<{ id: number }>(
    db,
    sql`
      SELECT id FROM log_entries WHERE ${isPurged(target.communityId, generationOf(target), target.belowId - 1)}
      ORDER BY id LIMIT 1 OFFSET ${position}`,
  );
  return row?.id;
};

/** Query: the target's oldest entry. */
export const selectOldestEntry = (target: PurgeTarget): SQL => sql`
  SELECT id FROM log_entries WHERE ${isPurged(target.communityId, generationOf(target), Number.MAX_SAFE_INTEGER)}
  ORDER BY id LIMIT 1`;

/** Statements for one batch: removes the target's entries up to this id; the last one returns a row for each. */
export const purgeThrough = (target: PurgeTarget, throughId: number): SQL[] => {
  const { communityId, generation } = target;
  const which = isPurged(communityId, generationOf(target), throughId);
  return [
    raiseIdFloors(which),
    // A wiped generation is not counted any more.
    ...(generation === undefined ? [discount(communityId, which)] : []),
    sql`DELETE FROM log_entries WHERE ${which} RETURNING 1`,
  ];
};

/** Statements for one batch: the generation is empty; of purged wipes only the newest is needed. */
export const markWipePurged = (communityId: number, generation: number, now: number): SQL[] => [
  sql`
    UPDATE log_wipes SET purged_at = ${now}
    WHERE community_id = ${communityId} AND generation = ${generation} AND purged_at IS NULL`,
  sql`
    DELETE FROM log_wipes WHERE community_id = ${communityId} AND purged_at IS NOT NULL
      AND generation < (SELECT MAX(generation) FROM log_wipes WHERE community_id = ${communityId})`,
];

/** Statement: forgets the kinds that have no entry left. */
export const dropEmptyCounters = (communityId: number): SQL =>
  sql`DELETE FROM log_counters WHERE community_id = ${communityId} AND count <= 0`;
