import { runBatch } from '../../db/client.ts';
import { stopwatch } from '../../lib/clock.ts';
import type { SystemActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { visitQueue } from './deliver.ts';
import { publishMessages, selectDueEndpoints } from './message-queries.ts';

const MAX_ENDPOINTS = 500;
const MAX_ATTEMPTS = 1_000;
const MAX_MS = 60_000;

/** An endpoint's turn: then it is the next one's, so that a long queue keeps nobody waiting. */
const TURN = { maxAttempts: 100, maxMs: 10_000 } as const;

/** A Worker has six connections at a time that wait for an answer. */
const CONCURRENCY = 6;

/**
 * Delivers what is due: what was never tried, retries, and what was put back. Bounded in attempts and in time; what it
 * does not get to, it finds again the next time. Endpoints that work come before those that fail.
 */
export const deliverDue = async (
  ctx: Ctx<SystemActor>,
): Promise<{ endpoints: number; attempts: number; delivered: number; isComplete: boolean }> => {
  const took = stopwatch();
  const now = ctx.clock.now();
  const [, due = []] = await runBatch(ctx.db, [
    // What a transaction left unpublished: see `commit`.
    publishMessages(undefined, now, ''),
    selectDueEndpoints(now, MAX_ENDPOINTS),
  ]);
  const turns = due.map(({ id }) => id as string);
  const endpoints = turns.length;
  let attempts = 0;
  let delivered = 0;
  let isComplete = endpoints < MAX_ENDPOINTS;

  const work = async (): Promise<void> => {
    for (let endpointId = turns.shift(); endpointId !== undefined; endpointId = turns.shift()) {
      if (attempts >= MAX_ATTEMPTS || took() >= MAX_MS) {
        isComplete = false;
        return;
      }
      const visit = await visitQueue(ctx, endpointId, TURN);
      attempts += visit.attempts;
      delivered += visit.delivered;
      if (visit.hasMore) turns.push(endpointId);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { endpoints, attempts, delivered, isComplete };
};
