import { AlreadyDone, runBatch, type Statement } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { isBeyondQuota } from '../access/quota-queries.ts';
import type { AccountRef } from '../accounts/identifiers.ts';
import { resolveAccounts } from '../accounts/resolve-queries.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { Plan } from '../plan.ts';
import { commit } from '../webhooks/events.ts';
import { answerTimelyCall, insertCall, resolveAccountsOfCall, selectNoted } from './late/call-queries.ts';
import { newCall, readPendingCall, settlePendingCall } from './late/settle-call.ts';
import { openQuota } from './open-quota.ts';
import { isPeriodClosed } from './periods/closed-period-queries.ts';
import { holdIfClosed } from './periods/hold-call.ts';
import {
  changedSession,
  clearSession,
  expireSession,
  keyToClose,
  type Moment,
  noteAlive,
  openSession,
  type Place,
  placeOf,
  placeOfCall,
  selectDone,
  selectHasNoAccount,
  stopSession,
  supersedeSession,
  tellStarted,
  toggleSession,
} from './queries.ts';
import { CLEARED_BY_REQUEST, type Session, type SessionColumns, toSession } from './session.ts';

/** What a call asks for: the flag table of docs/contracts.md, "What the flags do". */
export type ActivityAction = 'toggle' | 'start' | 'stop' | 'clear' | 'clear-and-start';

/** What a client can say of any call, so that repeats and late arrival do no harm. */
export interface EventRef {
  /** Names the event within the community: a repeat is answered as the first was, and changes nothing. */
  readonly eventId?: string | undefined;
  /** When it happened, in epoch milliseconds; by default, now. */
  readonly occurredAt?: number | undefined;
}

export interface RecordActivity extends EventRef {
  readonly serverId: number;
  readonly account: AccountRef;
  readonly action: ActivityAction;
  /** A JSON object. It is the new session's, or is merged into that of the session that closes. */
  readonly metadata?: string | undefined;
  /** Why a session is cleared. */
  readonly clearReason?: string | undefined;
}

type TimelyActivity = Omit<RecordActivity, keyof EventRef>;

/** The statements of a call that happens now, and what they are made of. */
const statementsOf = (ctx: Ctx<CommunityActor>, activity: TimelyActivity) => {
  const { serverId, account } = activity;
  const { id: communityId, settings, quotas } = ctx.actor.community;
  const now = ctx.clock.now();
  const moment: Moment = { now, settings };
  const place = placeOf({ communityId, serverId }, account[0]);
  const newSessionId = ctx.newId(now);
  return {
    moment,
    place,
    newSessionId,
    prepare: resolveAccounts({
      communityId,
      serverId,
      maxIdentifiers: quotas.identifiersPerAccount,
      accounts: [account],
      now,
      newId: ctx.newId,
      mayCreate: settings.autoCreateAccounts && creates(activity),
    }),
    refusal: settings.autoCreateAccounts ? undefined : selectHasNoAccount(place),
    changes: changesOf(activity, place, newSessionId, moment),
  };
};

/** Plans what `recordActivity` does with a call that happens now. */
export const planActivity = (ctx: Ctx<CommunityActor>, activity: TimelyActivity): Plan => {
  const { moment, place, newSessionId, prepare, changes } = statementsOf(ctx, activity);
  if (creates(activity)) openQuota(ctx, 1).note(1);
  return {
    prepare,
    target: keyToClose(place, activity.action === 'stop', moment),
    changes: [...expirations(activity, place, moment), ...changes, noteAlive(place, moment)],
    recorded: (key) => changedSession(place, activity.action === 'stop', moment, newSessionId, key),
    toError: (error) => (isPeriodClosed(error) ? new DomainError('time_closed') : undefined),
    failure: moment.settings.autoCreateAccounts
      ? undefined
      : { when: selectHasNoAccount(place), error: accountNotFound(activity.account) },
  };
};

/** Whether the community is so far from its quota of open sessions that so many starts need not be counted. */
export const hasAmpleRoom = (ctx: Ctx<CommunityActor>, starts: number): boolean =>
  !openQuota(ctx, starts).isNear;

type OpenQuota = ReturnType<typeof openQuota>;

/**
 * Runs the batch of a call that may start a session, unless there would be too many open then: nothing of it happens.
 * @throws DomainError too_many_open_sessions
 */
const withinQuota = async <T>(
  ctx: Ctx<CommunityActor>,
  activity: TimelyActivity,
  run: (quota: OpenQuota | undefined) => Promise<T>,
): Promise<T> => {
  if (!creates(activity)) return run(undefined);
  const quota = openQuota(ctx, 1);
  quota.note(1);
  try {
    return await run(quota);
  } catch (error) {
    if (!isBeyondQuota(error)) throw error;
    quota.close();
    throw quota.error();
  }
};

/**
 * Records that an account came or went, in one round trip; where it happened before something that is already known, in
 * two. Returns the session that started, else the one that closed, else undefined.
 * @throws DomainError account_not_found, where accounts are not created on the spot
 */
export const recordActivity = (
  ctx: Ctx<CommunityActor>,
  activity: RecordActivity,
): Promise<Session | undefined> =>
  holdIfClosed(ctx, { ...activity, kind: 'activity' }, () => record(ctx, activity));

