/**
 * The rules of sessions over what happened, in the order in which it happened: one account on one server. The SQL of
 * queries.ts applies the same rules to one call that arrives in time; this works out what late calls change.
 */
import type { NewId } from '../../../lib/ids.ts';
import { mergePatch } from '../../../lib/merge-patch.ts';
import type { ActivityAction } from '../record-activity.ts';
import {
  autoCloseReason,
  isSilent,
  isStopBelieved,
  type Limits,
  resetEnd,
  unconfirmedEnd,
} from '../rules.ts';
import { CLEARED_BY_REQUEST, type CloseKind, SERVER_RESET, type Session, SUPERSEDED } from '../session.ts';

/** A session with what else is known of it. */
export interface TrackedSession extends Session {
  /** Its first heartbeat or roster: from then on it is missed sooner. */
  readonly heartbeatAt: number | null;
  /** Whether a roster started it: a late call knows better. */
  readonly isStartObserved: boolean;
  /** When its server said that it was over, by a roster without it or by a reset. */
  readonly goneAt: number | null;
  /** The last silence after which it was taken up again, in epoch milliseconds. */
  readonly silentSince: number | null;
  readonly resumedAt: number | null;
  /** Whether somebody corrected it by hand: nothing but a stop of an open one changes it any more. */
  readonly isCorrected: boolean;
  /** A hash of the name by which rosters list it. */
  readonly listedAs: number | null;
  /** What rosters said of it, which its metadata has, too. */
  readonly told: Session['metadata'] | null;
}

/** A time in which an account was seen again and again, with no silence that ends anything. Epoch milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
  /** Whether rosters told of it: those start a session where there is none. */
  readonly isListed: boolean;
  readonly listedAs: number | null;
  /** What they said of the session, as a patch of its metadata. */
  readonly told: Session['metadata'] | null;
  /** Whether the roster at its end said something else of the session: it is told of by the session that this began. */
  readonly isChanged: boolean;
  /** Whether the journal knows it. */
  readonly isNoted: boolean;
}

export interface TimelineEvent {
  /** Epoch milliseconds. */
  readonly at: number;
  /**
   * `seen`: a sign of life that starts nothing. `listed`, `gone`: in a roster, and missing from one. `corrected`: the
   * start of a session that somebody corrected.
   */
  readonly kind: ActivityAction | 'reset' | 'seen' | 'listed' | 'gone' | 'corrected';
  /** The id of the session that it starts, if it starts one; empty where that is yet to be made. */
  readonly id: string;
  /** Decides between events of one instant that are alike. */
  readonly key: string;
  readonly metadata?: Session['metadata'] | undefined;
  /** Of `listed`: what the entry says of the session, as a patch of its metadata. */
  readonly told?: Session['metadata'] | null | undefined;
  /** Of `seen` and `listed`: a hash of the name by which a roster lists the account; nothing where none does, or none knows. */
  readonly listedAs?: number | null;
  /** Of `listed`: what it says is another session than what is open, where that says something else. */
  readonly mayChange?: boolean;
  readonly clearReason?: string | undefined;
  /** The corrected session. */
  readonly session?: TrackedSession;
  /** Of `seen` and `listed`: the sightings that it is one of. */
  readonly stretch?: Stretch;
  /** Of `seen`: what else happened in its instant came before it. */
  readonly isAfterAll?: boolean;
  /** Of `seen`: since when the session was silent before it; noted, though it ended nothing. */
  readonly silentSince?: number | undefined;
}

export interface Folded {
  readonly sessions: readonly TrackedSession[];
  /** Per event, by its id: the session that it started, else the one that it closed. */
  readonly outcomes: ReadonlyMap<string, TrackedSession>;
  /** Sightings of no session, each with the first of them (epoch milliseconds). */
  readonly unclaimed: ReadonlyMap<Stretch, number>;
}

type Draft = { -readonly [K in keyof TrackedSession]: TrackedSession[K] };

/** One account on one server, and what the server says of itself. */
export interface Place {
  readonly accountId: string;
  readonly serverId: number;
  /** The last sign of life of the server itself before an instant (epoch milliseconds); null where none is known. */
  readonly aliveBefore: (at: number) => number | null;
  /** Of the sessions that sightings start. */
  readonly newId: NewId;
}

