import { runBatch } from '../../../db/client.ts';
import type { SystemActor } from '../../access/actor.ts';
import type { Ctx } from '../../context.ts';
import { deleteOldCalls } from './call-queries.ts';

const CHUNK = 2_000;
const MAX_CHUNKS = 20;

/** Removes the calls from the journal that nothing can refer to any more. */
export const purgeCalls = async (ctx: Ctx<SystemActor>): Promise<{ purged: number; isComplete: boolean }> => {
  let purged = 0;
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
    const [rows] = await runBatch(ctx.db, [deleteOldCalls({ now: ctx.clock.now(), limit: CHUNK })]);
    purged += rows.length;
    if (rows.length < CHUNK) return { purged, isComplete: true };
  }
  return { purged, isComplete: false };
};
