import { readRows, runBatch } from '../../db/client.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { deliverNow } from './deliver.ts';
import {
  insertMessageFor,
  openGate,
  publishMessages,
  requeueMessage,
  requeueMessages,
  selectDeliveries,
  selectDelivery,
  toDelivery,
} from './delivery-queries.ts';
import { getWebhookEndpoint } from './endpoints.ts';
import {
  type Delivery,
  type DeliveryStatus,
  parseMessageId,
  TEST_EVENT,
  type WebhookEndpoint,
} from './model.ts';

/** So many messages a replay puts back into the queue. */
const MAX_REPLAY = 5_000;

/** A page of an endpoint's deliveries, newest first. @throws DomainError webhook_endpoint_not_found */
export const listWebhookDeliveries = async (
  ctx: Ctx<CommunityActor>,
  endpointId: string,
  {
    status,
    beforeSeq = Number.MAX_SAFE_INTEGER,
    limit,
  }: { status?: DeliveryStatus | undefined; beforeSeq?: number | undefined; limit: number },
): Promise<Page<Delivery>> => {
  const { id, communityId } = await getWebhookEndpoint(ctx, endpointId);
  const rows = await readRows(
    ctx.db,
    selectDeliveries(
      { isByStatus: status !== undefined },
      { communityId, endpointId: id, status: status ?? '', beforeSeq, limit: limit + 1 },
    ),
  );
  return pageOf(rows.map(toDelivery), limit);
};

/**
 * Sends a test message and returns what became of it. It waits for its turn like any other: behind messages that wait,
 * it is still pending in the answer.
 * @throws DomainError webhook_endpoint_not_found, webhook_endpoint_disabled
 */
export const testWebhookEndpoint = async (
  ctx: Ctx<CommunityActor>,
  endpointId: string,
): Promise<Delivery> => {
  const { id, communityId } = await getEnabledEndpoint(ctx, endpointId);
  const data = JSON.stringify({ text: 'This is a test from Rollcall' });
  const [[row]] = await runBatch(ctx.db, [
    insertMessageFor({ communityId, endpointId: id, type: TEST_EVENT, data }),
    publishMessages(communityId, ctx.clock.now(), ctx.actor.name, ctx.hops),
  ]);
  if (!row) throw new DomainError('webhook_endpoint_not_found', { id });
  await deliverNow(ctx, [id]);
  return getDelivery(ctx, communityId, id, row.seq);
};

/**
 * Puts a message back into its queue, under its id and with all of its attempts before it.
 * @throws DomainError webhook_delivery_not_found, webhook_endpoint_disabled
 */
export const resendWebhookDelivery = async (
  ctx: Ctx<CommunityActor>,
  deliveryId: string,
): Promise<Delivery> => {
  const communityId = ctx.actor.community.id;
  const { endpointId, seq } = parseMessageId(deliveryId) ?? { endpointId: '', seq: 0 };
  const [known] = await readRows(ctx.db, selectDelivery({ communityId, endpointId, seq }));
  if (!known) throw new DomainError('webhook_delivery_not_found', { id: deliveryId });
  await getEnabledEndpoint(ctx, endpointId);
  await runBatch(ctx.db, [
    requeueMessage({ communityId, endpointId, seq }),
    openGate({ communityId, endpointId }),
  ]);
  ctx.defer(deliverNow(ctx, [endpointId]));
  return getDelivery(ctx, communityId, endpointId, seq);
};

/**
 * Puts the messages of a time (epoch milliseconds, both inclusive) back into the queue and sends them, oldest
 * first, delivered or not. At most 5000: where `replayedUntil` is before `to`, go on from there.
 * @throws DomainError webhook_endpoint_not_found, webhook_endpoint_disabled
 */
export const replayWebhookEndpoint = async (
  ctx: Ctx<CommunityActor>,
  endpointId: string,
  { from, to }: { from: number; to: number },
): Promise<{ queued: number; replayedUntil: number }> => {
  const { id, communityId } = await getEnabledEndpoint(ctx, endpointId);
  const [rows] = await runBatch(ctx.db, [
    requeueMessages({ communityId, endpointId: id, from, to, limit: MAX_REPLAY }),
    openGate({ communityId, endpointId: id }),
  ]);
  if (rows.length > 0) ctx.defer(deliverNow(ctx, [id]));
  const last = rows.reduce((latest, row) => Math.max(latest, row.created_at), from);
  return { queued: rows.length, replayedUntil: rows.length < MAX_REPLAY ? to : last };
};

const getEnabledEndpoint = async (ctx: Ctx<CommunityActor>, id: string): Promise<WebhookEndpoint> => {
  const endpoint = await getWebhookEndpoint(ctx, id);
  if (endpoint.disabledAt !== null) throw new DomainError('webhook_endpoint_disabled', { id });
  return endpoint;
};

const getDelivery = async (
  ctx: Ctx<CommunityActor>,
  communityId: number,
  endpointId: string,
  seq: number,
): Promise<Delivery> => {
  const [row] = await readRows(ctx.db, selectDelivery({ communityId, endpointId, seq }));
  if (!row) throw new DomainError('webhook_delivery_not_found', { id: `${endpointId}_${seq}` });
  return toDelivery(row);
};
