import { fromJson } from '../../../db/json.ts';
import { mergePatch } from '../../../lib/merge-patch.ts';
import { MAX_STEPS_LENGTH } from '../presence-queries.ts';
import type { Limits } from '../rules.ts';
import { type Session, type SessionRow, toSession } from '../session.ts';
import type { CallRow, PendingCall } from './call-queries.ts';
import type { Stretch, TimelineEvent, TrackedSession } from './timeline.ts';

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
 * @param looks when its rosters came, oldest first
 */
export const toTimeline = (
  since: number,
  rows: readonly PendingSessionRow[],
  journal: readonly CallRow[],
  server: KnownOfServer,
  looks: readonly number[],
  limits: Limits,
): Timeline => {
  const calls = journal.filter(({ action }) => action !== 'seen');
  const callById = new Map(calls.map((call) => [call.id, call]));
  // Of several that began in the same instant, the one that lasted is the latest; else the one that was not told to be over;
  // else by what orders their starts, as `foldTimeline` does it. (Their ids are random within a millisecond.)
  const overAt = ({ gone_at: goneAt, ended_at: endedAt }: PendingSessionRow) =>
    endedAt === null ? Number.MAX_SAFE_INTEGER : (goneAt ?? endedAt);
  const isToldOver = (row: PendingSessionRow) => CONFIRMED.includes(row.close_kind);
  const keyOf = (row: PendingSessionRow) => callById.get(row.id)?.event_id ?? row.id;
  const earlier = rows
    .filter((row) => row.started_at < since)
    .sort(
      (a, b) =>
        a.started_at - b.started_at ||
        overAt(a) - overAt(b) ||
        Number(isToldOver(b)) - Number(isToldOver(a)) ||
        (keyOf(a) < keyOf(b) ? -1 : 1),
    );
  const baseRow = earlier.at(-1);
  const later = rows.filter((row) => row.started_at >= since);
  const replaced = baseRow ? [baseRow, ...later] : later;
  const corrected = rows.filter((row) => row.is_corrected);
  const isSettledByHand = ({ id, occurred_at: at }: CallRow) =>
    corrected.some(
      (row) => row.id === id || (row.ended_at !== null && at >= row.started_at && at <= row.ended_at),
    );
  const changes = changesAmong(rows, calls);
  const traces = replaced.flatMap((row) => tracesOf(since, row, calls, changes));
  const told = [
    ...calls.filter((call) => call.occurred_at >= since && !isSettledByHand(call)).map(toEvent),
    ...traces,
    ...serverTraces(since, rows, calls, server),
  ];
  const times = [...new Set(told.map(({ at }) => at))];
  const noted = journal.filter(({ action }) => action === 'seen').map(toStretch);
  const ofRows = replaced.flatMap((row) =>
    stretchesOf(row, changes, looks).flatMap((stretch) => [
      ...firstSighting(since, row, stretch),
      ...sightings(Math.max(since, row.started_at + 1), stretch, silenceOf(row), times, looks, limits),
    ]),
  );
  const ofNoted = noted.flatMap((stretch) => sightings(since, stretch, undefined, times, looks, limits));
  return {
    base: baseRow && asOf(since, baseRow, calls, looks, changes),
    replaced,
    events: [...told, ...ofRows, ...ofNoted, ...missedBy(times, rows, noted, looks)],
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
  [call.action === 'listed' ? 'told' : 'metadata']:
    call.metadata === null ? undefined : fromJson(call.metadata),
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
  listedAs: row.listed_as,
  told: toldOf(row),
});

