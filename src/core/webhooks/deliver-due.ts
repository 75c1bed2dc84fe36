import { runBatch } from '../../db/client.ts';
import { stopwatch } from '../../lib/clock.ts';
import type { SystemActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { visitQueue } from './deliver.ts';
import { publishMessages } from './delivery-queries.ts';
import { inParallel } from './in-parallel.ts';
import { selectDueEndpoints } from './queue-queries.ts';

const MAX_ENDPOINTS = 500;
const MAX_ATTEMPTS = 5_000;
const MAX_MS = 60_000;

/** An endpoint's turn: then it is the next one's, so that a long queue keeps nobody waiting. */
const TURN = { maxAttempts: 20, maxMs: 10_000 } as const;

/**
 * Delivers what is due: what was never tried, retries, and what was put back. Bounded by the invocation's budget, in
 * attempts and in time; what it does not get to, it finds again the next time. Communities take turns, and within one
 * endpoints that work come before those that fail.
 */
export const deliverDue = async (
  ctx: Ctx<SystemActor>,
): Promise<{ endpoints: number; attempts: number; delivered: number; isComplete: boolean }> => {
  const took = stopwatch();
  const now = ctx.clock.now();
  const [, due] = await runBatch(ctx.db, [
    // What a transaction left unpublished: see `commit`.
    publishMessages(undefined, now, ''),
    selectDueEndpoints({ now, limit: MAX_ENDPOINTS }),
  ]);
  let attempts = 0;
  let delivered = 0;
  let isComplete = due.length < MAX_ENDPOINTS;
  for (let round = byTurns(due); round.length > 0; ) {
    const again: string[] = [];
    await inParallel(round, async (endpointId) => {
      if (attempts >= MAX_ATTEMPTS || took() >= MAX_MS) {
        isComplete = false;
        return;
      }
      const visit = await visitQueue(ctx, endpointId, TURN);
      attempts += visit.attempts;
      delivered += visit.delivered;
      if (!visit.hasMore) return;
      if (visit.attempts > 0) again.push(endpointId);
      else isComplete = false;
    });
    round = again;
  }
  return { endpoints: due.length, attempts, delivered, isComplete };
};

/** The endpoints, one of each community after the other, so that one with many long queues delays nobody. */
const byTurns = (due: readonly { readonly id: string; readonly community_id: number }[]): string[] => {
  const queues = [...Map.groupBy(due, ({ community_id }) => community_id).values()];
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    queues.flatMap((queue) => queue[turn]?.id ?? []),
  ).flat();
};
