import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { selectNames } from '../accounts/name-queries.ts';
import type { Ctx } from '../context.ts';
import { selectNamesOfServers } from '../servers/queries.ts';
import type { SessionTotal } from './session-totals.ts';

/**
 * What the accounts and servers of totals are called; null where only the id is known. One trip, or none where the totals
 * came with their names.
 */
export const namesOfTotals = async (
  ctx: Ctx<CommunityActor>,
  totals: readonly Pick<SessionTotal, 'accountId' | 'serverId' | 'name'>[],
): Promise<{ accounts: Map<string, string | null>; servers: Map<number, string | null> }> => {
  const accounts = new Map<string, string | null>();
  const servers = new Map<number, string | null>();
  const unnamed = totals.filter(({ accountId, serverId, name }) => {
    // Where it has both, the name is the account's.
    if (name === undefined || (accountId !== undefined && serverId !== undefined)) return true;
    if (accountId !== undefined) accounts.set(accountId, name);
    if (serverId !== undefined) servers.set(serverId, name);
    return false;
  });
  const ids = [...new Set(unnamed.flatMap(({ accountId }) => accountId ?? []))];
  const serverIds = [...new Set(unnamed.flatMap(({ serverId }) => serverId ?? []))];
  const communityId = ctx.actor.community.id;
  if (ids.length === 0 && serverIds.length === 0) return { accounts, servers };
  const [ofAccounts = [], ofServers = []] = await runBatch(ctx.db, [
    ids.length > 0 ? selectNames({ communityId, ids: JSON.stringify(ids) }) : undefined,
    serverIds.length > 0 ? selectNamesOfServers({ communityId, ids: JSON.stringify(serverIds) }) : undefined,
  ]);
  for (const { account_id, name } of ofAccounts) accounts.set(account_id, name);
  for (const { server_id, name } of ofServers) servers.set(server_id, name);
  return { accounts, servers };
};
