/** The SQL of heartbeats and rosters: each call is a few statements over all of its accounts, in one batch. */

import { tableOf } from '../../db/client.ts';
import { type SQL, sql } from '../../db/sql.ts';
import type { Identifier } from '../accounts/identifiers.ts';
import { isUnnamed, joinIdentifier } from '../accounts/queries.ts';
import {
  autoCloseReason,
  COLUMNS,
  isUnbelievable,
  lastSeen,
  type Moment,
  rosterSeenAt,
  unconfirmedEnd,
} from './queries.ts';

/** A server of a community. */
export interface Server {
  readonly communityId: number;
  readonly serverId: number;
}

/** Who was there, and when. */
export interface Sighting extends Server {
  /** By their first identifiers. */
  readonly accounts: readonly Identifier[];
  /** Epoch milliseconds; not after `moment.now`. */
  readonly seenAt: number;
  readonly moment: Moment;
}

/** A longer silence between two sightings is noted: a late call may show that there was nobody in it. */
const NOTABLE_SILENCE_MS = 90_000;

const namedBy = (accounts: readonly Identifier[]): SQL =>
  tableOf(accounts.map(({ kind, value }) => [kind, value]));

const accountIds = ({ communityId, accounts }: Sighting): SQL => sql`
  (SELECT i.account_id FROM ${namedBy(accounts)} ${joinIdentifier(communityId)})`;

/** Condition: the row is an open session on the server, called `name` in this statement. */
const isOpenOn = ({ communityId, serverId }: Server, name: string): SQL => {
  const at = sql.raw(name);
  return sql`${at}.community_id = ${communityId} AND ${at}.server_id = ${serverId} AND ${at}.ended_at IS NULL`;
};

/**
 * Condition on a session (the table's name, unaliased): only the scheduled job closed it, wrongly so if its account was
 * seen now: nothing of that account on that server is newer, and the server did not start anew since.
 */
const isReopenable = ({ communityId, serverId, seenAt, moment }: Sighting, name: string): SQL => {
  const at = sql.raw(name);
  return sql`
    ${at}.community_id = ${communityId} AND ${at}.server_id = ${serverId} AND ${at}.close_kind = 'auto_closed'
    AND ${at}.voided_at IS NULL AND ${at}.last_seen_at < ${seenAt}
    AND ${at}.started_at >= max(${moment.now - moment.settings.maxSessionSeconds * 1000}, coalesce(
      (SELECT reset_at FROM servers WHERE community_id = ${communityId} AND server_id = ${serverId}), 0))
    AND NOT EXISTS (
      SELECT 1 FROM sessions AS newer NOT INDEXED
      WHERE newer.community_id = ${communityId} AND newer.account_id = ${at}.account_id
        AND newer.started_at >= ${at}.started_at AND newer.id <> ${at}.id
        AND newer.server_id = ${serverId} AND newer.voided_at IS NULL)`;
};

/**
 * Statement: notes that the accounts with an open session were seen, where the last note is older than `stepMs`. Returns
 * a row for each account that is known, as it was found: with its place in the list, its session that is open or will be
 * reopened, and which of the two. The view does the writing: drizzle/0014_session-sightings.sql says why.
 */
export const noteSightings = (sighting: Sighting, stepMs: number): SQL => {
  const { communityId, serverId, seenAt, moment } = sighting;
  const rosterAt = rosterSeenAt(communityId, serverId);
  const seenBefore = lastSeen(rosterAt);
  return sql`
    INSERT INTO session_sightings (position, community_id, account_id, server_id, started_at, id, seen_at,
      silent_since, is_due, is_reopened)
    SELECT position, ${communityId}, i.account_id, ${serverId}, s.started_at, coalesce(s.id, (
        SELECT id FROM sessions NOT INDEXED
        WHERE account_id = i.account_id AND ${isReopenable(sighting, 'sessions')}
      )), ${seenAt}, iif(${seenBefore} < ${seenAt - NOTABLE_SILENCE_MS}, ${seenBefore}, NULL),
      s.id IS NOT NULL AND (${seenBefore} < ${seenAt - stepMs} OR s.heartbeat_at IS NULL), s.id IS NULL
    FROM ${namedBy(sighting.accounts)} ${joinIdentifier(communityId)}
      LEFT JOIN sessions AS s INDEXED BY sessions_open ON s.account_id = i.account_id AND ${isOpenOn(sighting, 's')}
        AND NOT ${isUnbelievable(moment, rosterAt)}
    WHERE true
    RETURNING position, account_id, id AS session_id, is_reopened`;
};

/**
 * Statement: reopens what only the scheduled job had closed. An account with an open session has nothing to reopen, by
 * the rule of the unique index.
 */
export const reopenSessions = (sighting: Sighting, condition: SQL = sql`true`): SQL => sql`
  UPDATE OR IGNORE sessions INDEXED BY sessions_auto_closed
  SET ended_at = NULL, close_kind = NULL, clear_reason = NULL, last_seen_at = ${sighting.seenAt}, heartbeat_at = coalesce(heartbeat_at, ${sighting.seenAt}),
    silent_since = last_seen_at, resumed_at = ${sighting.seenAt}
  WHERE ${condition} AND ${isReopenable(sighting, 'sessions')} AND account_id IN ${accountIds(sighting)}`;

/** What a server says of itself at one time: who is there, all of them. */
export interface Roster extends Sighting {
  /** The time that the roster gives itself, which orders rosters; `seenAt`, unless the server's clock is ahead. */
  readonly observedAt: number;
  /** Whether it lists everybody: then whoever is still open was seen at its time, and nobody else was. */
  readonly isComplete: boolean;
  /** For each account, the id of the session that it starts, if it does. */
  readonly sessionIds: readonly string[];
}

