import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { type Account, type IdentifierConflict, toAccount } from './account.ts';
import { type NotedIdentifier, nameKey } from './identifiers.ts';
import { selectAccount, selectAccountsByName, selectConflictsOf } from './queries.ts';

/** The account that an identifier names; undefined if there is none. */
export const findAccount = async (
  ctx: Ctx<CommunityActor>,
  { kind, value }: NotedIdentifier,
): Promise<Account | undefined> => {
  const communityId = ctx.actor.community.id;
  const [[row]] = await runBatch(ctx.db, [selectAccount({ communityId, kind, value })]);
  return row && toAccount(row);
};

/**
 * The accounts of this name, without regard to case: those who have it today first, then those who had it; at most 100.
 * Where there are none, or with `*` at its end, those whose names begin with it.
 */
export const findAccountsByName = async (ctx: Ctx<CommunityActor>, name: string): Promise<Account[]> => {
  const asksForBeginning = name.endsWith('*') && name !== '*';
  const key = nameKey(asksForBeginning ? name.slice(0, -1) : name);
  const values = { communityId: ctx.actor.community.id, key, to: `${key}\u{10ffff}` };
  if (!asksForBeginning) {
    const [rows] = await runBatch(ctx.db, [selectAccountsByName('whole', values)]);
    if (rows.length > 0) return rows.map(toAccount);
  }
  const [rows] = await runBatch(ctx.db, [selectAccountsByName('beginning', values)]);
  return rows.map(toAccount);
};

/**
 * The account that an identifier names: by its id (also that of an account that was merged into it), or by another one.
 * @throws DomainError account_not_found
 */
export const getAccount = async (
  ctx: Ctx<CommunityActor>,
  { kind, value }: NotedIdentifier,
): Promise<Account & { readonly conflicts: readonly IdentifierConflict[] }> => {
  const communityId = ctx.actor.community.id;
  const [[row], conflicts] = await runBatch(ctx.db, [
    selectAccount({ communityId, kind, value }),
    selectConflictsOf({ communityId, kind, value }),
  ]);
  if (!row) throw new DomainError('account_not_found', { id: value });
  return {
    ...toAccount(row),
    conflicts: conflicts.map(({ kind, value, owner_id, seen_at }) => ({
      kind,
      value,
      ownerId: owner_id,
      seenAt: seen_at,
    })),
  };
};
