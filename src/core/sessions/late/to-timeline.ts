import { type SessionRow, toSession } from '../session.ts';
import type { CallRow, PendingCall } from './call-queries.ts';
import type { TimelineEvent, TrackedSession } from './timeline.ts';

/** A session that a late call may change. */
export interface PendingSessionRow extends SessionRow {
  readonly is_corrected: number;
  readonly is_void: number;
  /** The time from which on the account's sessions are worked out anew. */
  readonly since: number;
}

/** A call that decides about such a session. */
export interface PendingCallRow extends CallRow {
  readonly since: number;
}

type KnownOfServer = Pick<PendingCall, 'roster_seen_at' | 'reset_at'>;

interface Timeline {
  /** The latest session that started before `since`, as it was then. */
  readonly base: TrackedSession | undefined;
  readonly events: readonly TimelineEvent[];
  /** Those of the events that are not in the journal, and leave no trace where the late call undoes their effect. */
  readonly unnoted: readonly TimelineEvent[];
  /** The rows that stand for all this so far. */
  readonly replaced: readonly PendingSessionRow[];
  /** The last reset before `since`; 0 where there was none. */
  readonly resetAt: number;
}

/** What a session's row tells of tracker calls. */
const NOTED: readonly TimelineEvent['kind'][] = ['start', 'stop', 'clear', 'reset'];

const CONFIRMED: readonly unknown[] = ['stopped', 'cleared', 'server_reset'];

/**
 * What is known of an account on a server from `since` on, out of the calls in the journal and, for what is not in the
 * journal (calls without `eventId` and `occurredAt`, heartbeats, rosters), out of the traces that it left in sessions.
 *
 * @param rows the sessions that started at or after `since`, and the latest before; by start
 * @param calls the account's calls and its server's resets
 * @param server its newest roster and its last reset, in the journal or not
 * @param listedId the id of the session that the newest roster starts, if it does
 */
export const toTimeline = (
  since: number,
  rows: readonly PendingSessionRow[],
  calls: readonly CallRow[],
  server: KnownOfServer,
  listedId: string,
): Timeline => {
  // Of several that began in the same instant, the one that lasted is the latest.
  const earlier = rows
    .filter((row) => row.started_at < since)
    .sort(
      (a, b) =>
        a.started_at - b.started_at ||
        (a.ended_at ?? Number.POSITIVE_INFINITY) - (b.ended_at ?? Number.POSITIVE_INFINITY),
    );
  const baseRow = earlier.at(-1);
  const later = rows.filter((row) => row.started_at >= since);
  const callById = new Map(calls.map((call) => [call.id, call]));
  const replaced = baseRow ? [baseRow, ...later] : later;
  const corrected = rows.filter((row) => row.is_corrected);
  const isSettledByHand = ({ id, occurred_at: at }: CallRow) =>
    corrected.some(
      (row) => row.id === id || (row.ended_at !== null && at >= row.started_at && at <= row.ended_at),
    );
  const traces = replaced.flatMap((row) => tracesOf(since, row, calls));
  const told = [
    ...calls.filter((call) => call.occurred_at >= since && !isSettledByHand(call)).map(toEvent),
    ...traces,
    ...serverTraces(since, rows, calls, server, listedId),
  ];
  const times = told.map(({ at }) => at);
  return {
    base: baseRow && asOf(since, baseRow, callById.get(baseRow.id)),
    replaced,
    events: [...told, ...replaced.flatMap((row) => sightings(since, row, times))],
    unnoted: traces.filter(({ kind }) => NOTED.includes(kind)),
    resetAt: Math.max(
      0,
      ...calls
        .filter((call) => call.action === 'reset')
        .map((call) => call.occurred_at)
        .filter((at) => at < since),
      server.reset_at !== null && server.reset_at < since ? server.reset_at : 0,
    ),
  };
};

const toEvent = (call: CallRow): TimelineEvent => ({
  at: call.occurred_at,
  kind: call.action,
  id: call.id,
  key: call.event_id,
  metadata: call.metadata === null ? undefined : JSON.parse(call.metadata),
  clearReason: call.clear_reason ?? undefined,
});

const toTracked = (row: PendingSessionRow): TrackedSession => ({
  ...toSession(row),
  heartbeatAt: row.heartbeat_at,
  isStartObserved: row.is_start_observed === 1,
  goneAt: row.gone_at,
  silentSince: row.silent_since,
  resumedAt: row.resumed_at,
  isCorrected: row.is_corrected === 1,
});

