/**
 * How the activity log is read: at a cost that the page decides and not the size of the log. SQLite has no statistics
 * here and would take the primary key, so each statement names its index.
 */
import { type Database, readRows } from '../../db/client.ts';
import type { logCounters, logEntries } from '../../db/schema/index.ts';
import {
  allOf,
  type Names,
  type RowOf,
  type SQL,
  sql,
  statement,
  statementByShape,
} from '../../db/statement.ts';
import { currentGeneration, isCurrent } from './generation-queries.ts';
import { firstIdOf, timestampOf } from './log-id.ts';
import type { LogEntry, LogFilter } from './model.ts';

export type LogOrder = 'newest-first' | 'oldest-first';

/** A page: which entries, in which order, and where it begins. */
export interface LogPageQuery {
  readonly filter: LogFilter;
  readonly limit: number;
  readonly offset: number;
  readonly order?: LogOrder | undefined;
  /** Where the page before it ended; an id. */
  readonly cursor?: number | undefined;
  /** Only entries with a higher id. */
  readonly afterId?: number | undefined;
}

type EntryRow = Pick<
  RowOf<typeof logEntries>,
  'id' | 'platform' | 'serial' | 'action_type' | 'action_detail' | 'username'
>;

const toLogEntry = (row: EntryRow): LogEntry => ({
  id: row.id,
  platform: row.platform,
  serial: row.serial,
  actionType: row.action_type,
  actionDetail: row.action_detail,
  username: row.username,
  timestamp: timestampOf(row.id),
});

const COLUMNS = ['id', 'platform', 'serial', 'action_type', 'action_detail', 'username'] as const;
const COLUMN_LIST = sql.raw(COLUMNS.join(', '));

/** The same columns as one JSON array, for a whole row in one value. */
type JsonRow = [number, string, string, string, string | null, string | null];

const fromJson = ([id, platform, serial, action_type, action_detail, username]: JsonRow): LogEntry =>
  toLogEntry({ id, platform, serial, action_type, action_detail, username });

// --- What is asked

/** Which conditions there are: the text of a statement depends on it. */
interface FilterShape {
  readonly hasSerial: boolean;
  readonly hasPlatform: boolean;
  readonly actionTypes: 'any' | 'one' | 'several';
  readonly hasUsername: boolean;
}

/** Their values; those of conditions that there are not are null. */
interface FilterValues {
  readonly communityId: number;
  readonly serial: string | null;
  readonly platform: string | null;
  /** Where there are several: a JSON array. */
  readonly actionType: string | null;
  readonly username: string | null;
  /** The ids from here on, inclusive. */
  readonly fromId: number;
  /** The ids up to here, exclusive. One bound only: of two SQLite takes either for the index, and walks from there. */
  readonly belowId: number;
}

const shapeOf = ({ serial, platform, actionTypes, username }: LogFilter): FilterShape => ({
  hasSerial: serial !== undefined,
  hasPlatform: platform !== undefined,
  actionTypes: actionTypes === undefined ? 'any' : actionTypes.length === 1 ? 'one' : 'several',
  hasUsername: username !== undefined,
});

const valuesOf = (
  communityId: number,
  { serial, platform, actionTypes, username, from, to }: LogFilter,
  { cursor, afterId, order }: Pick<LogPageQuery, 'cursor' | 'afterId' | 'order'> = {},
): FilterValues => {
  const isForward = order === 'oldest-first';
  return {
    communityId,
    serial: serial ?? null,
    platform: platform ?? null,
    actionType:
      actionTypes === undefined
        ? null
        : actionTypes.length === 1
          ? (actionTypes[0] ?? null)
          : JSON.stringify(actionTypes),
    username: username ?? null,
    fromId: Math.max(
      from === undefined ? 0 : firstIdOf(from),
      afterId === undefined ? 0 : afterId + 1,
      isForward && cursor !== undefined ? cursor + 1 : 0,
    ),
    belowId: Math.min(
      to === undefined ? Number.MAX_SAFE_INTEGER : firstIdOf(to + 1),
      isForward || cursor === undefined ? Number.MAX_SAFE_INTEGER : cursor,
    ),
  };
};

