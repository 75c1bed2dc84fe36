/** Which entries of a log are there: those of its current generation (db/schema/log-wipes.ts). */
import type { Placeholder } from 'drizzle-orm';
import { type SQL, sql } from '../../db/statement.ts';

type Id = SQL | Placeholder;

/** Expression: the generation that readers see. It begins where the newest wiped one ends. */
export const currentGeneration = (communityId: Id): SQL =>
  sql`COALESCE((SELECT MAX(generation) + 1 FROM log_wipes WHERE community_id = ${communityId}), 0)`;

/** Condition: the entries of the current log. */
export const isCurrent = (communityId: Id): SQL =>
  sql`community_id = ${communityId} AND generation = ${currentGeneration(communityId)}`;
