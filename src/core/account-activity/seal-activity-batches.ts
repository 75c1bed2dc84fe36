import { readRows, runBatch } from '../../db/client.ts';
import type { SystemActor } from '../access/actor.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { markBatchesSealed, selectUnsealedBatches, selectUnsealedCommunities } from './activity-queries.ts';

/** Links a run makes at most, and batches in a link (some 25 KB of JSON). */
const MAX_LINKS = 20;
const BATCHES_PER_LINK = 200;

/**
 * Puts the batches of ingested records into the audit trail, so that the removal of a whole batch shows too. A run that
 * stops half way, or two at once, leave no batch out and none in twice.
 */
export const sealActivityBatches = async (
  ctx: Ctx<SystemActor>,
): Promise<{ sealedBatches: number; links: number }> => {
  let sealedBatches = 0;
  let links = 0;
  const communities = await readRows(ctx.db, selectUnsealedCommunities({ limit: MAX_LINKS }));
  for (const { community_id: communityId } of communities) {
    const sealed = await sealSome(ctx, communityId);
    sealedBatches += sealed;
    if (sealed > 0) links += 1;
  }
  return { sealedBatches, links };
};

const sealSome = (ctx: Ctx<SystemActor>, communityId: number): Promise<number> =>
  audited(ctx, communityId, async (audit) => {
    const batches = await readRows(ctx.db, selectUnsealedBatches({ communityId, limit: BATCHES_PER_LINK }));
    if (batches.length === 0) return 0;
    await runBatch(ctx.db, [
      markBatchesSealed(communityId, batches, audit.community.auditHead.sequence + 1),
      ...(await audit.record({
        type: 'RECORDS_SEALED',
        what: `sealed ${batches.length} batches of records`,
        target: { type: 'COMMUNITY', name: audit.community.name },
        properties: { batches: JSON.stringify(batches) },
      })),
    ]);
    return batches.length;
  });
