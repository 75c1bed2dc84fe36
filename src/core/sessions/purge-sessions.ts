import { runBatch } from '../../db/client.ts';
import type { SystemActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { deleteOutdatedSessions, selectRetention } from './retention-queries.ts';

const CHUNK = 1000;
/** A run makes at most so many trips, and one for each 100 communities. */
const MAX_CHUNKS = 40;
const COMMUNITIES = 100;

/**
 * Removes the sessions that ended longer ago than their community's `sessionRetentionDays`, at most 40,000 a run. Each
 * chunk is a transaction of its own; whatever a run does not get to, the next one finds again.
 */
export const purgeSessions = async (
  ctx: Ctx<SystemActor>,
): Promise<{ purgedSessions: number; isComplete: boolean }> => {
  let purgedSessions = 0;
  let chunks = 0;
  for (let afterId = 0; ; ) {
    const [communities = []] = await runBatch(ctx.db, [
      selectRetention(ctx.clock.now(), afterId, COMMUNITIES),
    ]);
    for (const { id, ended_before } of communities) {
      for (let isEmpty = false; !isEmpty; ) {
        if (chunks++ === MAX_CHUNKS) return { purgedSessions, isComplete: false };
        const results = await runBatch(
          ctx.db,
          deleteOutdatedSessions(id as number, ended_before as number, CHUNK),
        );
        const count = results.at(-1)?.length ?? 0;
        purgedSessions += count;
        isEmpty = count < CHUNK;
      }
      afterId = id as number;
    }
    if (communities.length < COMMUNITIES) return { purgedSessions, isComplete: true };
  }
};
