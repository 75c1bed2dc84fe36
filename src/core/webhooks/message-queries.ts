/** The SQL of the outbox: how messages get in, how a queue is leased, and what is recorded of its attempts. */

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
      }, 'metadata', s.metadata || '',
      'names', (SELECT json_group_object(kind, value) FROM account_identifiers INDEXED BY account_identifiers_by_account
        WHERE community_id = s.community_id AND account_id = s.account_id))
  FROM webhook_endpoints AS e INDEXED BY webhook_endpoints_by_community
    CROSS JOIN ${source} AND ${places} ->> s.id IS NOT NULL
  WHERE e.community_id = ${communityId} AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE ${type} GLOB value) AND ${when}`;
};

/**
 * Statement: what has come into the outbox is ready to be sent, as of `now` by `actor`; of all communities where none is
 * given. Returns the `endpoint_id`s.
 */
export const publishMessages = (communityId: number | undefined, now: number, actor: string): SQL => sql`
  UPDATE webhook_messages INDEXED BY webhook_messages_by_status
  SET status = 'pending', created_at = ${now}, actor = ${actor}
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

/**
 * Statement: `id` of the enabled endpoints whose queue may move at `now`, those that work before those that fail, the longest waiting
 * first. Reads two rows for each endpoint with something pending (a loose index scan), however long its queue is.
 */
export const selectDueEndpoints = (now: number, limit: number): SQL => sql`
      WITH RECURSIVE waiting (endpoint_id) AS (
        SELECT min(endpoint_id) FROM webhook_messages INDEXED BY webhook_messages_by_status
        WHERE status = 'pending'
        UNION ALL
        SELECT (SELECT min(endpoint_id) FROM webhook_messages INDEXED BY webhook_messages_by_status
          WHERE status = 'pending' AND endpoint_id > waiting.endpoint_id)
        FROM waiting WHERE waiting.endpoint_id IS NOT NULL
      )
      SELECT e.id FROM waiting CROSS JOIN webhook_endpoints AS e ON e.id = waiting.endpoint_id
      WHERE e.disabled_at IS NULL AND e.leased_until <= ${now} AND e.blocked_until <= ${now}
      ORDER BY e.failing_since IS NOT NULL, e.last_attempt_at LIMIT ${limit}`;

const QUEUE_COLUMNS = sql.raw(
  'id, community_id, url, format, secret, previous_secret, previous_secret_expires_at, failing_since, blocked_until, is_throttled, disabled_at, leased_until',
);

/** A hold on an endpoint's queue: nobody else sends from it until `until` (epoch milliseconds). */
export interface Lease {
  readonly endpointId: string;
  readonly id: string;
  readonly until: number;
}

/**
 * Statement: takes the lease, if the endpoint is enabled, nobody holds it and its gate is open; returns the endpoint.
 * With `earlyAfterMs`, a gate that only the retry schedule has closed is passed once the last attempt is that old.
 */
export const leaseQueue = (lease: Lease, now: number, earlyAfterMs: number | undefined): SQL => sql`
  UPDATE webhook_endpoints SET leased_until = ${lease.until}, lease_id = ${lease.id}
  WHERE id = ${lease.endpointId} AND disabled_at IS NULL AND leased_until <= ${now}
    AND (blocked_until <= ${now} ${
      earlyAfterMs === undefined
        ? sql``
        : sql`OR NOT is_throttled AND coalesce(last_attempt_at, 0) <= ${now - earlyAfterMs}`
    })
    AND EXISTS (SELECT 1 FROM communities WHERE id = webhook_endpoints.community_id AND deleted_at IS NULL)
  RETURNING ${QUEUE_COLUMNS}`;

/** Statement: the head of a leased queue, in its order; no rows where the lease is not held. */
export const selectQueue = (lease: Lease, now: number, limit: number): SQL => sql`
  SELECT m.community_id, m.endpoint_id, m.seq, m.type, m.created_at, m.actor, m.data, m.attempt_count
  FROM webhook_messages AS m INDEXED BY webhook_messages_by_status
  WHERE m.status = 'pending' AND m.endpoint_id = ${lease.endpointId} AND m.due_at <= ${now}
    AND EXISTS (SELECT 1 FROM webhook_endpoints
      WHERE id = ${lease.endpointId} AND lease_id = ${lease.id} AND leased_until > 0)
  ORDER BY m.seq LIMIT ${limit}`;

/** What became of a message in one attempt. */
export interface MessageResult {
  readonly seq: number;
  readonly status: DeliveryStatus;
  /** 1 if the attempt counts against the schedule, else 0. */
  readonly counted: 0 | 1;
  readonly dueAt: number;
  readonly attempt: Attempt;
}

/** Of a message, so many attempts are kept. */
const MAX_ATTEMPTS_KEPT = 20;

