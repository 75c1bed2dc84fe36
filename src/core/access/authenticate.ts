import { constantTimeEqual, sha256Hex } from '../../lib/crypto.ts';
import type { Services } from '../context.ts';
import type { CommunityActor } from './actor.ts';
import { isApiKey } from './api-key.ts';
import { findCommunity, findKeyHolder } from './queries.ts';
import { SCOPES } from './scopes.ts';

/**
 * Who holds this API key; undefined if nobody does. A key read less than 30 s ago by this isolate costs no query, one
 * without the right form or checksum neither.
 */
export const authenticateApiKey = async (
  services: Services,
  key: string,
): Promise<CommunityActor | undefined> => {
  if (!isApiKey(key)) return undefined;
  const hash = await sha256Hex(key);
  const now = services.clock.now();
  const known = services.credentials.get(hash);
  if (known) return known;
  const holder = await findKeyHolder(services.db, hash, now);
  if (!holder || !constantTimeEqual(hash, holder.hash)) return undefined;
  const actor: CommunityActor = {
    kind: 'api-key',
    id: holder.key.id,
    name: holder.key.name,
    scopes: holder.key.scopes,
    expiresAt: holder.key.expiresAt,
    community: holder.community,
  };
  services.credentials.set(hash, actor);
  return actor;
};

/** The actor of a call without a credential, in a local run that sets ANONYMOUS_COMMUNITY; else undefined. */
export const authenticateAnonymous = async (services: Services): Promise<CommunityActor | undefined> => {
  const id = services.config.anonymousCommunityId;
  if (!id) return undefined;
  const digest = `anonymous:${id}`;
  const known = services.credentials.get(digest);
  if (known) return known;
  const community = await findCommunity(services.db, id);
  if (!community) return undefined;
  const actor: CommunityActor = {
    kind: 'anonymous',
    id: 'anonymous',
    name: 'anonymous',
    scopes: SCOPES.filter((scope) => scope.startsWith('logs:')),
    expiresAt: null,
    community,
  };
  services.credentials.set(digest, actor);
  return actor;
};

/** Whether this is the operator's secret. Without one configured, nobody is the operator. */
export const isOperatorToken = (services: Services, token: string): boolean =>
  services.config.adminToken !== undefined && constantTimeEqual(token, services.config.adminToken);