/**
 * What the events lead to, in any order they are given. What falls silent at the end is left to the scheduled job.
 *
 * @param base the latest session that started before the first event, as it was then
 * @param resetAt the last reset before the first event; 0 where there was none
 */
export const foldTimeline = (
  { accountId, serverId, aliveBefore, newId }: Place,
  base: TrackedSession | undefined,
  events: readonly TimelineEvent[],
  limits: Limits,
  resetAt = 0,
): Folded => {
  const sessions: Draft[] = base ? [{ ...base }] : [];
  const outcomes = new Map<string, TrackedSession>();
  const unclaimed = new Map<Stretch, number>();
  const claimed = new Set<Stretch>();
  let lastResetAt = resetAt;
  const openSession = () => (sessions.at(-1)?.endedAt === null ? sessions.at(-1) : undefined);

  const expire = (at: number) => {
    const open = openSession();
    if (!open || !isSilent(open, at, limits)) return;
    close(open, 'auto_closed', unconfirmedEnd(open, limits), autoCloseReason(open, limits));
  };
  const start = (
    { at, kind, id, told = null, metadata = mergePatch({}, told ?? {}), listedAs = null }: TimelineEvent,
    continuesId: string | null = null,
  ): Draft => {
    const isSighting = kind === 'listed' || kind === 'seen';
    const session: Draft = {
      accountId,
      serverId,
      id: id || newId(at),
      startedAt: at,
      lastSeenAt: at,
      heartbeatAt: isSighting ? at : null,
      isStartObserved: kind === 'listed',
      goneAt: null,
      continuesId,
      silentSince: null,
      resumedAt: null,
      isCorrected: false,
      listedAs,
      told: told && mergePatch({}, told),
      endedAt: null,
      closeKind: null,
      clearReason: null,
      metadata,
    };
    sessions.push(session);
    return session;
  };
  const stop = (session: Draft, { at, metadata }: TimelineEvent) => {
    session.lastSeenAt = at;
    return close(session, 'stopped', at, null, metadata);
  };
  const clear = (session: Draft, { at, kind, metadata, clearReason = CLEARED_BY_REQUEST }: TimelineEvent) => {
    session.lastSeenAt = at;
    return close(session, 'cleared', at, clearReason, kind === 'clear' ? metadata : undefined);
  };
  /** The latest session, if silence ended it, and neither a reset nor an administrator's word came since. */
  const silenced = () => {
    const last = sessions.at(-1);
    return last?.closeKind === 'auto_closed' && !last.isCorrected && last.startedAt >= lastResetAt
      ? last
      : undefined;
  };
  const see = (session: Draft, { at, silentSince, listedAs }: TimelineEvent) => {
    session.lastSeenAt = Math.max(session.lastSeenAt, at);
    session.heartbeatAt ??= at;
    session.listedAs = listedAs ?? session.listedAs;
    // It may have begun before a session that a late start put in between.
    if (silentSince !== undefined) {
      Object.assign(session, { silentSince: Math.max(silentSince, session.startedAt), resumedAt: at });
    }
    return Object.assign(session, { closeKind: null, endedAt: null, clearReason: null, goneAt: null });
  };
  /**
   * What is new is added to what the session says. Something else is another session, but only where a roster is known to
   * have begun one: the others are not known one by one.
   */
  const list = (session: Draft, event: TimelineEvent): Draft => {
    const { told } = event;
    if (!told || session.isCorrected) return see(session, event);
    const patched = mergePatch(session.metadata, told);
    const isOther = JSON.stringify(mergePatch(patched, session.metadata)) !== JSON.stringify(patched);
    if (!isOther) {
      const said = { metadata: patched, told: mergePatch(session.told ?? {}, told) };
      return Object.assign(see(session, event), said);
    }
    if (!event.mayChange) return see(session, event);
    session.lastSeenAt = event.at;
    close(session, 'stopped', event.at, null);
    return start({ ...event, metadata: patched });
  };
  /** Goes on with the session that a silence ended: itself within its limit, else by a new one. */
  const goOn = (event: TimelineEvent): Draft | undefined => {
    const last = silenced();
    if (!last) return undefined;
    return isSilent(last, event.at, limits)
      ? start(
          {
            ...event,
            metadata: mergePatch(last.metadata, event.told ?? {}),
          },
          last.id,
        )
      : see(last, event);
  };

  const apply = (event: TimelineEvent): Draft | undefined => {
    const { at, kind, stretch } = event;
    const wasOpen = openSession();
    // Within a stretch there was no silence to end it.
    if (!(stretch && wasOpen && wasOpen.lastSeenAt >= stretch.from)) expire(at);
    const open = openSession();
    switch (kind) {
      case 'toggle':
        return open ? stop(open, event) : start(event);
      case 'start':
        if (open) close(open, 'superseded', open.lastSeenAt, SUPERSEDED);
        return start(event);
      case 'stop': {
        if (open) return stop(open, event);
        const last = silenced();
        if (!last || at - last.startedAt > limits.maxSessionMs) return undefined;
        return isStopBelieved(last, at, limits) ? stop(last, event) : last;
      }
      case 'clear':
        return open && clear(open, event);
      case 'clear-and-start':
        if (open) clear(open, event);
        return start(event);
      case 'reset':
        if (open) {
          close(open, 'server_reset', resetEnd(open, at, aliveBefore(at), limits), SERVER_RESET);
          open.goneAt = at;
        }
        lastResetAt = Math.max(lastResetAt, at);
        return wasOpen;
      case 'seen':
        return open ? see(open, event) : goOn(event);
      case 'listed':
        return open ? list(open, event) : (goOn(event) ?? start(event));
      case 'gone':
        if (!open) return undefined;
        close(open, 'stopped', open.lastSeenAt, null);
        open.goneAt = at;
        return open;
      case 'corrected':
        if (open) close(open, 'superseded', open.lastSeenAt, SUPERSEDED);
        if (event.session) sessions.push({ ...event.session });
        return undefined;
      default:
        return kind satisfies never;
    }
  };

  for (const event of inOrder(events, () => openSession() !== undefined)) {
    const session = apply(event);
    const { id, at, stretch } = event;
    if (session) outcomes.set(id, session);
    if (!stretch || (stretch.isChanged && at === stretch.until)) continue;
    if (session) claimed.add(stretch);
    else if (!unclaimed.has(stretch)) unclaimed.set(stretch, claimed.has(stretch) ? at : stretch.from);
  }
  return { sessions, outcomes, unclaimed };
};

