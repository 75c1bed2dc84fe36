/** The SQL of delivery: which queues may move, how one is leased, and what is recorded of its attempts. */
import type { webhookEndpoints, webhookMessages } from '../../db/schema/index.ts';
import { type RowOf, sql, statement, statementByShape } from '../../db/statement.ts';
import type { Attempt, DeliveryStatus, MessageType } from './model.ts';

/**
 * Query: the enabled endpoints whose queue may move at `now`, those that work before those that fail, the longest
 * waiting first. Reads two rows for each endpoint with something pending (a loose index scan), however long its queue is.
 */
export const selectDueEndpoints = statement<
  { now: number; limit: number },
  { id: string; community_id: number }
>(
  ($) => sql`
    WITH RECURSIVE waiting (endpoint_id) AS (
      SELECT min(endpoint_id) FROM webhook_messages INDEXED BY webhook_messages_by_status
      WHERE status = 'pending'
      UNION ALL
      SELECT (SELECT min(endpoint_id) FROM webhook_messages INDEXED BY webhook_messages_by_status
        WHERE status = 'pending' AND endpoint_id > waiting.endpoint_id)
      FROM waiting WHERE waiting.endpoint_id IS NOT NULL
    )
    SELECT e.id, e.community_id FROM waiting CROSS JOIN webhook_endpoints AS e ON e.id = waiting.endpoint_id
    WHERE e.disabled_at IS NULL AND e.leased_until <= ${$.now} AND e.blocked_until <= ${$.now}
    ORDER BY e.failing_since IS NOT NULL, e.last_attempt_at LIMIT ${$.limit}`,
);

/** An endpoint as its queue is sent. */
export type QueueRow = Pick<
  RowOf<typeof webhookEndpoints>,
  | 'id'
  | 'community_id'
  | 'url'
  | 'format'
  | 'digest_seconds'
  | 'secret'
  | 'previous_secret'
  | 'previous_secret_expires_at'
  | 'failing_since'
  | 'blocked_until'
  | 'is_throttled'
  | 'leased_until'
>;

const QUEUE_COLUMNS = sql.raw(
  'id, community_id, url, format, digest_seconds, secret, previous_secret, previous_secret_expires_at, failing_since, blocked_until, is_throttled, leased_until',
);

/** A hold on an endpoint's queue: nobody else sends from it until `until` (epoch milliseconds). */
export interface Lease {
  readonly endpointId: string;
  readonly leaseId: string;
  readonly until: number;
}

/**
 * Statement: takes the lease, if the endpoint is enabled, nobody holds it and its gate is open; returns the endpoint.
 * A gate that only the retry schedule has closed is passed where the last attempt was before `earlyBefore`.
 */
export const leaseQueue = statement<Lease & { now: number; earlyBefore: number }, QueueRow>(
  ($) => sql`
    UPDATE webhook_endpoints SET leased_until = ${$.until}, lease_id = ${$.leaseId}
    WHERE id = ${$.endpointId} AND disabled_at IS NULL AND leased_until <= ${$.now}
      AND (blocked_until <= ${$.now} OR NOT is_throttled AND coalesce(last_attempt_at, 0) <= ${$.earlyBefore})
      AND EXISTS (SELECT 1 FROM communities WHERE id = webhook_endpoints.community_id AND deleted_at IS NULL)
    RETURNING ${QUEUE_COLUMNS}`,
);

/** A message as it waits in the queue, with the name of the server that it is about, if that has one. */
export type QueuedRow = Pick<
  RowOf<typeof webhookMessages>,
  'endpoint_id' | 'seq' | 'created_at' | 'actor' | 'hops' | 'data' | 'attempt_count'
> & { readonly type: MessageType; readonly server_name: string | null };

/**
 * Query: the head of a leased queue, in its order; no rows where the lease is not held. `digestLimit` is for endpoints
 * that put many events into one message.
 */
export const selectQueue = statement<
  Pick<Lease, 'endpointId' | 'leaseId'> & { now: number; limit: number; digestLimit: number },
  QueuedRow
