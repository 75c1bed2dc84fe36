import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { deleteAccount, deleteConflicts, deleteIdentifiers, selectAccountId } from '../accounts/queries.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { forgetKept } from '../hooks/queries.ts';
import { deleteSessionsOf, forgetListedNames, selectAnySessionOf } from '../sessions/account-queries.ts';
import { deleteQuestionsOf, forgetInRosters } from '../sessions/periods/question-queries.ts';
import { forgetNames, forgetNamesInResets } from '../webhooks/delivery-queries.ts';

/**
 * Erases an account on request: everything that says who it was goes. Its sessions stay under the bare id, unless
 * `withSessions`; they can go later in the same way, since the id still names them.
 * @returns the id of the account that was erased: another one, where `accountId` had been merged into it
 * @throws DomainError account_not_found
 */
export const eraseAccount = (
  ctx: Ctx<CommunityActor>,
  accountId: string,
  { withSessions }: { withSessions: boolean },
): Promise<string> =>
  audited(ctx, ctx.actor.community.id, async (audit) => {
    const communityId = audit.community.id;
    const [[account], sessions = []] = await runBatch(ctx.db, [
      selectAccountId({ communityId, kind: 'accId', value: accountId }),
      selectAnySessionOf({ communityId, accountId }),
    ]);
    const id = account?.account_id;
    if (!id && !(withSessions && sessions.length > 0)) {
      throw new DomainError('account_not_found', { id: accountId });
    }
    const erasedId = id ?? accountId;
    await runBatch(ctx.db, [
      forgetNames({ communityId, accountId: erasedId }),
      forgetNamesInResets({ communityId, accountId: erasedId }),
      // Whom a body is about, only its sender knows: all go.
      forgetKept({ communityId }),
      deleteQuestionsOf({ communityId, accountId: erasedId }),
      forgetInRosters({ communityId, accountId: erasedId }),
      deleteIdentifiers({ communityId, accountId: erasedId }),
      deleteConflicts({ communityId, accountId: erasedId }),
      deleteAccount({ communityId, accountId: erasedId }),
      ...(withSessions
        ? deleteSessionsOf({ communityId, accountId: erasedId })
        : [forgetListedNames({ communityId, accountId: erasedId })]),
      // The id only: a record that named the account would undo the erasure.
      ...(await audit.record({
        type: 'ACCOUNT_ERASED',
        what: `erased the account ${erasedId} ${withSessions ? 'with' : 'without'} its sessions`,
        target: { type: 'ACCOUNT', name: erasedId },
      })),
    ]);
    return erasedId;
  });
