/**
 * The SQL of sessions. What a call does depends on what is open, so each statement decides for itself, inside the one
 * batch (D1 has no interactive transaction).
 */
import { type SQL, sql } from '../../db/sql.ts';
import type { Settings } from '../access/settings.ts';
import { sessionsAccountIdOf } from '../accounts/queries.ts';
import { SERVER_RESET, SUPERSEDED } from './session.ts';

/** One account on one server. */
export interface Place {
  readonly communityId: number;
  readonly serverId: number;
  /** An expression for the account's id. Where it is NULL, a statement does nothing. */
  readonly accountId: SQL;
}

/** When something happens, and the settings it is judged by. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly settings: Settings;
}

export const COLUMNS = sql.raw(
  'id, account_id, server_id, started_at, last_seen_at, ended_at, close_kind, clear_reason, metadata',
);

/** Expression: when everybody in the server's newest roster was there; NULL where there was none. */
export const rosterSeenAt = (communityId: number, serverId: number): SQL => sql`
  (SELECT roster_seen_at FROM servers WHERE community_id = ${communityId} AND server_id = ${serverId})`;

/**
 * Expression: when an open session was last seen. `last_seen_at` is written seldom where rosters come; but a roster
 * closes what it does not list, so whoever was here before the newest one and is open still was in it.
 */
export const lastSeen = (rosterAt: SQL): SQL => sql`
  max(last_seen_at, iif(${rosterAt} >= started_at, ${rosterAt}, 0))`;

/** Expression: when the open session was last seen, on whatever server; `name` is what the statement calls it. */
export const lastSeenOf = (name: 's' | 'sessions'): SQL => {
  const at = sql.raw(name);
  return lastSeen(sql`(
    SELECT roster_seen_at FROM servers AS r
    WHERE r.community_id = ${at}.community_id AND r.server_id = ${at}.server_id)`);
};

/** Condition: nothing was heard of the open session for longer than its timeout (docs/honest-time.md). */
export const isStale = ({ now, settings }: Moment, rosterAt: SQL): SQL => sql`
  (last_seen_at < ${now} - CASE WHEN heartbeat_at IS NOT NULL
    THEN ${settings.heartbeatTimeoutSeconds * 1000} ELSE ${settings.idleTimeoutSeconds * 1000} END
  AND NOT coalesce(${rosterAt} >= max(started_at, ${now - settings.heartbeatTimeoutSeconds * 1000}), 0))`;

/** Condition: an open session that was silent for too long and began too long ago to be believed to go on. */
export const isUnbelievable = (moment: Moment, rosterAt: SQL): SQL => sql`
  (started_at < ${moment.now - moment.settings.maxSessionSeconds * 1000} AND ${isStale(moment, rosterAt)})`;

/** Expression: `Auto-closed: no activity for 13 h 5 min`. */
export const autoCloseReason = (now: number, seenAt: SQL): SQL => sql`
  'Auto-closed: no activity for ' || CASE WHEN ${now} - ${seenAt} >= 3600000
    THEN printf('%d h %d min', (${now} - ${seenAt}) / 3600000, (${now} - ${seenAt}) / 60000 % 60)
    ELSE printf('%d min', (${now} - ${seenAt}) / 60000) END`;

/** Expression: a JSON object with another one merged into it (RFC 7396), so that a stop adds to what a start said. */
const merged = (metadata: string | undefined): SQL =>
  metadata === undefined ? sql`metadata` : sql`json_patch(metadata, ${metadata})`;

/** Expression: the present; but not before what is known already, where a client's clock was ahead. */
const notBeforeLastSeen = (now: number): SQL => sql`max(${now}, last_seen_at)`;

/**
 * Assignments: closes with `kind` at `now`, but where `unless` holds as the scheduled job would have closed it. So it
 * does not matter for anybody's hours whether the job came in time.
 */
const closeUnless = (
  unless: SQL,
  kind: 'stopped' | 'server_reset',
  reason: string | null,
  moment: Moment,
  seenAt: SQL,
): SQL => sql`
  ended_at = CASE WHEN ${unless} THEN ${unconfirmedEnd(moment, seenAt)} ELSE ${notBeforeLastSeen(moment.now)} END,
  close_kind = CASE WHEN ${unless} THEN 'auto_closed' ELSE ${kind} END,
  clear_reason = CASE WHEN ${unless} THEN ${autoCloseReason(moment.now, seenAt)} ELSE ${reason} END`;

