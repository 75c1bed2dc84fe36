import { runBatch } from '../../db/client.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { Identifier, IdentifierKind } from './identifiers.ts';
import { insertIdentifiers, selectAccountId, selectIdentifiers, selectTakenIdentifiers } from './queries.ts';

/** A page of an account's identifiers, by kind and value, behind `after`. @throws DomainError account_not_found */
export const listIdentifiers = async (
  ctx: Ctx<CommunityActor>,
  accountId: string,
  { after, limit }: { after: Identifier | undefined; limit: number },
): Promise<Page<Identifier>> => {
  const communityId = ctx.actor.community.id;
  const [accounts = [], rows = []] = await runBatch(ctx.db, [
    selectAccountId(communityId, { kind: 'accId', value: accountId }),
    selectIdentifiers(communityId, accountId, after, limit + 1),
  ]);
  if (accounts.length === 0) throw new DomainError('account_not_found', { id: accountId });
  return pageOf(
    rows.map(({ kind, value }) => ({ kind: kind as IdentifierKind, value: value as string })),
    limit,
  );
};

/**
 * Gives an account further identifiers, all of them or none; those it already has stay as they are.
 * @throws DomainError account_not_found, identifier_taken
 */
export const addIdentifiers = async (
  ctx: Ctx<CommunityActor>,
  accountId: string,
  identifiers: readonly Identifier[],
): Promise<void> => {
  const communityId = ctx.actor.community.id;
  const [accounts = [], taken = []] = await runBatch(ctx.db, [
    selectAccountId(communityId, { kind: 'accId', value: accountId }),
    selectTakenIdentifiers(communityId, accountId, identifiers),
    insertIdentifiers(communityId, accountId, identifiers),
  ]);
  if (accounts.length === 0) throw new DomainError('account_not_found', { id: accountId });
  const [first] = taken;
  if (first) {
    throw new DomainError('identifier_taken', {
      type: first.kind as string,
      value: first.value as string,
      id: first.account_id as string,
    });
  }
};
