import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { selectNamedServers, selectServers } from './queries.ts';
import { type Server, toServer } from './server.ts';

/** The servers by number, at most 1000: those that have a name, or all that anything is known of. */
export const listServers = async (
  ctx: Ctx<CommunityActor>,
  { withUnnamed = false }: { withUnnamed?: boolean } = {},
): Promise<Server[]> => {
  const select = withUnnamed ? selectServers : selectNamedServers;
  const [rows] = await runBatch(ctx.db, [select({ communityId: ctx.actor.community.id })]);
  return rows.map(toServer);
};