/** Expression: the end of a session that was closed without anybody's word. */
export const unconfirmedEnd = ({ now, settings }: Moment, seenAt: SQL): SQL =>
  settings.unconfirmedEnd === 'close-time' ? sql`${now}` : seenAt;

/**
 * Assignments of a stop. It is the account's own word that it was there until now; but of a session that was silent for
 * too long and began too long ago, nobody believes it (`maxSessionSeconds`).
 */
const stop = (place: Place, moment: Moment, metadata: string | undefined): SQL => {
  const rosterAt = rosterSeenAt(place.communityId, place.serverId);
  const unbelievable = isUnbelievable(moment, rosterAt);
  return sql`
    ${closeUnless(unbelievable, 'stopped', null, moment, lastSeen(rosterAt))},
    last_seen_at = CASE WHEN ${unbelievable} THEN ${lastSeen(rosterAt)} ELSE ${notBeforeLastSeen(moment.now)} END,
    metadata = ${merged(metadata)}`;
};

/** The start of an INSERT: the session that a start opens, for the account if it is known. */
const insertion = (place: Place, id: string, now: number, metadata: string | undefined): SQL => sql`
  INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, metadata)
  SELECT ${place.communityId}, ${now}, ${id}, ${place.serverId}, account_id, ${now}, ${metadata ?? '{}'}
  FROM (SELECT ${place.accountId} AS account_id LIMIT 1) WHERE account_id IS NOT NULL`;

/** Statement: opens a session; none may be open. */
export const openSession = (place: Place, id: string, now: number, metadata: string | undefined): SQL => sql`
  ${insertion(place, id, now, metadata)}
  RETURNING ${COLUMNS}`;

/** Statement: opens a session, or stops the one that is open, by the rule of the partial unique index. */
export const toggleSession = (
  place: Place,
  id: string,
  moment: Moment,
  metadata: string | undefined,
): SQL => sql`
  ${insertion(place, id, moment.now, metadata)}
  ON CONFLICT (community_id, server_id, account_id) WHERE ended_at IS NULL
  DO UPDATE SET ${stop(place, moment, metadata)}
  RETURNING ${COLUMNS}`;

const isOpenAt = (place: Place): SQL => sql`
  community_id = ${place.communityId} AND server_id = ${place.serverId}
  AND account_id = ${place.accountId} AND ended_at IS NULL`;

/** Query: the key of the open session, or none. */
const openAt = (place: Place): SQL => sql`
  SELECT account_id, started_at, id FROM sessions INDEXED BY sessions_open WHERE ${isOpenAt(place)}`;

/** Source: the session `s` that the account has open on the server, for `startedEvents`. */
export const openSessionAt = (place: Place): SQL => sql`
  sessions AS s INDEXED BY sessions_open ON s.community_id = ${place.communityId}
    AND s.server_id = ${place.serverId} AND s.account_id = ${place.accountId} AND s.ended_at IS NULL`;

/**
 * Query: the key of the session that a stop is for: the open one; or, where there is none, the latest one if only the
 * scheduled job had closed it and it began less than `maxSessionSeconds` ago: a late stop proves the job wrong.
 */
const stoppableAt = (place: Place, moment: Moment): SQL => sql`
  ${openAt(place)}
  UNION ALL
  SELECT account_id, started_at, id FROM (
    SELECT account_id, started_at, id, close_kind FROM sessions NOT INDEXED
    WHERE community_id = ${place.communityId}
      AND account_id = ${place.accountId}
      AND started_at >= ${moment.now - moment.settings.maxSessionSeconds * 1000}
      AND server_id = ${place.serverId} AND voided_at IS NULL
    ORDER BY started_at DESC LIMIT 1
  ) WHERE close_kind = 'auto_closed'
  LIMIT 1`;

/** Statement: stops the session that the stop is for. */
export const stopSession = (place: Place, moment: Moment, metadata: string | undefined): SQL => sql`
  UPDATE sessions SET ${stop(place, moment, metadata)}
  WHERE community_id = ${place.communityId} AND (account_id, started_at, id) = (${stoppableAt(place, moment)})
  RETURNING ${COLUMNS}`;

/**
 * Expression, to be asked before a change: the key (`[account_id, started_at, id]`) of the session that it closes or continues; NULL
 * where there is none.
 */
