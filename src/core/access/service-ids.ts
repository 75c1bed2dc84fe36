import { runBatch } from '../../db/client.ts';
import { insertedRow } from '../../db/rows.ts';
import { sha256Hex } from '../../lib/crypto.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { CommunityActor } from './actor.ts';
import { requireNotOutliving } from './api-keys.ts';
import { runWithin } from './quota-queries.ts';
import { newClientId, newClientSecret, type ServiceId, type ServiceIdCategory } from './service-id.ts';
import {
  findServiceId,
  insertServiceId,
  selectServiceIds,
  toServiceId,
  updateServiceId,
} from './service-id-queries.ts';

/** Creates a service ID; `clientSecret` cannot be read again. @throws DomainError outlives_credential, too_many_service_ids */
export const createServiceId = async (
  ctx: Ctx<CommunityActor>,
  { name, category }: { name: string; category: ServiceIdCategory },
): Promise<{ serviceId: ServiceId; clientSecret: string }> => {
  requireNotOutliving(ctx, null);
  const communityId = ctx.actor.community.id;
  const clientId = newClientId(ctx.db.place);
  const clientSecret = newClientSecret();
  const secretHash = await sha256Hex(clientSecret);
  return audited(ctx, communityId, async (audit) => {
    const createdAt = ctx.clock.now();
    const id = ctx.newId(createdAt);
    const [rows] = await runWithin(ctx.db, audit.community, 'serviceIds', [
      insertServiceId({ id, communityId, name, category, clientId, secretHash, createdAt }),
      ...(await audit.record({
        type: 'SERVICE_ID_CREATED',
        what: `created the service ID "${name}"`,
        target: { type: 'SERVICE_ID', name },
        properties: { serviceId: id, clientId, category },
      })),
    ]);
    return { serviceId: toServiceId(insertedRow(rows)), clientSecret };
  });
};

/** A page of the service IDs, oldest first. */
export const listServiceIds = async (
  ctx: Ctx<CommunityActor>,
  { afterId = '', limit }: { afterId?: string | undefined; limit: number },
): Promise<Page<ServiceId>> =>
  pageOf(await selectServiceIds(ctx.db, ctx.actor.community.id, afterId, limit + 1), limit);

/**
 * Gives a service ID a new secret. The one before works for `overlapSeconds` more; one from an earlier rotation stops
 * now, so that there are never more than two.
 * @throws DomainError service_id_not_found
 */
export const rotateServiceId = async (
  ctx: Ctx<CommunityActor>,
  id: string,
  overlapSeconds: number,
): Promise<{ serviceId: ServiceId; clientSecret: string }> => {
  requireNotOutliving(ctx, null);
  const communityId = ctx.actor.community.id;
  const clientSecret = newClientSecret();
  const secretHash = await sha256Hex(clientSecret);
  return audited(ctx, communityId, async (audit) => {
    const before = await findServiceId(ctx.db, communityId, id);
    if (!before) throw new DomainError('service_id_not_found', { id });
    const now = ctx.clock.now();
    const [[row]] = await runBatch(ctx.db, [
      updateServiceId(communityId, id, {
        secretHash,
        previousSecretHash: before.secretHash,
        previousSecretExpiresAt: now + overlapSeconds * 1000,
        rotatedAt: now,
      }),
      ...(await audit.record({
        type: 'SERVICE_ID_ROTATED',
        what: `rotated the secret of the service ID "${before.name}"`,
        target: { type: 'SERVICE_ID', name: before.name },
        properties: { serviceId: id, clientId: before.clientId, overlapSeconds: String(overlapSeconds) },
      })),
    ]);
    if (!row) throw new DomainError('service_id_not_found', { id });
    return { serviceId: toServiceId(row), clientSecret };
  });
};

/** Deletes a service ID; its tokens stop working within 30 s. @throws DomainError service_id_not_found */
export const deleteServiceId = async (ctx: Ctx<CommunityActor>, id: string): Promise<void> => {
  const communityId = ctx.actor.community.id;
  await audited(ctx, communityId, async (audit) => {
    const before = await findServiceId(ctx.db, communityId, id);
    if (!before) throw new DomainError('service_id_not_found', { id });
    await runBatch(ctx.db, [
      updateServiceId(communityId, id, { deletedAt: ctx.clock.now() }),
      ...(await audit.record({
        type: 'SERVICE_ID_DELETED',
        what: `deleted the service ID "${before.name}"`,
        target: { type: 'SERVICE_ID', name: before.name },
        properties: { serviceId: id, clientId: before.clientId },
      })),
    ]);
  });
};
