/** The SQL of corrections: what an administrator changes in a session, and what is kept of it. */
import { isRefusedBy } from '../../db/constraint.ts';
import { type SQL, sql } from '../../db/sql.ts';
import { lastSeenOf } from './queries.ts';
import { isMoved, type Session, type SessionDetails } from './session.ts';

/** Statement: another session of the account on the server that shares time with `[startedAt, endedAt]`, if any. */
export const selectOverlap = (
  communityId: number,
  { id, accountId, serverId, startedAt, endedAt }: Session,
): SQL => sql`
  SELECT other.id FROM sessions AS other NOT INDEXED
  WHERE other.community_id = ${communityId} AND other.account_id = ${accountId}
    ${endedAt === null ? sql`` : sql`AND other.started_at < ${endedAt}`}
    AND other.server_id = ${serverId} AND other.id <> ${id} AND other.voided_at IS NULL
    AND (other.ended_at IS NULL OR other.ended_at > max(other.started_at, ${startedAt}))
  ORDER BY other.started_at LIMIT 1`;

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

export const toRevision = (row: Record<string, unknown>): Revision => ({
  id: row.id as string,
  sessionId: row.session_id as string,
  createdAt: row.created_at as number,
  action: row.action as Revision['action'],
  by: { kind: row.actor_kind as string, id: row.actor_id as string, name: row.actor_name as string },
  reason: row.reason as string,
  before: JSON.parse(row.before as string) as RevisedSession,
  after: JSON.parse(row.after as string) as RevisedSession,
});

/**
 * Statement: keeps the revision. Where the session is not as it was read any more, or would overlap another one now, it
 * is NULL that is written, which the column refuses: so the whole batch fails and nothing of it has happened.
 */
export const insertRevision = (communityId: number, revision: Revision, session: Session): SQL => {
  const { before, by } = revision;
  return sql`
    INSERT INTO session_revisions
      (community_id, session_id, id, created_at, action, actor_kind, actor_id, actor_name, reason, before, after)
    SELECT ${communityId}, ${revision.sessionId}, ${revision.id}, ${revision.createdAt},
      CASE WHEN EXISTS (
        SELECT 1 FROM sessions NOT INDEXED
        WHERE community_id = ${communityId} AND account_id = ${session.accountId}
          AND started_at = ${before.startedAt} AND id = ${revision.sessionId} AND ended_at IS ${before.endedAt}
          AND close_kind IS ${before.closeKind} AND voided_at IS NULL
      ) ${hasOtherTime(revision) ? sql`AND NOT EXISTS (${selectOverlap(communityId, { ...session, ...revision.after })})` : sql``}
      THEN ${revision.action} END,
      ${by.kind}, ${by.id}, ${by.name}, ${revision.reason},
      ${JSON.stringify(before)}, ${JSON.stringify(revision.after)}`;
};

/** Whether a batch failed because `insertRevision` found the session, or its neighbours, changed. */
export const isSessionChanged = (error: unknown): boolean =>
  isRefusedBy(error, 'NOT NULL', 'session_revisions.action');

/**
 * Statement: makes the session what the revision says. What was last seen of it stays within it.
 */
export const reviseSession = (
  communityId: number,
  { before, after }: Revision,
  { id, accountId }: Session,
): SQL => sql`
  UPDATE sessions
  SET started_at = ${after.startedAt}, is_moved = ${isMoved(id, after.startedAt) ? 1 : 0}, ended_at = ${after.endedAt},
    close_kind = ${after.closeKind}, clear_reason = ${after.clearReason}, voided_at = ${after.voidedAt},
    last_seen_at = min(max(iif(ended_at IS NULL, ${lastSeenOf('sessions')}, last_seen_at), ${after.startedAt}),
      ${after.endedAt ?? Number.MAX_SAFE_INTEGER})
  WHERE community_id = ${communityId} AND account_id = ${accountId}
    AND started_at = ${before.startedAt} AND id = ${id}`;

/** Query: the id of the session that continues this one, if any. */
export const selectContinuation = (communityId: number, { id, accountId, startedAt }: Session): SQL => sql`
  SELECT id FROM sessions NOT INDEXED
  WHERE community_id = ${communityId} AND account_id = ${accountId} AND started_at >= ${startedAt}
    AND continues_id = ${id} AND voided_at IS NULL
  ORDER BY started_at LIMIT 1`;

/**
 * Statement, after `reviseSession`: a session that was joined with the one that continued it was seen when that one was; the
 * silence between them stays known, since nobody watched it.
 */
export const joinSightings = (communityId: number, session: Session, next: Session): SQL => sql`
  UPDATE sessions SET last_seen_at = ${next.lastSeenAt}, silent_since = min(coalesce(silent_since, ${session.lastSeenAt}), ${session.lastSeenAt}),
    resumed_at = ${next.startedAt}, gone_at = NULL,
    (heartbeat_at, listed_as) = (
      SELECT coalesce(sessions.heartbeat_at, next.heartbeat_at), next.listed_as FROM sessions AS next NOT INDEXED
      WHERE next.community_id = ${communityId} AND next.account_id = ${next.accountId}
        AND next.started_at = ${next.startedAt} AND next.id = ${next.id})
  WHERE community_id = ${communityId} AND account_id = ${session.accountId}
    AND started_at = ${session.startedAt} AND id = ${session.id}`;

/** Query: the corrections of a session, oldest first. */
export const selectRevisions = (
  communityId: number,
  sessionId: string,
  afterId: string,
  limit: number,
): SQL => sql`
  SELECT * FROM session_revisions
  WHERE community_id = ${communityId} AND session_id = ${sessionId} AND id > ${afterId}
  ORDER BY id LIMIT ${limit}`;