export const keyToClose = (place: Place, isStop: boolean, moment: Moment): SQL => sql`
  (SELECT json_array(account_id, started_at, id) FROM (${isStop ? stoppableAt(place, moment) : openAt(place)}))`;

/** Expression: a session as a JSON object with its columns, but for the metadata. */
const asJson = (condition: SQL): SQL => sql`
  (SELECT json_object('id', id, 'account_id', account_id, 'server_id', server_id, 'started_at', started_at,
    'last_seen_at', last_seen_at, 'ended_at', ended_at, 'close_kind', close_kind, 'clear_reason', clear_reason)
   FROM sessions WHERE ${condition})`;

/**
 * Expression, to be asked after a change: a JSON array with the session that started at `now` as `id`, else the one of
 * `key` (see `keyToClose`), else null.
 */
export const changedSession = (
  { communityId, accountId }: Place,
  now: number,
  id: string,
  key: SQL,
): SQL => sql`
  json_array(json(coalesce(
    ${asJson(sql`community_id = ${communityId} AND account_id = ${accountId} AND started_at = ${now} AND id = ${id}`)},
    ${asJson(sql`
      community_id = ${communityId} AND account_id = ${key} ->> 0 AND started_at = ${key} ->> 1 AND id = ${key} ->> 2`)},
    'null')))`;

/** Condition: there is no such account. */
export const hasNoAccount = (place: Place): SQL => sql`${place.accountId} IS NULL`;

/** Statement: clears the open session: closed now, and left out of every total. */
export const clearSession = (
  place: Place,
  now: number,
  reason: string,
  metadata?: string | undefined,
): SQL => sql`
  UPDATE sessions INDEXED BY sessions_open
  SET ended_at = ${notBeforeLastSeen(now)}, last_seen_at = ${notBeforeLastSeen(now)}, close_kind = 'cleared', clear_reason = ${reason},
    metadata = ${merged(metadata)}
  WHERE ${isOpenAt(place)}
  RETURNING ${COLUMNS}`;

/** Statement: closes the open session in favour of a new one: its stop was lost, so it ends when it was last seen. */
export const supersedeSession = (place: Place): SQL => {
  const seenAt = lastSeen(rosterSeenAt(place.communityId, place.serverId));
  return sql`
    UPDATE sessions INDEXED BY sessions_open
    SET ended_at = ${seenAt}, last_seen_at = ${seenAt},
      close_kind = 'superseded', clear_reason = ${SUPERSEDED}
    WHERE ${isOpenAt(place)}`;
};

/** Statement: closes all open sessions of a server. */
export const resetSessions = (communityId: number, serverId: number, moment: Moment): SQL => {
  const rosterAt = rosterSeenAt(communityId, serverId);
  return sql`
    UPDATE sessions INDEXED BY sessions_open
    SET ${closeUnless(isStale(moment, rosterAt), 'server_reset', SERVER_RESET, moment, lastSeen(rosterAt))},
      last_seen_at = ${lastSeen(rosterAt)}
    WHERE community_id = ${communityId} AND server_id = ${serverId} AND ended_at IS NULL
    RETURNING ${COLUMNS}`;
};

/** Statement: notes that the server started anew, so that no session from before is reopened; if `condition` holds. */
export const noteReset = (
  communityId: number,
  serverId: number,
  now: number,
  condition: SQL = sql`true`,
): SQL => sql`
  INSERT INTO servers (community_id, server_id, reset_at) SELECT ${communityId}, ${serverId}, ${now} WHERE ${condition}
  ON CONFLICT DO UPDATE SET reset_at = max(coalesce(reset_at, 0), excluded.reset_at)`;

/** How long before an automatic close it is told (session.stale): one period of the scheduled trigger. */
const WARNING_MS = 300_000;

/** Condition on `s`, `c` and `r`: the open session is stale by its community's settings. */
const isStaleRow = (now: number): SQL => sql`
  (s.last_seen_at < ${now} - 1000 * CASE WHEN s.heartbeat_at IS NOT NULL
    THEN c.heartbeat_timeout_seconds ELSE c.idle_timeout_seconds END
  AND NOT coalesce(r.roster_seen_at >= max(s.started_at, ${now} - 1000 * c.heartbeat_timeout_seconds), 0))`;