const isKind = ({ hasPlatform, actionTypes }: FilterShape, $: Names<FilterValues>): SQL =>
  allOf([
    actionTypes === 'one' ? sql`action_type = ${$.actionType}` : undefined,
    actionTypes === 'several'
      ? sql`action_type IN (SELECT value FROM json_each(${$.actionType}))`
      : undefined,
    hasPlatform ? sql`platform = ${$.platform}` : undefined,
  ]);

const isNamed = ({ hasUsername }: FilterShape, $: Names<FilterValues>): SQL | undefined =>
  hasUsername ? sql`username = ${$.username}` : undefined;

const isInRange = (shape: FilterShape, $: Names<FilterValues>): SQL =>
  allOf([sql`id < ${$.belowId} AND id >= ${$.fromId}`, isNamed(shape, $)]);

/**
 * Condition: of this serial. Where the log has nothing of those action types at all, there is no serial to look for, and
 * so none of its entries are read for nothing.
 */
const isOfSerial = (shape: FilterShape, $: Names<FilterValues>): SQL =>
  shape.actionTypes === 'any'
    ? sql`serial = ${$.serial}`
    : sql`serial = CASE WHEN EXISTS (SELECT 1 FROM log_counters
        WHERE community_id = ${$.communityId} AND ${isKind(shape, $)} AND count > 0) THEN ${$.serial} END`;

/** Whether the entries lie in one stretch of an index, and not in one for each of several kinds. */
const isOneStretch = ({ hasSerial, hasPlatform, actionTypes }: FilterShape): boolean =>
  hasSerial || (hasPlatform ? actionTypes === 'one' : actionTypes === 'any');

const indexFor = (shape: FilterShape): SQL =>
  shape.hasSerial
    ? sql`INDEXED BY log_entries_by_serial`
    : shape.hasPlatform && shape.actionTypes === 'one'
      ? sql`INDEXED BY log_entries_by_kind`
      : sql``;

/** Shapes for the test that prepares each statement: functions, so that the Worker is without them. */
const shapes = (): FilterShape[] =>
  [true, false].flatMap((hasSerial) =>
    [true, false].flatMap((hasPlatform) =>
      (['any', 'one', 'several'] as const).map((actionTypes) => ({
        hasSerial,
        hasPlatform,
        actionTypes,
        hasUsername: hasPlatform,
      })),
    ),
  );

// --- Pages

interface PageShape extends FilterShape {
  readonly isForward: boolean;
  /** Only the ids, as a JSON row with nothing else: for a deletion. */
  readonly onlyIds: boolean;
}
interface PageValues extends FilterValues {
  readonly limit: number;
  readonly offset: number;
}

const pageShapes = (): PageShape[] =>
  shapes().flatMap((shape) =>
    [true, false].map((isForward) => ({ ...shape, isForward, onlyIds: isForward })),
  );

const direction = ({ isForward }: { isForward: boolean }): SQL => (isForward ? sql`ASC` : sql`DESC`);
const columns = ({ onlyIds }: PageShape): SQL => (onlyIds ? sql`id` : COLUMN_LIST);
const jsonRow = (shape: PageShape): SQL => sql`json_array(${columns(shape)})`;

const selectStretch = statementByShape<PageShape, PageValues, EntryRow>(
  (shape, $) => sql`
    SELECT ${columns(shape)} FROM log_entries ${indexFor(shape)}
    WHERE ${isCurrent($.communityId)} AND ${isInRange(shape, $)}
      AND ${shape.hasSerial ? isOfSerial(shape, $) : sql`1`} AND ${isKind(shape, $)}
    ORDER BY id ${direction(shape)} LIMIT ${$.limit} OFFSET ${$.offset}`,
  WITH_DOCS && pageShapes().filter(isOneStretch),
);

/** As many kinds as have a term each in `ofFewKinds`; D1 allows a compound SELECT five. */
const FEW_KINDS = 4;
/** As many rows as fit into one value in any case: D1 allows it 2 MB, and a row of control characters takes 30 kB. */
const MAX_ROWS_IN_VALUE = 64;

/** Common table: the current generation, and the kinds that the filter lets through, as JSON. */
const kindsOf = (shape: FilterShape, $: Names<FilterValues>): SQL => sql`
  log AS MATERIALIZED (
    SELECT ${currentGeneration($.communityId)} AS generation,
      json_group_array(json_array(action_type, platform)) AS kinds
    FROM log_counters WHERE community_id = ${$.communityId} AND ${isKind(shape, $)} AND count > 0)`;

