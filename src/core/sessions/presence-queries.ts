/** The SQL of heartbeats and rosters: what each call finds and changes is one statement over all of its accounts. */

import { type SQL, sql } from '../../db/sql.ts';
import { type Names, sql as namedSql, namesOf } from '../../db/statement.ts';
import type { Identifier } from '../accounts/identifiers.ts';
import { accountResolver } from '../accounts/resolve-queries.ts';
import {
  aliveSql,
  autoCloseReasonSql,
  isCorrectedSql,
  isSilentSql,
  joinIdentifier,
  known,
  knownOf,
  lastSeenSql,
  limitMsSql,
  limitsSql,
  SEEN_AT_OF_S,
  unconfirmedEndSql,
} from './presence-template-queries.ts';
import type { Moment, Server } from './queries.ts';
import type { Alias } from './rules.ts';

/** Who was there, and when. */
export interface Sighting extends Server {
  /** By their first identifiers. */
  readonly accounts: readonly Identifier[];
  /** Epoch milliseconds; not after `moment.now`. */
  readonly seenAt: number;
  readonly moment: Moment;
  /** Of the sessions that start: see `sessionIdAt`. */
  readonly ids: SessionIds;
  /** How often a sighting is written at most, in milliseconds. */
  readonly stepMs: number;
}

/** The ids of the sessions that one call may start, one for each place in its list. */
export interface SessionIds {
  readonly prefix: string;
  readonly number: number;
}

/** As many sessions as a call may start. */
const MAX_IDS = 2 ** 16;

/** @param id a new UUID v7 */
export const toSessionIds = (id: string): SessionIds => ({
  prefix: id.slice(0, 24),
  number: Number.parseInt(id.slice(24), 16) % (2 ** 48 - MAX_IDS),
});

/** The id of the session that the account in this place of the list starts. */
export const sessionIdAt = ({ prefix, number }: SessionIds, position: number): string =>
  prefix + (number + position).toString(16).padStart(12, '0');

/** A longer silence between two sightings is noted: a late call may show that there was nobody in it. */
const NOTABLE_SILENCE_MS = 90_000;

/** So many characters tell of a day of rosters a minute (schema/servers.ts). */
export const MAX_STEPS_LENGTH = 10_000;

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
  /** One starts. */
  | 'started'
  /** None starts, since the community has as many open as it may have. */
  | 'full'
  /** One starts after a silence, and continues the one before. */
  | 'resumed'
  /** One starts where silence had ended one that is corrected by hand. */
  | 'restarted'
  /** There is no session to go on with. */
  | 'none'
  /** Something is known that happened after the roster's time: its account is left alone. */
  | 'overtaken'
  /** The account is listed under another name, too. */
  | 'duplicate'
  /** Nobody is known by that name. */
  | 'unknown';

/** What a sighting finds, and what is done about it. */
export interface SightingRow {
  /** In the list; null for an account that is not in it. */
  readonly position: number | null;
  readonly outcome: Outcome;
  readonly account_id: string | null;
  /** The open session, else the latest. */
  readonly id: string | null;
  readonly started_at: number | null;
  readonly seen_at: number | null;
  readonly is_silent: number;
  readonly silent_end: number | null;
  readonly silent_reason: string | null;
  readonly metadata: string | null;
  readonly continues_id: string | null;
}

/**
 * Expression: a table of the places in a list, in `position`, with the value there of each of the JSON arrays. (D1 bills
 * the rows of `json_each` as rows read in every statement; those of VALUES cost nothing.)
 */
const places = (length: number, columns: SQL): SQL =>
  length === 0
    ? sql`(SELECT NULL AS position, NULL AS item, NULL AS hash WHERE 0)`
    : // LIMIT keeps SQLite from copying the expressions to each place that uses them.
      sql`(SELECT column1 AS position, ${columns} FROM (
        VALUES ${sql.raw(Array.from({ length }, (_, position) => `(${position})`).join(','))}) LIMIT -1)`;

/** Within `places`: the identifiers, each as JSON `[kind, value]`. */
const itemsOf = (accounts: readonly Identifier[]): SQL =>
  sql`(${JSON.stringify(accounts.map(({ kind, value }) => [kind, value]))} -> column1)`;

