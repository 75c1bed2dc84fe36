import { readRows, runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { getAccount } from '../accounts/find-account.ts';
import {
  deleteAccount,
  deleteConflicts,
  mergeNames,
  moveIdentifiers,
  selectAccountId,
} from '../accounts/queries.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { joinOpenSessions, moveSessions } from '../sessions/account-queries.ts';
import { periodClosed, selectPeriodOf } from '../sessions/periods/closed-period-queries.ts';

/**
 * Makes two accounts one: sessions and identifiers of `accountId` become those of `intoId`, its id among them, so that
 * a call by it reaches the other account. Doing it again changes nothing.
 * @throws DomainError account_not_found, period_closed
 */
export const mergeAccounts = async (
  ctx: Ctx<CommunityActor>,
  accountId: string,
  intoId: string,
): ReturnType<typeof getAccount> => {
  await audited(ctx, ctx.actor.community.id, async (audit) => {
    const communityId = audit.community.id;
    const [[from], [into]] = await runBatch(ctx.db, [
      selectAccountId({ communityId, kind: 'accId', value: accountId }),
      selectAccountId({ communityId, kind: 'accId', value: intoId }),
    ]);
    const source = from?.account_id;
    const target = into?.account_id;
    if (!source) throw new DomainError('account_not_found', { id: accountId });
    if (!target) throw new DomainError('account_not_found', { id: intoId });
    if (source === target) return;
    const [closed] = await readRows(ctx.db, selectPeriodOf({ communityId, accountId: source }));
    if (closed) throw periodClosed(closed);
    await runBatch(ctx.db, [
      ...joinOpenSessions(communityId, source, target),
      ...moveSessions(communityId, source, target),
      moveIdentifiers({ communityId, fromId: source, toId: target }),
      mergeNames({ communityId, fromId: source, toId: target }),
      deleteConflicts({ communityId, accountId: source }),
      deleteAccount({ communityId, accountId: source }),
      ...(await audit.record({
        type: 'ACCOUNT_MERGED',
        what: `merged the account ${source} into ${target}`,
        target: { type: 'ACCOUNT', name: target },
        properties: { mergedAccountId: source },
      })),
    ]);
  });
  return getAccount(ctx, { kind: 'accId', value: intoId });
};