const record = async (ctx: Ctx<CommunityActor>, activity: RecordActivity): Promise<Session | undefined> => {
  if (activity.eventId !== undefined || activity.occurredAt !== undefined) return recordEvent(ctx, activity);
  const { moment, place, newSessionId, prepare, refusal, changes } = statementsOf(ctx, activity);
  const done = () => selectDone(place, moment, newSessionId, CLOSE_KINDS[activity.action]);
  const run = async (quota: OpenQuota | undefined, before?: Statement): Promise<SessionColumns[][]> => {
    try {
      const [, refusals, , changed, , , looked] = await commit(
        ctx,
        [
          prepare,
          refusal,
          before,
          changes,
          noteAlive(place, moment),
          quota?.refusal(place, newSessionId, moment.now),
          quota?.look,
        ],
        { done },
      );
      quota?.saw(looked);
      if (refusals?.[0]) throw accountNotFound(activity.account);
      return changed;
    } catch (error) {
      if (error instanceof AlreadyDone) return runBatch(ctx.db, [done()]);
      throw error;
    }
  };
  let changed = await withinQuota(ctx, activity, run);
  if (activity.action === 'toggle' && !changed[0]?.[0]) {
    // Silence has ended the session that is open. So it hardly ever costs another trip, and else no row read.
    changed = await withinQuota(ctx, activity, (quota) => run(quota, expireSession(place, moment)));
  }
  const row = changed.findLast((rows) => rows.length > 0)?.[0];
  const session = row && toSession(row);
  return session && isAnswerTo(activity.action, session, moment) ? session : undefined;
};

/** How a session is closed by a call that starts none. */
const CLOSE_KINDS = {
  toggle: 'stopped',
  stop: 'stopped',
  clear: 'cleared',
  start: null,
  'clear-and-start': null,
} as const satisfies Record<ActivityAction, string | null>;

/** Notes the call in the journal and, unless it is a repeat or late, does in the same batch what it asks for. */
const recordEvent = async (
  ctx: Ctx<CommunityActor>,
  activity: RecordActivity,
): Promise<Session | undefined> => {
  const { settings } = ctx.actor.community;
  const { serverId, account } = activity;
  const call = newCall(ctx, activity);
  const { communityId, id, occurredAt, receivedAt } = call;
  const moment = { now: occurredAt, settings };
  const place = placeOfCall(call);
  const read = readPendingCall(call);
  const noted = withinQuota(ctx, activity, async (quota) => {
    const results = await commit(
      ctx,
      [
        resolveAccountsOfCall(
          {
            communityId,
            serverId,
            maxIdentifiers: ctx.actor.community.quotas.identifiersPerAccount,
            accounts: [account],
            now: receivedAt,
            newId: ctx.newId,
            // Of a call that can come out of order the start may be on its way still: even a stop notes whose it is.
            mayCreate: settings.autoCreateAccounts && (creates(activity) || 'of-new-name'),
          },
          { communityId, eventId: call.eventId },
        ),
        insertCall(call, account[0], activity, moment),
        expirations(activity, place, moment),
        changesOf(activity, place, id, moment),
        answerTimelyCall(call),
        noteAlive(place, moment),
        read,
        quota?.refusal(place, id, occurredAt),
        quota?.look,
      ],
      { done: () => selectNoted(call) },
    );
    quota?.saw(results[8]);
    return results;
  });
  const pending = await noted.then(
    ([, , , , , , rows]) => rows,
    (error: unknown) => {
      if (error instanceof AlreadyDone) return runBatch(ctx.db, read);
      throw error;
    },
  );
  if (!pending[0][0]) {
    if (settings.autoCreateAccounts) return undefined;
    throw accountNotFound(account);
  }
  const [row] = await settlePendingCall(ctx, call, pending);
  return row && toSession(row);
};

/** What comes before the changes of a call that has to be done in one batch. */
const expirations = ({ action }: TimelyActivity, place: Place, moment: Moment) =>
  action === 'toggle' ? [expireSession(place, moment)] : [];

/** What a call means. Of those that return a row, the last returns the session that started, else that which closed. */
const changesOf = (
  { action, metadata, clearReason = CLEARED_BY_REQUEST }: RecordActivity,
  place: Place,
  newSessionId: string,
  moment: Moment,
): Statement<SessionColumns>[] => {
  const { now } = moment;
  const started = tellStarted(place, newSessionId);
  switch (action) {
    case 'toggle':
      return [toggleSession(place, newSessionId, moment, metadata), started];
    case 'start':
      return [supersedeSession(place, moment), openSession(place, newSessionId, now, metadata), started];
    case 'stop':
      return [stopSession(place, moment, metadata)];
    case 'clear':
      return [clearSession(place, moment, clearReason, metadata)];
    case 'clear-and-start':
      return [
        clearSession(place, moment, clearReason),
        openSession(place, newSessionId, now, metadata),
        started,
      ];
    default:
      return action satisfies never;
  }
};

/** Whether the call is answered with the session that it left: not where silence had ended it before. */
const isAnswerTo = (
  action: ActivityAction,
  { closeKind, startedAt }: Session,
  { now, settings }: Moment,
): boolean =>
  closeKind !== 'auto_closed' || (action === 'stop' && startedAt >= now - settings.maxSessionSeconds * 1000);

/** Whether a call that names somebody unknown makes an account: nobody is created for having left. */
const creates = ({ action }: Pick<RecordActivity, 'action'>): boolean =>
  action !== 'stop' && action !== 'clear';

const accountNotFound = (account: AccountRef): DomainError =>
  new DomainError('account_not_found', { id: account[0].value });
