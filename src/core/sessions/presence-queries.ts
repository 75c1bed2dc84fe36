/** The SQL of heartbeats and rosters: what each call finds and changes is one statement over all of its accounts. */

import { tableOf } from '../../db/client.ts';
import { type SQL, sql } from '../../db/sql.ts';
import type { Identifier } from '../accounts/identifiers.ts';
import { joinIdentifier, selectUnknown } from '../accounts/resolve-queries.ts';
import { aliveSql, isCorrectedSql, knownOf, type Moment, SEEN_AT_OF_S, type Server } from './queries.ts';
import { autoCloseReasonSql, isSilentSql, limitsSql, unconfirmedEndSql } from './rules.ts';
import type { CloseKind } from './session.ts';

/** Who was there, and when. */
export interface Sighting extends Server {
  /** By their first identifiers. */
  readonly accounts: readonly Identifier[];
  /** Epoch milliseconds; not after `moment.now`. */
  readonly seenAt: number;
  readonly moment: Moment;
  /** The id of the session that the first of the accounts starts, if it does; the others count on from it. */
  readonly firstId: string;
  /** How often a sighting is written at most, in milliseconds. */
  readonly stepMs: number;
}

/** A longer silence between two sightings is noted: a late call may show that there was nobody in it. */
const NOTABLE_SILENCE_MS = 90_000;

/** How far back the latest session of an account is looked for, to go on with it. */
const REACH_MS = 31 * 86_400_000;

/** What becomes of a session by a sighting. */
export type Outcome =
  /** Nothing is written: what is known already says it. */
  | 'same'
  | 'seen'
  /** A sweep had closed it too early: it goes on. */
  | 'kept'
  /** A roster misses it. */
  | 'gone'
  /** Silence had ended it. */
  | 'expired'
  /** One starts; one starts after a silence, and continues the one before; one starts where silence had ended a corrected one. */
  | 'started'
  | 'resumed'
  | 'restarted'
  /** There is no session to go on with. */
  | 'none';

/** What a sighting finds, and what is done about it. */
export interface SightingRow {
  readonly position: number | null;
  readonly outcome: Outcome;
  readonly account_id: string;
  /** The session that was found, if any. */
  readonly id: string | null;
  readonly started_at: number | null;
  readonly seen_at: number | null;
  readonly ended_at: number | null;
  readonly close_kind: CloseKind | null;
  readonly clear_reason: string | null;
  readonly metadata: string | null;
  /** The session that starts, if any. */
  readonly new_id: string | null;
  readonly continues_id: string | null;
}

const namedBy = (accounts: readonly Identifier[]): SQL =>
  tableOf(accounts.map(({ kind, value }) => [kind, value]));

/** Condition: the row is an open session on the server, called `name` in this statement. */
const isOpenOn = ({ communityId, serverId }: Server, name: string): SQL => {
  const at = sql.raw(name);
  return sql`${at}.community_id = ${communityId} AND ${at}.server_id = ${serverId} AND ${at}.ended_at IS NULL`;
};

/** Common table expression: the accounts, each once, with its first place in the list. */
const named = ({ communityId, serverId, accounts }: Sighting): SQL => sql`
  named AS MATERIALIZED (
    SELECT position, i.account_id FROM ${namedBy(accounts)} ${joinIdentifier(communityId, serverId)})`;

/**
 * Expression: the account's latest session on the server, none of them open, as `[id, started_at, last_seen_at,
 * heartbeat_at, ended_at, is_resumable]`: whether silence ended it, and neither a reset nor an administrator's word came
 * since.
 */
const latest = ({ communityId, serverId, seenAt }: Sighting): SQL => sql`
  (SELECT json_array(id, started_at, last_seen_at, heartbeat_at, ended_at, close_kind = 'auto_closed' AND voided_at IS NULL
      AND started_at >= coalesce(known.reset_at, 0) AND NOT ${isCorrectedSql('l')})
   FROM (
    SELECT * FROM sessions NOT INDEXED
    WHERE community_id = ${communityId} AND account_id = named.account_id AND started_at >= ${seenAt - REACH_MS}
      AND server_id = ${serverId}
    ORDER BY started_at DESC, id DESC LIMIT 1) AS l)`;

/** Query: what is known of the open session \`s\` beside \`known\`; the columns that each outcome is made of. */
const openColumns = ({ seenAt, moment }: Sighting): SQL => {
  const limits = limitsSql(moment.settings);
  const isSilent = isSilentSql(SEEN_AT_OF_S, sql`${seenAt}`, limits, 's.');
  return sql`
    s.id, s.started_at, s.last_seen_at AS noted_at, s.heartbeat_at, s.metadata, ${SEEN_AT_OF_S} AS seen_at,
    ${isSilent} AS is_silent, iif(${isSilent}, ${isCorrectedSql('s')}, 0) AS is_corrected,
    ${unconfirmedEndSql(SEEN_AT_OF_S, limits, 's.')} AS silent_end, ${autoCloseReasonSql(limits, 's.')} AS silent_reason,
    coalesce(s.resumed_at - s.silent_since > ${limits.heartbeatTimeoutMs}, 0) AS is_joined`;
};

