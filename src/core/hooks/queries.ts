/** The SQL of inbound webhooks: their configuration, the messages they have recorded, and their latest calls. */

import { and, asc, eq, gt, inArray, isNull } from 'drizzle-orm';
import type { Database, Row, Statement } from '../../db/client.ts';
import { readRows } from '../../db/client.ts';
import { isRefusedBy } from '../../db/constraint.ts';
import { communities, inboundWebhooks } from '../../db/schema/index.ts';
import { type SQL, sql } from '../../db/sql.ts';
import type { Community } from '../access/actor.ts';
import { toCommunity } from '../access/queries.ts';
import type { Plan } from '../plan.ts';
import {
  CALLS_KEPT,
  type CallOutcome,
  type CallRecord,
  type InboundAnswer,
  type InboundKind,
  type InboundWebhook,
  type ItemResult,
  type Mapping,
  type Refusal,
  toRefusal,
  type Verification,
} from './model.ts';

type WebhookRow = typeof inboundWebhooks.$inferSelect;

export const toInboundWebhook = (row: WebhookRow): InboundWebhook => ({
  id: row.id,
  communityId: row.communityId,
  name: row.name,
  kind: row.kind as InboundKind,
  verification: JSON.parse(row.verification) as Verification,
  mapping: row.mapping === null ? null : (JSON.parse(row.mapping) as Mapping),
  createdAt: row.createdAt,
  callCount: row.callCount,
});

/** An inbound webhook as a call to it needs it. */
export interface CallTarget {
  readonly webhook: InboundWebhook;
  /** As `storedSecret` made it. */
  readonly secret: string;
  readonly community: Community;
}

/** The webhook with this id with its community, if that lives. */
export const findCallTarget = async (db: Database, id: string): Promise<CallTarget | undefined> => {
  const webhook = db.select().from(inboundWebhooks).where(eq(inboundWebhooks.id, id));
  const communityId = db
    .select({ id: inboundWebhooks.communityId })
    .from(inboundWebhooks)
    .where(eq(inboundWebhooks.id, id));
  // Two selects, not a join: in a batch D1 names columns, and both tables have an `id`.
  const [[row], [community]] = await db.batch([
    webhook,
    db
      .select()
      .from(communities)
      .where(and(inArray(communities.id, communityId), isNull(communities.deletedAt))),
  ]);
  return (
    row &&
    community && { webhook: toInboundWebhook(row), secret: row.secret, community: toCommunity(community) }
  );
};

const isWebhook = (communityId: number, id: string) =>
  and(eq(inboundWebhooks.communityId, communityId), eq(inboundWebhooks.id, id));

export const findInboundWebhook = async (
  db: Database,
  communityId: number,
  id: string,
): Promise<InboundWebhook | undefined> => {
  const [row] = await db.select().from(inboundWebhooks).where(isWebhook(communityId, id));
  return row && toInboundWebhook(row);
};

/** The community's inbound webhooks by id (so by age), after `afterId`. */
export const selectInboundWebhooks = async (
  db: Database,
  communityId: number,
  afterId: string,
  limit: number,
): Promise<InboundWebhook[]> => {
  const rows = await db
    .select()
    .from(inboundWebhooks)
    .where(and(eq(inboundWebhooks.communityId, communityId), gt(inboundWebhooks.id, afterId)))
    .orderBy(asc(inboundWebhooks.id))
    .limit(limit);
  return rows.map(toInboundWebhook);
};

/** What an owner decides about an inbound webhook, as it is stored. */
export interface StoredInput {
  readonly name: string;
  readonly verification: Verification;
  readonly mapping: Mapping | null;
  /** As `storedSecret` made it; undefined to leave it as it is. */
  readonly secret: string | undefined;
}

const toColumns = ({ name, verification, mapping, secret }: StoredInput) => ({
  name,
  verification: JSON.stringify(verification),
  mapping: mapping === null ? null : JSON.stringify(mapping),
  ...(secret !== undefined && { secret }),
});