const close = (
  session: Draft,
  closeKind: CloseKind,
  endedAt: number,
  clearReason: string | null,
  metadata: Session['metadata'] = {},
): Draft =>
  Object.assign(session, {
    closeKind,
    endedAt,
    clearReason,
    goneAt: null,
    metadata: mergePatch(session.metadata, metadata),
  });

/**
 * The events by time. Clients with clocks of seconds send many of the same instant: among those the one goes first that
 * has something to do, so that a leave and a join of one second are a reconnection where a session is open, and a
 * short visit where none is.
 */
function* inOrder(events: readonly TimelineEvent[], isOpen: () => boolean): Generator<TimelineEvent> {
  const rest = events.toSorted((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  for (let [first] = rest; first; [first] = rest) {
    let best = first;
    let place = 0;
    for (let i = 1; ; i++) {
      const event = rest[i];
      if (event?.at !== first.at) break;
      if (precedence(event, isOpen()) < precedence(best, isOpen())) {
        best = event;
        place = i;
      }
    }
    yield* rest.splice(place, 1);
  }
}

const precedence = ({ kind, isAfterAll, stretch }: TimelineEvent, isOpen: boolean): number => {
  if (isAfterAll) return 5;
  // Who is on is seen first; a stop of that instant is no reason to begin anew.
  if (stretch && isOpen) return 0;
  switch (kind) {
    case 'seen':
      return 0;
    case 'reset':
    case 'gone':
      return 1;
    case 'stop':
    case 'clear':
      return isOpen ? 2 : 4;
    case 'toggle':
      return 3;
    case 'start':
    case 'clear-and-start':
    case 'listed':
    case 'corrected':
      return isOpen ? 4 : 2;
    default:
      return kind satisfies never;
  }
};
