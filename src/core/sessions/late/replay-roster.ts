import { runBatch } from '../../../db/client.ts';
import type { CommunityActor } from '../../access/actor.ts';
import { resolveAccounts } from '../../accounts/resolve-queries.ts';
import type { Ctx } from '../../context.ts';
import { commit } from '../../webhooks/events.ts';
import type { ListedAccount } from '../apply-roster.ts';
import { noteAlive } from '../queries.ts';
import {
  type CallKey,
  insertObservations,
  selectListed,
  selectPendingObservations,
  selectPresent,
} from './call-queries.ts';
import { readPendingCall, settlePendingCall } from './settle-call.ts';

/**
 * Works in a roster of the past, as if it had come in time, though newer ones have come since: who is listed was there, and
 * of whom is not, the session was over. A second time, nothing changes.
 *
 * Each account is a late call of its own. Where there are more than `most`, the same roster has to come again: it goes on
 * where it stopped.
 *
 * @param roster.eventId names it; at most 64 characters
 * @param roster.observedAt epoch milliseconds
 * @returns how many accounts are left
 */
export const replayRoster = async (
  ctx: Ctx<CommunityActor>,
  roster: {
    readonly serverId: number;
    readonly accounts: readonly ListedAccount[];
    readonly unnamed: number;
    readonly observedAt: number;
    readonly eventId: string;
  },
  most: number,
): Promise<number> => {
  const { id: communityId, settings, quotas } = ctx.actor.community;
  const { serverId, accounts, unnamed, observedAt, eventId } = roster;
  const server = { communityId, serverId };
  const [, listed, present] = await commit(
    ctx,
    [
      resolveAccounts({
        communityId,
        serverId,
        maxIdentifiers: quotas.identifiersPerAccount,
        accounts: accounts.map(({ ref }) => ref),
        now: ctx.clock.now(),
        newId: ctx.newId,
        mayCreate: settings.autoCreateAccounts,
      }),
      selectListed(
        server,
        accounts.map(({ ref: [first] }) => first),
      ),
      selectPresent({ ...server, at: observedAt }),
    ],
    { isRepeatable: true },
  );
  const listedIds = new Set(listed.map(({ account_id }) => account_id));
  const goneIds =
    unnamed > 0
      ? []
      : present.map(({ account_id }) => account_id).filter((accountId) => !listedIds.has(accountId));
  const observations = [
    ...listed.map(({ account_id: accountId, position }) => ({
      accountId,
      action: 'listed',
      metadata: accounts[position]?.metadata,
    })),
    ...goneIds.map((accountId) => ({ accountId, action: 'gone' })),
  ].map((observation) => ({
    ...observation,
    id: ctx.newId(observedAt),
    eventId: `${eventId} ${observation.accountId}`,
  }));
  const [, , waiting] = await commit(
    ctx,
    [
      insertObservations({
        ...server,
        occurredAt: observedAt,
        receivedAt: ctx.clock.now(),
        observations: JSON.stringify(observations),
      }),
      noteAlive(server, { now: observedAt, settings }),
      selectPendingObservations({ communityId, eventId }),
    ],
    { isRepeatable: true },
  );
  for (const { event_id } of waiting.slice(0, most)) {
    const key: CallKey = { communityId, eventId: event_id };
    await settlePendingCall(ctx, key, await runBatch(ctx.db, readPendingCall(key)));
  }
  return Math.max(0, waiting.length - most);
};
