import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { getInboundWebhook } from './inbound-webhooks.ts';
import { BODIES_KEPT_MS } from './kept-call.ts';
import type { MappedField } from './map-body.ts';
import type { Mapping } from './mapping.ts';
import type { InboundCall, InboundKind, InboundWebhook, KeptCall, Refusal } from './model.ts';
import { findKeptCall } from './queries.ts';
import { readBody } from './read-body.ts';
import { findHandshake } from './receive-call.ts';
import { type Received, type Recorders, readItems, recordMessage } from './record-message.ts';
import { senderOf } from './senders/index.ts';

/** What a call would do. */
export interface Trial {
  /** Why nothing would be recorded. */
  readonly refusal: Refusal | undefined;
  readonly items: readonly {
    readonly fields: readonly MappedField[];
    readonly refusal: Refusal | undefined;
  }[];
}

/** A call to try: as it would come in, or one that has come in, by its number. */
export type TrialCall = Pick<InboundCall, 'header' | 'body'> | { readonly number: number };

/**
 * Says field by field what a call would record, and writes nothing. Whether it is genuine is not asked.
 * @param mapping to try in place of the webhook's own, for its kind
 * @throws DomainError inbound_webhook_not_found, inbound_call_not_kept
 */
export const tryCall = async (
  ctx: Ctx<CommunityActor>,
  id: string,
  call: TrialCall,
  mapping: ((kind: InboundKind) => Mapping | null) | undefined,
  recorders: Recorders,
): Promise<Trial> => {
  const found = await getInboundWebhook(ctx, id);
  const webhook = mapping ? { ...found, mapping: mapping(found.kind) } : found;
  const read = 'number' in call ? await getKeptCall(ctx, webhook, call.number) : call;
  const header = 'headers' in read ? headerOf(read) : read.header;
  const body = 'headers' in read ? read.body : await readBody(read);
  if (body === undefined) return { refusal: { reason: 'malformed_json' }, items: [] };
  if (findHandshake(senderOf(webhook), { body, header }))
    return { refusal: { reason: 'handshake' }, items: [] };
  const recorder = recorders[webhook.kind];
  const message = { webhook, body, header };
  const items = readItems(message, recorder, ctx.clock.now());
  if ('refusal' in items) return { refusal: items.refusal, items: [] };
  const refusals = items.items.map((_, index) => items.refused.get(index));
  return {
    refusal: refusals.every((refusal) => refusal) ? refusals[0] : undefined,
    items: items.items.map((item, index) => ({ fields: item?.fields ?? [], refusal: refusals[index] })),
  };
};

/**
 * Records a call that is kept, as its webhook is set up now; what has been recorded of it before is not recorded again.
 * @throws DomainError inbound_webhook_not_found, inbound_call_not_kept
 */
export const resendCall = async (
  ctx: Ctx<CommunityActor>,
  id: string,
  number: number,
  recorders: Recorders,
): Promise<Received & Pick<InboundWebhook, 'kind'>> => {
  const webhook = await getInboundWebhook(ctx, id);
  const kept = await getKeptCall(ctx, webhook, number);
  const { body, bodyBytes, outcome, messageId } = kept;
  // The hash of a body may be that of an equal one, which was another event.
  const isOwnId = messageId !== null && !(outcome === 'ignored' && messageId.startsWith('sha256:'));
  const received = await recordMessage(
    ctx,
    {
      webhook,
      body,
      bodyBytes,
      header: headerOf(kept),
      kept: webhook.keepBodies
        ? JSON.stringify({ body, headers: kept.headers } satisfies KeptCall)
        : undefined,
      messageId: isOwnId ? messageId : `call:${number}`,
    },
    recorders,
  );
  return { ...received, kind: webhook.kind };
};

const getKeptCall = async (ctx: Ctx<CommunityActor>, { id }: InboundWebhook, number: number) => {
  const communityId = ctx.actor.community.id;
  const keptSince = ctx.clock.now() - BODIES_KEPT_MS;
  const kept = await findKeptCall(ctx.db, { communityId, webhookId: id, number, keptSince });
  if (!kept) throw new DomainError('inbound_call_not_kept', { number });
  return kept;
};

const headerOf =
  ({ headers }: Pick<KeptCall, 'headers'>): InboundCall['header'] =>
  (name) =>
    Object.hasOwn(headers, name) ? (headers[name] ?? null) : null;
