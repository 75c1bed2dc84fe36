import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { forgetServerNames, selectNamedServers, upsertServerNames } from './queries.ts';
import { type Server, toServer } from './server.ts';

/** What a server is to be called. */
export interface ServerName {
  /** Absent: the next number that no server has. */
  readonly id?: number | undefined;
  /** Absent: `Server 3`. */
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

/**
 * Names servers, one round trip; what else is known of them stays.
 * @param replacesAll whether those that are not among them lose their names
 * @returns all servers that have a name now
 */
export const nameServers = async (
  ctx: Ctx<CommunityActor>,
  names: readonly ServerName[],
  { replacesAll }: { replacesAll: boolean },
): Promise<Server[]> => {
  const communityId = ctx.actor.community.id;
  const named = JSON.stringify(
    names.map(({ id = null, name = null, description = null }) => [id, name, description]),
  );
  const kept = JSON.stringify(names.flatMap(({ id }) => id ?? []));
  const [, , rows] = await runBatch(ctx.db, [
    replacesAll ? forgetServerNames({ communityId, kept }) : undefined,
    upsertServerNames({ communityId, named }),
    selectNamedServers({ communityId }),
  ]);
  return rows.map(toServer);
};
