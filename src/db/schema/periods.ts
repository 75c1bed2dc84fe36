import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Times whose hours are settled. The id is a UUID v7, so the key is the order in which they were closed. */
export const periods = sqliteTable(
  'periods',
  {
    communityId: integer('community_id').notNull(),
    id: text().notNull(),
    /** The end of the period before; 0 where there is none. */
    fromAt: integer('from_at').notNull(),
    /** Exclusive. */
    toAt: integer('to_at').notNull(),
    note: text(),
    closedAt: integer('closed_at').notNull(),
    /** JSON: `{kind, id, name}`. */
    closedBy: text('closed_by').notNull(),
    /** SHA-256 of the totals (core/periods/period-hash.ts). */
    hash: text().notNull(),
    /** The community (as on the wire) that it was closed in, which the hash is over; null: this one. */
    sealedAs: text('sealed_as'),
    /** The setting that watched time was judged by. */
    heartbeatTimeoutMs: integer('heartbeat_timeout_ms').notNull(),
    /** How many accounts have time in it, and their sum. */
    accounts: integer().notNull(),
    totalMs: integer('total_ms').notNull(),
    reopenedAt: integer('reopened_at'),
    reopenedBy: text('reopened_by'),
    /** The account that an accepted question is just being written for. */
    unlockedFor: text('unlocked_for'),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.id] }),
    index('periods_closed').on(table.communityId, table.toAt).where(sql`reopened_at IS NULL`),
  ],
);

/** What each account's time in a closed period came to. Milliseconds; no names, so that an erasure leaves them. */
export const periodTotals = sqliteTable(
  'period_totals',
  {
    communityId: integer('community_id').notNull(),
    periodId: text('period_id').notNull(),
    accountId: text('account_id').notNull(),
    ms: integer().notNull(),
    confirmedMs: integer('confirmed_ms').notNull(),
    watchedMs: integer('watched_ms').notNull(),
    sessions: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.communityId, table.periodId, table.accountId] })],
);

/** The sessions that were open when the period closed: they count until then, also where they are changed later. */
export const periodOpenSessions = sqliteTable(
  'period_open_sessions',
  {
    communityId: integer('community_id').notNull(),
    periodId: text('period_id').notNull(),
    sessionId: text('session_id').notNull(),
    accountId: text('account_id').notNull(),
    startedAt: integer('started_at').notNull(),
    countedUntil: integer('counted_until').notNull(),
  },
  (table) => [primaryKey({ columns: [table.communityId, table.periodId, table.sessionId] })],
);

/** Calls of game servers that would have changed a closed period: an administrator decides. */
export const periodQuestions = sqliteTable(
  'period_questions',
  {
    communityId: integer('community_id').notNull(),
    id: text().notNull(),
    createdAt: integer('created_at').notNull(),
    /** The call's `eventId`; its own id where it sent none. A repeat is the same question. */
    eventId: text('event_id').notNull(),
    periodId: text('period_id').notNull(),
    serverId: integer('server_id').notNull(),
    /** Whom it names, where that account is known: an erasure takes the question with it. */
    accountId: text('account_id'),
    occurredAt: integer('occurred_at').notNull(),
    /** JSON: the call as the verb takes it. */
    call: text().notNull(),
    decision: text({ enum: ['accepted', 'dismissed'] }),
    decidedAt: integer('decided_at'),
    decidedBy: text('decided_by'),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.id] }),
    index('period_questions_by_event').on(table.communityId, table.eventId),
    index('period_questions_open').on(table.communityId, table.id).where(sql`decision IS NULL`),
  ],
);
