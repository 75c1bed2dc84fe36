/**
 * Delivery. The queue of an endpoint is sent from its head, one message after the other, by the one who holds its lease:
 * so nothing is sent twice by two runs at once, and the order is that of commit. A message whose attempt fails closes
 * the gate until its next attempt, for all behind it. It steps out of the line only where the fault is its own: where
 * the receiver refuses it, or where it has failed three times and the one behind it goes through.
 *
 * At least once: between an attempt and its record lies a crash at the worst; then the lease runs out and the message
 * goes out again under its id.
 *
 * Gates and attempts go by the real clock, which moves during a visit; never by the time of a trigger.
 */
import { Budget, type Limits, OutOfBudget } from '../../db/budget.ts';
import { runBatch } from '../../db/client.ts';
import { stopwatch } from '../../lib/clock.ts';
import { SYSTEM } from '../access/actor.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { withBudget } from '../with-budget.ts';
import { toMessage } from './delivery-queries.ts';
import { hostOf, targetOf } from './endpoints.ts';
import { inParallel } from './in-parallel.ts';
import type { DeliveryStatus, Message } from './model.ts';
import {
  deleteOldMessages,
  disableEndpoint,
  leaseQueue,
  type MessageResult,
  type QueuedRow,
  type QueueRow,
  type QueueState,
  recordQueueState,
  recordResults,
  selectQueue,
} from './queue-queries.ts';
import { GIVE_UP_ENDPOINT_MS, retryDelayMs } from './schedule.ts';
import { type Outcome, send, type Target } from './send.ts';

/** Longer than anybody holds it between two records, shorter than the period of the scheduled trigger. */
const LEASE_MS = 4 * 60_000;

/** Messages that are sent between two records: so many may go out twice after a crash. */
const PAGE = 10;

/** So many events go into one digest. */
const DIGEST_PAGE = 200;

/** A page is recorded early where it takes long. */
const PAGE_MS = 5_000;

/** After so many failed attempts of its head, a queue tries the message behind it. */
const PROBE_AFTER = 3;

/** A new event passes a gate that the schedule has closed, once a minute: it may be that the receiver is back. */
const EARLY_AFTER_MS = 60_000;

/** How long what has been sent, or given up, can be read and sent again. */
const RETENTION_MS = 30 * 24 * 3_600_000;

/** Statements of a page: what came of it, how the queue fares, the next page, what is too old; and to disable. */
const PAGE_STATEMENTS = 8;

/** What a visit needs to be worth its lease. */
const VISIT_NEEDS: Limits = { statements: PAGE_STATEMENTS + 2, requests: 2 };

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
  readonly digestMs: number | null;
  readonly state: QueueState;
}

const toQueue = (row: QueueRow): Queue => ({
  communityId: row.community_id,
  target: {
    url: row.url,
    format: row.format,
    secret: row.secret,
    previousSecret: row.previous_secret,
    previousSecretExpiresAt: row.previous_secret_expires_at,
  },
  digestMs: row.digest_seconds === null ? null : row.digest_seconds * 1000,
  state: {
    lastAttemptAt: null,
    failingSince: row.failing_since,
    blockedUntil: row.blocked_until,
    isThrottled: row.is_throttled === 1,
  },
});

type Queued = Message & { readonly attemptCount: number };

const toQueued = (row: QueuedRow): Queued => ({
  ...toMessage(row, row.server_name),
  attemptCount: row.attempt_count,
});

