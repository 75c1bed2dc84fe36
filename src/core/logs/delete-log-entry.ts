import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { deleteLogEntry as statements } from './delete-queries.ts';

/** Deletes one entry; its id is never given again. @throws DomainError log_entry_not_found */
export const deleteLogEntry = async (ctx: Ctx<CommunityActor>, id: number): Promise<void> => {
  const [, , deleted] = await runBatch(ctx.db, statements({ communityId: ctx.actor.community.id, id }));
  if (deleted.length !== 1) throw new DomainError('log_entry_not_found', { id });
};
