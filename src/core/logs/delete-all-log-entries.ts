import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { wipeLog } from './delete-queries.ts';

/** Empties a log of any size for every reader at once; the scheduled job removes the rows. */
export const deleteAllLogEntries = (ctx: Ctx<CommunityActor>): Promise<void> => {
  const { id, name } = ctx.actor.community;
  return audited(ctx, id, async (audit) => {
    await runBatch(ctx.db, [
      ...wipeLog(id, ctx.clock.now()),
      ...(await audit.record({
        type: 'LOGS_DELETED',
        what: 'deleted all activity logs',
        target: { type: 'COMMUNITY', name },
      })),
    ]);
  });
};
