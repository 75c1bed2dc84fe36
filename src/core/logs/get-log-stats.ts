import { readRows } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { type KindCount, selectKindCounts } from './read-queries.ts';

/** So many kinds are told; a log with more has action types that are no types. */
const MAX_KINDS = 5_000;

export interface LogStats {
  readonly kinds: readonly KindCount[];
  /** Whether those are all. */
  readonly isComplete: boolean;
}

/** How many entries there are of each kind (action type and platform), from the counters. */
export const getLogStats = async (ctx: Ctx<CommunityActor>): Promise<LogStats> => {
  const kinds = await readRows(
    ctx.db,
    selectKindCounts({ communityId: ctx.actor.community.id, limit: MAX_KINDS + 1 }),
  );
  return { kinds: kinds.slice(0, MAX_KINDS), isComplete: kinds.length <= MAX_KINDS };
};