/** Statement. */
export const insertInboundWebhook = (
  db: Database,
  key: Pick<InboundWebhook, 'id' | 'communityId' | 'kind' | 'createdAt'>,
  input: StoredInput & { secret: string },
) =>
  db
    .insert(inboundWebhooks)
    .values({ ...key, ...toColumns(input), secret: input.secret })
    .returning();

/** Statement. */
export const updateInboundWebhook = (db: Database, communityId: number, id: string, input: StoredInput) =>
  db.update(inboundWebhooks).set(toColumns(input)).where(isWebhook(communityId, id)).returning();

/** Statements: removes a webhook with its calls. What it has recorded stays; its message ids go when they are old. */
export const deleteInboundWebhook = (communityId: number, id: string): SQL[] => [
  sql`DELETE FROM inbound_webhook_calls WHERE community_id = ${communityId} AND webhook_id = ${id}`,
  sql`DELETE FROM inbound_webhooks WHERE community_id = ${communityId} AND id = ${id}`,
];

/** Which message of which webhook. */
export interface MessageKey {
  readonly communityId: number;
  readonly webhookId: string;
  readonly messageId: string;
}

const isMessage = ({ communityId, webhookId, messageId }: MessageKey): SQL => sql`
  community_id = ${communityId} AND webhook_id = ${webhookId} AND message_id = ${messageId}`;

/**
 * Statement: begins to record a message of `count` items. It fails the whole batch where the message has been recorded
 * before (`isRecordedBefore`).
 */
export const insertMessage = (
  key: MessageKey,
  receivedAt: number,
  count: number,
  refused: ReadonlyMap<number, Refusal>,
): SQL => {
  const answer = JSON.stringify({ count, refused: Object.fromEntries(refused), steps: [] });
  return sql`
    INSERT INTO inbound_webhook_messages (community_id, webhook_id, message_id, received_at, answer)
    VALUES (${key.communityId}, ${key.webhookId}, ${key.messageId}, ${receivedAt}, ${answer})`;
};

/** Statements: one step of recording a message, its result in the answer. */
export const runStep = (
  key: MessageKey,
  { prepare, target, changes, recorded, failure }: Plan,
): Statement[] => {
  const outcomes = sql`(
    SELECT json_group_array(json_object('recorded', json(value)) ORDER BY key)
    FROM json_each(${
      typeof recorded === 'function'
        ? recorded(sql`inbound_webhook_messages.target`)
        : JSON.stringify(recorded)
    }))`;
  const refusals = ({ error }: NonNullable<Plan['failure']>) =>
    JSON.stringify([{ refusal: toRefusal(error) }]);
  const result = failure
    ? sql`CASE WHEN ${failure.when} THEN ${refusals(failure)} ELSE ${outcomes} END`
    : outcomes;
  return [
    ...prepare,
    ...(target ? [sql`UPDATE inbound_webhook_messages SET target = ${target} WHERE ${isMessage(key)}`] : []),
    ...changes,
    sql`
      UPDATE inbound_webhook_messages SET target = NULL, answer = json_insert(answer, '$.steps[#]', json(${result}))
      WHERE ${isMessage(key)}`,
  ];
};

/**
 * Statement: fails the whole batch where no step has recorded anything (`isNothingRecorded`), so that the message can
 * come again.
 */
export const demandRecorded = (key: MessageKey): SQL => sql`
  UPDATE inbound_webhook_messages SET answer = CASE WHEN EXISTS (
    SELECT 1 FROM json_each(answer, '$.steps') AS step, json_each(step.value) AS result
    WHERE json_type(result.value, '$.recorded') IS NOT NULL
  ) THEN answer END
  WHERE ${isMessage(key)}`;

