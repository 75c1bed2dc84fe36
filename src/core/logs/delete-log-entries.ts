import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { deleteLogEntries as statements } from './delete-queries.ts';
import type { LogFilter } from './model.ts';
import { selectLogIds } from './read-queries.ts';

/** So many entries one call deletes. */
const MOST = 5_000;

/**
 * Deletes the oldest entries that the filter lets through, and tells how many those were and whether more are left: to
 * call it until none are deletes them all. Their ids are never given again.
 * @param described the filter as the caller wrote it, for the audit trail
 */
export const deleteLogEntries = async (
  ctx: Ctx<CommunityActor>,
  filter: LogFilter,
  described: string,
): Promise<{ deleted: number; hasMore: boolean }> => {
  const { id, name } = ctx.actor.community;
  const found = await selectLogIds(ctx.db, id, filter, MOST + 1);
  if (found.length === 0) return { deleted: 0, hasMore: false };
  return audited(ctx, id, async (audit) => {
    const record = await audit.record({
      type: 'LOGS_DELETED',
      what: `deleted activity logs with ${described}`,
      target: { type: 'COMMUNITY', name },
    });
    const [[, , deleted]] = await runBatch(ctx.db, [statements(id, found.slice(0, MOST)), ...record]);
    return { deleted: deleted.length, hasMore: found.length > MOST };
  });
};
