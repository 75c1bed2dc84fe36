import { runBatch } from '../../db/client.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { commit } from '../webhooks/events.ts';
import {
  hasOtherTime,
  insertRevision,
  isSessionChanged,
  joinSightings,
  type RevisedSession,
  type Revision,
  reviseSession,
  selectContinuation,
  selectOverlap,
  selectRevisions,
  toRevision,
} from './correction-queries.ts';
import { getSession } from './list-sessions.ts';
import {
  type Altered,
  isPeriodClosed,
  periodClosed,
  selectTouchedPeriod,
} from './periods/closed-period-queries.ts';
import type { Session, SessionDetails } from './session.ts';

/** What is to be corrected; what is absent stays. Epoch milliseconds, none of them in the future. */
export interface Correction {
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly clearReason?: string | null | undefined;
  readonly reason: string;
}

/**
 * Corrects a session and keeps what it was. An end that is given is somebody's word: an open or unconfirmed session is
 * `stopped` from then on, and no late heartbeat reopens it. A correction to what it is already writes nothing.
 * @throws DomainError session_not_found, session_voided, session_open, session_ends_before_start, session_overlaps
 */
export const correctSession = (
  ctx: Ctx<CommunityActor>,
  id: string,
  { startedAt, endedAt, clearReason, reason }: Correction,
): Promise<SessionDetails> =>
  revise(ctx, id, 'corrected', reason, (session) => {
    if (session.voidedAt !== null) throw new DomainError('session_voided', { id });
    if (session.endedAt === null && endedAt === undefined && clearReason !== undefined) {
      throw new DomainError('session_open', { id });
    }
    const isConfirmed = endedAt !== undefined && (session.endedAt === null || session.isUnconfirmed);
    const after: RevisedSession = {
      startedAt: startedAt ?? session.startedAt,
      endedAt: endedAt ?? session.endedAt,
      closeKind: isConfirmed ? 'stopped' : session.closeKind,
      clearReason: clearReason !== undefined ? clearReason : isConfirmed ? null : session.clearReason,
      voidedAt: null,
    };
    return isCorrected(session, after) ? after : undefined;
  });

/** Whether it is not the same as before. */
const isCorrected = (before: SessionDetails, after: RevisedSession): boolean =>
  after.startedAt !== before.startedAt ||
  after.endedAt !== before.endedAt ||
  after.closeKind !== before.closeKind ||
  after.clearReason !== before.clearReason;

/**
 * Declares a session void: it is kept, but left out of totals, reports and history. An open one is cleared with it,
 * where it was last seen. Once more changes nothing.
 * @throws DomainError session_not_found
 */
export const voidSession = (ctx: Ctx<CommunityActor>, id: string, reason: string): Promise<SessionDetails> =>
  revise(ctx, id, 'voided', reason, (session) =>
    session.voidedAt !== null
      ? undefined
      : {
          startedAt: session.startedAt,
          endedAt: session.endedAt ?? session.lastSeenAt,
          closeKind: session.closeKind ?? 'cleared',
          clearReason: session.endedAt === null ? reason : session.clearReason,
          voidedAt: ctx.clock.now(),
        },
  );

/** The corrections of a session, oldest first. @throws DomainError session_not_found */
export const listRevisions = async (
  ctx: Ctx<CommunityActor>,
  id: string,
  { afterId = '', limit }: { afterId?: string | undefined; limit: number },
): Promise<Page<Revision>> => {
  await getSession(ctx, id);
  const [rows] = await runBatch(ctx.db, [
    selectRevisions({ communityId: ctx.actor.community.id, sessionId: id, afterId, limit: limit + 1 }),
  ]);
  return pageOf(rows.map(toRevision), limit);
};

/** The session can change between reading and writing as often as its account calls. */
const MAX_ATTEMPTS = 5;

