import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { deleteLogEntry as statements } from './queries.ts';

/** Deletes one entry; its id is never given again. @throws DomainError log_entry_not_found */
export const deleteLogEntry = async (ctx: Ctx<CommunityActor>, id: number): Promise<void> => {
  const results = await runBatch(ctx.db, statements(ctx.actor.community.id, id));
  if (results.at(-1)?.length !== 1) throw new DomainError('log_entry_not_found', { id });
};
