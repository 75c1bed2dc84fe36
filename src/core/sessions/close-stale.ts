import type { SystemActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { commit } from '../webhooks/events.ts';
import { closeStaleSessions, noteStaleSessions, type OpenSessionKey } from './queries.ts';

const CHUNK = 500;
const MAX_CHUNKS = 40;
const MAX_NOTED = 5_000;

/**
 * Closes the sessions that are stale at the scheduled time, with the time they were last seen as their end (docs/honest-time.md); where a webhook asks for session.stale, one period after that was told. What it does not get to, it finds again the next time; two runs at once close each session once.
 */
export const closeStale = async (ctx: Ctx<SystemActor>): Promise<{ closed: number; isComplete: boolean }> => {
  let after: OpenSessionKey = { communityId: 0, serverId: 0, accountId: '' };
  let closed = 0;
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
    const now = ctx.clock.now();
    const [, rows] = await commit(ctx, [
      chunk === 0 ? noteStaleSessions({ now, limit: MAX_NOTED }) : undefined,
      closeStaleSessions({ ...after, now, limit: CHUNK }),
    ]);
    closed += rows.length;
    if (rows.length < CHUNK) return { closed, isComplete: true };
    after = rows.map(toKey).reduce((last, key) => (isBefore(last, key) ? key : last), after);
  }
  return { closed, isComplete: false };
};

const toKey = (row: {
  readonly community_id: number;
  readonly server_id: number;
  readonly account_id: string;
}): OpenSessionKey => ({
  communityId: row.community_id,
  serverId: row.server_id,
  accountId: row.account_id,
});

// SQLite compares TEXT by its UTF-8 bytes; ids are ASCII, so JavaScript's order is the same.
const isBefore = (a: OpenSessionKey, b: OpenSessionKey): boolean =>
  a.communityId !== b.communityId
    ? a.communityId < b.communityId
    : a.serverId !== b.serverId
      ? a.serverId < b.serverId
      : a.accountId < b.accountId;
