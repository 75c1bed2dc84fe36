import { AlreadyDone, type RowsOf, runBatch } from '../../../db/client.ts';
import { fromJson } from '../../../db/json.ts';
import type { NewId } from '../../../lib/ids.ts';
import type { CommunityActor } from '../../access/actor.ts';
import type { Settings } from '../../access/settings.ts';
import type { Ctx } from '../../context.ts';
import { commit } from '../../webhooks/events.ts';
import { isPeriodClosed } from '../periods/closed-period-queries.ts';
import { forgetPendingCall } from '../periods/question-queries.ts';
import type { EventRef } from '../record-activity.ts';
import { limitsOf } from '../rules.ts';
import { isMoved, type SessionRow } from '../session.ts';
import {
  type CallKey,
  fingerprintCalls,
  fingerprintServer,
  fingerprintSessions,
  type NewCall,
  type PendingCall,
  type SessionChanges,
  selectAnswered,
  selectCall,
  selectPendingCalls,
  selectPendingSessions,
  settleCall,
} from './call-queries.ts';
import { foldTimeline, type TrackedSession } from './timeline.ts';
import { type PendingCallRow, type PendingSessionRow, toLooks, toNote, toTimeline } from './to-timeline.ts';

/** Each attempt that fails, fails because another call got through. */
const MAX_ATTEMPTS = 100;

/** Beyond this, the answer to a server reset is kept without the sessions' metadata. */
const MAX_ANSWER_LENGTH = 1_000_000;

/** An event as the journal notes it. One without an id of its own is its own only occurrence. */
export const newCall = (
  ctx: Ctx<CommunityActor>,
  { serverId, eventId, occurredAt }: EventRef & { readonly serverId: number },
): NewCall => {
  const receivedAt = ctx.clock.now();
  const at = occurredAt ?? receivedAt;
  const id = ctx.newId(at);
  const communityId = ctx.actor.community.id;
  return { communityId, eventId: eventId ?? id, id, serverId, occurredAt: at, receivedAt };
};

/** Statements: what `settlePendingCall` has to know. */
export const readPendingCall = (key: CallKey) =>
  [selectCall(key), selectPendingSessions(key), selectPendingCalls(key)] as const;

type Read = RowsOf<ReturnType<typeof readPendingCall>>;

/**
 * The answer to a call of the journal, as rows. Where its effect is still to be written, because the call came late or
 * because the first to send it was cut off, works it out and writes it; another call in between means another try.
 *
 * @param read the rows of `readPendingCall`
 */
export const settlePendingCall = async (
  ctx: Ctx<CommunityActor>,
  key: CallKey,
  read: Read,
): Promise<readonly SessionRow[]> => {
  let results = read;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const [[call], sessions, calls] = results;
    if (!call) throw new Error(`the call ${key.eventId} is not in the journal`);
    if (call.answer !== null) return fromJson(call.answer);

    const { answer, changes } = workOut(call, sessions, calls, ctx.actor.community.settings, ctx.newId);
    const seen = {
      sessions: fingerprintSessions(sessions),
      calls: fingerprintCalls(calls),
      server: fingerprintServer(call),
    };
    const statements = settleCall(
      key,
      ctx.newId(ctx.clock.now()),
      toAnswer(answer),
      seen,
      changes,
      call,
      ctx.actor.community.settings,
    );
    const settled = await commit(ctx, statements, { done: () => selectAnswered(key) }).then(
      ([rows]) => rows,
      async (error: unknown) => {
        // Then it is found answered, below.
        if (error instanceof AlreadyDone) return [];
        // It would alter a closed period: the call becomes a question, and is not noted until that is accepted.
        if (isPeriodClosed(error)) await runBatch(ctx.db, [forgetPendingCall(key)]);
        throw error;
      },
    );
    if (settled.length > 0) return answer;
    results = await runBatch(ctx.db, readPendingCall(key));
  }
  throw new Error(`the call ${key.eventId} was overtaken ${MAX_ATTEMPTS} times`);
};

const toAnswer = (rows: readonly SessionRow[]): string => {
  const json = JSON.stringify(rows);
  return json.length <= MAX_ANSWER_LENGTH
    ? json
    : JSON.stringify(rows.map((row) => ({ ...row, metadata: '{}' })));
};

