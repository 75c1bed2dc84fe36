/** The SQL of messages that have been written: when they may be sent, how they are looked at, and sent again. */
import { fromJson, type Json } from '../../db/json.ts';
import type { webhookMessages } from '../../db/schema/index.ts';
import { type RowOf, type SQL, sql, statement, statementByShape } from '../../db/statement.ts';
import type { Attempt, Delivery, DeliveryStatus, Message, MessageType } from './model.ts';

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

const publish = statementByShape<
  { readonly isOfAll: boolean; readonly isSpent: boolean },
  { communityId: number; now: number; actor: string; hops: number },
  { endpoint_id: string }
>(
  ({ isOfAll, isSpent }, $) => sql`
    UPDATE webhook_messages INDEXED BY webhook_messages_by_status
    SET created_at = ${$.now}, actor = ${$.actor}, hops = ${$.hops}, ${
      isSpent
        ? sql`status = 'failed', attempts = json_set(${HOPS_SPENT}, '$[0].at', ${$.now})`
        : sql`status = 'pending'`
    }
    WHERE status = 'new' ${isOfAll ? sql`` : sql`AND community_id = ${$.communityId}`}
    RETURNING endpoint_id`,
  WITH_DOCS && [true, false].flatMap((isOfAll) => [true, false].map((isSpent) => ({ isOfAll, isSpent }))),
);

/**
 * Statement: what has come into the outbox is ready to be sent, as of `now` by `actor`; of all communities where none is
 * given. Returns the `endpoint_id`s.
 *
 * @param hops how many deliveries of our own led to the call
 */
export const publishMessages = (communityId: number | undefined, now: number, actor: string, hops = 0) =>
  publish(
    { isOfAll: communityId === undefined, isSpent: hops >= MAX_HOPS },
    { communityId: communityId ?? 0, now, actor, hops },
  );

interface EndpointKey {
  readonly communityId: number;
  readonly endpointId: string;
}

/** Statement: a message (JSON) for one endpoint, also of a type that it does not ask for; returns its `seq`. */
export const insertMessageFor = statement<EndpointKey & { type: MessageType; data: string }, { seq: number }>(
  ($) => sql`
    INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
    SELECT e.community_id, e.id, (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages
        WHERE community_id = e.community_id AND endpoint_id = e.id), ${$.type}, ${$.data}
    FROM webhook_endpoints AS e WHERE e.community_id = ${$.communityId} AND e.id = ${$.endpointId}
    RETURNING seq`,
);

type DeliveryRow = Pick<
  RowOf<typeof webhookMessages>,
  'endpoint_id' | 'seq' | 'created_at' | 'actor' | 'hops' | 'data' | 'status'
> & { readonly type: MessageType; readonly attempts: Json<readonly Attempt[]> };

const DELIVERY_COLUMNS = sql.raw('endpoint_id, seq, type, created_at, actor, hops, data, status, attempts');

/** What a message says, whether it is looked at or sent. */
export const toMessage = (
  row: Omit<DeliveryRow, 'status' | 'attempts'>,
  serverName: string | null,
): Message => ({
  endpointId: row.endpoint_id,
  seq: row.seq,
  type: row.type,
  createdAt: row.created_at,
  actor: row.actor,
  hops: row.hops,
  data: JSON.parse(row.data),
  serverName,
});

export const toDelivery = (row: DeliveryRow): Delivery => ({
  ...toMessage(row, null),
  // A message without a status yet is seen by nobody: it is published in the transaction that writes it.
  status: row.status === 'new' ? 'pending' : row.status,
  attempts: fromJson(row.attempts),
});

/** Query: an endpoint's messages, newest first, before `beforeSeq`; of one status where the shape says so. */
export const selectDeliveries = statementByShape<
  { readonly isByStatus: boolean },
  EndpointKey & { status: DeliveryStatus | ''; beforeSeq: number; limit: number },
  DeliveryRow
>(
  ({ isByStatus }, $) =>
    isByStatus
      ? sql`
        SELECT ${DELIVERY_COLUMNS} FROM webhook_messages INDEXED BY webhook_messages_by_status
        WHERE status = ${$.status} AND endpoint_id = ${$.endpointId} AND seq < ${$.beforeSeq}
          AND community_id = ${$.communityId}
        ORDER BY seq DESC LIMIT ${$.limit}`
      : sql`
        SELECT ${DELIVERY_COLUMNS} FROM webhook_messages
        WHERE community_id = ${$.communityId} AND endpoint_id = ${$.endpointId} AND seq < ${$.beforeSeq}
        ORDER BY seq DESC LIMIT ${$.limit}`,
  WITH_DOCS && [{ isByStatus: true }, { isByStatus: false }],
);

