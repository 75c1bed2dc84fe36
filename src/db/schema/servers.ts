import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** What is known of a server as a whole; there is no row until its first call. */
export const servers = sqliteTable(
  'servers',
  {
    communityId: integer('community_id').notNull(),
    serverId: integer('server_id').notNull(),
    /** What people call it; null until somebody says it. */
    name: text(),
    description: text(),
    /** The time that the newest roster gives itself: an older one changes nothing. */
    rosterObservedAt: integer('roster_observed_at'),
    /** When everybody in the newest roster was there; not after that roster's arrival. */
    rosterSeenAt: integer('roster_seen_at'),
    /** The last silence between two rosters: from when to when. */
    rosterSilentSince: integer('roster_silent_since'),
    rosterResumedAt: integer('roster_resumed_at'),
    /** How many entries of the newest roster named nobody. */
    rosterUnnamed: integer('roster_unnamed').notNull().default(0),
    /** Since when rosters have had such entries; null while the newest has none. */
    rosterIncompleteSince: integer('roster_incomplete_since'),
    /** The last server reset: no session from before it goes on after it. */
    resetAt: integer('reset_at'),
    /**
     * The server's own signs of life: any call about it. The newest stretch without a silence that a reset would mind, and
     * the stretches before it, as JSON `[from, to][]` in the order in which they became known.
     */
    aliveSince: integer('alive_since'),
    aliveUntil: integer('alive_until'),
    aliveBefore: text('alive_before').notNull().default('[]'),
    /**
     * When the latest rosters were, newest last: for each, the milliseconds since the one before, and a comma. With the
     * sessions that went on, it tells whom each of them listed, and whom it missed.
     */
    rosterSteps: text('roster_steps').notNull().default(''),
  },
  (table) => [primaryKey({ columns: [table.communityId, table.serverId] })],
);
