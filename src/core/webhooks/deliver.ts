/**
 * Delivery. The queue of an endpoint is sent from its head, one message after the other, by the one that holds its lease:
 * so nothing is sent twice by two runs at once, and the order is that of commit. A message whose attempt fails closes
 * the gate until its next attempt, for all behind it. It steps out of the line only where the fault is its own: where
 * the receiver refuses it, or where it has failed three times and the one behind it goes through.
 *
 * At least once: between an attempt and its record lies a crash at the worst; then the lease runs out and the message
 * goes out again under its id.
 */
import { type Row, runBatch } from '../../db/client.ts';
import { stopwatch } from '../../lib/clock.ts';
import { SYSTEM } from '../access/actor.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { hostOf, targetOf } from './endpoints.ts';
import {
  deleteOldMessages,
  disableEndpoint,
  type Lease,
  leaseQueue,
  type MessageResult,
  type QueueState,
  recordQueueState,
  recordResults,
  selectQueue,
  toMessage,
} from './message-queries.ts';
import type { DeliveryStatus, Format, Message } from './model.ts';
import { toSigningSecrets } from './queries.ts';
import { GIVE_UP_ENDPOINT_MS, retryDelayMs } from './schedule.ts';
import { type Outcome, send, type Target } from './send.ts';

/** Longer than anybody holds it between two records, shorter than the period of the scheduled trigger. */
const LEASE_MS = 4 * 60_000;

/** Messages that are sent between two records: so many may go out twice after a crash. */
const PAGE = 10;

/** A page is recorded early where it takes long. */
const PAGE_MS = 5_000;

/** After so many failed attempts of its head, a queue tries the message behind it. */
const PROBE_AFTER = 3;

/** A new event passes a gate that the schedule has closed, once a minute: it may be that the receiver is back. */
const EARLY_AFTER_MS = 60_000;

/** How long what has been sent, or given up, can be read and sent again. */
const RETENTION_MS = 30 * 24 * 3_600_000;

/** What one visit to a queue did. */
export interface Visit {
  readonly attempts: number;
  readonly delivered: number;
  /** Whether it ended at its limit, with more to send at once. */
  readonly hasMore: boolean;
  /** Until when the gate is closed, in epoch milliseconds; 0 for open. */
  readonly blockedUntil: number;
}

const NO_VISIT: Visit = { attempts: 0, delivered: 0, hasMore: false, blockedUntil: 0 };

interface Queue {
  readonly communityId: number;
  readonly target: Target;
  readonly state: QueueState;
  readonly isLeased: boolean;
}

const toQueue = (row: Row): Queue => ({
  communityId: row.community_id as number,
  target: { url: row.url as string, format: row.format as Format, ...toSigningSecrets(row) },
  state: {
    lastAttemptAt: null,
    failingSince: row.failing_since as number | null,
    blockedUntil: row.blocked_until as number,
    isThrottled: row.is_throttled === 1,
  },
  isLeased: (row.leased_until as number) > 0,
});

interface Queued extends Message {
  readonly attemptCount: number;
}

const toQueued = (row: Row): Queued => ({ ...toMessage(row), attemptCount: row.attempt_count as number });

/**
 * Sends what an endpoint's queue holds, up to `maxAttempts`, for about `maxMs`. Does nothing where somebody else is at
 * it, or the gate is closed. `isEarly`: passes a gate that only the retry schedule has closed; what fails then does not
 * count against the schedule.
 */
export const visitQueue = async (
  ctx: Ctx,
  endpointId: string,
  { maxAttempts, maxMs, isEarly = false }: { maxAttempts: number; maxMs: number; isEarly?: boolean },
): Promise<Visit> => {
  const now = ctx.clock.now();
  const took = stopwatch();
  const lease: Lease = { endpointId, id: ctx.newId(now), until: now + LEASE_MS };
  let [[endpoint] = [], rows = []] = await runBatch(ctx.db, [
    leaseQueue(lease, now, isEarly ? EARLY_AFTER_MS : undefined),
    selectQueue(lease, now, PAGE),
  ]);
  if (!endpoint) return NO_VISIT;

  let attempts = 0;
  let delivered = 0;
  for (;;) {
    const queue = toQueue(endpoint);
    // The gate that is passed early is closed: then one failure of the head leaves everything as it is.
    const isEarlyHead = isEarly && queue.state.blockedUntil > now;
    const page = await sendPage(ctx, queue, rows.slice(0, maxAttempts - attempts).map(toQueued), isEarlyHead);
    const isFirstPage = attempts === 0;
    attempts += page.results.length;
    delivered += page.results.filter(({ status }) => status === 'delivered').length;
    const isAtLimit = attempts >= maxAttempts || took() >= maxMs;
    const goesOn = page.state.blockedUntil <= now && page.disable === undefined && !isAtLimit;
    const { communityId } = queue;
    const records = [
      ...(page.results.length > 0 ? [recordResults(communityId, endpointId, page.results)] : []),
      recordQueueState(lease, page.state, goesOn, now),
      ...(goesOn ? [selectQueue(lease, now, PAGE)] : []),
      ...(isFirstPage ? [deleteOldMessages(communityId, endpointId, now - RETENTION_MS, PAGE * 2)] : []),
    ];
    const recorded = await runBatch(ctx.db, records);
    if (page.disable) await disable(ctx, endpointId, queue, page.disable);
    const stateAt = page.results.length > 0 ? 1 : 0;
    const [after] = recorded[stateAt] ?? [];
    if (!goesOn || !after || !toQueue(after).isLeased) {
      return {
        attempts,
        delivered,
        hasMore: isAtLimit && page.state.blockedUntil <= now,
        blockedUntil: page.state.blockedUntil,
      };
    }
    endpoint = after;
    rows = recorded[stateAt + 1] ?? [];
  }
};

