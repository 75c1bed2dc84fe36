import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { selectAccountId } from '../accounts/queries.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { selectLatestSessions } from './queries.ts';
import { type Session, toSession } from './session.ts';

/**
 * An account's latest sessions, newest first. An erased account's are still there under its id.
 * @throws DomainError account_not_found, where there is neither an account nor a session
 */
export const listLatestSessions = async (
  ctx: Ctx<CommunityActor>,
  { accountId, serverId, limit }: { accountId: string; serverId?: number | undefined; limit: number },
): Promise<Session[]> => {
  const communityId = ctx.actor.community.id;
  const [accounts, rows] = await runBatch(ctx.db, [
    selectAccountId({ communityId, kind: 'accId', value: accountId }),
    selectLatestSessions(communityId, accountId, serverId, limit),
  ]);
  if (accounts.length === 0 && rows.length === 0)
    throw new DomainError('account_not_found', { id: accountId });
  return rows.map(toSession);
};