/** The session just before `since`: still open, unless it was over for sure. */
const asOf = (
  since: number,
  row: PendingSessionRow,
  calls: readonly CallRow[],
  looks: readonly number[],
  changes: ReadonlySet<number>,
): TrackedSession => {
  const session = toTracked(row);
  const openedBy = calls.find(({ id }) => id === row.id);
  const stretches = stretchesOf(row, changes, looks).filter(({ from }) => from < since);
  const isOver = CONFIRMED.includes(row.close_kind) && (row.gone_at ?? row.ended_at ?? 0) < since;
  if (isOver || session.isCorrected) return session;
  return {
    ...session,
    metadata: openedBy
      ? mergePatch(fromJson(openedBy.metadata ?? '{}'), stretches[0]?.told ?? {})
      : metadataBeforeEnd(row, calls),
    lastSeenAt: lastSeenBefore(since, row, stretches, looks),
    endedAt: null,
    closeKind: null,
    clearReason: null,
    goneAt: null,
    heartbeatAt: row.heartbeat_at !== null && row.heartbeat_at < since ? row.heartbeat_at : null,
    ...(row.resumed_at !== null && row.resumed_at >= since && { silentSince: null, resumedAt: null }),
  };
};

/** The last sign of life before `since` that the row tells of; what was in between, `sightings` tell. */
const lastSeenBefore = (
  since: number,
  row: PendingSessionRow,
  stretches: readonly Stretch[],
  looks: readonly number[],
): number => {
  const told = [row.last_seen_at, row.resumed_at, row.silent_since, row.heartbeat_at].filter(
    (at) => at !== null,
  );
  const seen = stretches.map(({ from, until, isListed }) => {
    const look = isListed && until >= since ? looks[firstAfter(looks, since - 1) - 1] : undefined;
    return look !== undefined && look >= from ? look : until;
  });
  return Math.max(row.started_at, ...[...told, ...seen].filter((at) => at < since));
};

/**
 * The stretches of sightings that a session's row stands for: from its first heartbeat or roster until it was last seen, the
 * account was there all the time, but for the silence that the row knows of.
 */
const stretchesOf = (
  row: PendingSessionRow,
  changes: ReadonlySet<number>,
  looks: readonly number[],
): Stretch[] => {
  const { heartbeat_at: first, listed_as: listedAs } = row;
  if (first === null || row.is_corrected) return [];
  const isListed = listedAs !== null || row.is_start_observed === 1;
  const last = isListed ? lastListed(row, looks) : row.last_seen_at;
  const { silentSince, resumedAt } = silenceOf(row) ?? {};
  const parts: [number, number][] =
    silentSince !== undefined && resumedAt !== undefined
      ? [
          [first, silentSince],
          [resumedAt, last],
        ]
      : [[first, last]];
  const told = toldOf(row);
  return parts
    .filter(([from, until]) => from <= until)
    .map(([from, until]) => {
      const isChanged = until === row.ended_at && changes.has(until);
      return { from, until, isListed, listedAs, told, isChanged, isNoted: false };
    });
};

/** When a roster last listed a session. Its own stop was a sign of life, too, but no roster. */
const lastListed = (row: PendingSessionRow, looks: readonly number[]): number => {
  const { last_seen_at: last, gone_at: goneAt, close_kind: kind } = row;
  const isByCall = goneAt === null && (kind === 'stopped' || kind === 'cleared');
  return (isByCall ? looks[firstAfter(looks, last) - 1] : undefined) ?? last;
};

/** What rosters said of a session. */
const toldOf = ({ listed_metadata: told }: PendingSessionRow): Session['metadata'] | null =>
  told && fromJson(told);

/** The metadata of a session without what the call that ended it said: that says it again. */
const metadataBeforeEnd = (row: PendingSessionRow, calls: readonly CallRow[]): Session['metadata'] => {
  const end = calls.find(
    ({ account_id: accountId, occurred_at: at, action }) =>
      accountId === row.account_id && at === row.ended_at && !STARTS_ONLY.includes(action),
  );
  const said = fromJson(end?.metadata ?? '{}');
  const isSaid = (key: string, value: unknown) => JSON.stringify(said[key]) === JSON.stringify(value);
  return Object.fromEntries(
    Object.entries(fromJson(row.metadata)).filter(([key, value]) => !isSaid(key, value)),
  );
};

