import { runBatch } from '../../db/client.ts';
import { randomBase62 } from '../../lib/crypto.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { newSecret } from '../webhooks/sign.ts';
import type { CallRecord, InboundKind, InboundWebhook, Mapping, Verification } from './model.ts';
import {
  deleteInboundWebhook as deleteStatements,
  findInboundWebhook,
  insertInboundWebhook,
  selectCalls,
  selectInboundWebhooks,
  toInboundWebhook,
  updateInboundWebhook,
} from './queries.ts';
import { storedSecret } from './verify-call.ts';

/** A page of the inbound webhooks, oldest first. */
export const listInboundWebhooks = async (
  ctx: Ctx<CommunityActor>,
  { afterId = '', limit }: { afterId?: string | undefined; limit: number },
): Promise<Page<InboundWebhook>> =>
  pageOf(await selectInboundWebhooks(ctx.db, ctx.actor.community.id, afterId, limit + 1), limit);

/** @throws DomainError inbound_webhook_not_found */
export const getInboundWebhook = async (ctx: Ctx<CommunityActor>, id: string): Promise<InboundWebhook> => {
  const webhook = await findInboundWebhook(ctx.db, ctx.actor.community.id, id);
  if (!webhook) throw new DomainError('inbound_webhook_not_found', { id });
  return webhook;
};

/** The latest calls, newest first. @throws DomainError inbound_webhook_not_found */
export const listInboundCalls = async (ctx: Ctx<CommunityActor>, id: string): Promise<CallRecord[]> => {
  const calls = await selectCalls(ctx.db, ctx.actor.community.id, id);
  if (calls.length === 0) await getInboundWebhook(ctx, id);
  return calls;
};

/** Creates an inbound webhook; `secret` (the sender's, else a new one) is not readable ever again. */
export const createInboundWebhook = async (
  ctx: Ctx<CommunityActor>,
  input: {
    name: string;
    kind: InboundKind;
    verification: Verification;
    mapping: Mapping | null;
    secret: string | undefined;
  },
): Promise<{ webhook: InboundWebhook; secret: string }> => {
  const communityId = ctx.actor.community.id;
  const { name, kind, verification, mapping } = input;
  const secret = input.secret ?? newSecretFor(verification);
  const stored = await storedSecret(verification, secret);
  return audited(ctx, communityId, async (audit) => {
    const createdAt = ctx.clock.now();
    const id = ctx.newId(createdAt);
    const [[row]] = await ctx.db.batch([
      insertInboundWebhook(
        ctx.db,
        { id, communityId, kind, createdAt },
        { name, verification, mapping, secret: stored },
      ),
      ...(await audit.record({
        type: 'INBOUND_WEBHOOK_CREATED',
        what: `created the inbound webhook "${name}"`,
        target: targetOf(name),
        properties: { inboundWebhookId: id, kind, scheme: verification.scheme },
      })),
    ]);
    if (!row) throw new Error('D1 returned no row for an insert');
    return { webhook: toInboundWebhook(row), secret };
  });
};

/** What changes: what is undefined stays. A `secret` of null asks for a new one. */
export interface InboundWebhookPatch {
  readonly name?: string | undefined;
  readonly verification?: Verification | undefined;
  readonly mapping?: Mapping | null | undefined;
  readonly secret?: string | null | undefined;
}

/**
 * Changes what is given. Returns the secret where this made a new one: on request, or because another scheme cannot use
 * the old one, which is void at once.
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
    const verification = patch.verification ?? before.verification;
    const isNewScheme = verification.scheme !== before.verification.scheme;
    const generated =
      patch.secret === null || (patch.secret === undefined && isNewScheme)
        ? newSecretFor(verification)
        : undefined;
    const secret = patch.secret ?? generated;
    const name = patch.name ?? before.name;
    const changed = [
      ...(name === before.name ? [] : ['name']),
      ...(patch.verification === undefined ? [] : ['verification']),
      ...(patch.mapping === undefined ? [] : ['mapping']),
      ...(secret === undefined ? [] : ['secret']),
    ];
    const [[row]] = await ctx.db.batch([
      updateInboundWebhook(ctx.db, communityId, id, {
        name,
        verification,
        mapping: patch.mapping === undefined ? before.mapping : patch.mapping,
        secret: secret === undefined ? undefined : await storedSecret(verification, secret),
      }),
      ...(changed.length === 0
        ? [audit.confirm()]
        : await audit.record({
            type: 'INBOUND_WEBHOOK_CHANGED',
            what: `changed ${changed.join(', ')} of the inbound webhook "${before.name}"`,
            target: targetOf(name),
            properties: { inboundWebhookId: id, changed: changed.join(' '), scheme: verification.scheme },
          })),
    ]);
    if (!row) throw new DomainError('inbound_webhook_not_found', { id });
    return { webhook: toInboundWebhook(row), newSecret: generated };
  });
};

/** Removes an inbound webhook; what it has recorded stays. @throws DomainError inbound_webhook_not_found */
export const deleteInboundWebhook = (ctx: Ctx<CommunityActor>, id: string): Promise<void> => {
  const communityId = ctx.actor.community.id;
  return audited(ctx, communityId, async (audit) => {
    const { name } = await getInboundWebhook(ctx, id);
    await runBatch(ctx.db, [
      ...deleteStatements(communityId, id),
      ...(await audit.record({
        type: 'INBOUND_WEBHOOK_DELETED',
        what: `deleted the inbound webhook "${name}"`,
        target: targetOf(name),
        properties: { inboundWebhookId: id },
      })),
    ]);
  });
};

/** A new secret of at least 190 bits, in the form of the scheme. */
const newSecretFor = ({ scheme }: Verification): string =>
  scheme === 'standard-webhooks' ? newSecret() : randomBase62(32);

const targetOf = (name: string) => ({ type: 'INBOUND_WEBHOOK', name });