/** Statement: the message, for `toAnswer`. */
export const selectMessage = (key: MessageKey): SQL => sql`
  SELECT message_id, received_at, answer FROM inbound_webhook_messages WHERE ${isMessage(key)}`;

export const toAnswer = (row: Row): InboundAnswer => {
  const { count, refused, steps } = JSON.parse(row.answer as string) as {
    count: number;
    refused: Record<string, Refusal>;
    steps: ({ recorded: unknown } | { refusal: Refusal })[][];
  };
  const outcomes = steps.flat().values();
  const results = Array.from({ length: count }, (_, index): ItemResult => {
    const refusal = refused[index];
    const outcome = refusal ? { refusal } : outcomes.next().value;
    if (!outcome) throw new Error('A message has fewer results than items');
    return { index, ...outcome };
  });
  return { messageId: row.message_id as string, receivedAt: row.received_at as number, results };
};

/** Whether a batch failed because `insertMessage` found the message there. */
export const isRecordedBefore = (error: unknown): boolean =>
  isRefusedBy(error, 'UNIQUE', 'inbound_webhook_messages.');

/** Whether a batch failed because `demandRecorded` found nothing. */
export const isNothingRecorded = (error: unknown): boolean =>
  isRefusedBy(error, 'NOT NULL', 'inbound_webhook_messages.answer');

/** Statements: notes a call; the oldest one goes where there are too many. */
export const noteCall = (
  { communityId, webhookId }: Pick<MessageKey, 'communityId' | 'webhookId'>,
  call: {
    readonly receivedAt: number;
    readonly outcome: CallOutcome;
    readonly messageId?: string | undefined;
    readonly bodyBytes: number;
    readonly refusal?: Refusal | undefined;
  },
): SQL[] => [
  sql`UPDATE inbound_webhooks SET call_count = call_count + 1 WHERE id = ${webhookId}`,
  sql`
    INSERT INTO inbound_webhook_calls
      (community_id, webhook_id, slot, number, received_at, outcome, message_id, body_bytes, refusal)
    SELECT ${communityId}, id, call_count % ${CALLS_KEPT}, call_count, ${call.receivedAt}, ${call.outcome},
      ${call.messageId ?? null}, ${call.bodyBytes}, ${call.refusal ? JSON.stringify(call.refusal) : null}
    FROM inbound_webhooks WHERE id = ${webhookId}
    ON CONFLICT DO UPDATE SET number = excluded.number, received_at = excluded.received_at,
      outcome = excluded.outcome, message_id = excluded.message_id, body_bytes = excluded.body_bytes,
      refusal = excluded.refusal`,
];

/** The calls that are kept, newest first. */
export const selectCalls = async (
  db: Database,
  communityId: number,
  webhookId: string,
): Promise<CallRecord[]> => {
  const rows = await readRows<Row>(
    db,
    sql`
      SELECT number, received_at, outcome, message_id, body_bytes, refusal FROM inbound_webhook_calls
      WHERE community_id = ${communityId} AND webhook_id = ${webhookId} ORDER BY number DESC`,
  );
  return rows.map((row) => ({
    number: row.number as number,
    receivedAt: row.received_at as number,
    outcome: row.outcome as CallOutcome,
    messageId: row.message_id as string | null,
    bodyBytes: row.body_bytes as number,
    refusal: row.refusal === null ? null : (JSON.parse(row.refusal as string) as Refusal),
  }));
};

/** Statement: forgets up to `limit` messages received before an instant; a row per message. */
export const deleteMessagesBefore = (receivedBefore: number, limit: number): SQL => sql`
  DELETE FROM inbound_webhook_messages WHERE (community_id, webhook_id, message_id) IN (
    SELECT community_id, webhook_id, message_id
    FROM inbound_webhook_messages INDEXED BY inbound_webhook_messages_by_age
    WHERE received_at < ${receivedBefore} ORDER BY received_at LIMIT ${limit})
  RETURNING 1`;