/** The last silence within the sightings of a row, if there was any. */
const silenceOf = ({
  heartbeat_at: first,
  silent_since: silentSince,
  resumed_at: resumedAt,
  last_seen_at: last,
}: PendingSessionRow) =>
  first !== null && silentSince !== null && resumedAt !== null && silentSince >= first && resumedAt <= last
    ? { silentSince, resumedAt }
    : undefined;

/** The stretch that an earlier late call has taken from its session, as `toNote` noted it. */
const toStretch = ({ occurred_at: until, metadata }: CallRow): Stretch => {
  const noted: ReturnType<typeof toNote>['metadata'] = JSON.parse(metadata ?? '{}');
  return { ...noted, until, listedAs: null, isNoted: true };
};

/** What the journal notes of a stretch that no session has any more, from an instant on. */
export const toNote = ({ until, isListed, told, isChanged }: Stretch, from: number, accountId: string) => ({
  kind: 'seen',
  at: until,
  metadata: { from, isListed, told, isChanged },
  accountId,
  eventId: `seen ${accountId} ${from} ${until}`,
});

/**
 * The sighting in the very instant in which a session started. A late start within a stretch leaves one, and so does a
 * heartbeat that goes on after a silence: it stays known where a later late call undoes the session. (Of a roster, the
 * trace of the start is one already.)
 */
const firstSighting = (since: number, row: PendingSessionRow, stretch: Stretch): TimelineEvent[] => {
  const at = row.started_at;
  return at >= since && at === stretch.from && row.is_start_observed !== 1
    ? [{ at, kind: 'seen', id: '', key: '', stretch, listedAs: stretch.listedAs, isAfterAll: true }]
    : [];
};

/**
 * The sightings of a stretch that decide anything: its first and its last; and, at each of the `times` at which other
 * things are told of, those just before and after it. When rosters came is known; when heartbeats did is not, so that
 * somebody who was seen before and after an instant was seen in it, too.
 *
 * @param looks when rosters came, oldest first
 */
const sightings = (
  since: number,
  stretch: Stretch,
  silence: ReturnType<typeof silenceOf>,
  times: readonly number[],
  looks: readonly number[],
  { heartbeatTimeoutMs }: Limits,
): TimelineEvent[] => {
  const { from, until, isListed, listedAs, told, isChanged } = stretch;
  const events: TimelineEvent[] = [];
  const add = (at: number, kind: 'seen' | 'listed', more: Partial<TimelineEvent> = {}) => {
    if (at >= since && at >= from && at <= until) {
      const said =
        kind === 'listed' && !(isChanged && at === until)
          ? { kind, listedAs, told }
          : { kind: 'seen' as const, listedAs };
      // Of one instant it goes before what else the server says: it knows that there was no silence.
      events.push({ at, id: '', key: '', stretch, ...said, ...more });
    }
  };
  const isNear = (one: number | undefined, other: number): one is number =>
    one !== undefined && one >= from && one <= until && Math.abs(one - other) <= heartbeatTimeoutMs;
  for (const at of new Set([from, ...times.filter((time) => time >= from && time <= until), until])) {
    const next = isListed ? firstAfter(looks, at) : 0;
    const [before, after] = isListed ? [looks[next - 1], looks[next]] : [];
    if (isNear(before, at)) add(before, 'listed');
    if (isNear(after, at)) add(after, 'listed');
    const isEnd = at === from || at === until;
    const isRoster = before === at;
    if ((isEnd && !isRoster) || (!isEnd && !isNear(before, at))) {
      add(at, 'seen', { ...(silence?.resumedAt === at && { silentSince: silence.silentSince }) });
    }
    if (!isEnd && !isNear(after, at)) add(at, 'seen', { isAfterAll: true });
  }
  return events;
};

/** The place of the first of the sorted numbers that is greater. */
const firstAfter = (sorted: readonly number[], value: number): number => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** When the latest rosters of a server came, oldest first (schema/servers.ts). */
export const toLooks = ({
  roster_seen_at: newest,
  roster_steps: steps,
}: Pick<PendingCall, 'roster_seen_at' | 'roster_steps'>): number[] => {
  if (newest === null) return [];
  const looks = [newest];
  // Of a text that was cut, the first step may not be whole.
  const known = (steps ?? '').split(',').slice(steps?.length === MAX_STEPS_LENGTH ? 1 : 0, -1);
  for (const step of known.reverse()) looks.push((looks.at(-1) as number) - Number(step));
  return looks.reverse();
};