>(
  ($) => sql`
    SELECT m.endpoint_id, m.seq, m.type, m.created_at, m.actor, m.hops, m.data, m.attempt_count,
      (SELECT name FROM servers WHERE community_id = m.community_id AND server_id = m.data ->> 'server_id') AS server_name
    FROM webhook_messages AS m INDEXED BY webhook_messages_by_status
    WHERE m.status = 'pending' AND m.endpoint_id = ${$.endpointId} AND m.due_at <= ${$.now}
      AND EXISTS (SELECT 1 FROM webhook_endpoints
        WHERE id = ${$.endpointId} AND lease_id = ${$.leaseId} AND leased_until > 0)
    ORDER BY m.seq
    -- An endpoint that is gone by now has no row: LIMIT takes no NULL.
    LIMIT coalesce((SELECT iif(digest_seconds IS NULL, ${$.limit}, ${$.digestLimit})
      FROM webhook_endpoints WHERE id = ${$.endpointId}), 0)`,
);

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

/** Statement: records attempts (JSON of `MessageResult`s). What somebody else has delivered meanwhile stays delivered. */
export const recordResults = statement<{ communityId: number; endpointId: string; results: string }>(
  ($) => sql`
    UPDATE webhook_messages
    SET status = result.value ->> 'status', due_at = result.value ->> 'dueAt',
      attempt_count = attempt_count + (result.value ->> 'counted'),
      attempts = json_insert(
        iif(json_array_length(attempts) < ${sql.raw(String(MAX_ATTEMPTS_KEPT))}, attempts, json_remove(attempts, '$[0]')),
        '$[#]', json(result.value -> 'attempt'))
    FROM json_each(${$.results}) AS result
    WHERE community_id = ${$.communityId} AND endpoint_id = ${$.endpointId} AND seq = result.value ->> 'seq'
      AND status = 'pending'`,
);

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
export const recordQueueState = statementByShape<
  { readonly goesOn: boolean },
  Lease & Omit<QueueState, 'isThrottled'> & { isThrottled: number; now: number },
  QueueRow
>(
  ({ goesOn }, $) => sql`
    UPDATE webhook_endpoints
    SET last_attempt_at = coalesce(${$.lastAttemptAt}, last_attempt_at), failing_since = ${$.failingSince},
      blocked_until = ${$.blockedUntil}, is_throttled = ${$.isThrottled},
      leased_until = ${
        goesOn
          ? sql`iif(disabled_at IS NULL AND EXISTS (
              SELECT 1 FROM webhook_messages INDEXED BY webhook_messages_by_status
              WHERE status = 'pending' AND endpoint_id = ${$.endpointId} AND due_at <= ${$.now}), ${$.until}, 0)`
          : sql`0`
      }
    WHERE id = ${$.endpointId} AND lease_id = ${$.leaseId}
    RETURNING ${QUEUE_COLUMNS}`,
  WITH_DOCS && [{ goesOn: true }, { goesOn: false }],
);

/** Statement: nothing is sent to the endpoint any more; what waits is kept. */
export const disableEndpoint = statement<{
  communityId: number;
  id: string;
  reason: 'gone' | 'failing';
  now: number;
}>(
  ($) => sql`
    UPDATE webhook_endpoints SET disabled_at = ${$.now}, disabled_reason = ${$.reason}
    WHERE community_id = ${$.communityId} AND id = ${$.id} AND disabled_at IS NULL`,
);

/**
 * Statement: removes the messages from before `before` (epoch milliseconds) among the endpoint's `limit` oldest. The last
 * one is always kept, so that its place is not given again.
 */
export const deleteOldMessages = statement<{
  communityId: number;
  endpointId: string;
  before: number;
  limit: number;
}>(
  ($) => sql`
    DELETE FROM webhook_messages
    WHERE community_id = ${$.communityId} AND endpoint_id = ${$.endpointId} AND seq IN (
      SELECT seq FROM (
        SELECT seq, created_at, status FROM webhook_messages
        WHERE community_id = ${$.communityId} AND endpoint_id = ${$.endpointId} ORDER BY seq LIMIT ${$.limit})
      WHERE created_at < ${$.before} AND status IN ('delivered', 'failed') AND seq < (
        SELECT max(seq) FROM webhook_messages
        WHERE community_id = ${$.communityId} AND endpoint_id = ${$.endpointId}))`,
);