/** Query, within one of `log`: a compound SELECT with a term for each kind. SQLite merges the terms lazily. */
const ofFewKinds = (shape: PageShape, $: Names<PageValues>): SQL => {
  const terms = Array.from({ length: FEW_KINDS }, (_, index) => {
    const kind = sql.raw(`(log.kinds -> ${index})`);
    return sql`
      SELECT id, ${jsonRow(shape)} AS row FROM log_entries INDEXED BY log_entries_by_kind
      WHERE community_id = ${$.communityId} AND generation = log.generation
        AND action_type = ${kind} ->> 0 AND platform = ${kind} ->> 1 AND ${isInRange(shape, $)}`;
  });
  return sql`${sql.join(terms, sql` UNION ALL `)}
    ORDER BY id ${direction(shape)} LIMIT ${$.limit} OFFSET ${$.offset}`;
};

/**
 * Common tables: a recursion whose queue hands out the next entry and then asks its kind for the one behind it. The id in
 * front, in fixed width, makes the rows of the queue sort by it; a kind that has no more sorts behind them all.
 */
const ofManyKinds = (shape: PageShape, $: Names<PageValues>): SQL => {
  const [end, isRow] = shape.isForward ? [sql`'~'`, sql`row < '~'`] : [sql`''`, sql`row > ''`];
  const next = (generation: SQL, kind: SQL, more: SQL): SQL => sql`coalesce((
    SELECT printf('%016d', id) || ${jsonRow(shape)} FROM log_entries INDEXED BY log_entries_by_kind
    WHERE community_id = ${$.communityId} AND generation = ${generation}
      AND action_type = ${kind} ->> 0 AND platform = ${kind} ->> 1 AND ${more}
    ORDER BY id ${direction(shape)} LIMIT 1), ${end})`;
  const last = sql`CAST(substr(walk.row, 1, 16) AS INTEGER)`;
  const isBehind = shape.isForward
    ? sql`id > ${last} AND id < ${$.belowId}`
    : sql`id < ${last} AND id >= ${$.fromId}`;
  return sql`
    walk (generation, kind, row) AS (
      SELECT log.generation, kind.value, ${next(sql`log.generation`, sql`kind.value`, isInRange(shape, $))}
      FROM log, json_each(log.kinds) AS kind
      UNION ALL
      SELECT generation, kind, ${next(sql`walk.generation`, sql`walk.kind`, allOf([isBehind, isNamed(shape, $)]))}
      FROM walk WHERE ${isRow}
      ORDER BY 3 ${direction(shape)} LIMIT ${$.limit} OFFSET ${$.offset}),
    page AS (SELECT substr(row, 17) AS row FROM walk WHERE ${isRow})`;
};

const severalKinds = () => pageShapes().filter((shape) => !isOneStretch(shape));

/** A short page of several kinds, in one value: reads half as much as `selectLongMerge`, where the kinds are few. */
const selectShortMerge = statementByShape<PageShape, PageValues, { rows: string | null }>(
  (shape, $) => sql`
    WITH ${kindsOf(shape, $)} SELECT CASE WHEN json_array_length(kinds) <= ${sql.raw(String(FEW_KINDS))}
      THEN (SELECT group_concat(row) FROM (${ofFewKinds(shape, $)}))
      ELSE (WITH RECURSIVE ${ofManyKinds(shape, $)} SELECT group_concat(row) FROM page) END AS rows
    FROM log`,
  WITH_DOCS && severalKinds(),
);

const selectLongMerge = statementByShape<PageShape, PageValues, { row: string }>(
  (shape, $) => sql`WITH RECURSIVE ${kindsOf(shape, $)}, ${ofManyKinds(shape, $)} SELECT row FROM page`,
  WITH_DOCS && severalKinds(),
);

/**
 * Entries of one platform, or of some action types: of several kinds. Each kind is sorted in the index, so the page is
 * their merge, which reads little more than the page.
 */
const selectMerge = async (db: Database, shape: PageShape, values: PageValues): Promise<JsonRow[]> => {
  if (values.limit > MAX_ROWS_IN_VALUE) {
    const rows = await readRows(db, selectLongMerge(shape, values));
    return rows.map(({ row }): JsonRow => JSON.parse(row));
  }
  const [page] = await readRows(db, selectShortMerge(shape, values));
  const rows: JsonRow[] = JSON.parse(`[${page?.rows ?? ''}]`);
  // SQLite promises no order of what it concatenates.
  return rows.sort(([a], [b]) => (shape.isForward ? a - b : b - a));
};

