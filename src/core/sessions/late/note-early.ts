import { runBatch } from '../../../db/client.ts';
import type { CommunityActor } from '../../access/actor.ts';
import type { Ctx } from '../../context.ts';
import { isPeriodClosed } from '../periods/closed-period-queries.ts';
import { limitsOf } from '../rules.ts';
import { type CallKey, insertEarlySightings } from './call-queries.ts';
import { readPendingCall, settlePendingCall } from './settle-call.ts';

/**
 * Notes that a roster lists accounts of which a later start is known already, since its clock is behind, or another call
 * was faster. Where the session before that start was seen within its limit, it goes on until the roster. Nothing
 * begins by such a roster: the start itself is known.
 *
 * @param roster.seenAt epoch milliseconds
 */
export const noteEarly = async (
  ctx: Ctx<CommunityActor>,
  {
    serverId,
    seenAt,
    accountIds,
  }: { readonly serverId: number; readonly seenAt: number; readonly accountIds: readonly string[] },
): Promise<void> => {
  const { id: communityId, settings } = ctx.actor.community;
  const sightings = accountIds.map((accountId) => ({
    accountId,
    id: ctx.newId(seenAt),
    eventId: `early ${serverId} ${seenAt} ${accountId}`,
  }));
  const [noted] = await runBatch(ctx.db, [
    insertEarlySightings({
      communityId,
      serverId,
      ...limitsOf(settings),
      seenAt,
      receivedAt: ctx.clock.now(),
      sightings: JSON.stringify(sightings),
    }),
  ]);
  for (const { event_id: eventId } of noted) {
    const key: CallKey = { communityId, eventId };
    try {
      await settlePendingCall(ctx, key, await runBatch(ctx.db, readPendingCall(key)));
    } catch (error) {
      // Who is only seen counts in a closed period as far as when that was closed.
      if (!isPeriodClosed(error)) throw error;
    }
  }
};
