import { runBatch } from '../../db/client.ts';
import { insertedRow } from '../../db/rows.ts';
import { sha256Hex } from '../../lib/crypto.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { CommunityActor } from './actor.ts';
import { newApiKey } from './api-key.ts';
import {
  type ApiKey,
  findApiKey,
  insertApiKey,
  markApiKeyRevoked,
  selectApiKeys,
  toApiKey,
} from './queries.ts';
import { runWithin } from './quota-queries.ts';
import type { Scope } from './scopes.ts';

/**
 * Creates an API key; `key` cannot be read again. `expiresAt` is in epoch milliseconds; a key that expires makes none that
 * lives longer, so its own expiry is the default then.
 * @throws DomainError outlives_credential, too_many_api_keys
 */
export const createApiKey = async (
  ctx: Ctx<CommunityActor>,
  input: {
    name: string;
    scopes: readonly Scope[];
    expiresAt?: number | undefined;
    lateSeconds?: number | undefined;
  },
): Promise<{ apiKey: ApiKey; key: string }> => {
  const { community } = ctx.actor;
  const expiresAt = input.expiresAt ?? ctx.actor.expiresAt;
  requireNotOutliving(ctx, expiresAt);
  const key = newApiKey(ctx.db.place);
  const hash = await sha256Hex(key);
  return audited(ctx, community.id, async (audit) => {
    const createdAt = ctx.clock.now();
    const id = ctx.newId(createdAt);
    const scopes = input.scopes.join(' ');
    const [rows] = await runWithin(ctx.db, audit.community, 'apiKeys', [
      insertApiKey({
        id,
        communityId: community.id,
        name: input.name,
        hash,
        scopes,
        createdAt,
        expiresAt,
        lateSeconds: input.lateSeconds ?? null,
      }),
      ...(await audit.record({
        type: 'API_KEY_CREATED',
        what: `created the API key "${input.name}"`,
        target: { type: 'API_KEY', name: input.name },
        properties: { apiKeyId: id, scopes },
      })),
    ]);
    return { apiKey: toApiKey(insertedRow(rows)), key };
  });
};

/** What an expiring credential makes ends with it; null lives for ever. @throws DomainError outlives_credential */
export const requireNotOutliving = ({ actor }: Ctx<CommunityActor>, expiresAt: number | null): void => {
  if (actor.expiresAt !== null && (expiresAt === null || expiresAt > actor.expiresAt)) {
    throw new DomainError('outlives_credential', { expiresAt: new Date(actor.expiresAt).toISOString() });
  }
};

/** A page of the keys that are not revoked, oldest first. */
export const listApiKeys = async (
  ctx: Ctx<CommunityActor>,
  { afterId = '', limit }: { afterId?: string | undefined; limit: number },
): Promise<Page<ApiKey>> =>
  pageOf(await selectApiKeys(ctx.db, ctx.actor.community.id, afterId, limit + 1), limit);

/** Revokes a key; other isolates notice within 30 s. @throws DomainError api_key_not_found */
export const revokeApiKey = async (ctx: Ctx<CommunityActor>, id: string): Promise<void> => {
  const { community } = ctx.actor;
  await audited(ctx, community.id, async (audit) => {
    const key = await findApiKey(ctx.db, community.id, id);
    if (!key) throw new DomainError('api_key_not_found', { id });
    await runBatch(ctx.db, [
      markApiKeyRevoked(community.id, id, ctx.clock.now()),
      ...(await audit.record({
        type: 'API_KEY_REVOKED',
        what: `revoked the API key "${key.name}"`,
        target: { type: 'API_KEY', name: key.name },
        properties: { apiKeyId: id },
      })),
    ]);
  });
};