/** Within `places`: these values. */
const listOf = (values: readonly unknown[]): SQL => sql`(${JSON.stringify(values)} ->> column1)`;

/** Condition: the row is an open session on the server, called `name` in this statement. */
const isOpenOn = ({ communityId, serverId }: Server, name: string): SQL => {
  const at = sql.raw(name);
  return sql`${at}.community_id = ${sql.integer(communityId)} AND ${at}.server_id = ${sql.integer(serverId)} AND ${at}.ended_at IS NULL`;
};

/** Expression: when the open session was last seen. */
const seenAtOf = (server: Server, alias: Alias = 's.'): SQL =>
  lastSeenSql(known(server, 'roster_seen_at'), alias);

/** Condition on an open session: silence had ended it by then. */
const isSilent = (sighting: Sighting, alias: Alias = 's.', seenAt = seenAtOf(sighting, alias)): SQL =>
  isSilentSql(seenAt, sql.integer(sighting.seenAt), limitsSql(sighting.moment.settings), alias);

/**
 * Expression: the latest session of the account on the server, as `[id, started_at, last_seen_at, limit, ended_at,
 * is_resumable, continues_id]`: whether silence ended it, and neither a reset nor an administrator's word came since.
 */
const latestOf = (sighting: Sighting): SQL => {
  const { communityId, serverId, seenAt, moment } = sighting;
  return sql`
    (SELECT json_array(id, started_at, last_seen_at, ${limitMsSql(limitsSql(moment.settings))}, ended_at,
        close_kind = 'auto_closed' AND voided_at IS NULL AND started_at >= coalesce(${known(sighting, 'reset_at')}, 0)
        AND last_seen_at <= ${sql.integer(seenAt)} AND NOT ${isCorrectedSql('l')}, continues_id)
     FROM (
      SELECT * FROM sessions NOT INDEXED
      WHERE community_id = ${sql.integer(communityId)} AND account_id = i.account_id AND started_at >= ${sql.integer(seenAt - REACH_MS)}
        AND server_id = ${sql.integer(serverId)}
      ORDER BY started_at DESC, id DESC LIMIT 1) AS l)`;
};

/** Expression: what becomes of the `latest` session; `otherwise` where silence did not end it, or more came since. */
const outcomeOfLatest = ({ seenAt }: Sighting, otherwise: SQL): SQL => sql`
  iif(latest ->> 5, iif(${sql.integer(seenAt)} - (latest ->> 2) > (latest ->> 3), 'resumed', 'kept'), ${otherwise})`;

/** Condition: the community has a webhook endpoint. */
const isHeard = ({ communityId }: Server): SQL => sql`
  EXISTS (SELECT 1 FROM webhook_endpoints INDEXED BY webhook_endpoints_by_community WHERE community_id = ${sql.integer(communityId)})`;

const SIGHTING_COLUMNS =
  sql.raw(`position, outcome, community_id, account_id, server_id, at, id, started_at, seen_at,
  silent_since, is_silent, silent_end, silent_reason, metadata, continues_id, listed_as, is_start_observed, id_prefix, id_number, is_heard`);

const RETURNED = sql.raw(
  'position, outcome, account_id, id, started_at, seen_at, is_silent, silent_end, silent_reason, metadata, continues_id',
);

/** Expressions: the columns of the view that tell of the open session. */
const openColumns = (sighting: Sighting, alias: Alias = 's.'): SQL => {
  const limits = limitsSql(sighting.moment.settings);
  const at = sql.raw(alias);
  return sql`
    coalesce(${isSilent(sighting, alias)}, 0), ${unconfirmedEndSql(seenAtOf(sighting, alias), limits, alias)},
    ${autoCloseReasonSql(limits, alias)}, ${at}metadata, ${at}continues_id`;
};

