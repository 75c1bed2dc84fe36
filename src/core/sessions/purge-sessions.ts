import { runBatch } from '../../db/client.ts';
import type { SystemActor } from '../access/actor.ts';
import { applyRetention } from '../access/apply-retention.ts';
import type { Ctx } from '../context.ts';
import { deleteOutdatedSessions, selectOldestSession } from './retention-queries.ts';

const CHUNK = 1000;

/** Statements of a chunk: its corrections, its sessions, and the oldest that stays. */
const STATEMENTS = 3;

/** Removes the sessions that ended longer ago than their community's `sessionRetentionDays`, a chunk at a time. */
export const purgeSessions = async (
  ctx: Ctx<SystemActor>,
): Promise<{ purgedSessions: number; isComplete: boolean }> => {
  const { removed, isComplete } = await applyRetention(
    ctx,
    'sessions',
    STATEMENTS,
    async ({ communityId, before }) => {
      const [[, deleted], [oldest]] = await runBatch(ctx.db, [
        deleteOutdatedSessions({ communityId, endedBefore: before, limit: CHUNK }),
        selectOldestSession({ communityId }),
      ]);
      const count = deleted.length;
      return count === CHUNK
        ? { removed: count }
        : { removed: count, oldestLeft: oldest?.started_at ?? null };
    },
  );
  return { purgedSessions: removed, isComplete };
};
