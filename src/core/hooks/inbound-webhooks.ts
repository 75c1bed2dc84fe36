import { readRows, runBatch } from '../../db/client.ts';
import { insertedRow } from '../../db/rows.ts';
import { randomBase62 } from '../../lib/crypto.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import { runWithin } from '../access/quota-queries.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { markId } from '../places.ts';
import { newSecret } from '../webhooks/sign.ts';
import { BODIES_KEPT_MS } from './kept-call.ts';
import type { Mapping } from './mapping.ts';
import type { CallRecord, InboundKind, InboundWebhook, Verification } from './model.ts';
import {
  deleteCalls,
  deleteInboundWebhook as deleteStatement,
  findInboundWebhook,
  forgetKeptOf,
  insertInboundWebhook,
  selectCalls,
  selectInboundWebhooks,
  toInboundWebhook,
  updateInboundWebhook,
} from './queries.ts';
import { type SenderName, senderOf } from './senders/index.ts';
import type { Proof } from './senders/sender.ts';
import { storedSecret } from './verify-call.ts';

/** A page of the inbound webhooks, oldest first. */
export const listInboundWebhooks = async (
  ctx: Ctx<CommunityActor>,
  { afterId = '', limit }: { afterId?: string | undefined; limit: number },
): Promise<Page<InboundWebhook>> => {
  const communityId = ctx.actor.community.id;
  const rows = await readRows(ctx.db, selectInboundWebhooks({ communityId, afterId, limit: limit + 1 }));
  return pageOf(rows.map(toInboundWebhook), limit);
};

/** @throws DomainError inbound_webhook_not_found */
export const getInboundWebhook = async (ctx: Ctx<CommunityActor>, id: string): Promise<InboundWebhook> => {
  const webhook = await findInboundWebhook(ctx.db, ctx.actor.community.id, id);
  if (!webhook) throw new DomainError('inbound_webhook_not_found', { id });
  return webhook;
};

/** The latest calls, newest first. @throws DomainError inbound_webhook_not_found */
export const listInboundCalls = async (ctx: Ctx<CommunityActor>, id: string): Promise<CallRecord[]> => {
  const keptSince = ctx.clock.now() - BODIES_KEPT_MS;
  const calls = await selectCalls(ctx.db, ctx.actor.community.id, id, keptSince);
  if (calls.length === 0) await getInboundWebhook(ctx, id);
  return calls;
};

/** How long an equal body without an id is a repeat, unless the owner says something else. */
const defaultRepeatSeconds = ({ algorithm }: Proof): number => (algorithm === 'token' ? 0 : 60);

/**
 * Creates an inbound webhook; `secret` (the sender's, else a new one) is not readable ever again. A sender that signs
 * with a key of its own needs one.
 * @throws DomainError too_many_inbound_webhooks
 */
export const createInboundWebhook = async (
  ctx: Ctx<CommunityActor>,
  input: {
    name: string;
    kind: InboundKind;
    sender: SenderName;
    verification: Verification | null;
    mapping: Mapping | null;
    secret: string | undefined;
    repeatSeconds: number | undefined;
    keepBodies: boolean;
  },
): Promise<{ webhook: InboundWebhook; secret: string }> => {
  const communityId = ctx.actor.community.id;
  const { name, kind, sender, verification, mapping, keepBodies } = input;
  const { proof } = senderOf(input);
  const secret = input.secret ?? newSecretFor(proof);
  const stored = await storedSecret(proof, secret);
  const repeatSeconds = input.repeatSeconds ?? defaultRepeatSeconds(proof);
  return audited(ctx, communityId, async (audit) => {
    const createdAt = ctx.clock.now();
    const id = markId(ctx.db.place, ctx.newId(createdAt));
    const [rows] = await runWithin(ctx.db, audit.community, 'inboundWebhooks', [
      insertInboundWebhook(
        { id, communityId, kind, createdAt },
        { name, sender, verification, mapping, repeatSeconds, keepBodies, secret: stored },
      ),
      await audit.record({
        type: 'INBOUND_WEBHOOK_CREATED',
        what: `created the inbound webhook "${name}"`,
        target: targetOf(name),
        properties: { inboundWebhookId: id, kind, ...proofOf(input) },
      }),
    ]);
    return { webhook: toInboundWebhook(insertedRow(rows)), secret };
  });
};

/** What changes: what is undefined stays. A `secret` of null asks for a new one. */
export interface InboundWebhookPatch {
  readonly name?: string | undefined;
  /** Together: how calls prove themselves from now on. */
  readonly proof?: { readonly sender: SenderName; readonly verification: Verification | null } | undefined;
  readonly mapping?: Mapping | null | undefined;
  readonly repeatSeconds?: number | undefined;
  readonly keepBodies?: boolean | undefined;
  readonly secret?: string | null | undefined;
  /** How long the old secret is taken too, where this brings another one. */
  readonly overlapSeconds?: number | undefined;
}

