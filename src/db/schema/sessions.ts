import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

const MINUTE_MS = 60_000;

/**
 * How long a session can be, in steps. A query for the sessions that reach over an instant looks back by each
 * step, among those that are no longer than it and longer than the one before. The last one is longer than any.
 */
export const REACHES_MS: readonly number[] = [
  ...[
    5, 10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480, 640, 960, 1280, 1920, 2880, 5760, 11_520, 46_080,
  ].map((minutes) => minutes * MINUTE_MS),
  Number.MAX_SAFE_INTEGER,
];

/** Expression: the shortest of the reaches that is as long as the session; NULL while it is open. */
const reach = sql.raw(
  REACHES_MS.reduceRight(
    (longer, reachMs) => `iif(ended_at - started_at <= ${reachMs}, ${reachMs}, ${longer})`,
    'NULL',
  ),
);

/**
 * Activity sessions. A start writes two rows and a close two: the primary key lists an account's sessions, open or
 * closed; the partial unique index is the rule that an account has at most one open session per server, and the list of
 * what is open; and who is closed is indexed by reach and start, which is every other order (start-order-queries.ts).
 */
export const sessions = sqliteTable(
  'sessions',
  {
    communityId: integer('community_id').notNull(),
    startedAt: integer('started_at').notNull(),
    id: text().notNull(),
    serverId: integer('server_id').notNull(),
    accountId: text('account_id').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
    /** Its first heartbeat or roster; from then on it is missed sooner. */
    heartbeatAt: integer('heartbeat_at'),
    /** When somebody was told that nothing is heard of it (session.stale); void once it is seen after that. */
    staleAt: integer('stale_at'),
    /** The session before a silence that this one goes on with. */
    continuesId: text('continues_id'),
    /** The last silence after which it went on: from when to when. Longer than the timeout only where two were joined. */
    silentSince: integer('silent_since'),
    resumedAt: integer('resumed_at'),
    /** A hash of the identifier by which its rosters list it, so that those who stay are known without their names. */
    listedAs: integer('listed_as'),
    /** Whether a roster started it: its account may have come earlier. */
    isStartObserved: integer('is_start_observed', { mode: 'boolean' }).notNull().default(false),
    endedAt: integer('ended_at'),
    /** When its server said that it was over: the time of the roster that missed it, or of the reset. */
    goneAt: integer('gone_at'),
    closeKind: text('close_kind', {
      enum: ['stopped', 'cleared', 'superseded', 'server_reset', 'auto_closed'],
    }),
    clearReason: text('clear_reason'),
    /** A JSON object. */
    metadata: text().notNull().default('{}'),
    /** What rosters said of it: the part of `metadata` that a late call must not lose. A JSON object. */
    listedMetadata: text('listed_metadata'),
    /** When an administrator declared it void: it is kept, but left out of every total and report. */
    voidedAt: integer('voided_at'),
    /** Whether a correction changed `startedAt`, so that the id does not tell it any more. */
    isMoved: integer('is_moved', { mode: 'boolean' }).notNull().default(false),
    /** `import` where somebody brought it in as a whole; null where it was recorded call by call. */
    origin: text({ enum: ['import'] }),
    /** The `eventId` that it was imported with. */
    importId: text('import_id'),
    reachMs: integer('reach_ms').generatedAlwaysAs(reach, { mode: 'virtual' }),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.accountId, table.startedAt, table.id] }),
    uniqueIndex('sessions_open')
      .on(table.communityId, table.serverId, table.accountId)
      .where(sql`ended_at IS NULL`),
    index('sessions_by_reach')
      .on(table.communityId, table.reachMs, table.startedAt, table.id)
      .where(sql`ended_at IS NOT NULL`),
    index('sessions_auto_closed')
      .on(table.communityId, table.serverId, table.startedAt)
      .where(sql`close_kind = 'auto_closed'`),
    // Which a later word of the server's last sign of life before its reset may change.
    index('sessions_cut_short')
      .on(table.communityId, table.serverId, table.goneAt)
      .where(sql`close_kind = 'server_reset' AND ended_at < gone_at`),
    uniqueIndex('sessions_imported').on(table.communityId, table.importId).where(sql`import_id IS NOT NULL`),
    index('sessions_moved').on(table.communityId, table.id).where(sql`is_moved = 1`),
  ],
);