/** Condition: a webhook endpoint of the community asks for session.stale. */
const isStaleHeard = (communityId: SQL): SQL => sql`
  EXISTS (SELECT 1 FROM webhook_endpoints AS e INDEXED BY webhook_endpoints_by_community CROSS JOIN json_each(e.events)
    WHERE e.community_id = ${communityId} AND e.disabled_at IS NULL AND 'session.stale' GLOB value)`;

/**
 * Statement: notes that up to `limit` sessions are stale, each once a silence, where somebody wants to hear of it: they
 * are closed one period of the trigger later at the earliest, so that a bot can ask.
 */
export const noteStaleSessions = (now: number, limit: number): SQL => sql`
  UPDATE sessions SET stale_at = ${now}, last_seen_at = stale_seen_at
  FROM (
    SELECT s.community_id AS stale_community_id, s.account_id AS stale_account_id,
      s.started_at AS stale_started_at, s.id AS stale_id, ${lastSeen(sql`r.roster_seen_at`)} AS stale_seen_at
    FROM (SELECT DISTINCT community_id FROM webhook_endpoints) AS heard
      CROSS JOIN communities AS c ON c.id = heard.community_id
      CROSS JOIN sessions AS s INDEXED BY sessions_open ON s.community_id = c.id
      LEFT JOIN servers AS r ON r.community_id = s.community_id AND r.server_id = s.server_id
    WHERE c.deleted_at IS NULL AND s.ended_at IS NULL AND ${isStaleHeard(sql`c.id`)} AND ${isStaleRow(now)}
      AND coalesce(s.stale_at, 0) <= ${lastSeen(sql`r.roster_seen_at`)}
    LIMIT ${limit}
  )
  WHERE community_id = stale_community_id AND account_id = stale_account_id
    AND started_at = stale_started_at AND id = stale_id`;

/** The order of the index of open sessions: where a sweep goes on. */
export interface OpenSessionKey {
  readonly communityId: number;
  readonly serverId: number;
  readonly accountId: string;
}

/**
 * Statement: closes up to `limit` stale sessions behind `after`, in the order of the index of open sessions, whatever
 * their community, each by its community's settings.
 */
export const closeStaleSessions = (now: number, after: OpenSessionKey, limit: number): SQL => sql`
  UPDATE sessions
  SET ended_at = CASE WHEN stale_unconfirmed_end = 'close-time' THEN ${now} ELSE stale_seen_at END,
    last_seen_at = stale_seen_at, close_kind = 'auto_closed',
    clear_reason = ${autoCloseReason(now, sql`stale_seen_at`)}
  FROM (
    SELECT s.community_id AS stale_community_id, s.account_id AS stale_account_id,
      s.started_at AS stale_started_at, s.id AS stale_id,
      c.unconfirmed_end AS stale_unconfirmed_end, ${lastSeen(sql`r.roster_seen_at`)} AS stale_seen_at
    FROM communities AS c CROSS JOIN sessions AS s INDEXED BY sessions_open ON s.community_id = c.id
      LEFT JOIN servers AS r ON r.community_id = s.community_id AND r.server_id = s.server_id
    WHERE c.id >= ${after.communityId} AND c.deleted_at IS NULL AND s.ended_at IS NULL
      AND (s.community_id, s.server_id, s.account_id) > (${after.communityId}, ${after.serverId}, ${after.accountId})
      AND ${isStaleRow(now)}
      AND NOT (c.has_webhooks AND ${isStaleHeard(sql`c.id`)}
        AND NOT coalesce(s.stale_at BETWEEN ${lastSeen(sql`r.roster_seen_at`)} + 1 AND ${now - WARNING_MS}, 0))
    ORDER BY c.id, s.server_id, s.account_id
    LIMIT ${limit}
  )
  WHERE community_id = stale_community_id AND account_id = stale_account_id
    AND started_at = stale_started_at AND id = stale_id
  RETURNING community_id, ${COLUMNS}`;

/**
 * Statement: an account's latest sessions but the void ones, newest first; by its id, or by that of an account merged
 * into it.
 */
export const selectLatestSessions = (
  communityId: number,
  accountId: string,
  serverId: number | undefined,
  limit: number,
): SQL => sql`
  SELECT ${COLUMNS} FROM sessions NOT INDEXED
  WHERE community_id = ${communityId}
    AND account_id = ${sessionsAccountIdOf(communityId, accountId)}
    AND voided_at IS NULL
    ${serverId === undefined ? sql`` : sql`AND server_id = ${serverId}`}
  ORDER BY started_at DESC, id DESC LIMIT ${limit}`;
