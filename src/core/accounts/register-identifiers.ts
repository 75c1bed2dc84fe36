import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import {
  type AccountRef,
  identifierKey,
  isRegistrable,
  type NotedIdentifier,
  nameKey,
} from './identifiers.ts';
import {
  insertIdentifiers,
  nameByIdentifier,
  noteIdentifierConflicts,
  selectAccountId,
  selectOwners,
  tellName,
} from './queries.ts';

/** What became of the identifiers that were to be registered. */
export interface Registration {
  /** What the account has now, in the order of the call, each once. */
  readonly registered: readonly NotedIdentifier[];
  /** What belongs to another account, and stays there; of one without an owner, the account has no room for it. */
  readonly refused: readonly (NotedIdentifier & { readonly ownerId: string | null })[];
}

/**
 * Registers what a platform knows of an account; a `username` is what it is called from now on. One that is somebody
 * else's costs none of the others. Personal data that nobody needs (`ip`, `hwid`) is left out and stored nowhere.
 * @throws DomainError account_not_found; too_many_identifiers, where none of them could be registered
 */
export const registerIdentifiers = async (
  ctx: Ctx<CommunityActor>,
  accountId: string,
  identifiers: readonly NotedIdentifier[],
): Promise<Registration> => {
  const { id: communityId, quotas } = ctx.actor.community;
  const max = quotas.identifiersPerAccount;
  const now = ctx.clock.now();
  const wanted = [
    ...new Map(
      identifiers
        .filter(({ kind }) => isRegistrable(kind))
        .map((identifier) => [identifierKey(identifier), identifier]),
    ).values(),
  ];
  const isName = ({ kind }: NotedIdentifier) => kind === 'username';
  const strong = wanted.filter((identifier) => !isName(identifier));
  const name = wanted.findLast(isName)?.value;
  const list = JSON.stringify(strong);
  const [[account], , , owners] = await runBatch(ctx.db, [
    selectAccountId({ communityId, kind: 'accId', value: accountId }),
    insertIdentifiers({ communityId, accountId, identifiers: list, max, now }),
    noteIdentifierConflicts({ communityId, accountId, identifiers: list, now }),
    selectOwners({ communityId, identifiers: list }),
    nameByIdentifier({ communityId, accountId }),
    name === undefined ? undefined : tellName({ communityId, accountId, key: nameKey(name), name, now }),
  ]);
  if (!account) throw new DomainError('account_not_found', { id: accountId });
  const ownerIds = new Map(
    owners.flatMap(({ place, account_id }) => {
      const identifier = strong[place];
      return identifier ? [[identifierKey(identifier), account_id]] : [];
    }),
  );
  const isOwn = (identifier: NotedIdentifier) =>
    isName(identifier) || ownerIds.get(identifierKey(identifier)) === account.account_id;
  const registered = wanted.filter(isOwn);
  const refused = wanted
    .filter((identifier) => !isOwn(identifier))
    .map((identifier) => ({ ...identifier, ownerId: ownerIds.get(identifierKey(identifier)) ?? null }));
  if (registered.length === 0 && refused.some(({ ownerId }) => ownerId === null)) {
    throw new DomainError('too_many_identifiers', { max });
  }
  return { registered, refused };
};

/** The same for the account that the first of its known identifiers names. @throws DomainError account_not_found */
export const registerIdentifiersOf = async (
  ctx: Ctx<CommunityActor>,
  account: AccountRef,
  identifiers: readonly NotedIdentifier[],
): Promise<Registration> => {
  const communityId = ctx.actor.community.id;
  const found = await runBatch(
    ctx.db,
    account.map(({ kind, value }) => selectAccountId({ communityId, kind, value })),
  );
  const accountId = found.flat()[0]?.account_id;
  if (accountId === undefined) throw new DomainError('account_not_found', { id: account[0].value });
  return registerIdentifiers(ctx, accountId, identifiers);
};
