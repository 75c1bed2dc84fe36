/**
 * How changes become known. What a statement changes of sessions, accounts and servers puts its events into the outbox
 * by itself, by the triggers of db/live: in the same transaction, for every statement that writes. A verb runs its batch
 * with `commit`, which says who acted and sends at once. Starts are
 * told by a `sessionEvent` behind the statement that inserts them, events of other things by `outbox`, in the batch.
 */
import { type Batch, type Repeating, type RowsOf, runBatch } from '../../db/client.ts';
import type { Ctx } from '../context.ts';
import { deliverNow } from './deliver.ts';
import { publishMessages } from './delivery-queries.ts';

export { insertKnownMessages as outboxOf, insertMessages as outbox } from './outbox-queries.ts';

/**
 * `runBatch` for statements that cause events. The first attempt at each is made after the answer, but in a job, whose
 * messages `deliverDue` sends right after it.
 *
 * A community that had no endpoint when its credential was read (at most 30 s ago) is spared this. If it has its first
 * one since, nothing is lost: the next to publish finds what is not published, late and without the actor's name.
 */
export const commit = async <const T extends Batch>(
  ctx: Ctx,
  statements: T,
  repeating: Repeating = {},
): Promise<RowsOf<T>> => {
  const community = 'community' in ctx.actor ? ctx.actor.community : undefined;
  if (community && !community.hasWebhooks) return runBatch(ctx.db, statements, repeating);
  const now = ctx.clock.now();
  const [, results, published] = await runBatch(
    ctx.db,
    [
      publishMessages(community?.id, now, ''),
      statements,
      publishMessages(community?.id, now, ctx.actor.name, ctx.hops),
    ],
    repeating,
  );
  const endpointIds = new Set(published.map((row) => row.endpoint_id));
  if (endpointIds.size > 0 && ctx.actor.kind !== 'system') ctx.defer(deliverNow(ctx, [...endpointIds]));
  return results;
};
