/** The SQL of inbound webhooks: their configuration, the messages they have recorded, and their latest calls. */

import { type Database, readRows, runBatch } from '../../db/client.ts';
import { isRefusedBy } from '../../db/constraint.ts';
import { fromJson, type Json } from '../../db/json.ts';
import type {
  communities,
  inboundWebhookCalls,
  inboundWebhookMessages,
  inboundWebhooks,
} from '../../db/schema/index.ts';
import { compose, type RowOf, type Statement, sql, statement } from '../../db/statement.ts';
import type { Community } from '../access/actor.ts';
import { toCommunity } from '../access/queries.ts';
import type { Plan } from '../plan.ts';
import type { Mapping } from './mapping.ts';
import {
  CALLS_KEPT,
  type CallOutcome,
  type CallRecord,
  type InboundAnswer,
  type InboundWebhook,
  type ItemOutcome,
  type ItemResult,
  type KeptCall,
  type Refusal,
  toRefusal,
  type Verification,
} from './model.ts';
import type { SenderName } from './senders/index.ts';

type WebhookRow = Omit<RowOf<typeof inboundWebhooks>, 'sender' | 'verification' | 'mapping'> & {
  readonly sender: SenderName;
  readonly verification: Json<Verification> | null;
  readonly mapping: Json<Mapping> | null;
};

export const toInboundWebhook = (row: WebhookRow): InboundWebhook => ({
  id: row.id,
  communityId: row.community_id,
  name: row.name,
  kind: row.kind,
  sender: row.sender,
  verification: row.verification === null ? null : fromJson(row.verification),
  mapping: row.mapping === null ? null : fromJson(row.mapping),
  repeatSeconds: row.repeat_seconds,
  keepBodies: row.keep_bodies === 1,
  createdAt: row.created_at,
  callCount: row.call_count,
  previousSecretExpiresAt: row.previous_secret_expires_at,
});

/** An inbound webhook as a call to it needs it. */
export interface CallTarget {
  readonly webhook: InboundWebhook;
  /** As `storedSecret` made it. */
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly community: Community;
}

const selectTarget = statement<{ id: string }, WebhookRow>(
  ($) => sql`SELECT * FROM inbound_webhooks WHERE id = ${$.id}`,
);

const selectTargetCommunity = statement<{ id: string }, RowOf<typeof communities>>(
  ($) => sql`
    SELECT * FROM communities
    WHERE id = (SELECT community_id FROM inbound_webhooks WHERE id = ${$.id}) AND deleted_at IS NULL`,
);

/** The webhook with this id with its community, if that lives. */
export const findCallTarget = async (db: Database, id: string): Promise<CallTarget | undefined> => {
  // Two selects, not a join: in a batch D1 names columns, and both tables have an `id`.
  const [[row], [community]] = await runBatch(db, [selectTarget({ id }), selectTargetCommunity({ id })]);
  return (
    row &&
    community && {
      webhook: toInboundWebhook(row),
      secret: row.secret,
      previousSecret: row.previous_secret,
      community: toCommunity(db, community),
    }
  );
};

const selectInboundWebhook = statement<{ communityId: number; id: string }, WebhookRow>(
  ($) => sql`SELECT * FROM inbound_webhooks WHERE community_id = ${$.communityId} AND id = ${$.id}`,
);

export const findInboundWebhook = async (
  db: Database,
  communityId: number,
  id: string,
): Promise<InboundWebhook | undefined> => {
  const [row] = await readRows(db, selectInboundWebhook({ communityId, id }));
  return row && toInboundWebhook(row);
};

/** Query: the community's inbound webhooks by id (so by age), after `afterId`. */
export const selectInboundWebhooks = statement<
  { communityId: number; afterId: string; limit: number },
  WebhookRow
>(
  ($) => sql`
    SELECT * FROM inbound_webhooks WHERE community_id = ${$.communityId} AND id > ${$.afterId}
    ORDER BY id LIMIT ${$.limit}`,
);