/** Common table expression, behind `named`: each listed account with its open session, or else its latest one. */
const found = (sighting: Sighting): SQL => sql`
  found AS MATERIALIZED (
    SELECT named.position, named.account_id, ${openColumns(sighting)},
      iif(s.id IS NULL, ${latest(sighting)}, NULL) AS latest
    FROM ${knownOf(sighting)} CROSS JOIN named
      LEFT JOIN sessions AS s INDEXED BY sessions_open
        ON s.account_id = named.account_id AND ${isOpenOn(sighting, 's')})`;

/** Expression: what becomes of the latest session, of which nothing is open; `otherwise` where there is none to go on with. */
const outcomeOfLatest = ({ seenAt, moment }: Sighting, otherwise: SQL): SQL => {
  const { heartbeatTimeoutMs, idleTimeoutMs } = limitsSql(moment.settings);
  const silence = sql`(${seenAt} - (latest ->> 2))`;
  return sql`
    iif(latest ->> 5 AND ${silence} >= 0,
      iif(${silence} > iif(latest ->> 3 IS NULL, ${idleTimeoutMs}, ${heartbeatTimeoutMs}), 'resumed', 'kept'),
      ${otherwise})`;
};

const SIGHTING_COLUMNS =
  sql.raw(`position, outcome, community_id, account_id, server_id, started_at, id, at, seen_at,
  silent_since, close_kind, ended_at, clear_reason, gone_at, metadata, new_id, continues_id, is_start_observed`);

/** Query: the rows of the view for accounts that are there, out of a query with `outcome` beside the columns of `found`. */
const presentRows = (
  { communityId, serverId, seenAt, firstId }: Sighting,
  isStartObserved: 0 | 1,
  judged: SQL,
): SQL => sql`
  SELECT position, outcome, ${communityId}, account_id, ${serverId}, coalesce(started_at, latest ->> 1),
    coalesce(id, latest ->> 0), ${seenAt}, coalesce(seen_at, latest ->> 2),
    iif(outcome = 'seen' AND seen_at < ${seenAt - NOTABLE_SILENCE_MS} AND NOT is_joined, seen_at, NULL),
    iif(closes, 'auto_closed', NULL), iif(closes, silent_end, NULL), iif(closes, silent_reason, NULL), NULL, metadata,
    iif(outcome IN ('started', 'resumed', 'restarted'),
      ${firstId.slice(0, 24)} || printf('%012x', (${Number.parseInt(firstId.slice(24), 16)} + position) % 281474976710656),
      NULL),
    iif(outcome = 'resumed', coalesce(id, latest ->> 0), NULL), ${isStartObserved}
  FROM (SELECT *, is_silent AND outcome IN ('resumed', 'restarted', 'expired') AS closes FROM (${judged}))`;

/**
 * Statement: notes that the accounts were seen, where the last note is older than the step; starts anew, as continuing the
 * session before, where a silence lies between. Returns a row for each account that is known.
 */
export const noteSightings = (sighting: Sighting): SQL => {
  const { seenAt, stepMs } = sighting;
  return sql`
    INSERT INTO session_sightings (${SIGHTING_COLUMNS})
    WITH ${named(sighting)}, ${found(sighting)}
    ${presentRows(
      sighting,
      0,
      sql`
      SELECT *, iif(id IS NULL, ${outcomeOfLatest(sighting, sql`'none'`)},
        iif(is_silent, iif(is_corrected, 'expired', 'resumed'),
          iif(seen_at < ${seenAt - stepMs} OR heartbeat_at IS NULL, 'seen', 'same'))) AS outcome
      FROM found`,
    )}
    RETURNING position, outcome, account_id, id, new_id`;
};

/** What a server says of itself at one time: who is there, all of them. */
export interface Roster extends Sighting {
  /** The time that the roster gives itself, which orders rosters; `seenAt`, unless the server's clock is ahead. */
  readonly observedAt: number;
  /**
   * How many entries named nobody. Without any, each session still open was seen at its time, and nobody else was. The
   * same holds where the roster before had as many: whoever is in those was in them then, and was not listed.
   */
  readonly unnamed: number;
}

/** Condition: the roster closes who is not in it. */
const closesAbsent = ({ communityId, serverId, unnamed }: Roster): SQL =>
  unnamed === 0
    ? sql`true`
    : sql`coalesce((SELECT roster_unnamed FROM servers
        WHERE community_id = ${communityId} AND server_id = ${serverId}), 0) >= ${unnamed}`;

/** Condition: no newer roster of the server has come already. */
export const isNewest = ({ communityId, serverId, observedAt }: Roster): SQL => sql`
  NOT EXISTS (SELECT 1 FROM servers
    WHERE community_id = ${communityId} AND server_id = ${serverId} AND roster_observed_at > ${observedAt})`;

