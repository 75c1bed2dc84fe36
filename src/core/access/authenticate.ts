import { runBatch } from '../../db/client.ts';
import { constantTimeEqual, sha256Hex } from '../../lib/crypto.ts';
import type { Ctx, Services } from '../context.ts';
import { atPlace } from '../places.ts';
import { verifyAccessToken } from './access-token.ts';
import type { CommunityActor } from './actor.ts';
import { placeOfApiKey } from './api-key.ts';
import { isOperatorSession, verifyConsoleSession } from './console-session.ts';
import {
  findCommunity,
  findKeyHolder,
  findKeyHolderById,
  isUseDue,
  type KeyHolder,
  noteKeyUsed,
} from './queries.ts';
import { SCOPES } from './scopes.ts';
import { placeOfClientId, SCOPES_OF_CATEGORY } from './service-id.ts';
import { findServiceIdHolder, type ServiceIdHolder } from './service-id-queries.ts';

/** What a look-up needs; without `defer` it does not note that a key was used. */
export type Reader = Services &
  Partial<Pick<Ctx, 'defer'>> & {
    /** Called before the database is asked for a credential that is not known here; what it throws refuses the call. */
    readonly beforeLookUp?: () => void;
  };

/**
 * Who holds this API key; undefined if nobody does. No query for a key that this isolate read less than 30 s ago, nor for
 * one without the right form or checksum, or of a place that is none.
 */
export const authenticateApiKey = async (
  reader: Reader,
  key: string,
): Promise<CommunityActor | undefined> => {
  // By the key itself, not by its hash, so that a warm call need not wait for one.
  const name = `api-key:${key}`;
  const known = reader.credentials.get(name);
  if (known) return known;
  const services = atPlace(reader, placeOfApiKey(key));
  if (!services) return undefined;
  const hash = await sha256Hex(key);
  services.beforeLookUp?.();
  const holder = await findKeyHolder(services.db, hash, services.clock.now());
  if (!holder || !constantTimeEqual(hash, holder.hash)) return undefined;
  noteUse(services, holder);
  const actor = toApiKeyActor(holder);
  services.credentials.set(name, actor);
  return actor;
};

/**
 * The API key that a console session is of; undefined if the session is not valid or the key is gone. The session costs
 * no query, its key one in 30 s, so that the session ends when the key does.
 */
export const authenticateConsoleSession = async (
  reader: Reader,
  tokenSecret: string,
  token: string,
): Promise<CommunityActor | undefined> => {
  const now = reader.clock.now();
  const session = await verifyConsoleSession(tokenSecret, token, now);
  const services = session && atPlace(reader, session.place);
  if (!services) return undefined;
  const { keyId } = session;
  const name = `console-session:${session.place}:${keyId}`;
  const known = services.credentials.get(name);
  if (known) return known;
  services.beforeLookUp?.();
  const holder = await findKeyHolderById(services.db, keyId, now);
  if (!holder) return undefined;
  noteUse(services, holder);
  const actor = toApiKeyActor(holder);
  services.credentials.set(name, actor);
  return actor;
};

/** After the answer, and apart from the look-up: one that fails must not refuse the call, nor be repeated for it. */
const noteUse = ({ db, clock, defer }: Reader, { key }: KeyHolder): void => {
  const now = clock.now();
  if (defer && isUseDue(key, now)) {
    defer(runBatch(db, [noteKeyUsed({ id: key.id, now })], { isRepeatable: true }));
  }
};

const toApiKeyActor = ({ key, community }: KeyHolder): CommunityActor => ({
  kind: 'api-key',
  id: key.id,
  name: key.name,
  scopes: key.scopes,
  expiresAt: key.expiresAt,
  community,
  ...(key.lateSeconds !== null && { lateSeconds: key.lateSeconds }),
});

/** The service ID with this client id and secret; undefined if there is none. Read less than 30 s ago: no query. */
export const authenticateServiceId = async (
  reader: Reader,
  clientId: string,
  clientSecret: string,
): Promise<CommunityActor | undefined> => {
  const services = atPlace(reader, placeOfClientId(clientId));
  if (!services) return undefined;
  const hash = await sha256Hex(clientSecret);
  const digest = `client:${clientId}:${hash}`;
  const known = services.credentials.get(digest);
  if (known) return known;
  services.beforeLookUp?.();
  const holder = await findServiceIdHolder(services.db, { clientId });
  if (!holder) return undefined;
  const { previousSecretExpiresAt } = holder.serviceId;
  const isCurrent = constantTimeEqual(hash, holder.secretHash);
  const isPrevious = constantTimeEqual(hash, holder.previousSecretHash ?? '');
  const isInOverlap = services.clock.now() < (previousSecretExpiresAt ?? 0);
  if (!isCurrent && !(isPrevious && isInOverlap)) return undefined;
  const actor = toServiceIdActor(holder, isCurrent ? null : previousSecretExpiresAt);
  services.credentials.set(digest, actor);
  return actor;
};

/**
 * The service ID that an access token was issued to; undefined if the token is not valid or the service ID is gone.
 * The token costs no query, its service ID one in 30 s.
 */
export const authenticateAccessToken = async (
  reader: Reader,
  tokenSecret: string,
  token: string,
): Promise<CommunityActor | undefined> => {
  const subject = await verifyAccessToken(tokenSecret, token, reader.clock.now());
  const services = subject && atPlace(reader, placeOfClientId(subject.clientId));
  if (!services) return undefined;
  const digest = `service-id:${subject.clientId}:${subject.serviceId}:${subject.communityId}`;
  const known = services.credentials.get(digest);
  if (known) return known;
  services.beforeLookUp?.();
  const holder = await findServiceIdHolder(services.db, { id: subject.serviceId });
  if (holder?.community.publicId !== subject.communityId) return undefined;
  const actor = toServiceIdActor(holder, null);
  services.credentials.set(digest, actor);
  return actor;
};

const toServiceIdActor = (
  { serviceId, community }: ServiceIdHolder,
  expiresAt: number | null,
): CommunityActor => ({
  kind: 'service-id',
  id: serviceId.id,
  name: serviceId.name,
  scopes: SCOPES_OF_CATEGORY[serviceId.category],
  expiresAt,
  community,
});

/** The actor of a call without a credential, in a local run that sets ANONYMOUS_COMMUNITY (of the first place); else undefined. */
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

/** Whether this is a session that was opened with the operator's secret of today. */
export const isSessionOfOperator = async ({ config, clock }: Services, token: string): Promise<boolean> =>
  config.adminToken !== undefined && isOperatorSession(config.adminToken, token, clock.now());
