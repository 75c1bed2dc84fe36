import { runBatch } from '../../db/client.ts';
import { fixedClock } from '../../lib/clock.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import type { Plan } from '../plan.ts';
import { commit } from '../webhooks/events.ts';
import { itemsOf, mapItem } from './map-body.ts';
import {
  type CallOutcome,
  type InboundAnswer,
  type InboundCall,
  type InboundKind,
  type InboundWebhook,
  type Issue,
  type Mapping,
  type Refusal,
  toRefusal,
  type Verification,
} from './model.ts';
import {
  type CallTarget,
  demandRecorded,
  findCallTarget,
  insertMessage,
  isNothingRecorded,
  isRecordedBefore,
  type MessageKey,
  noteCall,
  runStep,
  selectMessage,
  toAnswer,
} from './queries.ts';
import { messageIdOf, verifyCall } from './verify-call.ts';

/** What a kind of webhook makes of a call's items. */
export interface Recorder {
  readonly maxItems: number;
  /** Checks the items, and plans how to record those that pass, in their order. */
  readonly plan: (
    ctx: Ctx<CommunityActor>,
    items: readonly unknown[],
  ) => Promise<PlannedItems> | PlannedItems;
}

export interface PlannedItems {
  /** By index. */
  readonly refused: ReadonlyMap<number, readonly Issue[]>;
  readonly steps: readonly Plan[];
}

export type Received =
  | { readonly outcome: 'recorded' | 'replayed'; readonly kind: InboundKind; readonly answer: InboundAnswer }
  /** `isVerified` tells whether the sender may know why. */
  | { readonly outcome: 'refused'; readonly isVerified: boolean; readonly refusal: Refusal };

/** In place of a webhook that does not exist: the work of a refusal is the same then, and so is the time it takes. */
const DECOY: { verification: Verification; secret: string } = {
  verification: { scheme: 'standard-webhooks' },
  secret: `whsec_${'A'.repeat(44)}`,
};

/** Enough to see what is wrong with an item, or with a batch; names of the sender's own may be of any length. */
const MAX_ISSUES_OF_ITEM = 5;
const MAX_ISSUES_OF_CALL = 20;
const MAX_PATH_LENGTH = 200;

/** Each time another call has stored some of the same events, which are duplicates from then on. */
const MAX_ATTEMPTS = 10;

/**
 * Receives a call: verifies it, maps its body to our fields, and records what it brings exactly once. Two round trips:
 * the webhook is read afresh (so a change or a new secret holds at once, and an unknown id costs what a wrong signature
 * does), then the message's id, its records, its answer and the call's own record are written in one batch. A replay
 * finds its id there, so that the batch fails as a whole, and is answered what the message was answered first.
 * @param admit asked for each verified call; what it throws refuses the call and leaves no trace of it
 */
export const receiveCall = async (
  services: Omit<Ctx, 'actor'>,
  call: InboundCall,
  recorders: Readonly<Record<InboundKind, Recorder>>,
  admit: (ctx: Ctx<CommunityActor>) => Promise<void>,
): Promise<Received> => {
  const now = services.clock.now();
  const target = await findCallTarget(services.db, call.webhookId);
  const { verification, secret } = target
    ? { verification: target.webhook.verification, secret: target.secret }
    : DECOY;
  const unverified = await verifyCall(verification, secret, call, now);
  if (!target) return { outcome: 'refused', isVerified: false, refusal: { reason: 'signature_mismatch' } };

  const ctx = { ...services, actor: actorOf(target) };
  if (unverified) {
    // After the answer: a write would tell by its time that the id exists.
    ctx.defer(runBatch(ctx.db, noteOf(ctx, call, { outcome: 'refused', refusal: unverified })));
    return { outcome: 'refused', isVerified: false, refusal: unverified };
  }
  await admit(ctx);
  const identified = await messageIdOf(verification, call);
  if ('refusal' in identified) return refuse(ctx, call, identified.refusal);
  const recorder = recorders[target.webhook.kind];
  const read = readItems(target.webhook.mapping, call.body, recorder.maxItems);
  if ('refusal' in read) return refuse(ctx, call, read.refusal, identified.messageId);

  for (let attempt = 1; ; attempt++) {
    // What one message brings, it brings at one instant.
    const { refused, steps } = await recorder.plan({ ...ctx, clock: fixedClock(now) }, read.items);
    const planned = {
      steps,
      refused: new Map([...refused].map(([index, issues]) => [index, brief(issues)])),
    };
    try {
      return await record(ctx, call, target.webhook, { ...read, ...identified, ...planned, receivedAt: now });
    } catch (error) {
      if (isRecordedBefore(error)) return replay(ctx, call, target.webhook, identified.messageId);
      const isOvertaken = steps.some((step) => step.isOvertaken?.(error));
      if (!isOvertaken || attempt === MAX_ATTEMPTS) throw error;
    }
  }
};

