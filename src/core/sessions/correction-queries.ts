/** The SQL of corrections: what an administrator changes in a session, and what is kept of it. */
import { isRefusedBy } from '../../db/constraint.ts';
import { fromJson, type Json } from '../../db/json.ts';
import type { sessionRevisions } from '../../db/schema/index.ts';
import {
  type Names,
  type RowOf,
  type SQL,
  type Statement,
  sql,
  statement,
  statementByShape,
} from '../../db/statement.ts';
import { lastSeenOf } from './queries.ts';
import { isMoved, type Session, type SessionDetails } from './session.ts';

/** A session as the values of a statement. */
interface SessionValues {
  readonly communityId: number;
  readonly id: string;
  readonly accountId: string;
  readonly serverId: number;
  readonly startedAt: number;
  /** Of an open session, an instant that is never. */
  readonly endedAt: number;
}

const valuesOf = (
  communityId: number,
  { id, accountId, serverId, startedAt, endedAt }: Session,
): SessionValues => ({
  communityId,
  id,
  accountId,
  serverId,
  startedAt,
  endedAt: endedAt ?? Number.MAX_SAFE_INTEGER,
});

const overlap = ($: Names<SessionValues>): SQL => sql`
  SELECT other.id FROM sessions AS other NOT INDEXED
  WHERE other.community_id = ${$.communityId} AND other.account_id = ${$.accountId}
    AND other.started_at < ${$.endedAt}
    AND other.server_id = ${$.serverId} AND other.id <> ${$.id} AND other.voided_at IS NULL
    AND (other.ended_at IS NULL OR other.ended_at > max(other.started_at, ${$.startedAt}))
  ORDER BY other.started_at LIMIT 1`;

const selectOverlapOf = statement<SessionValues, { id: string }>(overlap);

/** Statement: another session of the account on the server that shares time with `[startedAt, endedAt]`, if any. */
export const selectOverlap = (communityId: number, session: Session): Statement<{ id: string }> =>
  selectOverlapOf(valuesOf(communityId, session));

/** A correction: who made it and why, what it was and what it is to be. */
export interface Revision {
  readonly id: string;
  readonly sessionId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly action: 'corrected' | 'voided' | 'joined';
  readonly by: { readonly kind: string; readonly id: string; readonly name: string };
  readonly reason: string;
  readonly before: RevisedSession;
  readonly after: RevisedSession;
}

/** What a correction can change of a session. */
export type RevisedSession = Pick<
  SessionDetails,
  'startedAt' | 'endedAt' | 'closeKind' | 'clearReason' | 'voidedAt'
>;

/** Whether the session is to take other time than it took. */
export const hasOtherTime = ({
  action,
  before,
  after,
}: Pick<Revision, 'action' | 'before' | 'after'>): boolean =>
  action !== 'voided' && (before.startedAt !== after.startedAt || before.endedAt !== after.endedAt);

type RevisionRow = Omit<RowOf<typeof sessionRevisions>, 'action' | 'before' | 'after'> & {
  readonly action: Revision['action'];
  readonly before: Json<RevisedSession>;
  readonly after: Json<RevisedSession>;
};

export const toRevision = (row: RevisionRow): Revision => ({
  id: row.id,
  sessionId: row.session_id,
  createdAt: row.created_at,
  action: row.action,
  by: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
  reason: row.reason,
  before: fromJson(row.before),
  after: fromJson(row.after),
});

interface RevisionValues extends SessionValues {
  readonly revisionId: string;
  readonly createdAt: number;
  readonly action: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly actorName: string;
  readonly reason: string;
  readonly before: string;
  readonly after: string;
  readonly oldStart: number;
  readonly oldEnd: number | null;
  readonly oldKind: string | null;
}

const insertRevisionRow = statementByShape<'other time' | 'same time', RevisionValues>(
  (time, $) => sql`
    INSERT INTO session_revisions
      (community_id, session_id, id, created_at, action, actor_kind, actor_id, actor_name, reason, before, after)
    SELECT ${$.communityId}, ${$.id}, ${$.revisionId}, ${$.createdAt},
      CASE WHEN EXISTS (
        SELECT 1 FROM sessions NOT INDEXED
        WHERE community_id = ${$.communityId} AND account_id = ${$.accountId}
          AND started_at = ${$.oldStart} AND id = ${$.id} AND ended_at IS ${$.oldEnd}
          AND close_kind IS ${$.oldKind} AND voided_at IS NULL
      ) ${time === 'other time' ? sql`AND NOT EXISTS (${overlap($)})` : sql``}
      THEN ${$.action} END,
      ${$.actorKind}, ${$.actorId}, ${$.actorName}, ${$.reason}, ${$.before}, ${$.after}`,
  WITH_DOCS && ['other time', 'same time'],
);

/**
 * Statement: keeps the revision. Where the session is not as it was read any more, or would overlap another one now, it
 * is NULL that is written, which the column refuses: so the whole batch fails and nothing of it has happened.
 */