interface SentPage {
  readonly results: readonly MessageResult[];
  readonly state: QueueState;
  readonly disable: 'gone' | 'failing' | undefined;
}

/** Sends messages in their order, until one closes the gate or the page takes too long. */
const sendPage = async (
  ctx: Ctx,
  queue: Queue,
  messages: readonly Queued[],
  isEarly: boolean,
): Promise<SentPage> => {
  const now = ctx.clock.now();
  const took = stopwatch();
  const results: MessageResult[] = [];
  let state: QueueState = isEarly ? queue.state : { ...queue.state, blockedUntil: 0, isThrottled: false };
  let disable: SentPage['disable'];
  const conclude = (message: Queued, { attempt, kind }: Outcome, more: Partial<MessageResult> = {}) => {
    const status: DeliveryStatus = kind === 'delivered' ? 'delivered' : 'pending';
    results.push({ seq: message.seq, status, counted: 0, dueAt: 0, attempt, ...more });
    const failingSince = kind === 'delivered' ? null : (state.failingSince ?? now);
    state = { ...state, lastAttemptAt: now, failingSince };
    if (kind === 'gone') disable = 'gone';
    else if (failingSince !== null && now - failingSince >= GIVE_UP_ENDPOINT_MS) disable = 'failing';
  };

  for (const [index, message] of messages.entries()) {
    if (took() >= PAGE_MS) break;
    const outcome = await send(ctx, queue.target, message);
    if (outcome.kind === 'delivered') {
      conclude(message, outcome);
      state = {
        ...state,
        blockedUntil: now + (outcome.waitMs ?? 0),
        isThrottled: outcome.waitMs !== undefined,
      };
      if (outcome.waitMs !== undefined) break;
      continue;
    }
    if (outcome.kind === 'gone') {
      conclude(message, outcome);
      break;
    }
    if (outcome.kind === 'throttled') {
      conclude(message, outcome);
      state = { ...state, blockedUntil: now + (outcome.waitMs ?? 0), isThrottled: true };
      break;
    }
    if (isEarly && results.length === 0) {
      // Out of schedule, so it does not count: the gate stays as it was.
      conclude(message, outcome);
      break;
    }
    const failures = message.attemptCount + 1;
    const delayMs = retryDelayMs(failures, Math.random());
    if (delayMs === undefined) {
      conclude(message, outcome, { counted: 1, status: 'failed' });
      continue;
    }
    if (outcome.kind === 'refused') {
      conclude(message, outcome, { counted: 1, dueAt: now + delayMs });
      continue;
    }
    const next = messages[index + 1];
    const probe = failures >= PROBE_AFTER && next ? await send(ctx, queue.target, next) : undefined;
    if (next && probe?.kind === 'delivered') {
      conclude(message, outcome, { counted: 1, dueAt: now + delayMs });
      conclude(next, probe);
      state = { ...state, blockedUntil: now + (probe.waitMs ?? 0), isThrottled: probe.waitMs !== undefined };
    } else {
      conclude(message, outcome, { counted: 1 });
      if (next && probe) conclude(next, probe);
      state = { ...state, blockedUntil: now + delayMs, isThrottled: false };
    }
    // The one behind may have gone out as a probe: the next page begins where this leaves off.
    break;
  }
  return { results, state, disable };
};

/** Puts it on record why nothing is sent any more. */
const disable = (ctx: Ctx, endpointId: string, queue: Queue, reason: 'gone' | 'failing'): Promise<void> => {
  const { communityId, target, state } = queue;
  const why =
    reason === 'gone'
      ? 'it answered 410 Gone'
      : `it has only failed since ${new Date(state.failingSince ?? ctx.clock.now()).toISOString()}`;
  return audited({ ...ctx, actor: SYSTEM }, communityId, async (audit) => {
    await runBatch(ctx.db, [
      disableEndpoint(communityId, endpointId, reason, ctx.clock.now()),
      ...(await audit.record({
        type: 'WEBHOOK_ENDPOINT_DISABLED',
        what: `disabled the webhook endpoint at ${hostOf(target.url)}: ${why}`,
        target: targetOf(target.url),
        properties: { webhookEndpointId: endpointId, reason },
      })),
    ]);
  });
};

/** What a call may spend on delivery after its answer: `waitUntil` ends 30 s after it. */
const NOW = { maxAttempts: 50, maxMs: 10_000, isEarly: true } as const;

/** The first retry, and a short Retry-After, are waited for. */
const MAX_WAIT_MS = 6_000;

/** The first attempt at messages that have just been committed, and the second one if the first failed quickly. */
export const deliverNow = async (ctx: Ctx, endpointIds: readonly string[]): Promise<void> => {
  await Promise.all(
    endpointIds.map(async (endpointId) => {
      const took = stopwatch();
      const { blockedUntil } = await visitQueue(ctx, endpointId, NOW);
      const waitMs = blockedUntil - ctx.clock.now();
      if (waitMs <= 0 || waitMs > MAX_WAIT_MS || took() > NOW.maxMs / 2) return;
      await ctx.sleep(waitMs);
      await visitQueue(ctx, endpointId, { ...NOW, isEarly: false });
    }),
  );
};