/** What an owner decides about an inbound webhook. */
export interface InboundInput
  extends Pick<
    InboundWebhook,
    'name' | 'sender' | 'verification' | 'mapping' | 'repeatSeconds' | 'keepBodies'
  > {}

const toColumns = ({ verification, mapping, keepBodies, ...input }: InboundInput) => ({
  name: input.name,
  sender: input.sender,
  repeatSeconds: input.repeatSeconds,
  verification: verification === null ? null : JSON.stringify(verification),
  mapping: mapping === null ? null : JSON.stringify(mapping),
  keepBodies: keepBodies ? 1 : 0,
});

const insertRow = statement<
  Pick<InboundWebhook, 'id' | 'communityId' | 'kind' | 'createdAt'> &
    ReturnType<typeof toColumns> & { secret: string },
  WebhookRow
>(
  ($) => sql`
    INSERT INTO inbound_webhooks
      (id, community_id, name, kind, sender, verification, secret, mapping, repeat_seconds, keep_bodies, created_at)
    VALUES (${$.id}, ${$.communityId}, ${$.name}, ${$.kind}, ${$.sender}, ${$.verification}, ${$.secret}, ${$.mapping},
      ${$.repeatSeconds}, ${$.keepBodies}, ${$.createdAt})
    RETURNING *`,
);

/** Statement. `secret` is as `storedSecret` made it. */
export const insertInboundWebhook = (
  key: Pick<InboundWebhook, 'id' | 'communityId' | 'kind' | 'createdAt'>,
  input: InboundInput & { secret: string },
) => insertRow({ ...key, ...toColumns(input), secret: input.secret });

const updateRow = statement<
  Pick<InboundWebhook, 'id' | 'communityId' | 'previousSecretExpiresAt'> &
    ReturnType<typeof toColumns> & { secret: string | null; keepsPrevious: number },
  WebhookRow
>(
  ($) => sql`
    UPDATE inbound_webhooks SET name = ${$.name}, sender = ${$.sender}, verification = ${$.verification},
      mapping = ${$.mapping}, repeat_seconds = ${$.repeatSeconds}, keep_bodies = ${$.keepBodies},
      secret = coalesce(${$.secret}, secret),
      previous_secret = CASE WHEN ${$.secret} IS NULL AND ${$.keepsPrevious} THEN previous_secret
        WHEN ${$.previousSecretExpiresAt} IS NOT NULL THEN secret END,
      previous_secret_expires_at = CASE WHEN ${$.secret} IS NULL AND ${$.keepsPrevious} THEN previous_secret_expires_at
        ELSE ${$.previousSecretExpiresAt} END
    WHERE community_id = ${$.communityId} AND id = ${$.id}
    RETURNING *`,
);

/**
 * Statement. `secret` is as `storedSecret` made it, null to leave it as it is; the old one is taken too until
 * `previousSecretExpiresAt`, where that is not null. Where the proof itself changes (`keepsPrevious` is false), no older
 * secret stays.
 */
export const updateInboundWebhook = (
  key: Pick<InboundWebhook, 'id' | 'communityId' | 'previousSecretExpiresAt'>,
  input: InboundInput & { secret: string | null; keepsPrevious: boolean },
) =>
  updateRow({
    id: key.id,
    communityId: key.communityId,
    previousSecretExpiresAt: key.previousSecretExpiresAt,
    ...toColumns(input),
    secret: input.secret,
    keepsPrevious: input.keepsPrevious ? 1 : 0,
  });

/** Statement. What a webhook has recorded stays; its message ids go when they are old. */
export const deleteInboundWebhook = statement<{ communityId: number; id: string }>(
  ($) => sql`DELETE FROM inbound_webhooks WHERE community_id = ${$.communityId} AND id = ${$.id}`,
);

/** Statement: removes the notes of a webhook's calls. */
export const deleteCalls = statement<{ communityId: number; id: string }>(
  ($) =>
    sql`DELETE FROM inbound_webhook_calls WHERE community_id = ${$.communityId} AND webhook_id = ${$.id}`,
);