/** The entries of a page, in its order. */
export const selectLogEntries = async (
  db: Database,
  communityId: number,
  query: LogPageQuery,
): Promise<LogEntry[]> => {
  const { filter, limit, offset, order } = query;
  const shape = { ...shapeOf(filter), isForward: order === 'oldest-first', onlyIds: false };
  const values = { ...valuesOf(communityId, filter, query), limit, offset };
  return isOneStretch(shape)
    ? (await readRows(db, selectStretch(shape, values))).map(toLogEntry)
    : (await selectMerge(db, shape, values)).map(fromJson);
};

/** The ids of the oldest `limit` entries that the filter lets through. */
export const selectLogIds = async (
  db: Database,
  communityId: number,
  filter: LogFilter,
  limit: number,
): Promise<number[]> => {
  const shape = { ...shapeOf(filter), isForward: true, onlyIds: true };
  const values = { ...valuesOf(communityId, filter), limit, offset: 0 };
  return isOneStretch(shape)
    ? (await readRows(db, selectStretch(shape, values))).map(({ id }) => id)
    : (await selectMerge(db, shape, values)).map(([id]) => id);
};

// --- Searching in texts

interface SearchValues extends PageValues {
  readonly text: string;
  readonly reading: number;
}

/** What a search found, and behind it a row with the last entry that it read and how many those were. */
type SearchRow = { readonly [K in keyof EntryRow]: EntryRow[K] | null } & { readonly read: number | null };

/** A search looks at every entry of a stretch: of the serial, of the kind, or of the whole log. */
const selectMatches = statementByShape<PageShape, SearchValues, SearchRow>(
  (shape, $) => sql`
    WITH stretch AS MATERIALIZED (
      SELECT ${COLUMN_LIST} FROM log_entries ${indexFor(shape)}
      WHERE ${isCurrent($.communityId)} AND ${isInRange({ ...shape, hasUsername: false }, $)}
        AND ${shape.hasSerial ? isOfSerial(shape, $) : sql`1`}
        AND ${shape.hasPlatform && shape.actionTypes === 'one' ? isKind(shape, $) : sql`1`}
      ORDER BY id ${direction(shape)} LIMIT ${$.reading})
    SELECT * FROM (
      SELECT ${COLUMN_LIST}, NULL AS read FROM stretch
      WHERE instr(lower(action_detail), lower(${$.text})) > 0 AND ${allOf([isKind(shape, $), isNamed(shape, $)])}
      ORDER BY id ${direction(shape)} LIMIT ${$.limit} OFFSET ${$.offset})
    UNION ALL
    SELECT ${shape.isForward ? sql`MAX(id)` : sql`MIN(id)`}, NULL, NULL, NULL, NULL, NULL, COUNT(*) FROM stretch`,
  WITH_DOCS && pageShapes(),
);

/**
 * Entries whose `action_detail` has the text (ASCII letters in either case), of at most `reading` that are looked at;
 * `lastReadId` is where that ended, undefined where nothing was left to read.
 */
export const searchLogEntries = async (
  db: Database,
  communityId: number,
  query: LogPageQuery & { readonly text: string },
  reading: number,
): Promise<{ entries: LogEntry[]; lastReadId: number | undefined }> => {
  const { filter, limit, offset, order, text } = query;
  const shape = { ...shapeOf(filter), isForward: order === 'oldest-first', onlyIds: false };
  const values = { ...valuesOf(communityId, filter, query), limit, offset, text, reading };
  const rows = await readRows(db, selectMatches(shape, values));
  const end = rows.find(({ read }) => read !== null);
  const entries = rows.filter((row): row is EntryRow & { read: null } => row.read === null).map(toLogEntry);
  return { entries, lastReadId: end?.read === reading ? (end.id ?? undefined) : undefined };
};

// --- Counting

interface CountShape extends FilterShape {
  readonly hasRange: boolean;
}

