/** The SQL of importing sessions: what is there already, and those that are new. */
import { sql, statement } from '../../../db/statement.ts';

/** What an item of `selectConflicts` comes upon; JSON texts. */
export interface ConflictRow {
  readonly position: number;
  /** The session that was imported with the same event id. */
  readonly by_event: string | null;
  /** The session of the account on the server that begins at the same instant. */
  readonly by_start: string | null;
  /** The latest session of the account on the server that begins before the end: `[id, ended_at]`. */
  readonly before: string | null;
  /** The closed period that it reaches into: `[id, to_at]`. */
  readonly period: string | null;
}

/**
 * Statement: what stands in the way of each of `items`, a JSON array of `[accountId, serverId, start, end, eventId]`.
 * Sessions of an account on a server do not overlap one another, so only the latest before its end can overlap an item.
 */
export const selectConflicts = statement<{ communityId: number; items: string }, ConflictRow>(
  ($) => sql`
    SELECT item.key AS position,
      (SELECT id FROM sessions INDEXED BY sessions_imported
       WHERE community_id = ${$.communityId} AND import_id = item.value ->> 4) AS by_event,
      (SELECT id FROM sessions NOT INDEXED
       WHERE community_id = ${$.communityId} AND account_id = item.value ->> 0
         AND started_at = item.value ->> 2 AND server_id = item.value ->> 1 AND voided_at IS NULL LIMIT 1) AS by_start,
      (SELECT json_array(id, ended_at) FROM sessions NOT INDEXED
       WHERE community_id = ${$.communityId} AND account_id = item.value ->> 0
         AND started_at < max(item.value ->> 3, (item.value ->> 2) + 1)
         AND server_id = item.value ->> 1 AND voided_at IS NULL
       ORDER BY started_at DESC LIMIT 1) AS before,
      (SELECT json_array(id, to_at) FROM periods INDEXED BY periods_closed
       WHERE community_id = ${$.communityId} AND reopened_at IS NULL
         AND to_at > item.value ->> 2 AND from_at < max(item.value ->> 3, (item.value ->> 2) + 1)
       ORDER BY to_at LIMIT 1) AS period
    FROM json_each(${$.items}) AS item`,
);

/**
 * Statement: writes sessions that are over, a JSON array of `[id, accountId, serverId, start, end, eventId, metadata]`, but for
 * what stands in the way by now; returns the ids of those that it wrote.
 */
export const insertImported = statement<{ communityId: number; items: string }, { id: string }>(
  ($) => sql`
    INSERT INTO sessions (community_id, id, account_id, server_id, started_at, last_seen_at, ended_at, close_kind,
      metadata, origin, import_id)
    SELECT ${$.communityId}, item.value ->> 0, item.value ->> 1, item.value ->> 2, item.value ->> 3, item.value ->> 4,
      item.value ->> 4, 'stopped', item.value ->> 6, 'import', item.value ->> 5
    FROM json_each(${$.items}) AS item
    WHERE NOT EXISTS (
        SELECT 1 FROM periods INDEXED BY periods_closed
        WHERE community_id = ${$.communityId} AND reopened_at IS NULL
          AND to_at > item.value ->> 3 AND from_at < max(item.value ->> 4, (item.value ->> 3) + 1))
      AND NOT EXISTS (
        SELECT 1 FROM (
          SELECT started_at, ended_at FROM sessions NOT INDEXED
          WHERE community_id = ${$.communityId} AND account_id = item.value ->> 1
            AND started_at < max(item.value ->> 4, (item.value ->> 3) + 1)
            AND server_id = item.value ->> 2 AND voided_at IS NULL
          ORDER BY started_at DESC LIMIT 1)
        WHERE ended_at IS NULL OR ended_at > item.value ->> 3 OR started_at = item.value ->> 3)
    ON CONFLICT DO NOTHING
    RETURNING id`,
);

/** Statement: an import is no news: takes back what this batch would tell webhooks of new accounts. */
export const silenceNewAccounts = statement<{ communityId: number; now: number }>(
  ($) => sql`
    DELETE FROM webhook_messages
    WHERE status = 'new' AND community_id = ${$.communityId} AND type = 'account.created'
      AND data ->> 'created_at' = ${$.now}`,
);
