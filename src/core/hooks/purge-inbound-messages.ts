import { runBatch } from '../../db/client.ts';
import type { SystemActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { deleteMessagesBefore } from './queries.ts';

/** How long a replay is known for one. */
const KEPT_MS = 7 * 86_400_000;
const CHUNK = 5_000;
const MAX_CHUNKS = 20;

/** Forgets messages of inbound webhooks that are older than 7 days, in bounded chunks; the next run does the rest. */
export const purgeInboundMessages = async (
  ctx: Ctx<SystemActor>,
): Promise<{ purged: number; isComplete: boolean }> => {
  let purged = 0;
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
    const [rows = []] = await runBatch(ctx.db, [deleteMessagesBefore(ctx.clock.now() - KEPT_MS, CHUNK)]);
    purged += rows.length;
    if (rows.length < CHUNK) return { purged, isComplete: true };
  }
  return { purged, isComplete: false };
};
