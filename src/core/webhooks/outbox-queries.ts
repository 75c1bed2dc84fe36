/** The SQL of the outbox: how an event becomes a message for each endpoint that asks for it. */

import { compose, type SQL, type SQLWrapper, type Statement, sql } from '../../db/statement.ts';
import type { EventType } from './model.ts';

/** The next place in the order of endpoint `e`. `deleteOldMessages` always leaves the last one there. */
const NEXT_SEQ = `(SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages
    WHERE community_id = e.community_id AND endpoint_id = e.id)`;

/** `insertMessages` for what is known before the transaction. */
export const insertKnownMessages = (communityId: number, type: EventType, data: object): Statement =>
  insertMessages(communityId, type, { sql: 'SELECT ?1', params: [JSON.stringify(data)] });

/**
 * Statement: a message for each endpoint that asks for the type, for an event that has no trigger. `data` selects JSON of
 * what happened; where it is NULL, nothing did. Without an endpoint it reads and writes nothing.
 */
export const insertMessages = (communityId: number, type: EventType, data: Statement): Statement => compose`
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT community_id, id, seq, ${type}, data FROM (
    SELECT e.community_id, e.id, ${{ sql: NEXT_SEQ, params: [] }} AS seq, ${data} AS data
    FROM webhook_endpoints AS e INDEXED BY webhook_endpoints_by_community
    WHERE e.community_id = ${communityId} AND e.disabled_at IS NULL
      AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE ${type} GLOB value))
  WHERE data IS NOT NULL`;

/** Where a session is of which `sessionEvent` tells. */
export interface SessionSource {
  readonly communityId: SQLWrapper;
  readonly sessionId: SQLWrapper;
  /** `sessions AS s ... ON ...` */
  readonly source: SQL;
}

/**
 * A statement: a message of the type for the session, where `when` holds. That of session.started comes after the statement
 * that opens it, and tells of it as it is when it starts.
 */
export const sessionEvent = (
  type: EventType,
  { communityId, sessionId, source }: SessionSource,
  when: SQL = sql`1`,
): SQL => sql`
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT e.community_id, e.id, ${sql.raw(NEXT_SEQ)}, ${type},
    json_object('id', s.id, 'account_id', s.account_id, 'server_id', s.server_id, 'started_at', s.started_at,
      'last_seen_at', s.last_seen_at, ${
        type === 'session.started'
          ? sql`'ended_at', NULL, 'close_kind', NULL, 'clear_reason', NULL`
          : sql`'ended_at', s.ended_at, 'close_kind', s.close_kind, 'clear_reason', s.clear_reason`
      }, 'metadata', s.metadata || '', 'continues_id', s.continues_id,
      'name', (SELECT called.name FROM accounts AS called
        WHERE called.community_id = s.community_id AND called.id = s.account_id))
  FROM webhook_endpoints AS e INDEXED BY webhook_endpoints_by_community
    CROSS JOIN ${source} AND s.id = ${sessionId}
  WHERE e.community_id = ${communityId} AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE ${type} GLOB value) AND ${when}`;
