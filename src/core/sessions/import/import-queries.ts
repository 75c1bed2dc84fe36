/** The SQL of importing sessions: what is there already, and those that are new. */
import type { Json } from '../../../db/json.ts';
import { type SQL, sql, statement } from '../../../db/statement.ts';

/**
 * The sessions of an account on a server do not overlap one another, so the latest that begins before an instant is the
 * only one that can reach over it, or beyond. To find it costs a row, and one for each session of the account elsewhere that
 * began since.
 */
const before = (communityId: SQL, accountId: SQL, serverId: SQL, end: SQL): SQL => sql`
  (SELECT json_array(id, started_at, ended_at) FROM sessions NOT INDEXED
   WHERE community_id = ${communityId} AND account_id = ${accountId} AND started_at < ${end}
     AND server_id = ${serverId} AND voided_at IS NULL
   ORDER BY started_at DESC LIMIT 1)`;

/** Source: the closed periods that have some of the time; none is looked for where the last of all ends before it. */
const closedPeriods = (communityId: SQL, start: SQL, end: SQL): SQL => sql`
  periods INDEXED BY periods_closed
  WHERE community_id = ${communityId} AND reopened_at IS NULL AND to_at > ${start} AND from_at < ${end}
    AND ${start} < (
      SELECT max(to_at) FROM periods INDEXED BY periods_closed
      WHERE community_id = ${communityId} AND reopened_at IS NULL)`;

/** Statement: the sessions that were imported with these event ids, a JSON array. */
export const selectByEvent = statement<
  { communityId: number; eventIds: string },
  { event_id: string; id: string }
>(
  ($) => sql`
    SELECT event.value AS event_id, s.id FROM json_each(${$.eventIds}) AS event
      CROSS JOIN sessions AS s INDEXED BY sessions_imported
        ON s.community_id = ${$.communityId} AND s.import_id = event.value`,
);

/** What a run of sessions comes upon: those of an account on a server, one after the other; JSON texts. */
export interface ConflictRow {
  readonly position: number;
  /** The session there that begins at the same instant. */
  readonly by_start: string | null;
  /** The latest session there that begins before the end: `[id, started_at, ended_at]`. */
  readonly before: Json<readonly [id: string, startedAt: number, endedAt: number | null]> | null;
  /** The closed period that it reaches into: `[id, to_at]`. */
  readonly period: Json<readonly [id: string, to: number]> | null;
}

/** Statement: what stands in the way of each of `runs`, a JSON array of `[accountId, serverId, start, end]`. */
export const selectConflicts = statement<{ communityId: number; runs: string }, ConflictRow>(
  ($) => sql`
    SELECT run.key AS position,
      (SELECT id FROM sessions NOT INDEXED
       WHERE community_id = ${$.communityId} AND account_id = run.value ->> 0
         AND started_at = run.value ->> 2 AND server_id = run.value ->> 1 AND voided_at IS NULL LIMIT 1) AS by_start,
      ${before(sql`${$.communityId}`, sql`run.value ->> 0`, sql`run.value ->> 1`, sql`run.value ->> 3`)} AS before,
      (SELECT json_array(id, to_at)
       FROM ${closedPeriods(sql`${$.communityId}`, sql`run.value ->> 2`, sql`run.value ->> 3`)}
       ORDER BY to_at LIMIT 1) AS period
    FROM json_each(${$.runs}) AS run`,
);

/**
 * Statement: writes sessions that are over, a JSON array of `[accountId, serverId, before, start, end, items]`: those behind
 * one session that is there, or behind none, with `items` of `[id, start, end, eventId, metadata]`. They stay out where by now
 * something else is before them, or a period is closed that has time between `start` and `end`, from the first to the last
 * of them. Returns the ids of those that it wrote.
 */
export const insertImported = statement<{ communityId: number; runs: string }, { id: string }>(
  ($) => sql`
    INSERT INTO sessions (community_id, id, account_id, server_id, started_at, last_seen_at, ended_at, close_kind,
      metadata, origin, import_id)
    SELECT ${$.communityId}, item.value ->> 0, run.value ->> 0, run.value ->> 1, item.value ->> 1, item.value ->> 2,
      item.value ->> 2, 'stopped', item.value ->> 4, 'import', item.value ->> 3
    FROM json_each(${$.runs}) AS run CROSS JOIN json_each(run.value, '$[5]') AS item
    WHERE run.value ->> 2 IS
        ${before(sql`${$.communityId}`, sql`run.value ->> 0`, sql`run.value ->> 1`, sql`run.value ->> 4`)}
      AND NOT EXISTS (
        SELECT 1 FROM ${closedPeriods(sql`${$.communityId}`, sql`run.value ->> 3`, sql`run.value ->> 4`)})
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
