/** The SQL of what happens to sessions when their account is merged into another one, or erased. */
import { type Names, type SQL, type SQLWrapper, type Statement, sql, statement } from '../../db/statement.ts';
import { lastSeenOf } from './queries.ts';
import { SUPERSEDED } from './session.ts';

/** One account is merged into another. */
interface Merge {
  readonly communityId: number;
  readonly fromId: string;
  readonly toId: string;
}

/** The servers on which both accounts have an open session: which of the two is the older one. */
const openPairs = ($: Names<Merge>): SQL => sql`
  SELECT
    min(a.started_at, b.started_at) AS older_started_at,
    iif((a.started_at, a.id) < (b.started_at, b.id), a.id, b.id) AS older_id,
    iif((a.started_at, a.id) < (b.started_at, b.id), a.account_id, b.account_id) AS older_account_id,
    max(a.started_at, b.started_at) AS newer_started_at,
    iif((a.started_at, a.id) < (b.started_at, b.id), b.id, a.id) AS newer_id,
    iif((a.started_at, a.id) < (b.started_at, b.id), b.account_id, a.account_id) AS newer_account_id,
    max(a.last_seen_at, b.last_seen_at) AS pair_last_seen_at,
    coalesce(min(a.heartbeat_at, b.heartbeat_at), a.heartbeat_at, b.heartbeat_at) AS pair_heartbeat_at
  FROM sessions AS a NOT INDEXED CROSS JOIN sessions AS b INDEXED BY sessions_open
  WHERE a.community_id = ${$.communityId} AND a.account_id = ${$.fromId} AND a.ended_at IS NULL
    AND b.community_id = ${$.communityId} AND b.server_id = a.server_id AND b.account_id = ${$.toId}
    AND b.ended_at IS NULL`;

const keepNewer = statement<Merge>(
  ($) => sql`
    UPDATE sessions SET last_seen_at = pair_last_seen_at, heartbeat_at = max(pair_heartbeat_at, started_at)
    FROM (${openPairs($)})
    WHERE community_id = ${$.communityId} AND account_id = newer_account_id
      AND started_at = newer_started_at AND id = newer_id`,
);

const OLDER_END = sql`min(${lastSeenOf('sessions')}, newer_started_at)`;

const closeOlder = statement<Merge & { readonly reason: string }>(
  ($) => sql`
    UPDATE sessions SET ended_at = ${OLDER_END}, last_seen_at = ${OLDER_END}, close_kind = 'superseded', clear_reason = ${$.reason}
    FROM (${openPairs($)})
    WHERE community_id = ${$.communityId} AND account_id = older_account_id
      AND started_at = older_started_at AND id = older_id`,
);

/**
 * Statements: where both accounts have an open session on a server, keeps the newer one, seen when either was, and
 * closes the older one where the newer began: their time together stays what it was.
 */
export const joinOpenSessions = (communityId: number, fromId: string, toId: string): Statement[] => [
  keepNewer({ communityId, fromId, toId }),
  closeOlder({ communityId, fromId, toId, reason: SUPERSEDED }),
];

/**
 * Condition on the journal of calls: those of the account, on the servers where it has sessions. Elsewhere it never came,
 * and a call that found nothing says nothing either.
 */
const areCallsOf = (communityId: SQLWrapper, accountId: SQLWrapper): SQL => sql`
  community_id = ${communityId} AND account_id = ${accountId} AND server_id IN (
    SELECT server_id FROM sessions NOT INDEXED
    WHERE community_id = ${communityId} AND account_id = ${accountId})`;

const moveCalls = statement<Merge>(
  ($) => sql`
    UPDATE activity_calls INDEXED BY activity_calls_by_account SET account_id = ${$.toId}
    WHERE ${areCallsOf($.communityId, $.fromId)}`,
);

const moveOwnSessions = statement<Merge>(
  ($) => sql`
    UPDATE sessions NOT INDEXED SET account_id = ${$.toId}
    WHERE community_id = ${$.communityId} AND account_id = ${$.fromId}`,
);

/** Statements: the sessions of one account, and the calls that they came from, become those of another. */
export const moveSessions = (communityId: number, fromId: string, toId: string): Statement[] => [
  moveCalls({ communityId, fromId, toId }),
  moveOwnSessions({ communityId, fromId, toId }),
];

interface Owner {
  readonly communityId: number;
  readonly accountId: string;
}

/** Statement: a row, if there is any session under this account id. */
export const selectAnySessionOf = statement<Owner, { 1: 1 }>(
  ($) => sql`
    SELECT 1 FROM sessions NOT INDEXED
    WHERE community_id = ${$.communityId} AND account_id = ${$.accountId} LIMIT 1`,
);

/**
 * Statement: the account's sessions are not known by a listed name any more. The hash says who it was; and a roster that
 * lists the name again may mean somebody else, whose time must not go to this account. Whom it means is looked up anew.
 */
export const forgetListedNames = statement<Owner>(
  ($) => sql`
    UPDATE sessions NOT INDEXED SET listed_as = NULL
    WHERE community_id = ${$.communityId} AND account_id = ${$.accountId} AND listed_as IS NOT NULL`,
);

const deleteCalls = statement<Owner>(
  ($) => sql`
    DELETE FROM activity_calls INDEXED BY activity_calls_by_account
    WHERE ${areCallsOf($.communityId, $.accountId)}`,
);

const deleteRevisions = statement<Owner>(
  ($) => sql`
    DELETE FROM session_revisions WHERE community_id = ${$.communityId} AND session_id IN (
      SELECT id FROM sessions NOT INDEXED
      WHERE community_id = ${$.communityId} AND account_id = ${$.accountId})`,
);

const deleteOwnSessions = statement<Owner>(
  ($) => sql`
    DELETE FROM sessions NOT INDEXED
    WHERE community_id = ${$.communityId} AND account_id = ${$.accountId}`,
);

/** Statements: removes an account's sessions with all that hangs on them. */
export const deleteSessionsOf = (owner: Owner): Statement[] => [
  deleteCalls(owner),
  deleteRevisions(owner),
  deleteOwnSessions(owner),
];
