import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { atPlace, placeOfId } from '../places.ts';
import { toKept } from './kept-call.ts';
import { holds, type Scope, sourceValue } from './mapping.ts';
import { messageIdOf } from './message-id.ts';
import type { InboundCall, InboundKind, Refusal } from './model.ts';
import { type CallTarget, findCallTarget, noteCall } from './queries.ts';
import { readBody } from './read-body.ts';
import { ignore, type Message, type Received, type Recorders, recordMessage } from './record-message.ts';
import { DECOY_SENDER, senderOf } from './senders/index.ts';
import type { Handshake, Sender } from './senders/sender.ts';
import { verifyCall } from './verify-call.ts';

/** What a call is answered. `isVerified` tells whether the sender may know why. */
export type CallAnswer =
  | (Received & { readonly kind: InboundKind; readonly acknowledgement: Sender['acknowledgement'] })
  /** `body`: what the sender asks for; null for nothing. */
  | { readonly outcome: 'handshake'; readonly body: Readonly<Record<string, unknown>> | null }
  | { readonly outcome: 'refused'; readonly isVerified: boolean; readonly refusal: Refusal };

/** In place of the secret of a webhook that does not exist: the work of a refusal is about the same then. */
const DECOY_SECRET = `whsec_${'A'.repeat(44)}`;

/**
 * Receives a call: verifies it, and records what it brings (`recordMessage`). Two round trips: the webhook is read
 * afresh (so a change or a new secret holds at once, and an unknown id costs what a wrong signature does), then all is
 * written.
 * @param admit asked for each verified call; what it throws refuses the call and leaves no trace of it
 */
export const receiveCall = async (
  anywhere: Omit<Ctx, 'actor'>,
  call: InboundCall,
  recorders: Recorders,
  admit: (ctx: Ctx<CommunityActor>) => Promise<void>,
): Promise<CallAnswer> => {
  const now = anywhere.clock.now();
  // Of a place that is none, no webhook is found.
  const services = atPlace(anywhere, placeOfId(call.webhookId)) ?? anywhere;
  const target = await findCallTarget(services.db, call.webhookId);
  const sender = target ? senderOf(target.webhook) : DECOY_SENDER;
  const unverified = await verifyCall(sender, target ? secretsOf(target, now) : [DECOY_SECRET], call, now);
  if (!target) return { outcome: 'refused', isVerified: false, refusal: { reason: 'signature_mismatch' } };
  const key = { communityId: target.webhook.communityId, webhookId: target.webhook.id };
  const note = (refusal: Refusal) =>
    runBatch(
      services.db,
      noteCall(key, { receivedAt: now, outcome: 'refused', bodyBytes: call.body.byteLength, refusal }),
    );
  if (unverified) {
    // After the answer: a write would tell by its time that the id exists.
    services.defer(note(unverified));
    return { outcome: 'refused', isVerified: false, refusal: unverified };
  }
  const { webhook } = target;
  const ctx = { ...services, actor: actorOf(target) };
  await admit(ctx);
  const body = await readBody(call);
  if (body === undefined) {
    const refusal = { reason: 'malformed_json' } as const;
    await note(refusal);
    return { outcome: 'refused', isVerified: true, refusal };
  }
  const message: Message = {
    ...(await messageIdOf(sender, call, body, webhook.repeatSeconds, () => ctx.newId(now))),
    webhook,
    header: call.header,
    body,
    bodyBytes: call.body.byteLength,
    kept: webhook.keepBodies ? toKept(sender, call, body) : undefined,
  };
  const handshake = findHandshake(sender, message);
  const received = handshake
    ? await ignore(ctx, message, { reason: 'handshake' }, [])
    : await recordMessage(ctx, message, recorders);
  return handshake?.answer === undefined
    ? { ...received, kind: webhook.kind, acknowledgement: sender.acknowledgement }
    : { outcome: 'handshake', body: answerOf(handshake.answer, message) };
};

/** The handshake that a call is; undefined where it brings something. */
export const findHandshake = (
  { handshakes = [] }: Sender,
  message: Pick<Message, 'body' | 'header'>,
): Handshake | undefined => handshakes.find(({ when }) => holds(when, scopeOf(message)));

const answerOf = (answer: NonNullable<Handshake['answer']> | null, message: Message) =>
  answer &&
  Object.fromEntries(
    Object.entries(answer).map(([name, source]) => [name, sourceValue(source, scopeOf(message))]),
  );

const scopeOf = ({ body, header }: Pick<Message, 'body' | 'header'>): Scope => ({ item: body, body, header });

/** The secret, and the one before it while that is taken too. */
const secretsOf = ({ webhook, secret, previousSecret }: CallTarget, now: number): string[] =>
  previousSecret !== null && now < (webhook.previousSecretExpiresAt ?? 0)
    ? [secret, previousSecret]
    : [secret];

/** The webhook itself acts: its name is what records and events show. */
const actorOf = ({ webhook, community }: CallTarget): CommunityActor => ({
  kind: 'inbound-webhook',
  id: webhook.id,
  name: webhook.name,
  scopes: [],
  expiresAt: null,
  community,
});
