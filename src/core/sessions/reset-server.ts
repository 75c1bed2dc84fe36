import { AlreadyDone, runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { commit } from '../webhooks/events.ts';
import { insertReset } from './late/call-queries.ts';
import { newCall, readPendingCall, settlePendingCall } from './late/settle-call.ts';
import { holdIfClosed } from './periods/hold-call.ts';
import {
  type Moment,
  noteAlive,
  noteReset,
  resetSessions,
  type Server,
  selectReset,
  selectResetDone,
} from './queries.ts';
import type { EventRef } from './record-activity.ts';
import { type Session, type SessionColumns, toSession } from './session.ts';

/**
 * Closes the sessions of a server that starts anew: all that are open; or, where the reset says when it happened, all
 * that were open then. Returns them, oldest first.
 */
export const resetServer = async (
  ctx: Ctx<CommunityActor>,
  reset: EventRef & { readonly serverId: number },
): Promise<Session[]> =>
  (await holdIfClosed(ctx, { ...reset, kind: 'reset' }, () => closeAll(ctx, reset))) ?? [];

const closeAll = async (
  ctx: Ctx<CommunityActor>,
  reset: EventRef & { readonly serverId: number },
): Promise<Session[]> => {
  const { id: communityId, settings } = ctx.actor.community;
  const server = { communityId, serverId: reset.serverId };
  const moment = { now: ctx.clock.now(), settings };
  if (reset.eventId !== undefined || reset.occurredAt !== undefined) {
    const call = newCall(ctx, reset);
    const [, , read] = await commit(
      ctx,
      [insertReset(call), noteAlive(server, { now: call.occurredAt, settings }), readPendingCall(call)],
      { isRepeatable: true },
    );
    return (await settlePendingCall(ctx, call, read)).map(toSession);
  }
  const rows = await closeSessions(ctx, server, moment);
  // RETURNING has no order.
  return rows.map(toSession).sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
};

/** The rows of the sessions that were open. */
const closeSessions = async (
  ctx: Ctx<CommunityActor>,
  server: Server,
  moment: Moment,
): Promise<SessionColumns[]> => {
  const reset = { ...server, now: moment.now };
  try {
    const [rows] = await commit(ctx, [resetSessions(server, moment), noteReset(server, moment)], {
      done: () => selectResetDone(reset),
    });
    return rows;
  } catch (error) {
    if (!(error instanceof AlreadyDone)) throw error;
    const [rows] = await runBatch(ctx.db, [selectReset(reset)]);
    return rows;
  }
};