const left = (ctx: Ctx, what: keyof Limits): number => ctx.budget?.left(what) ?? Number.POSITIVE_INFINITY;

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
  if (ctx.budget && !ctx.budget.has(VISIT_NEEDS)) return { ...NO_VISIT, hasMore: true };
  const took = stopwatch();
  const now = ctx.clock.now();
  const lease = { endpointId, leaseId: ctx.newId(now), until: now + LEASE_MS };
  const pageAt = (at: number) =>
    selectQueue({ endpointId, leaseId: lease.leaseId, now: at, limit: PAGE, digestLimit: DIGEST_PAGE });
  let [[endpoint], rows] = await runBatch(ctx.db, [
    leaseQueue({ ...lease, now, earlyBefore: isEarly ? now - EARLY_AFTER_MS : -1 }),
    pageAt(now),
  ]);
  if (!endpoint) return NO_VISIT;

  let attempts = 0;
  let delivered = 0;
  for (let isFirstPage = true; ; isFirstPage = false) {
    const queue = toQueue(endpoint);
    // The gate that is passed early is closed: then one failure of the head leaves everything as it is.
    const isEarlyHead = isEarly && queue.state.blockedUntil > ctx.clock.now();
    const room =
      queue.digestMs === null ? Math.min(maxAttempts - attempts, left(ctx, 'requests')) : DIGEST_PAGE;
    const page = await sendPage(ctx, queue, rows.slice(0, room).map(toQueued), isEarlyHead);
    attempts += page.attempts;
    delivered += page.results.filter(({ status }) => status === 'delivered').length;

    const at = ctx.clock.now();
    const isOpen = page.state.blockedUntil <= at;
    const isAtLimit =
      attempts >= maxAttempts ||
      took() >= maxMs ||
      left(ctx, 'requests') < 1 ||
      left(ctx, 'statements') < 2 * PAGE_STATEMENTS;
    const goesOn = isOpen && page.disable === undefined && !isAtLimit;
    const { communityId } = queue;
    const [, [after], next] = await runBatch(ctx.db, [
      page.results.length > 0
        ? recordResults({ communityId, endpointId, results: JSON.stringify(page.results) })
        : undefined,
      recordQueueState(
        { goesOn },
        { ...lease, ...page.state, isThrottled: page.state.isThrottled ? 1 : 0, now: at },
      ),
      goesOn ? pageAt(at) : undefined,
      isFirstPage
        ? deleteOldMessages({ communityId, endpointId, before: at - RETENTION_MS, limit: PAGE * 2 })
        : undefined,
    ]);
    if (page.disable) await disable(ctx, endpointId, queue, page.disable);
    if (!goesOn || !after || after.leased_until === 0 || !next) {
      return { attempts, delivered, hasMore: isAtLimit && isOpen, blockedUntil: page.state.blockedUntil };
    }
    endpoint = after;
    rows = next;
  }
};

interface SentPage {
  /** Requests that were made. */
  readonly attempts: number;
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
  const took = stopwatch();
  const results: MessageResult[] = [];
  let attempts = 0;
  let state: QueueState = isEarly ? queue.state : { ...queue.state, blockedUntil: 0, isThrottled: false };
  let disable: SentPage['disable'];
  const attempt = async (first: Queued, ...more: readonly Queued[]): Promise<Outcome> => {
    const outcome = await send(ctx, queue.target, [first, ...more]);
    attempts += 1;
    return outcome;
  };
  const conclude = (message: Queued, outcome: Outcome, more: Partial<MessageResult> = {}) => {
    const status: DeliveryStatus = outcome.kind === 'delivered' ? 'delivered' : 'pending';
    results.push({ seq: message.seq, status, counted: 0, dueAt: 0, attempt: outcome.attempt, ...more });
    const now = ctx.clock.now();
    const failingSince = outcome.kind === 'delivered' ? null : (state.failingSince ?? now);
    state = { ...state, lastAttemptAt: now, failingSince };
    if (outcome.kind === 'gone') disable = 'gone';
    else if (failingSince !== null && now - failingSince >= GIVE_UP_ENDPOINT_MS) disable = 'failing';
  };
  /** Where the receiver wants to be left alone, the gate stays closed for so long. */
  const leaveAlone = (waitMs: number | undefined) => {
    state = {
      ...state,
      blockedUntil: waitMs === undefined ? 0 : ctx.clock.now() + waitMs,
      isThrottled: waitMs !== undefined,
    };
  };
  const closeGate = (delayMs: number) => {
    state = { ...state, blockedUntil: ctx.clock.now() + delayMs, isThrottled: false };
  };