/** Statement: records attempts. What somebody else has delivered meanwhile stays delivered. */
export const recordResults = (
  communityId: number,
  endpointId: string,
  results: readonly MessageResult[],
): SQL => sql`
  UPDATE webhook_messages
  SET status = result.value ->> 'status', due_at = result.value ->> 'dueAt',
    attempt_count = attempt_count + (result.value ->> 'counted'),
    attempts = json_insert(
      CASE WHEN json_array_length(attempts) < ${MAX_ATTEMPTS_KEPT} THEN attempts ELSE json_remove(attempts, '$[0]') END,
      '$[#]', json(result.value -> 'attempt'))
  FROM json_each(${JSON.stringify(results)}) AS result
  WHERE community_id = ${communityId} AND endpoint_id = ${endpointId} AND seq = result.value ->> 'seq'
    AND status = 'pending'`;

/** How an endpoint fares. */
export interface QueueState {
  readonly lastAttemptAt: number | null;
  readonly failingSince: number | null;
  readonly blockedUntil: number;
  readonly isThrottled: boolean;
}

/**
 * Statement: records how a leased endpoint fares. Keeps the lease if `goesOn` and something is left to send, else gives
 * it back; both in the transaction that looks, so that a message that comes at this moment is seen by one of the two.
 */
export const recordQueueState = (lease: Lease, state: QueueState, goesOn: boolean, now: number): SQL => sql`
  UPDATE webhook_endpoints
  SET last_attempt_at = coalesce(${state.lastAttemptAt}, last_attempt_at), failing_since = ${state.failingSince},
    blocked_until = ${state.blockedUntil}, is_throttled = ${state.isThrottled ? 1 : 0},
    leased_until = CASE WHEN ${goesOn ? 1 : 0} AND disabled_at IS NULL AND EXISTS (
        SELECT 1 FROM webhook_messages INDEXED BY webhook_messages_by_status
        WHERE status = 'pending' AND endpoint_id = ${lease.endpointId} AND due_at <= ${now})
      THEN ${lease.until} ELSE 0 END
  WHERE id = ${lease.endpointId} AND lease_id = ${lease.id}
  RETURNING ${QUEUE_COLUMNS}`;

/** Statement: nothing is sent to the endpoint any more; what waits is kept. */
export const disableEndpoint = (
  communityId: number,
  id: string,
  reason: 'gone' | 'failing',
  now: number,
): SQL => sql`
  UPDATE webhook_endpoints SET disabled_at = ${now}, disabled_reason = ${reason}
  WHERE community_id = ${communityId} AND id = ${id} AND disabled_at IS NULL`;

/**
 * Statement: removes the messages from before `before` (epoch milliseconds) among the endpoint's `limit` oldest. The last
 * one is always kept, so that its place is not given again.
 */
export const deleteOldMessages = (
  communityId: number,
  endpointId: string,
  before: number,
  limit: number,
): SQL => sql`
  DELETE FROM webhook_messages
  WHERE community_id = ${communityId} AND endpoint_id = ${endpointId} AND seq IN (
    SELECT seq FROM (
      SELECT seq, created_at, status FROM webhook_messages
      WHERE community_id = ${communityId} AND endpoint_id = ${endpointId} ORDER BY seq LIMIT ${limit})
    WHERE created_at < ${before} AND status IN ('delivered', 'failed') AND seq < (
      SELECT max(seq) FROM webhook_messages WHERE community_id = ${communityId} AND endpoint_id = ${endpointId}))`;

export const toMessage = (row: Row): Message => ({
  endpointId: row.endpoint_id as string,
  seq: row.seq as number,
  type: row.type as MessageType,
  createdAt: row.created_at as number,
  actor: row.actor as string,
  data: JSON.parse(row.data as string) as unknown,
});

const DELIVERY_COLUMNS = sql.raw('endpoint_id, seq, type, created_at, actor, data, status, attempts');

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
 * merged into it, is forgotten. What is still to be sent calls it by its id. Reads the community's outbox.
 */
export const forgetNames = (communityId: number, accountId: string): SQL => sql`
  UPDATE webhook_messages SET data = json_set(data, '$.names', json('{}'))
  WHERE community_id = ${communityId} AND data ->> 'names' <> '{}'
    AND (type = 'account.created' OR type GLOB 'session.*')
    AND coalesce(data ->> 'account_id', data ->> 'id') IN (
      SELECT value FROM account_identifiers INDEXED BY account_identifiers_by_account
      WHERE community_id = ${communityId} AND account_id = ${accountId} AND kind = 'accId')`;

/** Statement: opens the gate that the retry schedule has closed. A wait that the receiver asked for stays. */
export const openGate = (communityId: number, endpointId: string): SQL => sql`
  UPDATE webhook_endpoints SET blocked_until = 0
  WHERE community_id = ${communityId} AND id = ${endpointId} AND NOT is_throttled`;
