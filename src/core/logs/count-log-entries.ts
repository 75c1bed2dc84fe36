import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import type { LogFilter } from './model.ts';
import { countLogEntries as count } from './read-queries.ts';

/** How many entries the filter lets through, exactly. */
export const countLogEntries = (ctx: Ctx<CommunityActor>, filter: LogFilter): Promise<number> =>
  count(ctx.db, ctx.actor.community.id, filter);
