import type { CommunityActor } from '../access/actor.ts';
import type { AccountRef } from '../accounts/identifiers.ts';
import type { Ctx } from '../context.ts';
import { commit } from '../webhooks/events.ts';
import { noteSightings, reopenSessions, type Sighting } from './presence-queries.ts';

/** What a heartbeat came upon: the account's session, if it has one that goes on. */
export type HeartbeatResult =
  | { readonly status: 'seen' | 'reopened'; readonly accountId: string; readonly sessionId: string }
  | { readonly status: 'no_session'; readonly accountId: string | null; readonly sessionId: null };

/**
 * How often a sighting is written at most: a quarter of the timeout, but so that heartbeats a minute apart, with their
 * jitter, are written each: what is known of a session is never older than its last but one heartbeat.
 */
export const heartbeatStepMs = (heartbeatTimeoutSeconds: number): number =>
  Math.min(heartbeatTimeoutSeconds * 250, 30_000);

/**
 * Notes that the accounts are still on the server, and reopens their sessions that only the scheduled job had closed.
 * It starts none. One result an account, in their order, in one round trip.
 */
export const recordHeartbeat = async (
  ctx: Ctx<CommunityActor>,
  { serverId, accounts }: { serverId: number; accounts: readonly AccountRef[] },
): Promise<HeartbeatResult[]> => {
  const { id: communityId, settings } = ctx.actor.community;
  const now = ctx.clock.now();
  const sighting: Sighting = {
    communityId,
    serverId,
    accounts: accounts.map(([first]) => first),
    seenAt: now,
    moment: { now, settings },
  };
  const [rows = []] = await commit(ctx, [
    noteSightings(sighting, heartbeatStepMs(settings.heartbeatTimeoutSeconds)),
    reopenSessions(sighting),
  ]);
  const found = new Map(rows.map((row) => [row.position, row]));
  return accounts.map((_, position) => {
    const row = found.get(position);
    const accountId = (row?.account_id ?? null) as string | null;
    return accountId !== null && row?.session_id
      ? { status: row.is_reopened ? 'reopened' : 'seen', accountId, sessionId: row.session_id as string }
      : { status: 'no_session', accountId, sessionId: null };
  });
};
