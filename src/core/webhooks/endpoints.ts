import { readRows, runBatch } from '../../db/client.ts';
import { insertedRow } from '../../db/rows.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import { runWithin } from '../access/quota-queries.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { EndpointInput, WebhookEndpoint } from './model.ts';
import {
  deleteEndpoint,
  deleteMessagesOf,
  insertEndpoint,
  noteWhetherWebhooks,
  rotateEndpointSecret,
  selectEndpoint,
  selectEndpoints,
  toDecided,
  toEndpoint,
  updateEndpoint,
} from './queries.ts';
import { newSecret } from './sign.ts';
import { channelFormatOf } from './target.ts';

/** How long the old secret signs too, after a rotation. */
const ROTATION_MS = 24 * 3_600_000;

/** @throws DomainError webhook_format_unfit, webhook_digest_unfit */
const requireFit = ({ url, format, digestSeconds }: EndpointInput): void => {
  const needed = channelFormatOf(url);
  if (needed && format !== needed)
    throw new DomainError('webhook_format_unfit', { host: hostOf(url), format: needed });
  if (digestSeconds !== null && format === 'standard') throw new DomainError('webhook_digest_unfit');
};

/** A page of the endpoints, oldest first. */
export const listWebhookEndpoints = async (
  ctx: Ctx<CommunityActor>,
  { afterId = '', limit }: { afterId?: string | undefined; limit: number },
): Promise<Page<WebhookEndpoint>> => {
  const communityId = ctx.actor.community.id;
  const rows = await readRows(ctx.db, selectEndpoints({ communityId, afterId, limit: limit + 1 }));
  return pageOf(rows.map(toEndpoint), limit);
};

/** @throws DomainError webhook_endpoint_not_found */
export const getWebhookEndpoint = async (ctx: Ctx<CommunityActor>, id: string): Promise<WebhookEndpoint> => {
  const [row] = await readRows(ctx.db, selectEndpoint({ communityId: ctx.actor.community.id, id }));
  if (!row) throw new DomainError('webhook_endpoint_not_found', { id });
  return toEndpoint(row);
};

/**
 * Creates an endpoint; `secret` is not readable ever again. It gets every event that commits from then on.
 * @throws DomainError too_many_webhook_endpoints, webhook_format_unfit, webhook_digest_unfit
 */
export const createWebhookEndpoint = async (
  ctx: Ctx<CommunityActor>,
  input: EndpointInput,
): Promise<{ endpoint: WebhookEndpoint; secret: string }> => {
  requireFit(input);
  const communityId = ctx.actor.community.id;
  const createdAt = ctx.clock.now();
  const secret = newSecret();
  const id = ctx.newId(createdAt);
  return audited(ctx, communityId, async (audit) => {
    const [rows] = await runWithin(ctx.db, audit.community, 'webhookEndpoints', [
      insertEndpoint({ ...toDecided(input), id, communityId, secret, createdAt }),
      noteWhetherWebhooks({ communityId }),
      ...(await audit.record({
        type: 'WEBHOOK_ENDPOINT_CREATED',
        what: `created a webhook endpoint at ${hostOf(input.url)}`,
        target: targetOf(input.url),
        properties: { webhookEndpointId: id, ...propertiesOf(input) },
      })),
    ]);
    return { endpoint: toEndpoint(insertedRow(rows)), secret };
  });
};

/**
 * Changes what is given. An endpoint that is changed starts afresh: enabled unless `enabled` is false, and its waiting
 * messages are tried at once.
 * @throws DomainError webhook_endpoint_not_found
 */