/** A message whose items are planned. */
interface PlannedMessage extends PlannedItems {
  readonly messageId: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly items: readonly unknown[];
  readonly isList: boolean;
}

const record = async (
  ctx: Ctx<CommunityActor>,
  call: InboundCall,
  webhook: InboundWebhook,
  { messageId, receivedAt, items, isList, refused, steps }: PlannedMessage,
): Promise<Received> => {
  const partial = refused.size > 0 ? inputRefusal(refused, isList) : undefined;
  if (partial && steps.length === 0) return refuse(ctx, call, partial, messageId);
  const key = keyOf(webhook, messageId);
  const refusals = [...refused].map(
    ([index, issues]) => [index, { reason: 'invalid_input', issues }] as const,
  );
  const failure = steps.find((step) => step.failure)?.failure;
  try {
    const results = await commit(ctx, [
      insertMessage(key, receivedAt, items.length, new Map(refusals)),
      ...steps.flatMap((step) => runStep(key, step)),
      ...(failure ? [demandRecorded(key)] : []),
      ...noteOf(ctx, call, { outcome: 'recorded', messageId, refusal: partial }),
      selectMessage(key),
    ]);
    const row = results.at(-1)?.[0];
    if (!row) throw new Error('D1 returned no row for a message that it has just written');
    return { outcome: 'recorded', kind: webhook.kind, answer: toAnswer(row) };
  } catch (error) {
    const reason = isNothingRecorded(error)
      ? failure?.error
      : steps.flatMap((step) => step.toError?.(error) ?? [])[0];
    if (!reason) throw error;
    return refuse(ctx, call, toRefusal(reason), messageId);
  }
};

const replay = async (
  ctx: Ctx<CommunityActor>,
  call: InboundCall,
  webhook: InboundWebhook,
  messageId: string,
): Promise<Received> => {
  const [[row] = []] = await runBatch(ctx.db, [
    selectMessage(keyOf(webhook, messageId)),
    ...noteOf(ctx, call, { outcome: 'replayed', messageId }),
  ]);
  if (!row) throw new Error('A message was purged while it was replayed');
  return { outcome: 'replayed', kind: webhook.kind, answer: toAnswer(row) };
};

/** Refuses a verified call, and leaves nothing of it but the reason: the message may come again. */
const refuse = async (
  ctx: Ctx<CommunityActor>,
  call: InboundCall,
  refusal: Refusal,
  messageId?: string,
): Promise<Received> => {
  await runBatch(ctx.db, noteOf(ctx, call, { outcome: 'refused', messageId, refusal }));
  return { outcome: 'refused', isVerified: true, refusal };
};

/** Statements: the call's own record. */
const noteOf = (
  ctx: Ctx<CommunityActor>,
  { webhookId, body }: InboundCall,
  note: { outcome: CallOutcome; messageId?: string | undefined; refusal?: Refusal | undefined },
) =>
  noteCall(
    { communityId: ctx.actor.community.id, webhookId },
    { receivedAt: ctx.clock.now(), bodyBytes: body.byteLength, ...note },
  );

const keyOf = ({ communityId, id }: InboundWebhook, messageId: string): MessageKey => ({
  communityId,
  webhookId: id,
  messageId,
});

const readItems = (
  mapping: Mapping | null,
  bytes: Uint8Array,
  maxItems: number,
): { items: readonly unknown[]; isList: boolean } | { refusal: Refusal } => {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return { refusal: { reason: 'malformed_json' } };
  }
  const items = itemsOf(mapping, body);
  if (!items) return { refusal: { reason: 'items_not_found', subject: mapping?.items } };
  if (items.length > maxItems) {
    return { refusal: { reason: 'too_many_items', subject: mapping?.items, limits: [0, maxItems] } };
  }
  return {
    items: items.map((item) => mapItem(mapping, item, body)),
    isList: mapping ? mapping.items !== undefined : Array.isArray(body),
  };
};

/** What is kept of the reasons why an item is refused. */
const brief = (issues: readonly Issue[]): Issue[] =>
  issues
    .slice(0, MAX_ISSUES_OF_ITEM)
    .map(({ path, message }) => ({ path: path.slice(0, MAX_PATH_LENGTH).toWellFormed(), message }));

/** Why items are refused, in one list: `3.serial` is a field of the fourth one. */
const inputRefusal = (refused: ReadonlyMap<number, readonly Issue[]>, isList: boolean): Refusal => ({
  reason: 'invalid_input',
  issues: [...refused]
    .flatMap(([index, issues]) =>
      issues.map(({ path, message }) => ({
        path: isList ? [index, path].filter((part) => part !== '').join('.') : path,
        message,
      })),
    )
    .slice(0, MAX_ISSUES_OF_CALL),
});

/** The webhook itself acts: its name is what records and events show. */
const actorOf = ({ webhook, community }: CallTarget): CommunityActor => ({
  kind: 'inbound-webhook',
  id: webhook.id,
  name: webhook.name,
  scopes: [],
  expiresAt: null,
  community,
});