/** Query. */
export const selectDelivery = statement<EndpointKey & { seq: number }, DeliveryRow>(
  ($) => sql`
    SELECT ${DELIVERY_COLUMNS} FROM webhook_messages
    WHERE community_id = ${$.communityId} AND endpoint_id = ${$.endpointId} AND seq = ${$.seq}`,
);

/** Statement: puts a message back into the queue, as if it had never been tried. */
export const requeueMessage = statement<EndpointKey & { seq: number }>(
  ($) => sql`
    UPDATE webhook_messages SET status = 'pending', attempt_count = 0, due_at = 0
    WHERE community_id = ${$.communityId} AND endpoint_id = ${$.endpointId} AND seq = ${$.seq} AND status <> 'new'`,
);

/**
 * Statement: puts up to `limit` messages of events from `from` to `to` (epoch milliseconds) back into the queue, oldest
 * first; returns each one's `created_at`.
 */
export const requeueMessages = statement<
  EndpointKey & { from: number; to: number; limit: number },
  { created_at: number }
>(
  ($) => sql`
    UPDATE webhook_messages SET status = 'pending', attempt_count = 0, due_at = 0
    WHERE community_id = ${$.communityId} AND endpoint_id = ${$.endpointId} AND seq IN (
      SELECT seq FROM webhook_messages
      WHERE community_id = ${$.communityId} AND endpoint_id = ${$.endpointId}
        AND created_at BETWEEN ${$.from} AND ${$.to} AND status <> 'new'
      ORDER BY seq LIMIT ${$.limit})
    RETURNING created_at`,
);

/** Statement: opens the gate that the retry schedule has closed. A wait that the receiver asked for stays. */
export const openGate = statement<EndpointKey>(
  ($) => sql`
    UPDATE webhook_endpoints SET blocked_until = 0
    WHERE community_id = ${$.communityId} AND id = ${$.endpointId} AND NOT is_throttled`,
);

/** Query: the ids of an account, its own and those of accounts that were merged into it. */
const idsOf = (communityId: unknown, accountId: unknown): SQL => sql`(
  SELECT value FROM account_identifiers INDEXED BY account_identifiers_by_account
  WHERE community_id = ${communityId} AND account_id = ${accountId} AND kind = 'accId')`;

/** Assignment: what receivers answered is forgotten: it may repeat what they were sent. */
const WITHOUT_RESPONSES = sql.raw(
  "attempts = (SELECT json_group_array(json_set(value, '$.response', NULL)) FROM json_each(attempts))",
);

/**
 * Statement, before its identifiers go: what was noted of an account's names, also under the ids of accounts that were
 * merged into it, is forgotten, and so is what receivers answered, which may repeat them. What is still to be sent calls
 * it by its id. Reads the community's outbox.
 */
export const forgetNames = statement<{ communityId: number; accountId: string }>(
  ($) => sql`
    UPDATE webhook_messages SET data = json_set(data, '$.name', NULL), ${WITHOUT_RESPONSES}
    WHERE community_id = ${$.communityId}
      AND (type = 'account.created' OR type GLOB 'session.*')
      AND coalesce(data ->> 'account_id', data ->> 'id') IN ${idsOf($.communityId, $.accountId)}`,
);

/** Statement: the same for resets, which tell of many sessions: of each of the account's, the name goes. */
export const forgetNamesInResets = statement<{ communityId: number; accountId: string }>(
  ($) => sql`
    UPDATE webhook_messages SET ${WITHOUT_RESPONSES}, data = json_set(data, '$.sessions', (
      SELECT json_group_array(json(iif(s.value ->> 'account_id' IN ${idsOf($.communityId, $.accountId)},
        json_set(s.value, '$.name', NULL), s.value)))
      FROM json_each(data, '$.sessions') AS s))
    WHERE community_id = ${$.communityId} AND type = 'server.reset' AND EXISTS (
      SELECT 1 FROM json_each(data, '$.sessions') AS s
      WHERE s.value ->> 'account_id' IN ${idsOf($.communityId, $.accountId)} AND s.value ->> 'name' IS NOT NULL)`,
);
