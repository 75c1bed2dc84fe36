import type { CommunityActor } from '../access/actor.ts';
import type { AccountRef } from '../accounts/identifiers.ts';
import { ensureAccounts, selectAccountId } from '../accounts/queries.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { Plan } from '../plan.ts';
import { commit, startedEvents } from '../webhooks/events.ts';
import {
  changedSession,
  clearSession,
  hasNoAccount,
  keyToClose,
  openSession,
  type Place,
  stopSession,
  supersedeSession,
  toggleSession,
} from './queries.ts';
import { type Session, toSession } from './session.ts';

/** What a call asks for: the flag table of CONTRACTS, "Activity Tracker". */
export type ActivityAction = 'toggle' | 'start' | 'stop' | 'clear' | 'clear-and-start';

export interface RecordActivity {
  readonly serverId: number;
  readonly account: AccountRef;
  readonly action: ActivityAction;
  /** A JSON object. It is the new session's, or is merged into that of the session that closes. */
  readonly metadata?: string | undefined;
  /** Why a session is cleared. */
  readonly clearReason?: string | undefined;
}

/** Plans what `recordActivity` does. */
export const planActivity = (
  ctx: Ctx<CommunityActor>,
  { serverId, account, action, metadata, clearReason = 'Cleared by request' }: RecordActivity,
): Plan => {
  const { id: communityId, settings } = ctx.actor.community;
  const now = ctx.clock.now();
  const moment = { now, settings };
  const place: Place = { communityId, serverId, account: account[0] };
  const newSessionId = ctx.newId(now);
  const started = startedEvents(communityId, now, [newSessionId]);

  const changes = () => {
    switch (action) {
      case 'toggle':
        return [toggleSession(place, newSessionId, moment, metadata), started];
      case 'start':
        return [supersedeSession(place), openSession(place, newSessionId, now, metadata), started];
      case 'stop':
        return [stopSession(place, moment, metadata)];
      case 'clear':
        return [clearSession(place, now, clearReason, metadata)];
      case 'clear-and-start':
        return [
          clearSession(place, now, clearReason),
          openSession(place, newSessionId, now, metadata),
          started,
        ];
      default:
        return action satisfies never;
    }
  };
  return {
    prepare: settings.autoCreateAccounts
      ? ensureAccounts(communityId, [{ ref: account, newId: ctx.newId(now) }], now)
      : [selectAccountId(communityId, account[0])],
    target: keyToClose(place, action === 'stop', moment),
    changes: changes(),
    recorded: (key) => changedSession(communityId, now, newSessionId, key.getSQL()),
    failure: settings.autoCreateAccounts
      ? undefined
      : { when: hasNoAccount(place), error: new DomainError('account_not_found', { id: account[0].value }) },
  };
};

/**
 * Records that an account came or went, in one round trip. Returns the session that started, else the one that closed,
 * else undefined.
 * @throws DomainError account_not_found, where accounts are not created on the spot
 */
export const recordActivity = async (
  ctx: Ctx<CommunityActor>,
  input: RecordActivity,
): Promise<Session | undefined> => {
  const { prepare, changes, failure } = planActivity(ctx, input);
  const results = await commit(ctx, [...prepare, ...changes]);
  if (failure && !results[0]?.[0]) throw failure.error;
  const row = results.slice(prepare.length).findLast((rows) => rows.length > 0)?.[0];
  return row && toSession(row);
};