/** Condition: no newer roster of the server has come already. */
export const isNewest = ({ communityId, serverId, observedAt }: Roster): SQL => sql`
  NOT EXISTS (SELECT 1 FROM servers
    WHERE community_id = ${communityId} AND server_id = ${serverId} AND roster_observed_at > ${observedAt})`;

/** Query: whether the roster will change anything. */
export const selectIsNewest = (roster: Roster): SQL => sql`SELECT ${isNewest(roster)} AS is_newest`;

/** Query: the places in the list of the accounts that are not known. */
export const selectUnnamed = ({ communityId, accounts }: Sighting): SQL => sql`
  SELECT position FROM ${namedBy(accounts)} WHERE ${isUnnamed(communityId)}`;

/**
 * Statement: closes who was there before the roster's time and is not in it, where they were last seen. So is a session
 * that nobody can believe to go on, even if its account is there: it will start a new one.
 */
export const closeAbsentSessions = (roster: Roster): SQL => {
  const rosterAt = rosterSeenAt(roster.communityId, roster.serverId);
  const unbelievable = isUnbelievable(roster.moment, rosterAt);
  const seenAt = lastSeen(rosterAt);
  return sql`
    UPDATE sessions INDEXED BY sessions_open
    SET ended_at = CASE WHEN ${unbelievable} THEN ${unconfirmedEnd(roster.moment, seenAt)} ELSE ${seenAt} END,
      last_seen_at = ${seenAt}, gone_at = ${roster.seenAt},
      close_kind = CASE WHEN ${unbelievable} THEN 'auto_closed' ELSE 'stopped' END,
      clear_reason = CASE WHEN ${unbelievable} THEN ${autoCloseReason(roster.moment.now, seenAt)} END
    WHERE ${isNewest(roster)} AND ${isOpenOn(roster, 'sessions')}
      AND started_at <= ${roster.seenAt} AND last_seen_at <= ${roster.seenAt}
      AND (${roster.isComplete ? sql`account_id NOT IN ${accountIds(roster)} OR` : sql``} ${unbelievable})
    RETURNING ${COLUMNS}`;
};

/** Statement: reopens as `reopenSessions`, if no newer roster has come. */
export const reopenListedSessions = (roster: Roster): SQL => sql`
  ${reopenSessions(roster, isNewest(roster))}
  RETURNING ${COLUMNS}`;

/**
 * Statement: starts a session for whoever in the roster has none, and notes of the others that they were seen: in the
 * first roster that lists them, since a complete one is itself the note of who was there (`lastSeen`), else where the
 * last note is older than `stepMs`. Who is known to have come or gone after the roster's time is left alone.
 */
export const openListedSessions = (roster: Roster, stepMs: number): SQL => {
  const { communityId, serverId, seenAt, isComplete, moment, accounts, sessionIds } = roster;
  const items = accounts.map(({ kind, value }, index) => [kind, value, sessionIds[index]]);
  const isOvertaken = sql`
    EXISTS (
      SELECT 1 FROM sessions AS later NOT INDEXED
      WHERE later.community_id = ${communityId} AND later.account_id = i.account_id
        AND later.started_at >= ${seenAt - moment.settings.maxSessionSeconds * 1000}
        AND later.server_id = ${serverId} AND later.voided_at IS NULL
        AND (later.started_at > ${seenAt} OR later.ended_at > ${seenAt}))`;
  return sql`
    INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, heartbeat_at,
      is_start_observed)
    SELECT ${communityId}, ${seenAt}, item ->> 2, ${serverId}, i.account_id, ${seenAt}, ${seenAt}, 1
    FROM ${tableOf(items)} ${joinIdentifier(communityId)}
    WHERE ${isNewest(roster)} ${seenAt < moment.now ? sql`AND NOT ${isOvertaken}` : sql``}
    ON CONFLICT (community_id, server_id, account_id) WHERE ended_at IS NULL
    DO UPDATE SET last_seen_at = max(last_seen_at, excluded.last_seen_at),
      heartbeat_at = coalesce(heartbeat_at, excluded.heartbeat_at)
    WHERE heartbeat_at IS NULL ${isComplete ? sql`` : sql`OR last_seen_at < ${seenAt - stepMs}`}`;
};

/** Source: the sessions `s` that are open on the server, for `startedEvents`. */
export const openSessionsOn = (server: Server): SQL => sql`
  sessions AS s INDEXED BY sessions_open ON ${isOpenOn(server, 's')}`;

/** Query: who is on the server. */
export const selectOpenSessions = (server: Server): SQL => sql`
  SELECT ${COLUMNS} FROM sessions INDEXED BY sessions_open WHERE ${isOpenOn(server, 'sessions')}`;

/** Statement: notes that the roster has been worked in. */
export const noteRoster = ({ communityId, serverId, observedAt, seenAt, isComplete }: Roster): SQL => sql`
  INSERT INTO servers (community_id, server_id, roster_observed_at, roster_seen_at)
  VALUES (${communityId}, ${serverId}, ${observedAt}, ${isComplete ? seenAt : null})
  ON CONFLICT DO UPDATE SET roster_observed_at = excluded.roster_observed_at,
    roster_seen_at = coalesce(excluded.roster_seen_at, roster_seen_at),
    roster_silent_since = iif(excluded.roster_seen_at - roster_seen_at > ${NOTABLE_SILENCE_MS},
      roster_seen_at, roster_silent_since),
    roster_resumed_at = iif(excluded.roster_seen_at - roster_seen_at > ${NOTABLE_SILENCE_MS},
      excluded.roster_seen_at, roster_resumed_at)
  WHERE coalesce(roster_observed_at, 0) <= excluded.roster_observed_at`;
