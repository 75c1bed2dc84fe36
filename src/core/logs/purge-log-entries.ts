import { runBatch } from '../../db/client.ts';
import type { SystemActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import {
  dropEmptyCounters,
  findPurgeBound,
  markWipePurged,
  type PurgeTarget,
  purgeThrough,
  selectOutdatedLogs,
  selectPendingWipes,
} from './queries.ts';

const CHUNK = 5_000;
/** A run makes at most two trips for each, and two to find the work. */
const MAX_CHUNKS = 20;

/**
 * Removes entries of wiped logs and those older than their community's `logRetentionDays`, at most 100,000 a run. Each
 * chunk is a transaction of its own, so a run may stop anywhere, and two at once share the work.
 */
export const purgeLogEntries = async (
  ctx: Ctx<SystemActor>,
): Promise<{ purgedEntries: number; isComplete: boolean }> => {
  const now = ctx.clock.now();
  const targets = [
    ...(await selectPendingWipes(ctx.db, MAX_CHUNKS)),
    ...(await selectOutdatedLogs(ctx.db, now, MAX_CHUNKS)),
  ];
  let purgedEntries = 0;
  // A chunk from each in turn, so that a large log does not keep the others waiting.
  for (let chunks = 0; chunks < MAX_CHUNKS; chunks++) {
    const target = targets.shift();
    if (!target) return { purgedEntries, isComplete: true };
    const { purged, isEmpty } = await purgeChunk(ctx, target, now);
    purgedEntries += purged;
    if (!isEmpty) targets.push(target);
  }
  return { purgedEntries, isComplete: targets.length === 0 };
};

const purgeChunk = async (
  ctx: Ctx<SystemActor>,
  target: PurgeTarget,
  now: number,
): Promise<{ purged: number; isEmpty: boolean }> => {
  const bound = await findPurgeBound(ctx.db, target, CHUNK - 1);
  const isEmpty = bound === undefined;
  const statements = purgeThrough(target, bound ?? target.belowId - 1);
  const results = await runBatch(ctx.db, [...statements, ...(isEmpty ? closing(target, now) : [])]);
  return { purged: results[statements.length - 1]?.length ?? 0, isEmpty };
};

const closing = ({ communityId, generation }: PurgeTarget, now: number) =>
  generation === undefined ? [dropEmptyCounters(communityId)] : markWipePurged(communityId, generation, now);
