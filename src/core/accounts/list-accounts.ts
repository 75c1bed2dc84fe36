import { runBatch } from '../../db/client.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { type Account, toAccount } from './account.ts';
import { countAccounts, selectAccountsAfter, selectAccountsAt } from './queries.ts';

/** The `take` accounts behind the first `skip`, by id, and how many there are. Reads what it skips and counts. */
export const listAccountsAt = async (
  ctx: Ctx<CommunityActor>,
  { skip, take }: { skip: number; take: number },
): Promise<Page<Account> & { total: number }> => {
  const communityId = ctx.actor.community.id;
  const [rows, [count]] = await runBatch(ctx.db, [
    selectAccountsAt({ communityId, skip, limit: take + 1 }),
    countAccounts({ communityId }),
  ]);
  return { ...pageOf(rows.map(toAccount), take), total: count?.total ?? 0 };
};

/** A page of the accounts by id, behind `afterId`: at the same cost at any depth. */
export const listAccountsAfter = async (
  ctx: Ctx<CommunityActor>,
  { afterId, take }: { afterId: string; take: number },
): Promise<Page<Account>> => {
  const [rows] = await runBatch(ctx.db, [
    selectAccountsAfter({ communityId: ctx.actor.community.id, afterId, limit: take + 1 }),
  ]);
  return pageOf(rows.map(toAccount), take);
};