/** Common table expression: each name, in its order, with its account, and with that one's open session or else its latest. */
const namedAccounts = (table: string, sighting: Sighting, names: SQL, where: SQL): SQL => sql`
  ${sql.raw(table)} AS MATERIALIZED (
    SELECT named.position, named.hash, i.account_id, s.id, s.started_at, s.last_seen_at, s.heartbeat_at, s.silent_since,
      s.resumed_at, s.listed_as, s.metadata, s.continues_id, iif(s.id IS NULL, ${latestOf(sighting)}, NULL) AS latest
    FROM ${names} AS named ${joinIdentifier(sighting.communityId, sighting.serverId, 'LEFT')}
      LEFT JOIN sessions AS s INDEXED BY sessions_open ON s.account_id = i.account_id AND ${isOpenOn(sighting, 's')}
    WHERE ${where})`;

/**
 * Statement: notes that the accounts were seen, where the last note is older than the step; starts anew, as continuing the
 * session before, where a silence lies between. Returns a row for each account that is known.
 */
export const noteSightings = (sighting: Sighting): SQL => {
  const { communityId, serverId, accounts, seenAt, stepMs, ids, moment } = sighting;
  const { heartbeatTimeoutMs } = limitsSql(moment.settings);
  const names = places(accounts.length, sql`${itemsOf(accounts)} AS item`);
  const isDue = sql`(s.heartbeat_at IS NULL OR ${seenAtOf(sighting)} < ${sql.integer(seenAt - stepMs)})`;
  // A silence of a session that was joined by hand stays noted: it was not watched.
  const isNotable = sql`${seenAtOf(sighting)} < ${sql.integer(seenAt - NOTABLE_SILENCE_MS)}
    AND coalesce(s.resumed_at - s.silent_since <= ${heartbeatTimeoutMs}, 1)`;
  return sql`
    INSERT INTO session_sightings (${SIGHTING_COLUMNS})
    SELECT position,
      iif(id IS NULL, ${outcomeOfLatest(sighting, sql`'none'`)},
        iif(${isSilent(sighting)}, iif(${isCorrectedSql('s')}, 'expired', 'resumed'), iif(${isDue}, 'seen', 'same'))),
      ${sql.integer(communityId)}, account_id, ${sql.integer(serverId)}, ${sql.integer(seenAt)}, coalesce(id, latest ->> 0), coalesce(started_at, latest ->> 1),
      coalesce(${seenAtOf(sighting)}, latest ->> 2), iif(${isNotable}, ${seenAtOf(sighting)}, NULL),
      ${openColumns(sighting)}, NULL, 0, ${ids.prefix}, ${ids.number}, ${isHeard(sighting)}
    FROM (
      SELECT named.position, i.account_id, s.id, s.started_at, s.last_seen_at, s.heartbeat_at, s.silent_since,
        s.resumed_at, s.metadata, s.continues_id, ${sql.integer(communityId)} AS community_id,
        iif(s.id IS NULL, ${latestOf(sighting)}, NULL) AS latest
      FROM ${names} AS named ${joinIdentifier(communityId, serverId)}
        LEFT JOIN sessions AS s INDEXED BY sessions_open ON s.account_id = i.account_id AND ${isOpenOn(sighting, 's')}
      LIMIT -1) AS s
    WHERE true
    RETURNING ${RETURNED}`;
};

