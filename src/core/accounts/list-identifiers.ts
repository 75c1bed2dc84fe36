import { runBatch } from '../../db/client.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { DatedIdentifier } from './account.ts';
import type { NotedIdentifier } from './identifiers.ts';
import { selectAccountId, selectIdentifiers } from './queries.ts';

/** A page of an account's identifiers, by kind and value, behind `after`. @throws DomainError account_not_found */
export const listIdentifiers = async (
  ctx: Ctx<CommunityActor>,
  accountId: string,
  { after, limit }: { after: NotedIdentifier | undefined; limit: number },
): Promise<Page<DatedIdentifier> & { accountId: string }> => {
  const communityId = ctx.actor.community.id;
  const [[account], rows] = await runBatch(ctx.db, [
    selectAccountId({ communityId, kind: 'accId', value: accountId }),
    selectIdentifiers({
      communityId,
      accountId,
      afterKind: after?.kind ?? '',
      afterValue: after?.value ?? '',
      limit: limit + 1,
    }),
  ]);
  if (!account) throw new DomainError('account_not_found', { id: accountId });
  const identifiers = rows.map(({ kind, value, created_at }) => ({ kind, value, createdAt: created_at }));
  return { ...pageOf(identifiers, limit), accountId: account.account_id };
};
