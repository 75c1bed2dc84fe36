import { sha256Hex } from '../../lib/crypto.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { CommunityActor } from './actor.ts';
import { newApiKey } from './api-key.ts';
import { type ApiKey, insertApiKey, markApiKeyRevoked, selectApiKeys, toApiKey } from './queries.ts';
import type { Scope } from './scopes.ts';

/** Creates an API key; `key` is not readable ever again. `expiresAt` is in epoch milliseconds. */
export const createApiKey = async (
  ctx: Ctx<CommunityActor>,
  input: { name: string; scopes: readonly Scope[]; expiresAt?: number | undefined },
): Promise<{ apiKey: ApiKey; key: string }> => {
  const createdAt = ctx.clock.now();
  const key = newApiKey();
  const [[row]] = await ctx.db.batch([
    insertApiKey(ctx.db, {
      id: ctx.newId(createdAt),
      communityId: ctx.actor.community.id,
      name: input.name,
      hash: await sha256Hex(key),
      scopes: input.scopes.join(' '),
      createdAt,
      expiresAt: input.expiresAt ?? null,
    }),
  ]);
  if (!row) throw new Error('D1 returned no row for an insert');
  return { apiKey: toApiKey(row), key };
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
  const [[row]] = await ctx.db.batch([markApiKeyRevoked(ctx.db, community.id, id, ctx.clock.now())]);
  if (!row) throw new DomainError('api_key_not_found', { id });
  ctx.credentials.forgetCommunity(community.id);
};
