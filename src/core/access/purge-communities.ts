import { readRows, runBatch } from '../../db/client.ts';
import type { Ctx } from '../context.ts';
import type { SystemActor } from './actor.ts';
import { deleteCommunityRow, deleteTenantRows, selectDeletedCommunities } from './queries.ts';

const CHUNK = 5_000;
const MAX_BATCHES = 20;

/** Removes what deleted communities left behind, in bounded chunks, and at last the communities themselves. */
export const purgeCommunities = async (
  ctx: Ctx<SystemActor>,
): Promise<{ purgedRows: number; purgedCommunities: number }> => {
  let purgedRows = 0;
  let purgedCommunities = 0;
  let batches = 0;
  for (const { id: communityId } of await readRows(
    ctx.db,
    selectDeletedCommunities({ limit: MAX_BATCHES }),
  )) {
    for (;;) {
      if (batches++ >= MAX_BATCHES) return { purgedRows, purgedCommunities };
      const results = await runBatch(ctx.db, deleteTenantRows(communityId, CHUNK));
      const removed = results.reduce((sum, rows) => sum + rows.length, 0);
      purgedRows += removed;
      if (removed > 0) continue;
      await runBatch(ctx.db, [deleteCommunityRow(communityId)]);
      purgedCommunities += 1;
      break;
    }
  }
  return { purgedRows, purgedCommunities };
};