  const groups = queue.digestMs === null ? messages.map((message) => [message]) : [messages];
  for (const [index, group] of groups.entries()) {
    const [message, ...others] = group;
    if (!message || took() >= PAGE_MS) break;
    if (queue.digestMs !== null && group.length < DIGEST_PAGE) {
      const readyAt = message.createdAt + queue.digestMs;
      // Nobody passes this gate early: more may come.
      if (ctx.clock.now() < readyAt) {
        state = { ...state, blockedUntil: readyAt, isThrottled: true };
        break;
      }
    }
    let outcome: Outcome;
    try {
      outcome = await attempt(message, ...others);
    } catch (error) {
      // It is the platform that would not send: nobody's failure, and the next run goes on.
      if (error instanceof OutOfBudget) break;
      throw error;
    }
    const concludeAll = (more?: Partial<MessageResult>) => {
      for (const each of group) conclude(each, outcome, more);
    };
    if (outcome.kind === 'delivered') {
      concludeAll();
      leaveAlone(outcome.waitMs);
      if (outcome.waitMs !== undefined) break;
      continue;
    }
    if (outcome.kind === 'gone') {
      concludeAll();
      break;
    }
    if (outcome.kind === 'throttled') {
      concludeAll();
      leaveAlone(outcome.waitMs ?? 0);
      break;
    }
    if (isEarly && index === 0) {
      // Out of schedule, so it does not count: the gate stays as it was.
      concludeAll();
      break;
    }
    const failures = message.attemptCount + 1;
    const delayMs = retryDelayMs(failures, Math.random());
    if (delayMs === undefined) {
      concludeAll({ counted: 1, status: 'failed' });
      continue;
    }
    if (outcome.kind === 'refused') {
      concludeAll({ counted: 1, dueAt: ctx.clock.now() + delayMs });
      continue;
    }
    const [next] = groups[index + 1] ?? [];
    const mayProbe = failures >= PROBE_AFTER && next !== undefined && left(ctx, 'requests') > 0;
    const probe = mayProbe ? await attempt(next) : undefined;
    if (next && probe?.kind === 'delivered') {
      concludeAll({ counted: 1, dueAt: ctx.clock.now() + delayMs });
      conclude(next, probe);
      leaveAlone(probe.waitMs);
    } else {
      concludeAll({ counted: 1 });
      if (next && probe) conclude(next, probe);
      closeGate(delayMs);
    }
    // The one behind may have gone out as a probe: the next page begins where this leaves off.
    break;
  }
  return { attempts, results, state, disable };
};

/** Puts it on record why nothing is sent any more. */
const disable = (ctx: Ctx, endpointId: string, queue: Queue, reason: 'gone' | 'failing'): Promise<void> => {
  const { communityId, target, state } = queue;
  const now = ctx.clock.now();
  const why =
    reason === 'gone'
      ? 'it answered 410 Gone'
      : `it has only failed since ${new Date(state.failingSince ?? now).toISOString()}`;
  return audited({ ...ctx, actor: SYSTEM }, communityId, async (audit) => {
    await runBatch(ctx.db, [
      disableEndpoint({ communityId, id: endpointId, reason, now }),
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
const NOW = { maxAttempts: 2_000, maxMs: 24_000, isEarly: true } as const;

/** The first retry, a short Retry-After and a short digest are waited for. */
const MAX_WAIT_MS = 20_000;

/** What the call itself has asked of the database before, at most. */
const CALL_STATEMENTS = 15;

/** The first attempt at messages that have just been committed, and the second one if the first failed quickly. */
export const deliverNow = async (caller: Ctx, endpointIds: readonly string[]): Promise<void> => {
  const { statements, requests } = caller.config.limits;
  const ctx = caller.budget
    ? caller
    : withBudget(caller, new Budget({ statements: statements - CALL_STATEMENTS, requests }));
  const visits = inParallel(endpointIds, async (endpointId) => {
    const took = stopwatch();
    const { blockedUntil } = await visitQueue(ctx, endpointId, NOW);
    const waitMs = blockedUntil - ctx.clock.now();
    if (waitMs <= 0 || waitMs > MAX_WAIT_MS - took()) return;
    await ctx.sleep(waitMs);
    await visitQueue(ctx, endpointId, { ...NOW, maxMs: NOW.maxMs - took(), isEarly: false });
  });
  try {
    await visits;
  } catch (error) {
    // What this invocation may not send any more, the scheduled job does.
    if (!(error instanceof OutOfBudget)) throw error;
  }
};
