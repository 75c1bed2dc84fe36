import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { selectNames } from '../accounts/name-queries.ts';
import type { Ctx } from '../context.ts';
import { selectNamesOfServers } from '../servers/queries.ts';
import type { SessionTotal } from './session-totals.ts';

/** What the accounts and servers of totals are called; null where only the id is known. One trip, or none. */
export const namesOfTotals = async (
  ctx: Ctx<CommunityActor>,
  totals: readonly Pick<SessionTotal, 'accountId' | 'serverId'>[],
): Promise<{ accounts: Map<string, string | null>; servers: Map<number, string | null> }> => {
  const ids = [...new Set(totals.flatMap(({ accountId }) => accountId ?? []))];
  const serverIds = [...new Set(totals.flatMap(({ serverId }) => serverId ?? []))];
  const communityId = ctx.actor.community.id;
  if (ids.length === 0 && serverIds.length === 0) return { accounts: new Map(), servers: new Map() };
  const [accounts = [], servers = []] = await runBatch(ctx.db, [
    ids.length > 0 ? selectNames({ communityId, ids: JSON.stringify(ids) }) : undefined,
    serverIds.length > 0 ? selectNamesOfServers({ communityId, ids: JSON.stringify(serverIds) }) : undefined,
  ]);
  return {
    accounts: new Map(accounts.map(({ account_id, name }) => [account_id, name])),
    servers: new Map(servers.map(({ server_id, name }) => [server_id, name])),
  };
};