/** Query: whether the roster will change anything. */
export const selectIsNewest = (roster: Roster): SQL => sql`SELECT ${isNewest(roster)} AS is_newest`;

/** Query: the places in the list of the accounts that are not known. */
export const selectUnnamed = ({ communityId, serverId, accounts }: Sighting): SQL =>
  selectUnknown(communityId, serverId, namedBy(accounts));

/**
 * Statement: makes the open sessions those of the accounts that are listed, where no newer roster has come. Starts who is
 * new, or back after a silence; closes who is gone where it was last seen; and notes the others only in the first roster
 * that lists them, since a complete one is itself the note of who was there (`lastSeen`), or where an incomplete one finds
 * the last note older than the step. An account that is known to have come or gone after the roster's time is left alone.
 * Returns a row for each change.
 */
export const applyListed = (roster: Roster): SQL => {
  const { communityId, serverId, seenAt, unnamed, stepMs } = roster;
  const isDue =
    unnamed === 0 ? sql`heartbeat_at IS NULL` : sql`(heartbeat_at IS NULL OR noted_at < ${seenAt - stepMs})`;
  const listed = presentRows(
    roster,
    1,
    sql`
      SELECT *, iif(id IS NULL,
        ${outcomeOfLatest(roster, sql`iif(max(latest ->> 1, latest ->> 4) > ${seenAt}, 'same', 'started')`)},
        iif(max(started_at, noted_at) > ${seenAt}, 'same', iif(is_silent, iif(is_corrected, 'restarted', 'resumed'),
          iif(${isDue}, 'seen', 'same')))) AS outcome
      FROM found GROUP BY account_id`,
  );
  const absent = sql`
    SELECT NULL, iif(is_silent, 'expired', 'gone'), ${communityId}, account_id, ${serverId}, started_at, id, ${seenAt}, seen_at,
      NULL, iif(is_silent, 'auto_closed', 'stopped'), iif(is_silent, silent_end, seen_at), iif(is_silent, silent_reason, NULL),
      iif(is_silent, NULL, ${seenAt}), metadata, NULL, NULL, NULL
    FROM (
      SELECT s.account_id, ${openColumns(roster)}
      FROM ${knownOf(roster)} CROSS JOIN sessions AS s INDEXED BY sessions_open
      WHERE ${closesAbsent(roster)} AND ${isOpenOn(roster, 's')} AND s.started_at <= ${seenAt} AND s.last_seen_at <= ${seenAt}
        AND s.account_id NOT IN (SELECT account_id FROM named))`;
  return sql`
    INSERT INTO session_sightings (${SIGHTING_COLUMNS})
    WITH ${named(roster)}, ${found(roster)}
    SELECT * FROM (${listed} UNION ALL ${absent}) AS sightings
    WHERE outcome <> 'same' AND ${isNewest(roster)}
    RETURNING position, outcome, account_id, id, started_at, seen_at, ended_at, close_kind, clear_reason, metadata, new_id,
      continues_id`;
};

/** Query: how many are on the server. */
export const countOpenSessions = (server: Server): SQL => sql`
  SELECT count(*) AS open FROM sessions INDEXED BY sessions_open WHERE ${isOpenOn(server, 'sessions')}`;

/** Statement: notes that the roster has been worked in. */
export const noteRoster = (roster: Roster): SQL => {
  const { communityId, serverId, observedAt, seenAt, unnamed, moment } = roster;
  const incompleteSince = unnamed === 0 ? null : seenAt;
  return sql`
  INSERT INTO servers (community_id, server_id, roster_observed_at, roster_seen_at, roster_unnamed,
    roster_incomplete_since, alive_since, alive_until)
  VALUES (${communityId}, ${serverId}, ${observedAt}, ${unnamed === 0 ? seenAt : null}, ${unnamed}, ${incompleteSince},
    ${seenAt}, ${seenAt})
  ON CONFLICT DO UPDATE SET roster_observed_at = excluded.roster_observed_at,
    roster_seen_at = iif(roster_unnamed >= excluded.roster_unnamed, ${seenAt}, roster_seen_at),
    roster_silent_since = iif(roster_unnamed >= excluded.roster_unnamed AND ${seenAt} - roster_seen_at > ${NOTABLE_SILENCE_MS},
      roster_seen_at, roster_silent_since),
    roster_resumed_at = iif(roster_unnamed >= excluded.roster_unnamed AND ${seenAt} - roster_seen_at > ${NOTABLE_SILENCE_MS},
      ${seenAt}, roster_resumed_at),
    roster_incomplete_since = iif(excluded.roster_unnamed = 0, NULL,
      coalesce(roster_incomplete_since, excluded.roster_incomplete_since)),
    roster_unnamed = excluded.roster_unnamed,
    ${aliveSql(moment.settings)}
  WHERE coalesce(roster_observed_at, 0) <= excluded.roster_observed_at`;
};
