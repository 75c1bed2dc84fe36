import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { type Account, toAccount } from './account.ts';
import type { Identifier } from './identifiers.ts';
import { selectAccount } from './queries.ts';

/** The account that an identifier names; undefined if there is none. */
export const findAccount = async (
  ctx: Ctx<CommunityActor>,
  identifier: Identifier,
): Promise<Account | undefined> => {
  const [rows = []] = await runBatch(ctx.db, [selectAccount(ctx.actor.community.id, identifier)]);
  return rows[0] && toAccount(rows[0]);
};

/** An account by its id, or by that of an account that was merged into it. @throws DomainError account_not_found */
export const getAccount = async (ctx: Ctx<CommunityActor>, id: string): Promise<Account> => {
  const account = await findAccount(ctx, { kind: 'accId', value: id });
  if (!account) throw new DomainError('account_not_found', { id });
  return account;
};
