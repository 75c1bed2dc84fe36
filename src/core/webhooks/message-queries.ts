/** The SQL of the outbox: how messages get in, and how they are looked at again. */

import { type Database, type Row, readRows } from '../../db/client.ts';
import { type SQL, sql } from '../../db/sql.ts';
import type { Attempt, Delivery, DeliveryStatus, EventType, Message, MessageType } from './model.ts';

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
      'names', (SELECT json_group_object(kind, value) FROM account_identifiers INDEXED BY account_identifiers_by_account
        WHERE community_id = s.community_id AND account_id = s.account_id))
  FROM webhook_endpoints AS e INDEXED BY webhook_endpoints_by_community
    CROSS JOIN ${source} AND ${places} ->> s.id IS NOT NULL
  WHERE e.community_id = ${communityId} AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE ${type} GLOB value) AND ${when}`;
};

/** An event that so many of our own deliveries have caused, one the other, is not sent: it would go on for ever. */
const MAX_HOPS = 5;

const HOPS_SPENT = JSON.stringify([
  {
    at: 0,
    status: null,
    durationMs: 0,
    error: `not sent: ${MAX_HOPS} deliveries of this service have caused one another`,
    response: null,
  },
]);

/**
 * Statement: what has come into the outbox is ready to be sent, as of `now` by `actor`; of all communities where none is
 * given. Returns the `endpoint_id`s.
 *
 * @param hops how many deliveries of our own led to the call
 */
export const publishMessages = (
  communityId: number | undefined,
  now: number,
  actor: string,
  hops = 0,
): SQL => sql`
  UPDATE webhook_messages INDEXED BY webhook_messages_by_status
  SET created_at = ${now}, actor = ${actor}, hops = ${hops},
    ${
      hops < MAX_HOPS
        ? sql`status = 'pending'`
        : sql`status = 'failed', attempts = json_set(${HOPS_SPENT}, '$[0].at', ${now})`
    }
  WHERE status = 'new' ${communityId === undefined ? sql`` : sql`AND community_id = ${communityId}`}
  RETURNING endpoint_id`;

/** Statement: a message for one endpoint, also of a type that it does not ask for; returns its `seq`. */
export const insertMessageFor = (
  communityId: number,
  endpointId: string,
  type: MessageType,
  data: unknown,
): SQL => sql`
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT e.community_id, e.id, ${NEXT_SEQ}, ${type}, ${JSON.stringify(data)}
  FROM webhook_endpoints AS e WHERE e.community_id = ${communityId} AND e.id = ${endpointId}
  RETURNING seq`;

const toMessage = (row: Row): Message => ({
  endpointId: row.endpoint_id as string,
  seq: row.seq as number,
  type: row.type as MessageType,
  createdAt: row.created_at as number,
  actor: row.actor as string,
  hops: row.hops as number,
  data: JSON.parse(row.data as string) as unknown,
  serverName: null,
});

const DELIVERY_COLUMNS = sql.raw('endpoint_id, seq, type, created_at, actor, hops, data, status, attempts');

const toDelivery = (row: Row): Delivery => ({
  ...toMessage(row),
  status: row.status as DeliveryStatus,
  attempts: JSON.parse(row.attempts as string) as Attempt[],
});

/** An endpoint's messages, newest first, before `beforeSeq`. */
export const selectDeliveries = async (
  db: Database,
  communityId: number,
  endpointId: string,
  { status, beforeSeq, limit }: { status: DeliveryStatus | undefined; beforeSeq: number; limit: number },
): Promise<Delivery[]> => {
  const rows = await readRows<Row>(
    db,
    status === undefined
      ? sql`SELECT ${DELIVERY_COLUMNS} FROM webhook_messages
          WHERE community_id = ${communityId} AND endpoint_id = ${endpointId} AND seq < ${beforeSeq}
          ORDER BY seq DESC LIMIT ${limit}`
      : sql`SELECT ${DELIVERY_COLUMNS} FROM webhook_messages INDEXED BY webhook_messages_by_status
          WHERE status = ${status} AND endpoint_id = ${endpointId} AND seq < ${beforeSeq}
            AND community_id = ${communityId}
          ORDER BY seq DESC LIMIT ${limit}`,
  );
  return rows.map(toDelivery);
};

export const findDelivery = async (
  db: Database,
  communityId: number,
  endpointId: string,
  seq: number,
): Promise<Delivery | undefined> => {
  const [row] = await readRows<Row>(
    db,
    sql`SELECT ${DELIVERY_COLUMNS} FROM webhook_messages
      WHERE community_id = ${communityId} AND endpoint_id = ${endpointId} AND seq = ${seq}`,
  );
  return row && toDelivery(row);
};

/** Statement: puts a message back into the queue, as if it had never been tried. */
export const requeueMessage = (communityId: number, endpointId: string, seq: number): SQL => sql`
  UPDATE webhook_messages SET status = 'pending', attempt_count = 0, due_at = 0
  WHERE community_id = ${communityId} AND endpoint_id = ${endpointId} AND seq = ${seq} AND status <> 'new'`;

/**
 * Statement: puts up to `limit` messages of events from `from` to `to` (epoch milliseconds) back into the queue, oldest
 * first; returns each one's `created_at`.
 */
export const requeueMessages = (
  communityId: number,
  endpointId: string,
  { from, to, limit }: { from: number; to: number; limit: number },
): SQL => sql`
  UPDATE webhook_messages SET status = 'pending', attempt_count = 0, due_at = 0
  WHERE community_id = ${communityId} AND endpoint_id = ${endpointId} AND seq IN (
    SELECT seq FROM webhook_messages
    WHERE community_id = ${communityId} AND endpoint_id = ${endpointId}
      AND created_at BETWEEN ${from} AND ${to} AND status <> 'new'
    ORDER BY seq LIMIT ${limit})
  RETURNING created_at`;

/**
 * Statement, before its identifiers go: what was noted of an account's names, also under the ids of accounts that were
 * merged into it, is forgotten, and so is what receivers answered, which may repeat them. What is still to be sent calls it by its id. Reads the community's outbox.
 */
export const forgetNames = (communityId: number, accountId: string): SQL => sql`
  UPDATE webhook_messages SET data = json_set(data, '$.names', json('{}')),
    attempts = (SELECT json_group_array(json_set(value, '$.response', NULL)) FROM json_each(attempts))
  WHERE community_id = ${communityId}
    AND (type = 'account.created' OR type GLOB 'session.*')
    AND coalesce(data ->> 'account_id', data ->> 'id') IN (
      SELECT value FROM account_identifiers INDEXED BY account_identifiers_by_account
      WHERE community_id = ${communityId} AND account_id = ${accountId} AND kind = 'accId')`;

/** Statement: opens the gate that the retry schedule has closed. A wait that the receiver asked for stays. */
export const openGate = (communityId: number, endpointId: string): SQL => sql`
  UPDATE webhook_endpoints SET blocked_until = 0
  WHERE community_id = ${communityId} AND id = ${endpointId} AND NOT is_throttled`;