/** Which message of which webhook. */
export interface MessageKey {
  readonly communityId: number;
  readonly webhookId: string;
  readonly messageId: string;
}

/**
 * Statement: forgets the message where it is older than a repeat can be, so that it can be recorded anew.
 * `receivedBefore` in epoch milliseconds.
 */
export const forgetMessage = statement<MessageKey & { receivedBefore: number }>(
  ($) => sql`
    DELETE FROM inbound_webhook_messages
    WHERE community_id = ${$.communityId} AND webhook_id = ${$.webhookId} AND message_id = ${$.messageId}
      AND received_at < ${$.receivedBefore}`,
);

const insertMessageRow = statement<MessageKey & { receivedAt: number; answer: string }>(
  ($) => sql`
    INSERT INTO inbound_webhook_messages (community_id, webhook_id, message_id, received_at, answer)
    VALUES (${$.communityId}, ${$.webhookId}, ${$.messageId}, ${$.receivedAt}, ${$.answer})`,
);

/** What a message's answer is kept as, while it is recorded and after: the items that were not, and the steps' results. */
interface StoredAnswer {
  readonly count: number;
  readonly refused: Readonly<Record<string, Refusal>>;
  readonly steps: readonly (readonly ItemOutcome[])[];
}

/**
 * Statement: begins to record a message of `count` items, some of which are recorded already (`outcomes`). It fails the
 * whole batch where the message has been recorded before (`isRecordedBefore`).
 */
export const insertMessage = (
  key: MessageKey,
  receivedAt: number,
  count: number,
  refused: ReadonlyMap<number, Refusal>,
  outcomes: readonly ItemOutcome[] = [],
): Statement => {
  const answer: StoredAnswer = { count, refused: Object.fromEntries(refused), steps: [outcomes] };
  return insertMessageRow({ ...key, receivedAt, answer: JSON.stringify(answer) });
};

/** Statements: one step of recording a message, its result in the answer. */
export const runStep = (
  { communityId, webhookId, messageId }: MessageKey,
  { prepare, target, changes, recorded, failure }: Plan,
): Statement[] => {
  const things =
    typeof recorded === 'function'
      ? recorded('inbound_webhook_messages.target')
      : { sql: 'SELECT ?1', params: [JSON.stringify(recorded)] };
  const outcomes = compose`
    SELECT json_group_array(json_object('recorded', json(value)) ORDER BY key) FROM json_each(${things})`;
  const refusals = failure && JSON.stringify([{ refusal: toRefusal(failure.error) }]);
  const result =
    failure && refusals !== undefined
      ? compose`SELECT CASE WHEN EXISTS ${failure.when} THEN ${refusals} ELSE ${outcomes} END`
      : outcomes;
  return [
    ...prepare,
    ...(target
      ? [
          compose`
            UPDATE inbound_webhook_messages SET target = ${target}
            WHERE community_id = ${communityId} AND webhook_id = ${webhookId} AND message_id = ${messageId}`,
        ]
      : []),
    ...changes,
    compose`
      UPDATE inbound_webhook_messages SET target = NULL, answer = json_insert(answer, '$.steps[#]', json(${result}))
      WHERE community_id = ${communityId} AND webhook_id = ${webhookId} AND message_id = ${messageId}`,
  ];
};

const demandRecordedRow = statement<MessageKey>(
  ($) => sql`
    UPDATE inbound_webhook_messages SET answer = CASE WHEN EXISTS (
      SELECT 1 FROM json_each(answer, '$.steps') AS step, json_each(step.value) AS result
      WHERE json_type(result.value, '$.recorded') IS NOT NULL
    ) THEN answer END
    WHERE community_id = ${$.communityId} AND webhook_id = ${$.webhookId} AND message_id = ${$.messageId}`,
);

/**
 * Statement: fails the whole batch where no step has recorded anything (`isNothingRecorded`), so that the message can
 * come again.
 */