export const insertRevision = (communityId: number, revision: Revision, session: Session): Statement => {
  const { before, after, by } = revision;
  return insertRevisionRow(hasOtherTime(revision) ? 'other time' : 'same time', {
    ...valuesOf(communityId, { ...session, ...after, id: revision.sessionId }),
    revisionId: revision.id,
    createdAt: revision.createdAt,
    action: revision.action,
    actorKind: by.kind,
    actorId: by.id,
    actorName: by.name,
    reason: revision.reason,
    before: JSON.stringify(before),
    after: JSON.stringify(after),
    oldStart: before.startedAt,
    oldEnd: before.endedAt,
    oldKind: before.closeKind,
  });
};

/** Whether a batch failed because `insertRevision` found the session, or its neighbours, changed. */
export const isSessionChanged = (error: unknown): boolean =>
  isRefusedBy(error, 'NOT NULL', 'session_revisions.action');

const reviseSessionRow = statement<{
  communityId: number;
  accountId: string;
  id: string;
  oldStart: number;
  startedAt: number;
  isMoved: number;
  endedAt: number | null;
  seenUntil: number;
  closeKind: string | null;
  clearReason: string | null;
  voidedAt: number | null;
}>(
  ($) => sql`
    UPDATE sessions
    SET started_at = ${$.startedAt}, is_moved = ${$.isMoved}, ended_at = ${$.endedAt},
      close_kind = ${$.closeKind}, clear_reason = ${$.clearReason}, voided_at = ${$.voidedAt},
      last_seen_at = min(max(iif(ended_at IS NULL, ${lastSeenOf('sessions')}, last_seen_at), ${$.startedAt}), ${$.seenUntil})
    WHERE community_id = ${$.communityId} AND account_id = ${$.accountId}
      AND started_at = ${$.oldStart} AND id = ${$.id}`,
);

/** Statement: makes the session what the revision says. What was last seen of it stays within it. */
export const reviseSession = (
  communityId: number,
  { before, after }: Revision,
  { id, accountId }: Session,
): Statement =>
  reviseSessionRow({
    communityId,
    accountId,
    id,
    oldStart: before.startedAt,
    startedAt: after.startedAt,
    isMoved: isMoved(id, after.startedAt) ? 1 : 0,
    endedAt: after.endedAt,
    seenUntil: after.endedAt ?? Number.MAX_SAFE_INTEGER,
    closeKind: after.closeKind,
    clearReason: after.clearReason,
    voidedAt: after.voidedAt,
  });

const selectContinuationOf = statement<SessionValues, { id: string }>(
  ($) => sql`
    SELECT id FROM sessions NOT INDEXED
    WHERE community_id = ${$.communityId} AND account_id = ${$.accountId} AND started_at >= ${$.startedAt}
      AND continues_id = ${$.id} AND voided_at IS NULL
    ORDER BY started_at LIMIT 1`,
);

/** Query: the id of the session that continues this one, if any. */
export const selectContinuation = (communityId: number, session: Session): Statement<{ id: string }> =>
  selectContinuationOf(valuesOf(communityId, session));

const joinSightingsOf = statement<
  SessionValues & {
    lastSeenAt: number;
    nextId: string;
    nextAccountId: string;
    nextStart: number;
    nextSeenAt: number;
  }
>(
  ($) => sql`
    UPDATE sessions SET last_seen_at = ${$.nextSeenAt},
      silent_since = min(coalesce(silent_since, ${$.lastSeenAt}), ${$.lastSeenAt}), resumed_at = ${$.nextStart}, gone_at = NULL,
      (heartbeat_at, listed_as) = (
        SELECT coalesce(sessions.heartbeat_at, next.heartbeat_at), next.listed_as FROM sessions AS next NOT INDEXED
        WHERE next.community_id = ${$.communityId} AND next.account_id = ${$.nextAccountId}
          AND next.started_at = ${$.nextStart} AND next.id = ${$.nextId})
    WHERE community_id = ${$.communityId} AND account_id = ${$.accountId}
      AND started_at = ${$.startedAt} AND id = ${$.id}`,
);

/**
 * Statement, after `reviseSession`: a session that was joined with the one that continued it was seen when that one was; the
 * silence between them stays known, since nobody watched it.
 */
export const joinSightings = (communityId: number, session: Session, next: Session): Statement =>
  joinSightingsOf({
    ...valuesOf(communityId, session),
    lastSeenAt: session.lastSeenAt,
    nextId: next.id,
    nextAccountId: next.accountId,
    nextStart: next.startedAt,
    nextSeenAt: next.lastSeenAt,
  });

/** Query: the corrections of a session, oldest first. */
export const selectRevisions = statement<
  { communityId: number; sessionId: string; afterId: string; limit: number },
  RevisionRow
>(
  ($) => sql`
    SELECT * FROM session_revisions
    WHERE community_id = ${$.communityId} AND session_id = ${$.sessionId} AND id > ${$.afterId}
    ORDER BY id LIMIT ${$.limit}`,
);
