/**
 * The rules of sessions over what happened, in the order in which it happened: one account on one server. The SQL of
 * queries.ts applies the same rules to one call that arrives in time; this works out what late calls change.
 */
import { mergePatch } from '../../../lib/merge-patch.ts';
import type { Settings } from '../../access/settings.ts';
import type { ActivityAction } from '../record-activity.ts';
import { CLEARED_BY_REQUEST, type CloseKind, SERVER_RESET, type Session, SUPERSEDED } from '../session.ts';

/** A session with what else is known of it. */
export interface TrackedSession extends Session {
  /** Its first heartbeat or roster: from then on it is missed sooner. */
  readonly heartbeatAt: number | null;
  /** Whether a roster started it: a late call knows better. */
  readonly isStartObserved: boolean;
  /** When its server said that it was over, by a roster without it. */
  readonly goneAt: number | null;
  readonly continuesId: string | null;
  /** The last silence after which it was taken up again, in epoch milliseconds. */
  readonly silentSince: number | null;
  readonly resumedAt: number | null;
  /** Whether somebody corrected it by hand: nothing but a stop of an open one changes it any more. */
  readonly isCorrected: boolean;
}

export interface TimelineEvent {
  /** Epoch milliseconds. */
  readonly at: number;
  /**
   * `seen`: a sign of life that starts nothing. `listed`, `gone`: in a roster, and missing from one. `corrected`: the
   * start of a session that somebody corrected.
   */
  readonly kind: ActivityAction | 'reset' | 'seen' | 'listed' | 'gone' | 'corrected';
  /** The id of the session that it starts, if it starts one. */
  readonly id: string;
  /** Decides between events of one instant that are alike. */
  readonly key: string;
  readonly metadata?: Session['metadata'] | undefined;
  readonly clearReason?: string | undefined;
  /** The corrected session. */
  readonly session?: TrackedSession;
}

export interface Folded {
  readonly sessions: readonly TrackedSession[];
  /** Per event, by its id: the session that it started, else the one that it closed. */
  readonly outcomes: ReadonlyMap<string, TrackedSession>;
}

type Draft = { -readonly [K in keyof TrackedSession]: TrackedSession[K] };

/**
 * What the events lead to, whatever order they are given in. What falls silent at the end is left to the scheduled job.
 *
 * @param base the latest session that started before the first event, as it was then
 */
export const foldTimeline = (
  place: { readonly accountId: string; readonly serverId: number },
  base: TrackedSession | undefined,
  events: readonly TimelineEvent[],
  settings: Settings,
): Folded => {
  const sessions: Draft[] = base ? [{ ...base }] : [];
  const outcomes = new Map<string, TrackedSession>();
  const openSession = () => (sessions.at(-1)?.endedAt === null ? sessions.at(-1) : undefined);

  const expire = (at: number) => {
    const open = openSession();
    if (!open) return;
    const timeout =
      1000 * (open.heartbeatAt !== null ? settings.heartbeatTimeoutSeconds : settings.idleTimeoutSeconds);
    if (open.lastSeenAt >= at - timeout) return;
    const end = settings.unconfirmedEnd === 'close-time' ? open.lastSeenAt + timeout : open.lastSeenAt;
    close(open, 'auto_closed', end, autoCloseReason(timeout));
  };
  const start = ({ at, kind, id, metadata = {} }: TimelineEvent) => {
    const session: Draft = {
      ...place,
      id,
      startedAt: at,
      lastSeenAt: at,
      heartbeatAt: kind === 'listed' ? at : null,
      isStartObserved: kind === 'listed',
      goneAt: null,
      continuesId: null,
      silentSince: null,
      resumedAt: null,
      isCorrected: false,
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
  /** The latest session, if only silence closed it and it began recently enough to be taken up again. */
  const silenced = (at: number) => {
    const last = sessions.at(-1);
    const isRecent = last && last.startedAt >= at - settings.maxSessionSeconds * 1000;
    return isRecent && last.closeKind === 'auto_closed' && !last.isCorrected ? last : undefined;
  };
  /** The latest session, if a roster ended it where it was last seen, and it may have gone on until now. */
  const missed = (at: number) => {
    const last = sessions.at(-1);
    const isRecent = last && last.lastSeenAt >= at - settings.heartbeatTimeoutSeconds * 1000;
    return isRecent && last.goneAt !== null && !last.isCorrected ? last : undefined;
  };
  const resume = (session: Draft | undefined, at: number) =>
    session && Object.assign(session, { silentSince: session.lastSeenAt, resumedAt: at });
  const see = (session: Draft, at: number) => {
    session.lastSeenAt = Math.max(session.lastSeenAt, at);
    session.heartbeatAt ??= at;
    return reopen(session);
  };

  const apply = (event: TimelineEvent): Draft | undefined => {
    const { at, kind } = event;
    const wasOpen = openSession();
    // Whether a sighting ends a silence or there was none, its session's row knows.
    if (kind !== 'gone' && kind !== 'seen') expire(at);
    const open = openSession();
    switch (kind) {
      case 'toggle':
        return open ? stop(open, event) : start(event);
      case 'start':
        if (open) close(open, 'superseded', open.lastSeenAt, SUPERSEDED);
        return start(event);
      case 'stop': {
        const session = open ?? resume(silenced(at) ?? missed(at), at);
        return session && stop(session, event);
      }
      case 'clear':
        return open && clear(open, event);
      case 'clear-and-start':
        if (open) clear(open, event);
        return start(event);
      case 'reset':
        if (open) close(open, 'server_reset', at, SERVER_RESET);
        return wasOpen;
      case 'seen': {
        const session = open ?? resume(silenced(at), at);
        return session && see(session, at);
      }
      case 'listed': {
        const session = open ?? resume(silenced(at), at);
        return session ? see(session, at) : start(event);
      }
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
    if (session) outcomes.set(event.id, session);
  }
  return { sessions, outcomes };
};

/** `Auto-closed: no activity for 13 h 5 min`, as the scheduled job says it. */
const autoCloseReason = (silenceMs: number): string => {
  const minutes = Math.floor(silenceMs / 60_000);
  const text = minutes >= 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes} min`;
  return `Auto-closed: no activity for ${text}`;
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

const reopen = (session: Draft): Draft =>
  Object.assign(session, { closeKind: null, endedAt: null, clearReason: null, goneAt: null });

/**
 * The events by time. Clients with clocks of seconds send many of the same instant: among those the one goes first that
 * has something to do, so that a leave and a join of one second are a reconnection where a session is open, and a
 * short visit where none is.
 */
function* inOrder(events: readonly TimelineEvent[], isOpen: () => boolean): Generator<TimelineEvent> {
  const rest = events.toSorted((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  while (rest[0]) {
    const { at } = rest[0];
    let best = 0;
    for (let i = 1; rest[i]?.at === at; i++) {
      if (
        precedence(rest[i] as TimelineEvent, isOpen()) < precedence(rest[best] as TimelineEvent, isOpen())
      ) {
        best = i;
      }
    }
    yield* rest.splice(best, 1);
  }
}

const precedence = ({ kind }: TimelineEvent, isOpen: boolean): number => {
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
