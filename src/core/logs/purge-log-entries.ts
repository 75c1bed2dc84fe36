import { runBatch } from '../../db/client.ts';
import type { SystemActor } from '../access/actor.ts';
import { applyRetention, type RetentionStep } from '../access/apply-retention.ts';
import type { Ctx } from '../context.ts';
import { dayOf } from './day-quota.ts';
import {
  dropEmptyCounters,
  findPurgeBound,
  markWipePurged,
  type PurgeTarget,
  purgeThrough,
  selectOldestEntry,
  selectPendingWipes,
} from './delete-queries.ts';
import { firstIdOf, timestampOf } from './log-id.ts';

const CHUNK = 5_000;

/** Statements of a chunk: where it ends, what it removes, and what closes the work. */
const STATEMENTS = 6;
/** That of a wiped log has one more: no kind of entry is left. */
const WIPE_STATEMENTS = 7;

/** Wiped logs that a run takes up. */
const WIPES = 20;

/**
 * Removes entries of wiped logs and those older than their community's `logRetentionDays`. Each chunk is a transaction
 * of its own, so a run may stop anywhere, and two at once share the work.
 */
export const purgeLogEntries = async (
  ctx: Ctx<SystemActor>,
): Promise<{ purgedEntries: number; isComplete: boolean }> => {
  const wiped = await purgeWipes(ctx);
  const outdated = await applyRetention(ctx, 'log', STATEMENTS, ({ communityId, before }) =>
    purgeChunk(ctx, { communityId, generation: undefined, belowId: firstIdOf(Math.floor(before / 1000)) }),
  );
  return {
    purgedEntries: wiped.removed + outdated.removed,
    isComplete: wiped.isComplete && outdated.isComplete,
  };
};

/** A chunk of each wiped log in turn, so that a large one does not keep the others waiting. */
const purgeWipes = async (ctx: Ctx<SystemActor>): Promise<{ removed: number; isComplete: boolean }> => {
  const turns = await selectPendingWipes(ctx.db, WIPES);
  const isAll = turns.length < WIPES;
  let removed = 0;
  for (let target = turns.shift(); target; target = turns.shift()) {
    if (ctx.budget && !ctx.budget.has({ statements: WIPE_STATEMENTS })) return { removed, isComplete: false };
    const step = await purgeChunk(ctx, target);
    removed += step.removed;
    if (step.oldestLeft === undefined) turns.push(target);
  }
  return { removed, isComplete: isAll };
};

const purgeChunk = async (ctx: Ctx<SystemActor>, target: PurgeTarget): Promise<RetentionStep> => {
  const { communityId, generation } = target;
  const bound = await findPurgeBound(ctx.db, target, CHUNK - 1);
  const isLast = bound === undefined;
  const now = ctx.clock.now();
  const forgetEmpty = dropEmptyCounters({ communityId, day: dayOf(now) });
  const [[, , purged], , oldest] = await runBatch(ctx.db, [
    purgeThrough(target, bound ?? target.belowId - 1),
    isLast
      ? generation === undefined
        ? [forgetEmpty]
        : [forgetEmpty, ...markWipePurged(communityId, generation, now)]
      : [],
    isLast && generation === undefined ? selectOldestEntry(target) : undefined,
  ]);
  const removed = purged.length;
  if (!isLast) return { removed };
  const [left] = oldest ?? [];
  return { removed, oldestLeft: left ? timestampOf(left.id) * 1000 : null };
};
