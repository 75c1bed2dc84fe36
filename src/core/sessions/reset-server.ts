import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { commit } from '../webhooks/events.ts';
import { noteReset, resetSessions } from './queries.ts';
import { type Session, toSession } from './session.ts';

/** Closes all open sessions of a server that starts anew, and returns them, oldest first. */
export const resetServer = async (ctx: Ctx<CommunityActor>, serverId: number): Promise<Session[]> => {
  const { id, settings } = ctx.actor.community;
  const now = ctx.clock.now();
  const [rows = []] = await commit(ctx, [
    resetSessions(id, serverId, { now, settings }),
    noteReset(id, serverId, now),
  ]);
  // RETURNING has no order.
  return rows.map(toSession).sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
};
