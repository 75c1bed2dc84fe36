import { runBatch } from '../../db/client.ts';
import { fromJson } from '../../db/json.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { NotedIdentifier } from '../accounts/identifiers.ts';
import { deleteIdentifier, nameByIdentifier, selectAccount, setNames } from '../accounts/queries.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { forgetListedNames } from '../sessions/account-queries.ts';

/**
 * Takes an identifier, or a name of today or of former times, from an account: it is free from then on. The account's
 * own id, and those of accounts that were merged into it, stay.
 * @returns the account's id
 * @throws DomainError account_not_found, identifier_not_found
 */
export const removeIdentifier = (
  ctx: Ctx<CommunityActor>,
  accountId: string,
  { kind, value }: NotedIdentifier,
): Promise<string> =>
  audited(ctx, ctx.actor.community.id, async (audit) => {
    const communityId = audit.community.id;
    const [[row]] = await runBatch(ctx.db, [selectAccount({ communityId, kind: 'accId', value: accountId })]);
    if (!row) throw new DomainError('account_not_found', { id: accountId });
    const identifiers = fromJson(row.identifiers);
    const names = fromJson(row.names);
    const left = kind === 'username' ? names.filter(([, name]) => name !== value) : names;
    const isIts =
      left.length < names.length ||
      identifiers.some((identifier) => identifier.kind === kind && identifier.value === value);
    if (!isIts || kind === 'accId') {
      throw new DomainError('identifier_not_found', { id: row.id, type: kind, value });
    }
    await runBatch(ctx.db, [
      deleteIdentifier({ communityId, accountId: row.id, kind, value }),
      left.length < names.length
        ? setNames({
            communityId,
            accountId: row.id,
            name: left[0]?.[1] ?? null,
            names: JSON.stringify(left),
          })
        : undefined,
      nameByIdentifier({ communityId, accountId: row.id }),
      forgetListedNames({ communityId, accountId: row.id }),
      // Not the identifier itself: a record that named it would undo the removal.
      ...(await audit.record({
        type: 'ACCOUNT_IDENTIFIER_REMOVED',
        what: `removed an identifier (${kind}) of the account ${row.id}`,
        target: { type: 'ACCOUNT', name: row.id },
      })),
    ]);
    return row.id;
  });
