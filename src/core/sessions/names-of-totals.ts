import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { selectNames } from '../accounts/name-queries.ts';
import type { Ctx } from '../context.ts';
import { selectNamesOfServers } from '../servers/queries.ts';
import type { SessionTotal } from './session-totals.ts';

type Named = Pick<SessionTotal, 'accountId' | 'serverId' | 'name'>;

/** What the account or the server of a total is called, where it came with its name: null where only the id is known. */
export const nameInTotal = ({ accountId, serverId, name }: Named): string | null | undefined =>
  // Where it has both, the name is the account's.
  accountId !== undefined && serverId !== undefined ? undefined : name;

/** What the accounts and servers of the totals are called that came without a name. One trip, or none. */
export const namesOfTotals = async (
  ctx: Ctx<CommunityActor>,
  totals: readonly Named[],
): Promise<{ accounts: Map<string, string | null>; servers: Map<number, string | null> }> => {
  const accounts = new Map<string, string | null>();
  const servers = new Map<number, string | null>();
  const unnamed = totals.filter((total) => nameInTotal(total) === undefined);
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
