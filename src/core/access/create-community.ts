import { runBatch } from '../../db/client.ts';
import { insertedRow } from '../../db/rows.ts';
import { sha256Hex } from '../../lib/crypto.ts';
import { appendAudit } from '../audit/audit.ts';
import { GENESIS } from '../audit/audit-chain.ts';
import type { Ctx } from '../context.ts';
import { atPlace, atRoomiest } from '../places.ts';
import type { Community, OperatorActor } from './actor.ts';
import { newApiKey } from './api-key.ts';
import { type ApiKey, insertApiKey, insertCommunity, toApiKey, toCommunity } from './queries.ts';
import { changedQuotas, DEFAULT_QUOTAS, type QuotasPatch, storedQuotas } from './quotas.ts';
import { SCOPES } from './scopes.ts';
import type { SettingsPatch } from './settings.ts';

/**
 * Creates a tenant with its first API key, which has every scope; `key` cannot be read again.
 * @param id of the caller's choice, not taken yet; else a new one
 * @param place where it shall live for good; else where there is most room
 */
export const createCommunity = async (
  anywhere: Ctx<OperatorActor>,
  input: {
    id?: string;
    name: string;
    settings?: SettingsPatch | undefined;
    place?: number | undefined;
    quotas?: QuotasPatch | undefined;
  },
): Promise<{ community: Community; apiKey: ApiKey; key: string }> => {
  const { place } = input;
  const ctx = place === undefined ? await atRoomiest(anywhere) : (atPlace(anywhere, place) ?? anywhere);
  const createdAt = ctx.clock.now();
  const { id: publicId = ctx.newId(createdAt), name, settings = {}, quotas = {} } = input;
  const id = { publicId };
  const key = newApiKey(ctx.db.place);
  const apiKeyId = ctx.newId(createdAt);
  const [communities, apiKeys] = await runBatch(ctx.db, [
    insertCommunity(
      { publicId, name, createdAt },
      { ...settings, quotas: storedQuotas(changedQuotas(DEFAULT_QUOTAS, quotas)) },
    ),
    insertApiKey({
      id: apiKeyId,
      communityId: id,
      name: 'First key',
      hash: await sha256Hex(key),
      scopes: SCOPES.join(' '),
      createdAt,
    }),
    ...(await appendAudit(ctx, { id, publicId }, GENESIS, {
      type: 'COMMUNITY_CREATED',
      what: `created the community "${name}" with its first API key`,
      target: { type: 'COMMUNITY', name },
      properties: { apiKeyId, scopes: SCOPES.join(' ') },
    })),
  ]);
  const community = toCommunity(ctx.db, insertedRow(communities));
  return { community, apiKey: toApiKey(insertedRow(apiKeys)), key };
};
