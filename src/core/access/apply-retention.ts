import { readRows } from '../../db/client.ts';
import type { Ctx } from '../context.ts';
import type { SystemActor } from './actor.ts';
import { type DueCommunity, type Retained, selectDue, setDue } from './retention-queries.ts';

const DAY_MS = 86_400_000;

/** Communities that a run takes up. The others wait longer, so that the next run begins with them. */
const COMMUNITIES = 20;

/** Not sooner than this is a community looked at again, however close its next row is to its age. */
const PAUSE_MS = 3_600_000;

/** One community's rows of one sort that are too old. */
export interface Outdated {
  readonly communityId: number;
  /** Everything from before goes. Epoch milliseconds. */
  readonly before: number;
}

/** What one step of a removal did. */
export interface RetentionStep {
  readonly removed: number;
  /** Where nothing outdated is left: the age (epoch milliseconds) of the oldest row that stays; null for none. */
  readonly oldestLeft?: number | null;
}

/**
 * Removes what is older than its community's retention, a step of each community in turn, so that a large one keeps
 * nobody waiting. Stops anywhere; what a run does not get to, the next one finds first.
 *
 * @param needs D1 statements that a step may take
 */
export const applyRetention = async (
  ctx: Ctx<SystemActor>,
  retained: Retained,
  needs: number,
  step: (outdated: Outdated) => Promise<RetentionStep>,
): Promise<{ removed: number; isComplete: boolean }> => {
  const now = ctx.clock.now();
  const hasBudget = (statements: number) => ctx.budget?.has({ statements }) ?? true;
  if (!hasBudget(1)) return { removed: 0, isComplete: false };
  const turns: DueCommunity[] = await readRows(ctx.db, selectDue(retained, { now, limit: COMMUNITIES }));
  const isComplete = turns.length < COMMUNITIES;
  let removed = 0;
  for (let turn = turns.shift(); turn; turn = turns.shift()) {
    if (!hasBudget(needs + 1)) return { removed, isComplete: false };
    const ageMs = turn.retention_days * DAY_MS;
    const done = await step({ communityId: turn.id, before: now - ageMs });
    removed += done.removed;
    if (done.oldestLeft === undefined) turns.push(turn);
    else {
      const dueAt = Math.max((done.oldestLeft ?? now) + ageMs, now + PAUSE_MS);
      await readRows(ctx.db, setDue({ retained, isSooner: false }, { communityId: turn.id, dueAt }));
    }
  }
  return { removed, isComplete };
};