/** The first roster after each of the times, where it missed the account: no session went on, and no stretch. */
const missedBy = (
  times: readonly number[],
  rows: readonly PendingSessionRow[],
  stretches: readonly Stretch[],
  looks: readonly number[],
): TimelineEvent[] => {
  const isThere = (at: number) =>
    rows.some(
      (row) =>
        row.started_at <= at && (row.ended_at === null || Math.max(row.ended_at, row.last_seen_at) >= at),
    ) || stretches.some(({ from, until }) => from <= at && until >= at);
  const earlier = looks.slice(0, -1);
  const after = new Set(
    // What the newest one says, `serverTraces` tell.
    times.flatMap((time) => earlier[firstAfter(earlier, time)] ?? []),
  );
  return [...after]
    .filter((at) => !isThere(at))
    .map((at): TimelineEvent => ({ at, kind: 'gone', id: '', key: 'roster' }));
};

/** When a roster said something else of a session, so that it stopped and another one began. */
const changesAmong = (rows: readonly PendingSessionRow[], calls: readonly CallRow[]): ReadonlySet<number> =>
  new Set(
    rows
      .filter(({ is_start_observed, continues_id }) => is_start_observed === 1 && continues_id === null)
      .map((row) => row.started_at)
      .filter((at) =>
        rows.some((row) => row.ended_at === at && row.close_kind === 'stopped' && row.gone_at === null),
      )
      .filter((at) => !calls.some((call) => call.occurred_at === at && !STARTS_ONLY.includes(call.action))),
  );

/** What a session tells of events since `since` that are not in the journal. */
const tracesOf = (
  since: number,
  row: PendingSessionRow,
  calls: readonly CallRow[],
  changes: ReadonlySet<number>,
): TimelineEvent[] => {
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
    const said =
      kind === 'listed'
        ? { told: toldOf(row), listedAs: row.listed_as, mayChange: changes.has(startedAt) }
        : { metadata: metadataBeforeEnd(row, calls) };
    traces.push({ at: startedAt, kind, id, key: id, ...said });
  }
  const toldAt = row.gone_at ?? endedAt;
  const kind =
    row.gone_at !== null && row.close_kind === 'stopped' ? 'gone' : CLOSED_BY[row.close_kind ?? ''];
  const isInJournal = calls.some((call) => call.occurred_at === toldAt && !STARTS_ONLY.includes(call.action));
  const isChange = kind === 'stop' && toldAt !== null && changes.has(toldAt);
  if (kind && toldAt !== null && toldAt >= since && !isInJournal && !isChange) {
    traces.push({ at: toldAt, kind, id: '', key: id, clearReason: row.clear_reason ?? undefined });
  }
  return traces;
};

/** Calls that end nothing which they do not begin. */
const STARTS_ONLY: readonly string[] = ['start', 'listed'];

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
    // A roster starts a session for everybody in it who has none: who has none at its time was not in it.
    const there = rows.find(
      (row) =>
        row.started_at <= rosterAt &&
        (row.ended_at === null || row.ended_at > rosterAt || row.last_seen_at >= rosterAt),
    );
    const isListed =
      there !== undefined || calls.some((call) => call.action === 'listed' && call.occurred_at === rosterAt);
    const said = there && { told: toldOf(there), listedAs: there.listed_as };
    traces.push({ at: rosterAt, kind: isListed ? 'listed' : 'gone', id: '', key: 'roster', ...said });
  }
  const isInJournal = calls.some((call) => call.action === 'reset' && call.occurred_at === resetAt);
  if (resetAt !== null && resetAt >= since && !isInJournal) {
    traces.push({ at: resetAt, kind: 'reset', id: '', key: 'reset' });
  }
  return traces;
};