export const demandRecorded = (key: MessageKey): Statement => demandRecordedRow(key);

/** What `selectMessage` returns, for `toAnswer`. */
type MessageRow = Pick<RowOf<typeof inboundWebhookMessages>, 'message_id' | 'received_at'> & {
  readonly answer: Json<StoredAnswer>;
};

/** Query. */
export const selectMessage = statement<MessageKey, MessageRow>(
  ($) => sql`
    SELECT message_id, received_at, answer FROM inbound_webhook_messages
    WHERE community_id = ${$.communityId} AND webhook_id = ${$.webhookId} AND message_id = ${$.messageId}`,
);

export const toAnswer = (row: MessageRow): InboundAnswer => {
  const { count, refused, steps } = fromJson(row.answer);
  const outcomes = steps.flat().values();
  const results = Array.from({ length: count }, (_, index): ItemResult => {
    const refusal = refused[index];
    const outcome = refusal ? { refusal } : outcomes.next().value;
    if (!outcome) throw new Error('A message has fewer results than items');
    return { index, ...outcome };
  });
  return { messageId: row.message_id, receivedAt: row.received_at, results };
};

/** Whether a batch failed because `insertMessage` found the message there. */
export const isRecordedBefore = (error: unknown): boolean =>
  isRefusedBy(error, 'UNIQUE', 'inbound_webhook_messages.');

/** Whether a batch failed because `demandRecorded` found nothing. */
export const isNothingRecorded = (error: unknown): boolean =>
  isRefusedBy(error, 'NOT NULL', 'inbound_webhook_messages.answer');

const countCall = statement<{ webhookId: string }>(
  ($) => sql`UPDATE inbound_webhooks SET call_count = call_count + 1 WHERE id = ${$.webhookId}`,
);

const insertCall = statement<{
  communityId: number;
  webhookId: string;
  receivedAt: number;
  outcome: CallOutcome;
  messageId: string | null;
  bodyBytes: number;
  refusal: string | null;
  kept: string | null;
}>(
  ($) => sql`
    INSERT INTO inbound_webhook_calls
      (community_id, webhook_id, slot, number, received_at, outcome, message_id, body_bytes, refusal, kept)
    SELECT ${$.communityId}, id, call_count % ${sql.raw(String(CALLS_KEPT))}, call_count, ${$.receivedAt}, ${$.outcome},
      ${$.messageId}, ${$.bodyBytes}, ${$.refusal}, CASE WHEN keep_bodies THEN ${$.kept} END
    FROM inbound_webhooks WHERE id = ${$.webhookId}
    ON CONFLICT DO UPDATE SET number = excluded.number, received_at = excluded.received_at,
      outcome = excluded.outcome, message_id = excluded.message_id, body_bytes = excluded.body_bytes,
      refusal = excluded.refusal, kept = excluded.kept`,
);

/** Statements: notes a call; the oldest one goes where there are too many. */
export const noteCall = (
  { communityId, webhookId }: Pick<MessageKey, 'communityId' | 'webhookId'>,
  call: {
    readonly receivedAt: number;
    readonly outcome: CallOutcome;
    readonly messageId?: string | undefined;
    readonly bodyBytes: number;
    readonly refusal?: Refusal | undefined;
    readonly kept?: string | undefined;
  },
): Statement[] => [
  countCall({ webhookId }),
  insertCall({
    communityId,
    webhookId,
    receivedAt: call.receivedAt,
    outcome: call.outcome,
    messageId: call.messageId ?? null,
    bodyBytes: call.bodyBytes,
    refusal: call.refusal ? JSON.stringify(call.refusal) : null,
    kept: call.kept ?? null,
  }),
];

type CallRow = Pick<
  RowOf<typeof inboundWebhookCalls>,
  'number' | 'received_at' | 'message_id' | 'body_bytes'
> & { readonly outcome: CallOutcome; readonly refusal: Json<Refusal> | null; readonly has_body: number };