const revise = (
  ctx: Ctx<CommunityActor>,
  id: string,
  action: Revision['action'],
  reason: string,
  change: (session: SessionDetails) => RevisedSession | undefined,
): Promise<SessionDetails> =>
  audited(ctx, ctx.actor.community.id, async (audit) => {
    const communityId = audit.community.id;
    for (let attempt = 1; ; attempt++) {
      const session = await getSession(ctx, id);
      const after = change(session);
      if (!after) return session;
      const revision = toNewRevision(ctx, session, { action, reason, after });
      await requireRoom(ctx, session, revision);
      await requireOpenTime(ctx, alteredBy(session, revision));
      try {
        await commit(ctx, [
          insertRevision(communityId, revision, session),
          reviseSession(communityId, revision, session),
          ...(await audit.record({
            type: action === 'voided' ? 'SESSION_VOIDED' : 'SESSION_CORRECTED',
            what: `${action} the session ${id}: ${reason}`,
            target: { type: 'SESSION', name: id },
          })),
        ]);
        return await getSession(ctx, id);
      } catch (error) {
        // Closed since, or changed since: what is read anew says it.
        const isOvertaken = isSessionChanged(error) || isPeriodClosed(error);
        if (!isOvertaken || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  });

/**
 * Joins a session with the one that continues it, for somebody who knows that only the line was down: it goes on where that
 * one did, and that one is void. Both keep a revision.
 * @throws DomainError session_not_found, session_voided, session_not_continued, session_overlaps, period_closed
 */
export const joinSession = (ctx: Ctx<CommunityActor>, id: string, reason: string): Promise<SessionDetails> =>
  audited(ctx, ctx.actor.community.id, async (audit) => {
    const communityId = audit.community.id;
    for (let attempt = 1; ; attempt++) {
      const session = await getSession(ctx, id);
      if (session.voidedAt !== null) throw new DomainError('session_voided', { id });
      const [[found]] = await runBatch(ctx.db, [selectContinuation(communityId, session)]);
      if (!found) throw new DomainError('session_not_continued', { id });
      const next = await getSession(ctx, found.id);
      const { startedAt, endedAt, closeKind, clearReason } = next;
      const joined = toNewRevision(ctx, session, {
        action: 'joined',
        reason,
        after: { startedAt: session.startedAt, endedAt, closeKind, clearReason, voidedAt: null },
      });
      const absorbed = toNewRevision(ctx, next, {
        action: 'joined',
        reason,
        after: {
          startedAt,
          endedAt: endedAt ?? next.lastSeenAt,
          closeKind: closeKind ?? 'cleared',
          clearReason: endedAt === null ? reason : clearReason,
          voidedAt: ctx.clock.now(),
        },
      });
      const until = session.endedAt ?? session.lastSeenAt;
      await requireOpenTime(ctx, [{ low: until, high: startedAt }]);
      // Somebody may have told what was between them: an import, a correction.
      await requireFree(ctx, { ...session, startedAt: until, endedAt: startedAt });
      try {
        await commit(ctx, [
          insertRevision(communityId, absorbed, next),
          reviseSession(communityId, absorbed, next),
          insertRevision(communityId, joined, session),
          reviseSession(communityId, joined, session),
          joinSightings(communityId, session, next),
          ...(await audit.record({
            type: 'SESSION_CORRECTED',
            what: `joined the session ${id} with ${next.id}: ${reason}`,
            target: { type: 'SESSION', name: id },
          })),
        ]);
        return await getSession(ctx, id);
      } catch (error) {
        const isOvertaken = isSessionChanged(error) || isPeriodClosed(error);
        if (!isOvertaken || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  });

const toNewRevision = (
  ctx: Ctx<CommunityActor>,
  session: SessionDetails,
  { action, reason, after }: Pick<Revision, 'action' | 'reason' | 'after'>,
): Revision => {
  const createdAt = ctx.clock.now();
  const { kind, id, name } = ctx.actor;
  const { startedAt, endedAt, closeKind, clearReason, voidedAt } = session;
  return {
    id: ctx.newId(createdAt),
    sessionId: session.id,
    createdAt,
    action,
    by: { kind, id, name },
    reason,
    before: { startedAt, endedAt, closeKind, clearReason, voidedAt },
    after,
  };
};

/** @throws DomainError session_ends_before_start, session_overlaps */
const requireRoom = async (
  ctx: Ctx<CommunityActor>,
  session: SessionDetails,
  revision: Revision,
): Promise<void> => {
  if (!hasOtherTime(revision)) return;
  const { startedAt, endedAt } = revision.after;
  if (endedAt !== null && endedAt < startedAt) {
    throw new DomainError('session_ends_before_start', { start: new Date(startedAt).toISOString() });
  }
  await requireFree(ctx, { ...session, startedAt, endedAt });
};

/** @throws DomainError session_overlaps where another session of the account on the server has some of this one's time */
const requireFree = async (ctx: Ctx<CommunityActor>, session: Session): Promise<void> => {
  const [[other]] = await runBatch(ctx.db, [selectOverlap(ctx.actor.community.id, session)]);
  if (other) throw new DomainError('session_overlaps', { id: other.id });
};

/** The seconds that count in another way after the revision than before it. */
const alteredBy = (session: SessionDetails, { action, before, after }: Revision): Altered[] => {
  const until = before.endedAt ?? session.lastSeenAt;
  if (action === 'voided') return [{ low: before.startedAt, high: Math.max(until, before.startedAt + 1) }];
  const end = after.endedAt ?? Math.max(until, after.startedAt);
  // A stop that is somebody's word confirms what was not seen.
  const seenUntil = after.closeKind === before.closeKind ? until : Math.min(until, session.lastSeenAt);
  return [
    { low: Math.min(before.startedAt, after.startedAt), high: Math.max(before.startedAt, after.startedAt) },
    { low: Math.min(seenUntil, end), high: Math.max(until, end) },
  ].filter(({ low, high }) => high > low);
};

/** @throws DomainError period_closed */
const requireOpenTime = async (ctx: Ctx<CommunityActor>, altered: readonly Altered[]): Promise<void> => {
  if (altered.length === 0) return;
  const communityId = ctx.actor.community.id;
  const touched = await runBatch(
    ctx.db,
    altered.map((seconds) => selectTouchedPeriod({ communityId, ...seconds })),
  );
  const [period] = touched.flat();
  if (period) throw periodClosed(period);
};
