import type { CommunityActor } from '../access/actor.ts';
import { type AccountRef, identifierKey } from '../accounts/identifiers.ts';
import { ensureAccounts } from '../accounts/queries.ts';
import type { Ctx } from '../context.ts';
import { commit, startedEvents } from '../webhooks/events.ts';
import {
  closeAbsentSessions,
  isNewest,
  noteRoster,
  openListedSessions,
  openSessionsOn,
  type Roster,
  reopenListedSessions,
  selectIsNewest,
  selectOpenSessions,
  selectUnnamed,
} from './presence-queries.ts';
import { heartbeatStepMs } from './record-heartbeat.ts';
import { type Session, toSession } from './session.ts';

export interface ApplyRoster {
  readonly serverId: number;
  readonly accounts: readonly AccountRef[];
  /** Whether `accounts` is everybody. If not, nobody is closed. */
  readonly isComplete: boolean;
  /** When the server looked; absent: now. Epoch milliseconds. */
  readonly observedAt?: number | undefined;
}

/** What a roster changed. */
export interface RosterResult {
  /** False where a newer roster had come already: then nothing changed. */
  readonly isApplied: boolean;
  /** How many sessions are open on the server now. */
  readonly open: number;
  readonly started: readonly Session[];
  readonly reopened: readonly Session[];
  readonly closed: readonly Session[];
  /** The places in `accounts` of those that are not known, where accounts are not created on the spot. */
  readonly unknown: readonly number[];
}

/**
 * Makes the server's open sessions those of the accounts listed: starts who is new, notes who is there, closes who is
 * gone where it was last seen. One round trip. The same roster twice changes nothing more, nor does an older one.
 */
export const applyRoster = async (
  ctx: Ctx<CommunityActor>,
  { serverId, accounts, isComplete, observedAt }: ApplyRoster,
): Promise<RosterResult> => {
  const { id: communityId, settings } = ctx.actor.community;
  const now = ctx.clock.now();
  const seenAt = Math.min(observedAt ?? now, now);
  const positions = firstPositions(accounts);
  const listed = positions.map((position) => accounts[position] as AccountRef);
  const roster: Roster = {
    communityId,
    serverId,
    accounts: listed.map(([first]) => first),
    sessionIds: listed.map(() => ctx.newId(seenAt)),
    observedAt: observedAt ?? now,
    seenAt,
    isComplete,
    moment: { now, settings },
  };
  const [[newest] = [], unnamed = [], ...results] = await commit(ctx, [
    selectIsNewest(roster),
    selectUnnamed(roster),
    closeAbsentSessions(roster),
    reopenListedSessions(roster),
    ...(settings.autoCreateAccounts
      ? ensureAccounts(communityId, listed, now, ctx.newId, isNewest(roster))
      : []),
    openListedSessions(roster, heartbeatStepMs(settings.heartbeatTimeoutSeconds)),
    startedEvents(communityId, openSessionsOn(roster), roster.sessionIds),
    selectOpenSessions(roster),
    noteRoster(roster),
  ]);
  const [closed = [], reopened = []] = results;
  const open = results.at(-2) ?? [];
  const started = new Set<unknown>(roster.sessionIds);
  return {
    isApplied: Boolean(newest?.is_newest),
    open: open.length,
    started: open.filter(({ id }) => started.has(id)).map(toSession),
    reopened: reopened.map(toSession),
    closed: closed.map(toSession),
    unknown: settings.autoCreateAccounts
      ? []
      : unnamed.map(({ position }) => positions[position as number] as number),
  };
};

/** The places of the accounts in the list, but of those only the first that are named by the same identifier. */
const firstPositions = (accounts: readonly AccountRef[]): number[] => {
  const firsts = new Map<string, number>();
  for (const [position, [first]] of accounts.entries()) {
    const key = identifierKey(first);
    if (!firsts.has(key)) firsts.set(key, position);
  }
  return [...firsts.values()];
};
