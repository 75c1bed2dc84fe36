import { runBatch } from '../../db/client.ts';
import type { SystemActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { BODIES_KEPT_MS } from './kept-call.ts';
import { deleteMessagesBefore, forgetKeptBefore } from './queries.ts';

/** How long a replay is known for one. */
const MESSAGES_KEPT_MS = 7 * 86_400_000;
const CHUNK = 5_000;
const MAX_CHUNKS = 20;

/**
 * Forgets messages of inbound webhooks that are older than 7 days, and bodies that are older than a day, in bounded
 * chunks; the next run does the rest.
 */
export const purgeInboundMessages = async (
  ctx: Ctx<SystemActor>,
): Promise<{ purged: number; isComplete: boolean }> => {
  const now = ctx.clock.now();
  const [bodies] = await runBatch(ctx.db, [
    forgetKeptBefore({ receivedBefore: now - BODIES_KEPT_MS, limit: CHUNK }),
  ]);
  let purged = 0;
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
    const [messages] = await runBatch(ctx.db, [
      deleteMessagesBefore({ receivedBefore: now - MESSAGES_KEPT_MS, limit: CHUNK }),
    ]);
    purged += messages.length;
    if (messages.length < CHUNK) return { purged, isComplete: bodies.length < CHUNK };
  }
  return { purged, isComplete: false };
};