const selectCallRows = statement<{ communityId: number; webhookId: string; keptSince: number }, CallRow>(
  ($) => sql`
    SELECT number, received_at, outcome, message_id, body_bytes, refusal,
      kept IS NOT NULL AND received_at > ${$.keptSince} AS has_body
    FROM inbound_webhook_calls
    WHERE community_id = ${$.communityId} AND webhook_id = ${$.webhookId} ORDER BY number DESC`,
);

/** The calls that are kept, newest first. Bodies from before `keptSince` (epoch milliseconds) count as gone. */
export const selectCalls = async (
  db: Database,
  communityId: number,
  webhookId: string,
  keptSince: number,
): Promise<CallRecord[]> =>
  (await readRows(db, selectCallRows({ communityId, webhookId, keptSince }))).map((row) => ({
    number: row.number,
    receivedAt: row.received_at,
    outcome: row.outcome,
    messageId: row.message_id,
    bodyBytes: row.body_bytes,
    hasBody: row.has_body === 1,
    refusal: row.refusal === null ? null : fromJson(row.refusal),
  }));

const selectKept = statement<
  { communityId: number; webhookId: string; number: number; keptSince: number },
  { kept: Json<KeptCall>; outcome: CallOutcome; message_id: string | null; body_bytes: number }
>(
  ($) => sql`
    SELECT kept, outcome, message_id, body_bytes FROM inbound_webhook_calls
    WHERE community_id = ${$.communityId} AND webhook_id = ${$.webhookId}
      AND slot = ${$.number} % ${sql.raw(String(CALLS_KEPT))} AND number = ${$.number}
      AND kept IS NOT NULL AND received_at > ${$.keptSince}`,
);

/** What a call brought, where that is kept; else undefined. */
export const findKeptCall = async (
  db: Database,
  key: { communityId: number; webhookId: string; number: number; keptSince: number },
): Promise<(KeptCall & Pick<CallRecord, 'outcome' | 'messageId' | 'bodyBytes'>) | undefined> => {
  const [row] = await readRows(db, selectKept(key));
  return (
    row && {
      ...fromJson(row.kept),
      outcome: row.outcome,
      messageId: row.message_id,
      bodyBytes: row.body_bytes,
    }
  );
};

/** Statement: forgets what calls before an instant brought. A row for each. */
export const forgetKeptBefore = statement<{ receivedBefore: number; limit: number }, { slot: number }>(
  ($) => sql`
    UPDATE inbound_webhook_calls SET kept = NULL WHERE (community_id, webhook_id, slot) IN (
      SELECT community_id, webhook_id, slot FROM inbound_webhook_calls INDEXED BY inbound_webhook_calls_kept
      WHERE kept IS NOT NULL AND received_at < ${$.receivedBefore} ORDER BY received_at LIMIT ${$.limit})
    RETURNING slot`,
);

/** Statement: forgets what the calls of one webhook brought. */
export const forgetKeptOf = statement<{ communityId: number; id: string }>(
  ($) => sql`
    UPDATE inbound_webhook_calls SET kept = NULL
    WHERE community_id = ${$.communityId} AND webhook_id = ${$.id} AND kept IS NOT NULL`,
);

/** Statement: forgets what the calls of a community's webhooks brought. */
export const forgetKept = statement<{ communityId: number }>(
  ($) => sql`
    UPDATE inbound_webhook_calls SET kept = NULL WHERE community_id = ${$.communityId} AND kept IS NOT NULL`,
);

/** Statement: forgets up to `limit` messages received before an instant; a row per message. */
export const deleteMessagesBefore = statement<
  { receivedBefore: number; limit: number },
  { message_id: string }
>(
  ($) => sql`
    DELETE FROM inbound_webhook_messages WHERE (community_id, webhook_id, message_id) IN (
      SELECT community_id, webhook_id, message_id
      FROM inbound_webhook_messages INDEXED BY inbound_webhook_messages_by_age
      WHERE received_at < ${$.receivedBefore} ORDER BY received_at LIMIT ${$.limit})
    RETURNING message_id`,
);
