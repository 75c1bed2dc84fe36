import { readRows } from '../../db/client.ts';
import type { Ctx } from '../context.ts';
import type { SystemActor } from './actor.ts';
import {
  deleteCommunityRow,
  deleteTenantRows,
  selectDeletedCommunities,
  tenantTableNames,
} from './queries.ts';

const CHUNK = 5_000;
const COMMUNITIES = 20;
/** A run removes at most so many chunks. */
const MAX_CHUNKS = 200;
const HOUR_MS = 3_600_000;

/**
 * Removes what deleted communities left behind, a chunk of one table at a time, and at last the communities themselves.
 * Each run begins with another table, so that none is always the one that a run does not reach.
 */
export const purgeCommunities = async (
  ctx: Ctx<SystemActor>,
): Promise<{ purgedRows: number; purgedCommunities: number }> => {
  let purgedRows = 0;
  let purgedCommunities = 0;
  let chunks = 0;
  const names = tenantTableNames();
  const first = Math.floor(ctx.clock.now() / HOUR_MS) % names.length;
  const tables = [...names.slice(first), ...names.slice(0, first)];
  for (const { id: communityId } of await readRows(
    ctx.db,
    selectDeletedCommunities({ limit: COMMUNITIES }),
  )) {
    for (const table of tables) {
      for (let removed = CHUNK; removed === CHUNK; ) {
        if (chunks++ >= MAX_CHUNKS) return { purgedRows, purgedCommunities };
        removed = (await readRows(ctx.db, deleteTenantRows(table, { communityId, limit: CHUNK }))).length;
        purgedRows += removed;
      }
    }
    purgedCommunities += (await readRows(ctx.db, deleteCommunityRow({ communityId }))).length;
  }
  return { purgedRows, purgedCommunities };
};
