/**
 * How entries get into the log. The statements of a batch see each other's changes: the counters come before the entries,
 * which makes them exact.
 */

import { type Database, readRows } from '../../db/client.ts';
import { isRefusedBy } from '../../db/constraint.ts';
import type { logEntries } from '../../db/schema/index.ts';
import {
  type Names,
  type RowOf,
  type SQL,
  type SQLWrapper,
  type Statement,
  sql,
  statement,
  statementByShape,
} from '../../db/statement.ts';
import { currentGeneration, isCurrent } from './generation-queries.ts';
import { firstIdOf } from './log-id.ts';
import type { NewLogEntry } from './model.ts';

/** An entry to insert, and when it is; `number` tells apart those of one second in one call. */
export interface EntryToInsert {
  readonly entry: NewLogEntry;
  readonly timestamp: number;
  readonly number: number;
}

/** Entries of one kind: how many have no event id, and the event ids of the others. */
export interface KindToCount {
  readonly actionType: string;
  readonly platform: string;
  readonly withoutEvent: number;
  readonly eventIds: readonly string[];
}

type Community = Names<{ communityId: number }>;

/**
 * Expression: one more than the highest id that an entry of `second` ever had, whether it is there still, wiped and
 * waiting for the purge, or deleted.
 */
const nextId = ({ communityId }: Community, generation: SQL, second: SQL): SQL => {
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
const isNewEvent = ({ communityId }: Community, eventId: SQL): SQL => sql`
  NOT EXISTS (SELECT 1 FROM log_entries INDEXED BY log_entries_by_event
    WHERE ${isCurrent(communityId)} AND event_id = ${eventId})`;

/** Whether entries may be repeats: without events there is nothing to look for, and hardly half of the text to send. */
interface EntriesShape {
  readonly hasEvents: boolean;
}
const SHAPES: false | readonly EntriesShape[] = WITH_DOCS && [{ hasEvents: true }, { hasEvents: false }];

const insertCounts = statementByShape<EntriesShape, { communityId: number; day: number; kinds: string }>(
  ({ hasEvents }, $) => sql`
    INSERT INTO log_counters (community_id, action_type, platform, count, day, added)
    SELECT ${$.communityId}, action_type, platform, added, ${$.day}, added FROM (
      SELECT value ->> 0 AS action_type, value ->> 1 AS platform, (value ->> 2)${
        hasEvents
          ? sql` + (
            SELECT COUNT(*) FROM json_each(kind.value -> 3) AS event
            WHERE ${isNewEvent($, sql`event.value`)})`
          : sql``
      } AS added
      FROM json_each(${$.kinds}) AS kind LIMIT -1)
    WHERE added > 0
    ON CONFLICT DO UPDATE SET count = count + excluded.count,
      added = iif(day = excluded.day, added, 0) + excluded.added, day = excluded.day`,
  SHAPES,
);

/** Statement, to run before `insertLogEntries` in its batch: counts what that will insert. */
export const countInserted = (
  communityId: number,
  day: number,
  kinds: readonly KindToCount[],
  hasEvents: boolean,
): Statement<never> => {
  const rows = kinds.map((kind) => [kind.actionType, kind.platform, kind.withoutEvent, kind.eventIds]);
  return insertCounts({ hasEvents }, { communityId, day, kinds: JSON.stringify(rows) });
};

/** Entries as `newEntries` reads them. */
const rowsOf = (entries: readonly EntryToInsert[]): string =>
  JSON.stringify(
    entries.map(({ entry, timestamp, number }) => [
      timestamp,
      number,
      entry.platform,
      entry.serial,
      entry.actionType,
      entry.actionDetail,
      entry.username,
      entry.eventId,
    ]),
  );

/** Query: the rows of those entries (`rowsOf`) whose event is new, each with the id that it gets. */
const newEntries = ($: Community, rows: SQLWrapper, { hasEvents }: EntriesShape): SQL =>
  // LIMIT -1 keeps SQLite from computing `id` again at each use.
  sql`
    SELECT log.generation, entry.*,
      entry.number + ${nextId($, sql`log.generation`, sql`entry.second`)} AS id
    FROM (SELECT ${currentGeneration($.communityId)} AS generation) AS log CROSS JOIN (
      SELECT value ->> 0 AS second, value ->> 1 AS number, value ->> 2 AS platform, value ->> 3 AS serial,
        value ->> 4 AS action_type, value ->> 5 AS action_detail, value ->> 6 AS username, value ->> 7 AS event_id
      FROM json_each(${rows})) AS entry
    ${hasEvents ? sql`WHERE entry.event_id IS NULL OR ${isNewEvent($, sql`entry.event_id`)}` : sql``}
    LIMIT -1`;

/** Where an entry is: its `id`, and `event_id` where entries with one were asked for. */
export type Stored = Pick<RowOf<typeof logEntries>, 'id'> &
  Partial<Pick<RowOf<typeof logEntries>, 'event_id'>>;

const insertEntries = statementByShape<EntriesShape, { communityId: number; entries: string }, Stored>(
  (shape, $) => sql`
    INSERT INTO log_entries
      (community_id, generation, id, platform, serial, action_type, action_detail, username, event_id)
    SELECT ${$.communityId}, generation, CASE WHEN id < (second + 1) << 20 THEN id END,
      platform, serial, action_type, action_detail, username, event_id
    FROM (${newEntries($, $.entries, shape)})
    WHERE true
    RETURNING ${shape.hasEvents ? sql`id, event_id` : sql`id`}`,
  SHAPES,
);

/**
 * Statement: inserts the entries, except those whose event the log has already, and returns each one inserted, in no
 * certain order. Where a second has no number left, it fails as `isSecondFull` says.
 */
export const insertLogEntries = (
  communityId: number,
  entries: readonly EntryToInsert[],
  hasEvents: boolean,
): Statement<Stored> => insertEntries({ hasEvents }, { communityId, entries: rowsOf(entries) });

/** So many entries a webhook is told of in one event; all of them count. */
const MAX_TOLD = 50;

/** Expression: what a webhook is told of the rows of entries. */
const TOLD = sql.raw(`
  json_group_array(json_object('id', id, 'platform', platform, 'serial', serial, 'action_type', action_type,
    'action_detail', action_detail, 'username', username, 'timestamp', second))`);

const selectNew = statement<{
  communityId: number;
  withoutEvent: number;
  eventIds: string;
  entries: string;
}>(
  ($) => sql`
    SELECT json_object('count', count, 'entries', (SELECT ${TOLD} FROM (${newEntries($, $.entries, { hasEvents: true })})))
    FROM (SELECT ${$.withoutEvent} + (
      SELECT COUNT(*) FROM json_each(${$.eventIds}) AS event
      WHERE ${isNewEvent($, sql`event.value`)}) AS count)
    WHERE count > 0`,
);

/**
 * Query, for a statement before `insertLogEntries` in its batch: what that will insert, as JSON of its number and
 * its first entries; NULL where that is nothing.
 */
export const newJson = (communityId: number, entries: readonly EntryToInsert[]): Statement => {
  const eventIds = entries.flatMap(({ entry }) => entry.eventId ?? []);
  return selectNew({
    communityId,
    withoutEvent: entries.length - eventIds.length,
    eventIds: JSON.stringify(eventIds),
    entries: rowsOf(entries.slice(0, MAX_TOLD)),
  });
};

const selectInserted = statement<{ communityId: number; count: number; places: string }>(
  ($) => sql`
    SELECT json_object('count', ${$.count}, 'entries', (
      SELECT ${TOLD} FROM (SELECT value ->> 0 AS second, value ->> 1 AS behind FROM json_each(${$.places})) AS told
      CROSS JOIN log_entries NOT INDEXED ON ${isCurrent($.communityId)} AND id = (
        SELECT MAX(id) FROM log_entries NOT INDEXED
        WHERE ${isCurrent($.communityId)} AND id >= second << 20 AND id < (second + 1) << 20) - behind))`,
);

/**
 * Query, for a statement behind `insertLogEntries` in its batch: the same of entries without an event id. Those are all
 * there now, the last of their seconds, so their texts need not be sent once more where no webhook hears of them.
 */
export const insertedJson = (
  communityId: number,
  entries: readonly EntryToInsert[],
  perSecond: ReadonlyMap<number, number>,
): Statement => {
  const places = entries
    .slice(0, MAX_TOLD)
    .map(({ timestamp, number }) => [timestamp, (perSecond.get(timestamp) ?? 0) - 1 - number]);
  return selectInserted({ communityId, count: entries.length, places: JSON.stringify(places) });
};

/** Statement: the current log's entries with these event ids (a JSON array). */
export const selectByEvent = statement<{ communityId: number; eventIds: string }, Stored>(
  ($) => sql`
    SELECT log_entries.id, event_id FROM json_each(${$.eventIds}) AS event
    CROSS JOIN log_entries INDEXED BY log_entries_by_event ON event_id = event.value
    WHERE ${isCurrent($.communityId)}`,
);

/** Query: a JSON array with `{id}` of the entry of each event (a JSON array of their ids), in the order given. */
export const idsOfEvents = statement<{ communityId: number; eventIds: string }>(
  ($) => sql`
    SELECT json_group_array(json_object('id', (
      SELECT id FROM log_entries INDEXED BY log_entries_by_event
      WHERE ${isCurrent($.communityId)} AND event_id = event.value)) ORDER BY event.key)
    FROM json_each(${$.eventIds}) AS event`,
);

/** Whether `insertLogEntries` failed (and with it its batch) because a second has no number left. */
export const isSecondFull = (error: unknown): boolean => isRefusedBy(error, 'NOT NULL', 'log_entries.id');

const selectNextIds = statement<
  { communityId: number; timestamps: string },
  { second: number; next_id: number }
>(
  ($) => sql`
    SELECT value AS second, ${nextId($, currentGeneration($.communityId), sql`value`)} AS next_id
    FROM json_each(${$.timestamps})`,
);

/** How many numbers each of these seconds has left. */
export const findRoom = async (
  db: Database,
  communityId: number,
  timestamps: readonly number[],
): Promise<Map<number, number>> => {
  const rows = await readRows(db, selectNextIds({ communityId, timestamps: JSON.stringify(timestamps) }));
  return new Map(rows.map(({ second, next_id }) => [second, firstIdOf(second + 1) - next_id]));
};