/** The session just before `since`: still open, unless it was over for sure. */
const asOf = (since: number, row: PendingSessionRow, openedBy: CallRow | undefined): TrackedSession => {
  const session = toTracked(row);
  const isOver = CONFIRMED.includes(row.close_kind) && (row.gone_at ?? row.ended_at ?? 0) < since;
  if (isOver || session.isCorrected) return session;
  return {
    ...session,
    metadata: openedBy ? JSON.parse(openedBy.metadata ?? '{}') : session.metadata,
    lastSeenAt: lastSeenBefore(since, row),
    endedAt: null,
    closeKind: null,
    clearReason: null,
    goneAt: null,
    heartbeatAt: row.heartbeat_at !== null && row.heartbeat_at < since ? row.heartbeat_at : null,
    ...(row.resumed_at !== null && row.resumed_at >= since && { silentSince: null, resumedAt: null }),
  };
};

/** The last sign of life before `since` that the row tells of; what was in between, `sightings` tell. */
const lastSeenBefore = (since: number, row: PendingSessionRow): number =>
  [row.last_seen_at, row.resumed_at, row.silent_since, row.heartbeat_at, row.started_at]
    .filter((at) => at !== null)
    .find((at) => at < since) ?? row.started_at;

/**
 * The sightings that a session's row stands for: from its first heartbeat or roster until it was last seen, the account was
 * there all the time, but for the silence that the row knows of. At each of `times`, other things are told of.
 */
const sightings = (since: number, row: PendingSessionRow, times: readonly number[]): TimelineEvent[] => {
  const { heartbeat_at: first, silent_since: silentSince, resumed_at: resumedAt, last_seen_at: last } = row;
  if (first === null || row.is_corrected) return [];
  const hasSilence = silentSince !== null && resumedAt !== null && silentSince >= first && resumedAt <= last;
  const stretches: [number, number][] = hasSilence
    ? [
        [first, silentSince],
        [resumedAt, last],
      ]
    : [[first, last]];
  return stretches.flatMap(([from, until]) =>
    [...new Set([from, ...times, until])]
      .filter((at) => at >= since && at > row.started_at && at >= from && at <= until)
      .map(
        (at): TimelineEvent => ({
          at,
          kind: 'seen',
          id: '',
          key: row.id,
          from,
          ...(hasSilence && at === resumedAt && { silentSince }),
        }),
      ),
  );
};

/** What a session tells of events since `since` that are not in the journal. */
const tracesOf = (since: number, row: PendingSessionRow, calls: readonly CallRow[]): TimelineEvent[] => {
  const { id, started_at: startedAt, ended_at: endedAt } = row;
  const traces: TimelineEvent[] = [];
  if (row.is_corrected) {
    if (startedAt >= since) {
      traces.push({ at: startedAt, kind: 'corrected', id, key: id, session: toTracked(row) });
    }
    return traces;
  }
  if (startedAt >= since && !calls.some((call) => call.id === id)) {
    const kind = row.is_start_observed ? 'listed' : row.continues_id !== null ? 'seen' : 'start';
    traces.push({ at: startedAt, kind, id, key: id, metadata: JSON.parse(row.metadata) });
  }
  const toldAt = row.gone_at ?? endedAt;
  const kind =
    row.gone_at !== null && row.close_kind === 'stopped' ? 'gone' : CLOSED_BY[row.close_kind ?? ''];
  const isInJournal = calls.some((call) => call.occurred_at === toldAt && call.action !== 'start');
  if (kind && toldAt !== null && toldAt >= since && !isInJournal) {
    traces.push({ at: toldAt, kind, id: '', key: id, clearReason: row.clear_reason ?? undefined });
  }
  return traces;
};

/** What closed a session for sure. (The other kinds follow from what came next.) */
const CLOSED_BY: Readonly<Record<string, TimelineEvent['kind']>> = {
  stopped: 'stop',
  cleared: 'clear',
  server_reset: 'reset',
};

/** What the server said of everybody on it. */
const serverTraces = (
  since: number,
  rows: readonly PendingSessionRow[],
  calls: readonly CallRow[],
  { roster_seen_at: rosterAt, reset_at: resetAt }: KnownOfServer,
  listedId: string,
): TimelineEvent[] => {
  const traces: TimelineEvent[] = [];
  // Where an administrator has said what was, nobody asks the roster.
  const isCorrected = rows.some(
    (row) =>
      row.is_corrected &&
      rosterAt !== null &&
      row.started_at <= rosterAt &&
      (row.ended_at === null || row.ended_at >= rosterAt),
  );
  if (rosterAt !== null && rosterAt >= since && !isCorrected) {
    // A roster starts a session for whoever is in it and has none: who has none at its time was not in it.
    const isListed = rows.some(
      (row) =>
        row.started_at <= rosterAt &&
        (row.ended_at === null || row.ended_at > rosterAt || row.last_seen_at >= rosterAt),
    );
    traces.push({ at: rosterAt, kind: isListed ? 'listed' : 'gone', id: listedId, key: 'roster' });
  }
  const isInJournal = calls.some((call) => call.action === 'reset' && call.occurred_at === resetAt);
  if (resetAt !== null && resetAt >= since && !isInJournal) {
    traces.push({ at: resetAt, kind: 'reset', id: '', key: 'reset' });
  }
  return traces;
};