/**
 * Changes what is given. Returns the secret where this made a new one: on request, or because another sender cannot use
 * the old one, which is void at once then.
 * @throws DomainError inbound_webhook_not_found
 */
export const changeInboundWebhook = (
  ctx: Ctx<CommunityActor>,
  id: string,
  patch: InboundWebhookPatch,
): Promise<{ webhook: InboundWebhook; newSecret: string | undefined }> => {
  const communityId = ctx.actor.community.id;
  return audited(ctx, communityId, async (audit) => {
    const before = await getInboundWebhook(ctx, id);
    const after = { ...before, ...patch.proof };
    const { proof } = senderOf(after);
    const isNewProof = isOtherProof(senderOf(before).proof, proof);
    const generated =
      patch.secret === null || (patch.secret === undefined && isNewProof) ? newSecretFor(proof) : undefined;
    const secret = patch.secret ?? generated;
    const name = patch.name ?? before.name;
    const overlaps = secret !== undefined && !isNewProof && patch.overlapSeconds;
    const changed = [
      ...(name === before.name ? [] : ['name']),
      ...(['proof', 'mapping', 'repeatSeconds', 'keepBodies'] as const).flatMap((part) =>
        patch[part] === undefined ? [] : [part === 'proof' ? 'verification' : part],
      ),
      ...(secret === undefined ? [] : ['secret']),
    ];
    const [[row]] = await runBatch(ctx.db, [
      updateInboundWebhook(
        {
          id,
          communityId,
          previousSecretExpiresAt: overlaps ? ctx.clock.now() + overlaps * 1000 : null,
        },
        {
          name,
          sender: after.sender,
          verification: after.verification,
          mapping: patch.mapping === undefined ? before.mapping : patch.mapping,
          repeatSeconds:
            patch.repeatSeconds ?? (isNewProof ? defaultRepeatSeconds(proof) : before.repeatSeconds),
          keepBodies: patch.keepBodies ?? before.keepBodies,
          secret: secret === undefined ? null : await storedSecret(proof, secret),
          keepsPrevious: !isNewProof,
        },
      ),
      // What was kept goes when nothing more is to be.
      ...(patch.keepBodies === false ? [forgetKeptOf({ communityId, id })] : []),
      changed.length === 0
        ? [audit.confirm()]
        : await audit.record({
            type: 'INBOUND_WEBHOOK_CHANGED',
            what: `changed ${changed.join(', ')} of the inbound webhook "${before.name}"`,
            target: targetOf(name),
            properties: { inboundWebhookId: id, changed: changed.join(' '), ...proofOf(after) },
          }),
    ]);
    if (!row) throw new DomainError('inbound_webhook_not_found', { id });
    return { webhook: toInboundWebhook(row), newSecret: generated };
  });
};

/** Whether a secret of the one can be none of the other. */
const isOtherProof = (before: Proof, after: Proof): boolean =>
  before.algorithm !== after.algorithm ||
  ('secret' in before && 'secret' in after && before.secret !== after.secret);

/** Removes an inbound webhook; what it has recorded stays. @throws DomainError inbound_webhook_not_found */
export const deleteInboundWebhook = (ctx: Ctx<CommunityActor>, id: string): Promise<void> => {
  const communityId = ctx.actor.community.id;
  return audited(ctx, communityId, async (audit) => {
    const { name } = await getInboundWebhook(ctx, id);
    await runBatch(ctx.db, [
      deleteCalls({ communityId, id }),
      deleteStatement({ communityId, id }),
      await audit.record({
        type: 'INBOUND_WEBHOOK_DELETED',
        what: `deleted the inbound webhook "${name}"`,
        target: targetOf(name),
        properties: { inboundWebhookId: id },
      }),
    ]);
  });
};

/** A new secret of at least 190 bits, in the form of the sender. */
const newSecretFor = (proof: Proof): string => {
  if (!('secret' in proof) || proof.secret === 'text') return randomBase62(32);
  if (proof.secret === 'base64') return newSecret();
  throw new Error('A sender that signs with a key of its own needs its public key');
};

const proofOf = ({ sender, verification }: Pick<InboundWebhook, 'sender' | 'verification'>) => ({
  sender,
  ...(verification && { scheme: verification.scheme }),
});

const targetOf = (name: string) => ({ type: 'INBOUND_WEBHOOK', name });
