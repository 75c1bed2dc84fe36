/** The SQL of the outbox: how an event becomes a message for each endpoint that asks for it. */

import { type SQL, sql } from '../../db/sql.ts';
import type { EventType } from './model.ts';

/** `insertMessages` for what is known before the transaction. */
export const insertKnownMessages = (communityId: number, type: EventType, data: object): SQL =>
  insertMessages(communityId, type, sql`${JSON.stringify(data)}`);

/** Expression: the next place in the order of endpoint `e`. `deleteOldMessages` always leaves the last one there. */
const NEXT_SEQ = sql.raw(`(SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages
    WHERE community_id = e.community_id AND endpoint_id = e.id)`);

/**
 * Statement: a message for each endpoint that asks for the type, for an event that has no trigger. `data` is an
 * expression, JSON of what happened; where it is NULL, nothing did. Without an endpoint it reads and writes nothing.
 */
export const insertMessages = (communityId: number, type: EventType, data: SQL): SQL => sql`
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT community_id, id, seq, ${type}, data FROM (
    SELECT e.community_id, e.id, ${NEXT_SEQ} AS seq, ${data} AS data
    FROM webhook_endpoints AS e INDEXED BY webhook_endpoints_by_community
    WHERE e.community_id = ${communityId} AND e.disabled_at IS NULL
      AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE ${type} GLOB value))
  WHERE data IS NOT NULL`;

/** `insertSessionEvent` of session.started, after the statements that open the sessions: as they are when they start. */
export const insertStarted = (
  communityId: number,
  source: SQL,
  ids: readonly string[],
  when: SQL = sql`1`,
): SQL => insertSessionEvent('session.started', communityId, source, ids, when);

/**
 * Statement: a message of the type for each of the sessions with these ids, where `when` holds. `source` is where they
 * are: `sessions AS s ... ON ...`.
 */
export const insertSessionEvent = (
  type: EventType,
  communityId: number,
  source: SQL,
  ids: readonly string[],
  when: SQL,
): SQL => {
  const isStart = type === 'session.started';
  // An object, since looking something up in it reads no row, as that in a list would.
  const places = JSON.stringify(Object.fromEntries(ids.map((id, place) => [id, place])));
  return sql`
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT e.community_id, e.id, ${NEXT_SEQ} + (${places} ->> s.id), ${type},
    json_object('id', s.id, 'account_id', s.account_id, 'server_id', s.server_id, 'started_at', s.started_at,
      'last_seen_at', s.last_seen_at, ${
        isStart
          ? sql`'ended_at', NULL, 'close_kind', NULL, 'clear_reason', NULL`
          : sql`'ended_at', s.ended_at, 'close_kind', s.close_kind, 'clear_reason', s.clear_reason`
      }, 'metadata', s.metadata || '', 'continues_id', s.continues_id,
      'name', (SELECT called.name FROM accounts AS called
        WHERE called.community_id = s.community_id AND called.id = s.account_id))
  FROM webhook_endpoints AS e INDEXED BY webhook_endpoints_by_community
    CROSS JOIN ${source} AND ${places} ->> s.id IS NOT NULL
  WHERE e.community_id = ${communityId} AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE ${type} GLOB value) AND ${when}`;
};
