import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import type { Plan } from '../plan.ts';
import {
  type CallOutcome,
  type InboundAnswer,
  type InboundCall,
  type InboundKind,
  type Issue,
  type Refusal,
  toRefusal,
  type Verification,
} from './inbound.ts';
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
} from './inbound-queries.ts';
import { mapBody } from './map-body.ts';
import { messageIdOf, verifyCall } from './verify-call.ts';

/** What a kind of webhook makes of a call's items. */
export interface Recorder {
  readonly maxItems: number;
  /** Checks the items, and plans how to record those that pass, in their order. `key` names this message. */
  readonly plan: (
    ctx: Ctx<CommunityActor>,
    items: readonly unknown[],
    key: MessageKey,
  ) => { readonly refused: ReadonlyMap<number, readonly Issue[]>; readonly steps: readonly Plan[] };
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

/** Enough to see what is wrong with a batch. */
const MAX_ISSUES = 20;

/**
 * Receives a call: verifies it, maps its body to our fields, and records what it brings exactly once. Two round trips:
 * the webhook is read afresh (so a change or a new secret holds at once, and an unknown id costs what a wrong signature
 * does), then the message's id, its records, its answer and the call's own record are written in one batch. A replay
 * finds its id there, so that the batch fails as a whole, and is answered what the message was answered first.
 */
export const receiveCall = async (
  services: Omit<Ctx, 'actor'>,
  call: InboundCall,
  recorders: Readonly<Record<InboundKind, Recorder>>,
): Promise<Received> => {
  const now = services.clock.now();
  const target = await findCallTarget(services.db, call.webhookId);
  const { verification, secret } = target
    ? { verification: target.webhook.verification, secret: target.secret }
    : DECOY;
  const unverified = await verifyCall(verification, secret, call, now);
  if (!target) return { outcome: 'refused', isVerified: false, refusal: { reason: 'signature_mismatch' } };

  const { webhook, community } = target;
  const note = (outcome: CallOutcome, messageId: string | undefined, refusal: Refusal | undefined) =>
    noteCall(
      { communityId: community.id, webhookId: webhook.id },
      { receivedAt: now, outcome, messageId, bodyBytes: call.body.byteLength, refusal },
    );
  if (unverified) {
    // After the answer: a write would tell by its time that the id exists.
    services.defer(runBatch(services.db, note('refused', undefined, unverified)));
    return { outcome: 'refused', isVerified: false, refusal: unverified };
  }
  const refuse = async (refusal: Refusal, messageId?: string): Promise<Received> => {
    await runBatch(services.db, note('refused', messageId, refusal));
    return { outcome: 'refused', isVerified: true, refusal };
  };

  const identified = await messageIdOf(verification, call);
  if ('refusal' in identified) return refuse(identified.refusal);
  const key: MessageKey = { communityId: community.id, webhookId: webhook.id, ...identified };
  const recorder = recorders[webhook.kind];
  const read = readItems(target, call.body, recorder.maxItems);
  if ('refusal' in read) return refuse(read.refusal, key.messageId);

  const { items } = read;
  const { refused, steps } = recorder.plan({ ...services, actor: actorOf(target) }, items, key);
  const partial = refused.size > 0 ? inputRefusal(refused, read.isList) : undefined;
  if (partial && steps.length === 0) return refuse(partial, key.messageId);
  const failure = steps.find((step) => step.failure)?.failure;
  try {
    const results = await runBatch(services.db, [
      insertMessage(
        key,
        now,
        items.length,
        mapValues(refused, (issues) => ({ reason: 'invalid_input', issues })),
      ),
      ...steps.flatMap((step) => runStep(key, step)),
      ...(failure ? [demandRecorded(key)] : []),
      ...note('recorded', key.messageId, partial),
      selectMessage(key),
    ]);
    const row = results.at(-1)?.[0];
    if (!row) throw new Error('D1 returned no row for a message that it has just written');
    return { outcome: 'recorded', kind: webhook.kind, answer: toAnswer(row) };
  } catch (error) {
    if (failure && isNothingRecorded(error)) return refuse(toRefusal(failure.error), key.messageId);
    const reason = steps.flatMap((step) => step.toError?.(error) ?? [])[0];
    if (reason) return refuse(toRefusal(reason), key.messageId);
    if (!isRecordedBefore(error)) throw error;
  }
  const [[row] = []] = await runBatch(services.db, [
    selectMessage(key),
    ...note('replayed', key.messageId, undefined),
  ]);
  if (!row) throw new Error('A message was purged while it was replayed');
  return { outcome: 'replayed', kind: webhook.kind, answer: toAnswer(row) };
};

const readItems = (
  { webhook }: CallTarget,
  bytes: Uint8Array,
  maxItems: number,
): { items: readonly unknown[]; isList: boolean } | { refusal: Refusal } => {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return { refusal: { reason: 'malformed_json' } };
  }
  const items = mapBody(webhook.mapping, body);
  if (!items) return { refusal: { reason: 'items_not_found', subject: webhook.mapping?.items } };
  if (items.length > maxItems) {
    return { refusal: { reason: 'too_many_items', subject: webhook.mapping?.items, limits: [0, maxItems] } };
  }
  return { items, isList: webhook.mapping ? webhook.mapping.items !== undefined : Array.isArray(body) };
};

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
    .slice(0, MAX_ISSUES),
});

const mapValues = <K, V, W>(map: ReadonlyMap<K, V>, toValue: (value: V) => W): Map<K, W> =>
  new Map([...map].map(([key, value]) => [key, toValue(value)]));

/** The webhook itself acts: its name is what records and events show. */
const actorOf = ({ webhook, community }: CallTarget): CommunityActor => ({
  kind: 'inbound-webhook',
  id: webhook.id,
  name: webhook.name,
  scopes: [],
  expiresAt: null,
  community,
});
