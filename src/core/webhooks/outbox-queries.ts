/** The SQL of the outbox: how an event becomes a message for each endpoint that asks for it. */

import { compose, type SQL, type SQLWrapper, type Statement, sql } from '../../db/statement.ts';
import { SESSION_COLUMNS } from '../sessions/session.ts';
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

/**
 * Expression: a JSON object with the columns of a session, each what `of` says in SQL; undefined leaves it out. (The
 * triggers of db/live have it in parts/session_json.sql.)
 */
export const sessionJson = (
  of: (column: (typeof SESSION_COLUMNS)[number]) => string | undefined,
  more?: string,
): SQL => {
  const pairs = SESSION_COLUMNS.flatMap((column) => {
    const value = of(column);
    return value === undefined ? [] : [`'${column}', ${value}`];
  });
  return sql.raw(`json_object(${[...pairs, ...(more === undefined ? [] : [more])].join(', ')})`);
};

/** What an event tells of a column of session `s`: a start does not know the end, even where that is known already. */
const columnOfEvent = (type: EventType, column: (typeof SESSION_COLUMNS)[number]): string => {
  const isOfEnd = column === 'ended_at' || column === 'close_kind' || column === 'clear_reason';
  if (isOfEnd && type === 'session.started') return 'NULL';
  // What json_patch has just returned would be nested as JSON.
  return column === 'metadata' ? "s.metadata || ''" : `s.${column}`;
};

const NAME = `(SELECT called.name FROM accounts AS called
  WHERE called.community_id = s.community_id AND called.id = s.account_id)`;

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
    ${sessionJson((column) => columnOfEvent(type, column), `'name', ${NAME}`)}
  FROM webhook_endpoints AS e INDEXED BY webhook_endpoints_by_community
    CROSS JOIN ${source} AND s.id = ${sessionId}
  WHERE e.community_id = ${communityId} AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE ${type} GLOB value) AND ${when}`;
