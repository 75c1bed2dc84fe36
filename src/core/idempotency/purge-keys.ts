import { runBatch } from '../../db/client.ts';
import type { SystemActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { KEPT_MS } from './once.ts';
import { deleteKeysBefore } from './queries.ts';

const CHUNK = 2_000;
const MAX_CHUNKS = 20;

/** Forgets the Idempotency-Keys of more than a day ago, in bounded chunks. */
export const purgeIdempotencyKeys = async (
  ctx: Ctx<SystemActor>,
): Promise<{ purged: number; isComplete: boolean }> => {
  let purged = 0;
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
    const [rows] = await runBatch(ctx.db, [
      deleteKeysBefore({ before: ctx.clock.now() - KEPT_MS, limit: CHUNK }),
    ]);
    purged += rows.length;
    if (rows.length < CHUNK) return { purged, isComplete: true };
  }
  return { purged, isComplete: false };
};