export const changeWebhookEndpoint = (
  ctx: Ctx<CommunityActor>,
  id: string,
  patch: { [K in keyof EndpointInput]?: EndpointInput[K] | undefined } & { enabled?: boolean | undefined },
): Promise<WebhookEndpoint> => {
  const communityId = ctx.actor.community.id;
  return audited(ctx, communityId, async (audit) => {
    const before = await getWebhookEndpoint(ctx, id);
    const wanted: EndpointInput = {
      url: patch.url ?? before.url,
      format: patch.format ?? before.format,
      events: patch.events ?? before.events,
      description: patch.description === undefined ? before.description : patch.description,
      digestSeconds: patch.digestSeconds === undefined ? before.digestSeconds : patch.digestSeconds,
    };
    requireFit(wanted);
    const state = stateAfter(before, patch.enabled, ctx.clock.now());
    const [[row]] = await runBatch(ctx.db, [
      updateEndpoint({ ...toDecided(wanted), ...state, communityId, id }),
      ...(await audit.record({
        type: 'WEBHOOK_ENDPOINT_CHANGED',
        what: `changed the webhook endpoint at ${hostOf(before.url)}`,
        target: targetOf(wanted.url),
        properties: {
          webhookEndpointId: id,
          ...changesOf(
            { ...propertiesOf(before), enabled: String(before.disabledAt === null) },
            { ...propertiesOf(wanted), enabled: String(state.disabledAt === null) },
          ),
        },
      })),
    ]);
    if (!row) throw new DomainError('webhook_endpoint_not_found', { id });
    return toEndpoint(row);
  });
};

const stateAfter = (before: WebhookEndpoint, enabled: boolean | undefined, now: number) => {
  if (enabled === undefined) return { disabledAt: before.disabledAt, disabledReason: before.disabledReason };
  return enabled
    ? { disabledAt: null, disabledReason: null }
    : {
        disabledAt: before.disabledAt ?? now,
        disabledReason: before.disabledReason ?? ('requested' as const),
      };
};

/** Removes an endpoint with its messages, the waiting ones too. @throws DomainError webhook_endpoint_not_found */
export const deleteWebhookEndpoint = (ctx: Ctx<CommunityActor>, id: string): Promise<void> => {
  const communityId = ctx.actor.community.id;
  return audited(ctx, communityId, async (audit) => {
    const { url } = await getWebhookEndpoint(ctx, id);
    await runBatch(ctx.db, [
      deleteMessagesOf({ communityId, id }),
      deleteEndpoint({ communityId, id }),
      noteWhetherWebhooks({ communityId }),
      ...(await audit.record({
        type: 'WEBHOOK_ENDPOINT_DELETED',
        what: `deleted the webhook endpoint at ${hostOf(url)}`,
        target: targetOf(url),
        properties: { webhookEndpointId: id },
      })),
    ]);
  });
};

/** A new secret; the old one signs too for 24 hours. @throws DomainError webhook_endpoint_not_found */
export const rotateWebhookSecret = (
  ctx: Ctx<CommunityActor>,
  id: string,
): Promise<{ secret: string; previousSecretExpiresAt: number }> => {
  const communityId = ctx.actor.community.id;
  return audited(ctx, communityId, async (audit) => {
    const { url } = await getWebhookEndpoint(ctx, id);
    const secret = newSecret();
    const previousSecretExpiresAt = ctx.clock.now() + ROTATION_MS;
    await runBatch(ctx.db, [
      rotateEndpointSecret({ communityId, id, secret, previousExpiresAt: previousSecretExpiresAt }),
      ...(await audit.record({
        type: 'WEBHOOK_SECRET_ROTATED',
        what: `rotated the secret of the webhook endpoint at ${hostOf(url)}`,
        target: targetOf(url),
        properties: { webhookEndpointId: id },
      })),
    ]);
    return { secret, previousSecretExpiresAt };
  });
};

/** The rest of a URL may be a credential, as it is with Discord and Slack: it stays out of the records. */
export const hostOf = (url: string): string => new URL(url).host;

/** What a record about an endpoint says it is about. */
export const targetOf = (url: string) => ({ type: 'WEBHOOK_ENDPOINT', name: hostOf(url) });

const propertiesOf = ({ url, format, events, digestSeconds }: EndpointInput): Record<string, string> => ({
  host: hostOf(url),
  format,
  events: events.join(' '),
  ...(digestSeconds !== null && { digestSeconds: String(digestSeconds) }),
});

const changesOf = (before: Record<string, string>, after: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(after)
      .filter(([name, value]) => value !== before[name])
      .flatMap(([name, value]) => [
        [`old${capitalize(name)}`, before[name] as string],
        [`new${capitalize(name)}`, value],
      ]),
  );

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