/** What a late call changes, account by account, and what it is answered with. */
const workOut = (
  call: PendingCall,
  sessions: readonly PendingSessionRow[],
  calls: readonly PendingCallRow[],
  settings: Settings,
  newId: NewId,
): { answer: SessionRow[]; changes: SessionChanges } => {
  const answer: SessionRow[] = [];
  const changes: { [Kind in keyof SessionChanges]: SessionChanges[Kind][number][] } = {
    removed: [],
    changed: [],
    added: [],
    noted: [],
    renamed: [],
  };
  const sessionsByAccount = Map.groupBy(sessions, (row) => row.account_id);
  const callsByAccount = Map.groupBy(calls, (row) => row.account_id);
  const resets = callsByAccount.get('') ?? [];
  const limits = limitsOf(settings);
  const aliveBefore = toAliveBefore(call);
  const looks = toLooks(call);
  for (const accountId of new Set([...sessionsByAccount.keys(), ...callsByAccount.keys()])) {
    if (accountId === '') continue;
    const rows = sessionsByAccount.get(accountId) ?? [];
    const own = callsByAccount.get(accountId) ?? [];
    const since = (rows[0] ?? own[0])?.since ?? call.occurred_at;
    const { base, events, unnoted, replaced, resetAt } = toTimeline(
      since,
      rows,
      [...own, ...resets],
      call,
      looks,
      limits,
    );
    const place = { accountId, serverId: call.server_id, aliveBefore, newId };
    const folded = foldTimeline(place, base, events, limits, resetAt);

    const before = new Map(replaced.map((row) => [row.id, row]));
    const after = new Set(folded.sessions.map(({ id }) => id));
    const gone = replaced.filter(({ id }) => !after.has(id));
    const answerId = folded.outcomes.get(call.id)?.id;
    // Somebody may know the id of one that is gone: another one that is new in its stead keeps it.
    const olds = new Map(folded.sessions.map(({ id }) => [id, before.get(id) ?? gone.shift()]));
    for (const session of folded.sessions) {
      const old = olds.get(session.id);
      const row = toRow(session, old, olds.get(session.continuesId ?? '')?.id);
      if (!old) changes.added.push(row);
      else if (isChanged(old, row)) {
        const is_moved = isMoved(row.id, row.started_at) ? 1 : 0;
        changes.changed.push({ ...row, old_started_at: old.started_at, is_moved });
      }
      if (old && old.id !== session.id) changes.renamed.push(...exchangeIds(own, old.id, session.id));
      if (answerId === session.id) answer.push(row);
    }
    changes.removed.push(...gone);
    changes.noted.push(
      ...unnoted.map((event) => ({ ...event, accountId, eventId: `${event.kind} ${event.key}` })),
      ...[...folded.unclaimed]
        .filter(([{ isNoted }]) => !isNoted)
        .map(([stretch, from]) => ({ ...toNote(stretch, from, accountId), id: newId(stretch.until) })),
    );
  }
  answer.sort((a, b) => a.started_at - b.started_at || (a.id < b.id ? -1 : 1));
  return { answer, changes };
};

/** The server's own last sign of life before an instant, by the stretches that are known; null where there is none. */
const toAliveBefore = ({
  alive_since: since,
  alive_until: until,
  alive_before: before,
}: PendingCall): ((at: number) => number | null) => {
  const stretches = before === null ? [] : [...fromJson(before)];
  if (since !== null && until !== null) stretches.push([since, until]);
  return (at) => {
    // The reset itself is a sign of life, but not one before it.
    const ends = stretches.filter(([from]) => from < at).map(([, to]) => Math.min(to, at));
    return ends.length > 0 ? Math.max(...ends) : null;
  };
};

/** Of the calls, those that start a session with one of the two ids, with the other one. */
const exchangeIds = (
  calls: readonly PendingCallRow[],
  oneId: string,
  otherId: string,
): SessionChanges['renamed'] =>
  calls.flatMap(({ event_id, id }) =>
    id === oneId ? [{ event_id, id: otherId }] : id === otherId ? [{ event_id, id: oneId }] : [],
  );

const toRow = (
  session: TrackedSession,
  old: SessionRow | undefined,
  continuesId = session.continuesId,
): SessionRow => {
  // The scheduled job has closed it, and nothing else was heard of it: its word of when and why stands.
  const isSwept =
    old?.id === session.id &&
    old.close_kind === 'auto_closed' &&
    old.last_seen_at === session.lastSeenAt &&
    (session.closeKind === 'auto_closed' || session.closeKind === null);
  return {
    id: old?.id ?? session.id,
    account_id: session.accountId,
    server_id: session.serverId,
    started_at: session.startedAt,
    last_seen_at: session.lastSeenAt,
    ended_at: isSwept ? old.ended_at : session.endedAt,
    close_kind: isSwept ? 'auto_closed' : session.closeKind,
    clear_reason: isSwept ? old.clear_reason : session.clearReason,
    metadata: JSON.stringify(session.metadata),
    heartbeat_at: session.heartbeatAt,
    is_start_observed: session.isStartObserved ? 1 : 0,
    gone_at: session.goneAt,
    continues_id: continuesId,
    silent_since: session.silentSince,
    resumed_at: session.resumedAt,
    listed_as: session.listedAs,
    listed_metadata: session.told && JSON.stringify(session.told),
  };
};

const isChanged = (old: SessionRow, row: SessionRow): boolean =>
  old.started_at !== row.started_at ||
  old.last_seen_at !== row.last_seen_at ||
  old.ended_at !== row.ended_at ||
  old.close_kind !== row.close_kind ||
  old.clear_reason !== row.clear_reason ||
  old.heartbeat_at !== row.heartbeat_at ||
  old.gone_at !== row.gone_at ||
  old.silent_since !== row.silent_since ||
  old.resumed_at !== row.resumed_at ||
  old.listed_as !== row.listed_as ||
  old.listed_metadata !== row.listed_metadata ||
  old.continues_id !== row.continues_id ||
  JSON.stringify(JSON.parse(old.metadata)) !== row.metadata;
