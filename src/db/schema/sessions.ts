import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/**
 * Activity sessions. The primary key is the order in which they are read; the partial unique index is the rule that an
 * account has at most one open session per server, and the list of what is open.
 */
export const sessions = sqliteTable(
  'sessions',
  {
    communityId: text('community_id').notNull(),
    startedAt: integer('started_at').notNull(),
    id: text().notNull(),
    serverId: integer('server_id').notNull(),
    accountId: text('account_id').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
    /** Decides which timeout applies: whoever sends heartbeats is missed sooner. */
    hasHeartbeat: integer('has_heartbeat', { mode: 'boolean' }).notNull().default(false),
    endedAt: integer('ended_at'),
    closeKind: text('close_kind', {
      enum: ['stopped', 'cleared', 'superseded', 'server_reset', 'auto_closed'],
    }),
    clearReason: text('clear_reason'),
    /** A JSON object. */
    metadata: text().notNull().default('{}'),
    /** When an administrator declared it void: it is kept, but left out of every total and report. */
    voidedAt: integer('voided_at'),
    /** Whether a correction changed `startedAt`, so that the id does not tell it any more. */
    isMoved: integer('is_moved', { mode: 'boolean' }).notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.startedAt, table.id] }),
    uniqueIndex('sessions_open')
      .on(table.communityId, table.serverId, table.accountId)
      .where(sql`ended_at IS NULL`),
    index('sessions_by_account').on(table.communityId, table.accountId, table.startedAt),
    index('sessions_auto_closed')
      .on(table.communityId, table.serverId, table.startedAt)
      .where(sql`close_kind = 'auto_closed'`),
    index('sessions_moved').on(table.communityId, table.id).where(sql`is_moved = 1`),
  ],
);