const selectCount = statementByShape<CountShape, FilterValues, { count: number | null }>(
  (shape, $) => {
    const ofKinds = sql`FROM log_counters
      WHERE community_id = ${$.communityId} AND ${isKind(shape, $)} AND count > 0`;
    const count = (which: SQL): SQL => sql`
      SELECT COUNT(*) AS count FROM log_entries ${which}
        AND ${isCurrent($.communityId)} AND ${isInRange(shape, $)}`;
    if (shape.hasSerial) {
      return count(
        sql`INDEXED BY log_entries_by_serial WHERE ${isOfSerial(shape, $)} AND ${isKind(shape, $)}`,
      );
    }
    if (!shape.hasUsername && !shape.hasRange) return sql`SELECT SUM(count) AS count ${ofKinds}`;
    if (!shape.hasPlatform && shape.actionTypes === 'any') return count(sql`WHERE true`);
    return sql`SELECT SUM((${count(sql`INDEXED BY log_entries_by_kind
      WHERE action_type = log_counters.action_type AND platform = log_counters.platform`)})) AS count ${ofKinds}`;
  },
  WITH_DOCS && shapes().flatMap((shape) => [true, false].map((hasRange) => ({ ...shape, hasRange }))),
);

/** How many entries the filter lets through. Those of a kind are counted already; any other question reads its answer. */
export const countLogEntries = async (
  db: Database,
  communityId: number,
  filter: LogFilter,
): Promise<number> => {
  const hasRange = filter.from !== undefined || filter.to !== undefined;
  const shape = { ...shapeOf(filter), hasRange };
  const [row] = await readRows(db, selectCount(shape, valuesOf(communityId, filter)));
  return row?.count ?? 0;
};

/** How many entries there are of each kind. */
export type KindCount = Pick<RowOf<typeof logCounters>, 'action_type' | 'platform' | 'count'>;

/** The counters, as they are stored: a row read for each kind. */
export const selectKindCounts = statement<{ communityId: number; limit: number }, KindCount>(
  ($) => sql`
    SELECT action_type, platform, count FROM log_counters
    WHERE community_id = ${$.communityId} AND count > 0
    ORDER BY action_type, platform LIMIT ${$.limit}`,
);

// --- Devices

export type DeviceRow = EntryRow & { readonly entries: number };

/**
 * The devices behind `afterSerial`, by serial, each with its last entry and how many it has: counted to `most` at the
 * utmost, and no further device once so many were counted. (A loose index scan: a device costs its count and three rows.)
 */
export const selectDevices = statement<
  { communityId: number; afterSerial: string; limit: number; most: number },
  DeviceRow
>(($) => {
  const next = (generation: SQL, after: SQL): SQL => sql`(
    SELECT serial FROM log_entries INDEXED BY log_entries_by_serial
    WHERE community_id = ${$.communityId} AND generation = ${generation} AND serial > ${after}
    ORDER BY serial LIMIT 1)`;
  const count = (generation: SQL, serial: SQL): SQL => sql`(
    SELECT COUNT(*) FROM (
      SELECT 1 FROM log_entries INDEXED BY log_entries_by_serial
      WHERE community_id = ${$.communityId} AND generation = ${generation} AND serial = ${serial} LIMIT ${$.most}))`;
  // A row of the walk has the device to come (`serial`), and the one that it has just counted (`done`).
  return sql`
    WITH RECURSIVE log (generation) AS MATERIALIZED (SELECT ${currentGeneration($.communityId)}),
    walk (generation, serial, done, entries, counted) AS (
      SELECT generation, ${next(sql`log.generation`, sql`${$.afterSerial}`)}, NULL, 0, 0 FROM log
      UNION ALL
      SELECT generation, ${next(sql`walk.generation`, sql`walk.serial`)}, serial,
        ${count(sql`walk.generation`, sql`walk.serial`)}, counted + entries
      FROM walk WHERE serial IS NOT NULL AND counted + entries < ${$.most}
      LIMIT ${$.limit} + 1)
    SELECT entry.id, entry.platform, entry.serial, entry.action_type, entry.action_detail, entry.username, walk.entries
    FROM walk CROSS JOIN log_entries AS entry
      ON entry.community_id = ${$.communityId} AND entry.generation = walk.generation
      AND entry.id = (
        SELECT MAX(id) FROM log_entries INDEXED BY log_entries_by_serial
        WHERE community_id = ${$.communityId} AND generation = walk.generation AND serial = walk.done)
    WHERE walk.done IS NOT NULL`;
});

export const toDeviceEntry = (row: DeviceRow): LogEntry => toLogEntry(row);