/** What a server says of itself at one time: who is there, all of them. */
export interface Roster extends Sighting {
  /** How many sessions the community may have open; undefined where nobody has to count them. */
  readonly maxOpen: number | undefined;
  /** For each account, a hash of the identifier that lists it: a safe integer. */
  readonly hashes: readonly number[];
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
        WHERE community_id = ${sql.integer(communityId)} AND server_id = ${sql.integer(serverId)}), 0) >= ${unnamed}`;

/** Condition: no newer roster of the server has come already. */
export const isNewest = ({ communityId, serverId, observedAt }: Roster): SQL => sql`
  NOT EXISTS (SELECT 1 FROM servers
    WHERE community_id = ${sql.integer(communityId)} AND server_id = ${sql.integer(serverId)} AND roster_observed_at > ${observedAt})`;

/** The same, for a statement of db/statement.ts. */
const isNewestRoster = ($: Names<Pick<Roster, 'communityId' | 'serverId' | 'observedAt'>>) => namedSql`
  NOT EXISTS (SELECT 1 FROM servers
    WHERE community_id = ${$.communityId} AND server_id = ${$.serverId} AND roster_observed_at > ${$.observedAt})`;

/** `resolveAccounts` for a roster, of which only the newest changes something. The values are its own. */
export const resolveListed = accountResolver(isNewestRoster(namesOf()));

/** Query: whether the roster will change anything; and how many are on the server, where its changes do not tell that. */
export const selectIsNewest = (roster: Roster): SQL => {
  const count = sql`(SELECT count(*) FROM sessions INDEXED BY sessions_open WHERE ${isOpenOn(roster, 'sessions')})`;
  return sql`
    SELECT is_newest, ${roster.unnamed === 0 ? sql`iif(is_newest, NULL, ${count})` : count} AS open
    FROM (SELECT ${isNewest(roster)} AS is_newest)`;
};

/** Expression: `started`; but `full` for those of `due` that come when there is no room for them. */
const startedOrFull = ({ communityId, maxOpen }: Roster): SQL =>
  maxOpen === undefined
    ? sql`'started'`
    : sql`iif((SELECT count(*) FROM due AS earlier WHERE earlier.id IS NULL AND earlier.account_id IS NOT NULL
        AND earlier.position <= due.position) <= ${maxOpen} - (SELECT count(*) FROM (
          SELECT 1 FROM sessions INDEXED BY sessions_open
          WHERE community_id = ${communityId} AND ended_at IS NULL LIMIT ${maxOpen})), 'started', 'full')`;

/**
 * Statement: makes the open sessions those of the accounts that are listed, where no newer roster has come. Starts who is
 * new, or back after a silence; closes who is gone where it was last seen; and notes the others only in the first roster
 * that lists them, since a complete one is itself the note of who was there (`lastSeen`), or where an incomplete one finds
 * the last note older than the step. An account that is known to have come or gone after the roster's time is left alone.
 *
 * Most of those who are listed stay, and are known by the hash on their session. So the open ones are read once, and only
 * where somebody else is listed (`due`) are names looked up. Returns a row for each that is due or gone.
 */
export const applyListed = (roster: Roster): SQL => {
  const { communityId, serverId, accounts, hashes, seenAt, unnamed, stepMs, ids } = roster;
  const isComplete = unnamed === 0;
  const { length } = accounts;
  const isListed = sql`listed_as IN (SELECT hash FROM ${places(length, sql`${listOf(hashes)} AS hash`)})`;
  const names = places(length, sql`${itemsOf(accounts)} AS item, ${listOf(hashes)} AS hash`);
  const open = sql`
    open AS MATERIALIZED (
      SELECT count(*) FILTER (WHERE stays) AS count, json_group_array(listed_as) FILTER (WHERE stays) AS hashes,
        json_group_array(json_array(account_id, started_at, id, last_seen_at, heartbeat_at, metadata, continues_id))
          FILTER (WHERE NOT stays) AS others
      FROM (
        SELECT s.account_id, s.started_at, s.id, s.listed_as, s.last_seen_at, s.heartbeat_at, s.metadata, s.continues_id,
          coalesce(s.${isListed}, 0) AND NOT ${isSilent(roster, 's.', SEEN_AT_OF_S)}
          ${isComplete ? sql`` : sql`AND s.last_seen_at >= ${sql.integer(seenAt - stepMs)}`} AS stays
        FROM ${knownOf(roster)} CROSS JOIN sessions AS s INDEXED BY sessions_open
        WHERE ${isNewest(roster)} AND ${isOpenOn(roster, 's')} LIMIT -1))`;
  const due = namedAccounts(
    'due',
    roster,
    names,
    sql`${isNewest(roster)} AND (SELECT count FROM open) < ${length}
      AND named.hash NOT IN (SELECT value FROM open CROSS JOIN json_each(open.hashes))`,
  );
  const isLater = (alias: Alias) => {
    const at = sql.raw(alias);
    return sql`max(${at}started_at, ${at}last_seen_at) > ${sql.integer(seenAt)}`;
  };
  const present = sql`
    SELECT position,
      CASE WHEN account_id IS NULL THEN 'unknown'
        WHEN id IS NULL THEN ${outcomeOfLatest(
          roster,
          sql`iif(max(latest ->> 1, latest ->> 4) > ${sql.integer(seenAt)}, 'overtaken', ${startedOrFull(roster)})`,
        )}
        WHEN ${isLater('due.')} THEN 'same'
        WHEN ${isSilent(roster, 'due.')} THEN iif(${isCorrectedSql('due')}, 'restarted', 'resumed')
        WHEN listed_as <> hash AND ${isListed} THEN 'duplicate' ELSE 'seen' END AS outcome,
      ${sql.integer(communityId)}, account_id, ${sql.integer(serverId)}, ${sql.integer(seenAt)}, coalesce(id, latest ->> 0), coalesce(started_at, latest ->> 1),
      coalesce(${seenAtOf(roster, 'due.')}, latest ->> 2), NULL, ${openColumns(roster, 'due.')}, hash, 1, ${ids.prefix},
      ${ids.number}, ${isHeard(roster)}
    FROM (SELECT *, ${sql.integer(communityId)} AS community_id FROM due) AS due`;
  const absent = sql`
    SELECT NULL, CASE WHEN ${isLater('s.')} THEN 'overtaken' WHEN ${isSilent(roster)} THEN 'expired' ELSE 'gone' END,
      ${sql.integer(communityId)}, s.account_id, ${sql.integer(serverId)}, ${sql.integer(seenAt)}, s.id, s.started_at, ${seenAtOf(roster)}, NULL,
      ${openColumns(roster)}, NULL, NULL, NULL, NULL, NULL
    FROM (
      SELECT value ->> 0 AS account_id, value ->> 1 AS started_at, value ->> 2 AS id, value ->> 3 AS last_seen_at,
        value ->> 4 AS heartbeat_at, value ->> 5 AS metadata, value ->> 6 AS continues_id
      FROM open CROSS JOIN json_each(open.others)) AS s
    WHERE ${closesAbsent(roster)}
      AND s.account_id NOT IN (SELECT account_id FROM due WHERE account_id IS NOT NULL)`;
  return sql`
    INSERT INTO session_sightings (${SIGHTING_COLUMNS})
    WITH ${open}, ${due}
    ${present} UNION ALL ${absent}
    RETURNING ${RETURNED}`;
};

/** Statement: notes that the roster has been worked in. */
export const noteRoster = (roster: Roster): SQL => {
  const { communityId, serverId, observedAt, seenAt, unnamed, moment } = roster;
  const incompleteSince = unnamed === 0 ? null : seenAt;
  return sql`
  INSERT INTO servers (community_id, server_id, roster_observed_at, roster_seen_at, roster_unnamed,
    roster_incomplete_since, alive_since, alive_until)
  VALUES (${sql.integer(communityId)}, ${sql.integer(serverId)}, ${observedAt}, ${unnamed === 0 ? seenAt : null}, ${unnamed}, ${incompleteSince},
    ${sql.integer(seenAt)}, ${sql.integer(seenAt)})
  ON CONFLICT DO UPDATE SET roster_observed_at = excluded.roster_observed_at,
    roster_seen_at = iif(roster_unnamed >= excluded.roster_unnamed, ${sql.integer(seenAt)}, roster_seen_at),
    roster_steps = iif(roster_unnamed >= excluded.roster_unnamed,
      coalesce(substr(roster_steps || (${sql.integer(seenAt)} - roster_seen_at) || ',', -${sql.integer(MAX_STEPS_LENGTH)}), ''), roster_steps),
    roster_silent_since = iif(roster_unnamed >= excluded.roster_unnamed AND ${sql.integer(seenAt)} - roster_seen_at > ${NOTABLE_SILENCE_MS},
      roster_seen_at, roster_silent_since),
    roster_resumed_at = iif(roster_unnamed >= excluded.roster_unnamed AND ${sql.integer(seenAt)} - roster_seen_at > ${NOTABLE_SILENCE_MS},
      ${sql.integer(seenAt)}, roster_resumed_at),
    roster_incomplete_since = iif(excluded.roster_unnamed = 0, NULL,
      coalesce(roster_incomplete_since, excluded.roster_incomplete_since)),
    roster_unnamed = excluded.roster_unnamed,
    ${aliveSql(moment.settings)}
  WHERE coalesce(roster_observed_at, 0) <= excluded.roster_observed_at`;
};
