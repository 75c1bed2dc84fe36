/**
 * The SQL of heartbeats and rosters: what a call finds and changes is one statement over all of its accounts. What is many
 * travels as one text, there and back; the text of a statement is the same for any number of accounts, and in any minute.
 */
import {
  capacityOf,
  type Names,
  namesOf,
  type SQL,
  type SQLWrapper,
  sql,
  statement,
  statementByShape,
} from '../../db/statement.ts';
import { IDENTIFIER_KINDS, type Identifier } from '../accounts/identifiers.ts';
import { accountResolver } from '../accounts/resolve-queries.ts';
import { aliveSql, isCorrectedSql, known, type Moment, type Server } from './queries.ts';
import {
  autoCloseReasonSql,
  isSilentSql,
  type Limits,
  lastSeenSql,
  limitMsSql,
  limitsOf,
  unconfirmedEndSql,
} from './rules.ts';

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

/** What becomes of a session by a sighting, where it is more than noted. */
export type ChangeOutcome =
  /** A roster misses it. */
  | 'gone'
  /** Silence had ended it. */
  | 'expired'
  /** One starts. */
  | 'started'
  /** One starts after a silence, and continues the one before. */
  | 'resumed'
  /** One starts where silence had ended one that is corrected by hand. */
  | 'restarted'
  /** A roster says something else of it than it had said: it ends, and one starts. */
  | 'changed';

/** What becomes of the session of an account that a heartbeat names. */
export type SightingOutcome =
  | ChangeOutcome
  /** Nothing is written: what is known already says it. */
  | 'same'
  | 'seen'
  /** A sweep had closed it too early: it goes on. */
  | 'kept'
  /** There is no session to go on with. */
  | 'none';

/** What a heartbeat finds of an account that is known: its place in the list, and its open session, or else its latest. */
export type FoundByHeartbeat = readonly [
  position: number,
  outcome: SightingOutcome,
  accountId: string,
  sessionId: string | null,
];

/** What a roster does about an account. Instants are epoch milliseconds. */
export interface RosterChange {
  /** In the list; null for an account that is not in it. */
  readonly position: number | null;
  readonly outcome: ChangeOutcome;
  readonly account_id: string;
  /** The session that was open, else the latest; null where there is none. */
  readonly id: string | null;
  readonly started_at: number | null;
  /** When that was last seen. */
  readonly seen_at: number | null;
  /** Where it was open and is not any more. */
  readonly ends_at: number | null;
  /** Where silence has ended it. */
  readonly reason: string | null;
  /** JSON. */
  readonly metadata: string | null;
  readonly continues_id: string | null;
  /** The metadata of the session that starts, as JSON; null where nothing is said. */
  readonly told: string | null;
}

/**
 * A hash, with a comma in front, as a text that is as wide for each, so that each in a list is found without a look at those
 * before it: so much (10^16) is added to all.
 */
const toWideHash = (hash: number): string => `,1${String(hash).padStart(16, '0')}`;
const HASH_BASE = sql.raw('10000000000000000');

/** Expression: hash number `place` of a list of such texts, from 0 on. */
const hashAt = (list: SQLWrapper, place: SQL): SQL =>
  sql`(CAST(substr(CAST(${list} AS BLOB), 2 + ${place} * 18, 17) AS INTEGER) - ${HASH_BASE})`;

/** The hashes in buckets of one width, so that one is sought among a few: D1 would bill each item of a JSON list. */
const toBuckets = (hashes: readonly number[]): Buckets => {
  const buckets = Array.from({ length: Math.ceil(hashes.length / HASHES_A_BUCKET) + 1 }, () => '');
  for (const hash of hashes) buckets[hash % buckets.length] += toWideHash(hash);
  const width = Math.max(...buckets.map(({ length }) => length));
  return {
    buckets: buckets.map((bucket) => bucket.padEnd(width)).join(''),
    bucketCount: buckets.length,
    bucketWidth: width,
  };
};

/** On average: the buckets are as wide as the fullest, and less than half full. */
const HASHES_A_BUCKET = 8;

interface Buckets {
  readonly buckets: string;
  readonly bucketCount: number;
  readonly bucketWidth: number;
}

/** Expression: whether the hash is in one of the buckets, 0 or 1. */
const isInBuckets = ($: Names<Buckets>, hash: SQL): SQL => {
  const width = sql`CAST(${$.bucketWidth} AS INTEGER)`;
  return sql`
    CASE WHEN instr(substr(CAST(${$.buckets} AS BLOB), 1 + ${hash} % CAST(${$.bucketCount} AS INTEGER) * ${width}, ${width}),
      ',' || (${hash} + ${HASH_BASE})) THEN 1 ELSE 0 END`;
};

interface SightingValues extends Server, Limits {
  /** What a bare name on the server is noted with. */
  readonly prefix: string;
  /** A list (JSON) of names, with a digit for the kind of each; where anything is told, of `[name, told]`. */
  readonly names: string;
  readonly kinds: string;
  readonly seenAt: number;
  readonly reachesTo: number;
  /** A note from before it is too old. */
  readonly isDueBefore: number;
  readonly isNotableBefore: number;
  readonly idPrefix: string;
  readonly idNumber: number;
}

const valuesOf = (
  { communityId, serverId, accounts, seenAt, moment, ids, stepMs }: Sighting,
  told?: readonly (string | undefined)[],
): SightingValues => ({
  communityId,
  serverId,
  ...limitsOf(moment.settings),
  prefix: `${serverId} `,
  names: JSON.stringify(
    accounts.map(({ value }, position) => (told ? [value, told[position] ?? null] : value)),
  ),
  kinds: accounts.map(({ kind }) => IDENTIFIER_KINDS.indexOf(kind)).join(''),
  seenAt,
  reachesTo: seenAt - REACH_MS,
  isDueBefore: seenAt - stepMs,
  isNotableBefore: seenAt - NOTABLE_SILENCE_MS,
  idPrefix: ids.prefix,
  idNumber: ids.number,
});

/**
 * Source: the names of a call, in `position`, `kind` and `name`; where `isTold`, with the metadata told of each in `told`;
 * none where `condition` does not hold.
 */
const namesIn = ($: Names<SightingValues>, isTold: boolean, condition: SQL = sql`1`): SQL => sql`
  (SELECT key AS position, CASE substr(CAST(${$.kinds} AS BLOB), key + 1, 1) ${KIND_OF_DIGIT} END AS kind,
    ${isTold ? sql`value ->> 0 AS name, value ->> 1 AS told` : sql`value AS name, NULL AS told`}
   FROM json_each(iif(${condition}, ${$.names}, '[]')))`;

/** Up to so many names are asked for one by one; of more, D1 bills the whole list, which is little beside what each costs. */
const FEW_DUE = 64;

/** Query: the same by their places, at no row read; `column1` is the place. Each is found by a walk from the beginning. */
const namesAt = ($: Names<SightingValues>, isTold: boolean, capacity: number): SQL => {
  const places = sql.raw(Array.from({ length: capacity }, (_, place) => `(${place})`).join(','));
  return sql`
    SELECT column1 AS position, CASE substr(CAST(${$.kinds} AS BLOB), column1 + 1, 1) ${KIND_OF_DIGIT} END AS kind,
      ${
        isTold
          ? sql`${$.names} -> column1 ->> 0 AS name, ${$.names} -> column1 ->> 1 AS told`
          : sql`${$.names} ->> column1 AS name, NULL AS told`
      }
    FROM (VALUES ${places})`;
};

const KIND_OF_DIGIT = sql.raw(
  IDENTIFIER_KINDS.map((kind, digit) => `WHEN CAST('${digit}' AS BLOB) THEN '${kind}'`).join(' '),
);

/** Join: the identifier `i` that a name of `named` is; of a bare name that nobody was registered by, whom it means here. */
const joinIdentifier = ($: Names<SightingValues>, how: 'CROSS' | 'LEFT'): SQL => {
  // Within CASE, SQLite asks the index of the primary key itself, at no row read.
  const isUnclaimed = sql`named.kind = 'username' AND
    CASE WHEN (${$.communityId}, 'username', named.name) IN (SELECT community_id, kind, value FROM account_identifiers)
    THEN 0 ELSE 1 END`;
  return sql`${sql.raw(how)} JOIN account_identifiers AS i ON i.community_id = ${$.communityId}
    AND i.kind = CASE WHEN ${isUnclaimed} THEN 'called' ELSE named.kind END
    AND i.value = CASE WHEN ${isUnclaimed} THEN ${$.prefix} || named.name ELSE named.name END`;
};

/** Join: the open session `s` of the account of `i` on the server. */
const joinOpen = ($: Names<Server>): SQL => sql`
  LEFT JOIN sessions AS s INDEXED BY sessions_open ON s.community_id = ${$.communityId}
    AND s.server_id = ${$.serverId} AND s.account_id = i.account_id AND s.ended_at IS NULL`;

/**
 * Expression: the latest session of the account on the server, as `[id, started_at, last_seen_at, limit, ended_at,
 * is_resumable, continues_id, metadata]`: whether silence ended it, and neither a reset nor an administrator's word came since.
 */
const latestOf = ($: Names<SightingValues>): SQL => sql`
  (SELECT json_array(id, started_at, last_seen_at, ${limitMsSql($)}, ended_at,
      close_kind = 'auto_closed' AND voided_at IS NULL AND started_at >= coalesce(${known($, 'reset_at')}, 0)
      AND last_seen_at <= ${$.seenAt} AND NOT ${isCorrectedSql('l')}, continues_id, metadata)
   FROM (
    SELECT * FROM sessions NOT INDEXED
    WHERE community_id = ${$.communityId} AND account_id = i.account_id AND started_at >= ${$.reachesTo}
      AND server_id = ${$.serverId}
    ORDER BY started_at DESC, id DESC LIMIT 1) AS l)`;

/** Expression: what becomes of the `latest` session; `otherwise` where silence did not end it, or more came since. */
const outcomeOfLatest = ($: Names<SightingValues>, otherwise: SQL): SQL => sql`
  iif(latest ->> 5, iif(${$.seenAt} - (latest ->> 2) > (latest ->> 3), 'resumed', 'kept'), ${otherwise})`;

/** Condition: the community has a webhook endpoint. */
const isHeard = ($: Names<Server>): SQL => sql`
  EXISTS (SELECT 1 FROM webhook_endpoints INDEXED BY webhook_endpoints_by_community WHERE community_id = ${$.communityId})`;

/** Expressions: the three lists of the view (db/live/session_sightings.sql), of rows with the columns of their objects. */
const LISTS = sql.raw(`
  json_group_array(json_object('account_id', account_id, 'started_at', started_at, 'id', id, 'silent_since', silent_since,
    'listed_as', listed_as, 'told', told)) FILTER (WHERE outcome = 'seen'),
  json_group_array(json_object('account_id', account_id, 'started_at', started_at, 'id', id, 'listed_as', listed_as))
    FILTER (WHERE outcome = 'kept'),
  json_group_array(json_object('position', position, 'outcome', outcome, 'account_id', account_id, 'id', id,
    'started_at', started_at, 'seen_at', seen_at, 'ends_at', ends_at, 'reason', reason, 'metadata', metadata,
    'continues_id', continues_id, 'listed_as', listed_as, 'told', told, 'listed', listed))
    FILTER (WHERE outcome IN ('gone', 'expired', 'started', 'resumed', 'restarted', 'changed'))`);

/** The start of the statement: the columns of the view, and those of its values that say what call it is. */
const insertion = ($: Names<SightingValues>, isRoster: boolean): SQL => sql`
  INSERT INTO session_sightings (community_id, server_id, at, is_start_observed, id_prefix, id_number, is_heard, found,
    seen, kept, changes)
  SELECT ${$.communityId}, ${$.serverId}, ${$.seenAt}, ${sql.raw(isRoster ? '1' : '0')}, ${$.idPrefix}, ${$.idNumber},
    ${isHeard($)}`;

const note = statement<SightingValues, { readonly found: string }>(($) => {
  const seenAt = lastSeenSql(sql`known.roster_at`, 's.');
  const isSilent = isSilentSql(sql`seen_at`, $.seenAt, $);
  // A silence of a session that was joined by hand stays noted: it was not watched.
  const isNotable = sql`seen_at < ${$.isNotableBefore}
    AND coalesce(resumed_at - silent_since <= ${$.heartbeatTimeoutMs}, 1)`;
  return sql`
    ${insertion($, false)}, json_group_array(json_array(position, outcome, account_id, id)), ${LISTS}
    FROM (
      SELECT position, outcome, account_id, coalesce(id, latest ->> 0) AS id, coalesce(started_at, latest ->> 1) AS started_at,
        coalesce(seen_at, latest ->> 2) AS seen_at, iif(${isNotable}, seen_at, NULL) AS silent_since,
        iif(is_silent, ${unconfirmedEndSql(sql`seen_at`, $)}, NULL) AS ends_at,
        iif(is_silent, ${autoCloseReasonSql($)}, NULL) AS reason, NULL AS metadata, NULL AS continues_id, NULL AS listed_as,
        iif(outcome = 'resumed', coalesce(metadata, latest ->> 7), NULL) AS told, NULL AS listed
      FROM (
        SELECT *, CASE WHEN id IS NULL THEN ${outcomeOfLatest($, sql`'none'`)}
          WHEN is_silent THEN iif(${isCorrectedSql('s')}, 'expired', 'resumed')
          WHEN heartbeat_at IS NULL OR seen_at < ${$.isDueBefore} THEN 'seen' ELSE 'same' END AS outcome
        FROM (
          SELECT *, ${isSilent} AS is_silent FROM (
            SELECT named.position, i.account_id, s.id, s.started_at, ${seenAt} AS seen_at, s.heartbeat_at, s.silent_since,
              s.resumed_at, s.metadata, ${$.communityId} AS community_id, iif(s.id IS NULL, ${latestOf($)}, NULL) AS latest
            FROM ${rosterOf($)} CROSS JOIN ${namesIn($, false)} AS named ${joinIdentifier($, 'CROSS')} ${joinOpen($)}
            LIMIT -1) LIMIT -1) AS s LIMIT -1) LIMIT -1)
    RETURNING found`;
});

/**
 * Statement: notes that the accounts were seen, where the last note is older than the step; starts anew, as continuing the
 * session before, where a silence lies between. Returns a row, of which `toFound` makes one for each account that is known.
 */
export const noteSightings = (sighting: Sighting) => note(valuesOf(sighting));

export const toFound = ({ found }: { readonly found: string }): readonly FoundByHeartbeat[] =>
  JSON.parse(found);

/** What a server says of itself at one time: who is there, all of them. */
export interface Roster extends Sighting {
  /** How many sessions the community may have open; undefined where nobody has to count them. */
  readonly maxOpen: number | undefined;
  /** For each account, a hash of the identifier that lists it and of what is told of it: a safe integer. */
  readonly hashes: readonly number[];
  /** For each account, metadata of its session: a JSON object; undefined where nothing is said of it. */
  readonly told: readonly (string | undefined)[];
  /** The time that the roster gives itself, which orders rosters; `seenAt`, unless the server's clock is ahead. */
  readonly observedAt: number;
  /**
   * How many entries named nobody. Without any, each session still open was seen at its time, and nobody else was. The
   * same holds where the roster before had as many: whoever is in those was in them then, and was not listed.
   */
  readonly unnamed: number;
}

/** How the text of a roster's statement differs from others. */
interface RosterShape {
  readonly isComplete: boolean;
  /** Whether anything is told of anybody. */
  readonly isTold: boolean;
  /** Whether the sessions that are open are counted before one starts. */
  readonly isCounted: boolean;
  /** At least as many as are listed; one of a few numbers. */
  readonly capacity: number;
}

interface RosterValues extends SightingValues, Buckets {
  readonly hashes: string;
  readonly length: number;
  readonly observedAt: number;
  readonly unnamed: number;
  /** 0 where nothing is counted. */
  readonly maxOpen: number;
}

/** Source: what the server's row says, in one row: `roster_at`, `unnamed`, and whether no newer roster has come already. */
const rosterOf = ($: Names<Server>, observedAt?: SQLWrapper): SQL => sql`
  (SELECT max(roster_seen_at) AS roster_at, coalesce(max(roster_unnamed), 0) AS unnamed
    ${observedAt ? sql`, coalesce(max(roster_observed_at) <= ${observedAt}, 1) AS is_newest` : sql``}
   FROM servers WHERE community_id = ${$.communityId} AND server_id = ${$.serverId}) AS known`;

/** JSON, each. */
interface AppliedRow {
  readonly found: string;
  readonly kept: string;
  readonly changes: string;
}

const apply = statementByShape<RosterShape, RosterValues, AppliedRow>(
  ({ isComplete, isTold, isCounted, capacity }, $) => {
    const isListed = isInBuckets($, sql`listed_as`);
    const isSilent = isSilentSql(sql`seen_at`, $.seenAt, $);
    const open = sql`
      open AS MATERIALIZED (
        SELECT is_newest, unnamed, roster_at, count(account_id) AS total, count(DISTINCT listed_as) FILTER (WHERE stays) AS stay,
          json_group_array(listed_as) FILTER (WHERE stays) AS hashes,
          json_group_array(json_array(account_id, started_at, id, last_seen_at, heartbeat_at, metadata, continues_id))
            FILTER (WHERE NOT stays AND account_id IS NOT NULL) AS others
        FROM (
          SELECT is_newest, unnamed, roster_at, s.account_id, s.started_at, s.id, s.listed_as, s.last_seen_at, s.heartbeat_at,
            s.metadata, s.continues_id, NOT is_newest OR (
              ${isListed} AND NOT ${isSilentSql(lastSeenSql(sql`roster_at`, 's.'), $.seenAt, $, 's.')}
              ${isComplete ? sql`` : sql`AND s.last_seen_at >= ${$.isDueBefore}`}) AS stays
          FROM ${rosterOf($, $.observedAt)} LEFT JOIN sessions AS s INDEXED BY sessions_open
            ON s.community_id = ${$.communityId} AND s.server_id = ${$.serverId} AND s.ended_at IS NULL LIMIT -1))`;
    const hash = hashAt($.hashes, sql`named.position`);
    // Within CASE, SQLite does not look for a NULL in the list.
    const isDue = (position: SQL): SQL => sql`
      CASE WHEN ${hashAt($.hashes, position)} IN (SELECT value FROM json_each((SELECT hashes FROM open))) THEN 0 ELSE 1 END`;
    const howManyDue = sql`(SELECT iif(is_newest, ${$.length} - stay, 0) FROM open)`;
    const few = sql.raw(String(FEW_DUE));
    const named = sql`
      (${namesAt($, isTold, capacity)} WHERE ${howManyDue} BETWEEN 1 AND ${few} AND column1 < ${$.length} AND ${isDue(sql`column1`)}
       UNION ALL SELECT * FROM ${namesIn($, isTold, sql`${howManyDue} > ${few}`)} WHERE ${isDue(sql`position`)}) AS named`;
    const due = sql`
      due AS MATERIALIZED (
        SELECT named.position, ${hash} AS hash, named.told, i.account_id, s.id,
          s.started_at, s.last_seen_at, s.heartbeat_at, s.listed_as, s.metadata, s.continues_id,
          iif(s.id IS NULL, ${latestOf($)}, NULL) AS latest
        FROM ${named} ${joinIdentifier($, 'LEFT')} ${joinOpen($)})`;
    const started = isCounted
      ? sql`iif((SELECT count(*) FROM due AS earlier WHERE earlier.id IS NULL AND earlier.account_id IS NOT NULL
          AND earlier.position <= due.position) <= ${$.maxOpen} - (SELECT count(*) FROM (
            SELECT 1 FROM sessions INDEXED BY sessions_open
            WHERE community_id = ${$.communityId} AND ended_at IS NULL LIMIT ${$.maxOpen})), 'started', 'full')`
      : sql`'started'`;
    const isLater = sql`max(started_at, last_seen_at) > ${$.seenAt}`;
    // What is new about a session is added to it; what is not what it has said so far is another session.
    const known = sql`json_patch('{}', metadata)`;
    const isOther = sql`told IS NOT NULL
      AND json_patch(json_patch(${known}, told), ${known}) <> json_patch(${known}, told)`;
    const present = sql`
      SELECT *, CASE WHEN account_id IS NULL THEN 'unknown'
          WHEN id IS NULL THEN ${outcomeOfLatest(
            $,
            sql`CASE WHEN latest ->> 1 > ${$.seenAt} THEN 'early' WHEN latest ->> 4 > ${$.seenAt} THEN 'overtaken'
              ELSE ${started} END`,
          )}
          WHEN started_at > ${$.seenAt} THEN 'early' WHEN ${isLater} THEN 'same'
          WHEN is_silent THEN iif(${isCorrectedSql('due')}, 'restarted', 'resumed')
          WHEN listed_as <> hash AND ${isListed} THEN 'duplicate'
          ${isTold ? sql`WHEN ${isOther} THEN 'changed'` : sql``} ELSE 'seen' END AS outcome
      FROM (SELECT *, ${isSilent} AS is_silent FROM (
        SELECT *, ${$.communityId} AS community_id, ${lastSeenSql(sql`(SELECT roster_at FROM open)`)} AS seen_at FROM due LIMIT -1)
        LIMIT -1) AS due LIMIT -1`;
    const absent = sql`
      SELECT *, CASE WHEN ${isLater} THEN 'overtaken' WHEN is_silent THEN 'expired' ELSE 'gone' END AS outcome
      FROM (SELECT *, ${isSilent} AS is_silent FROM (
        SELECT *, ${lastSeenSql(sql`roster_at`)} AS seen_at FROM (
          SELECT value ->> 0 AS account_id, value ->> 1 AS started_at, value ->> 2 AS id, value ->> 3 AS last_seen_at,
            value ->> 4 AS heartbeat_at, value ->> 5 AS metadata, value ->> 6 AS continues_id, open.roster_at
          FROM open CROSS JOIN json_each(open.others)
          WHERE ${isComplete ? sql`1` : sql`open.unnamed >= ${$.unnamed}`} LIMIT -1) LIMIT -1) LIMIT -1)
      WHERE account_id NOT IN (SELECT account_id FROM due WHERE account_id IS NOT NULL)`;
    const endsAt = (otherwise: SQL) =>
      sql`iif(is_silent, ${unconfirmedEndSql(sql`seen_at`, $)}, ${otherwise}) AS ends_at,
        iif(is_silent, ${autoCloseReasonSql($)}, NULL) AS reason`;
    return sql`
      WITH ${open}, ${due}
      ${insertion($, true)}, json_array(
          (SELECT is_newest FROM open), (SELECT total FROM open), json_group_array(position) FILTER (WHERE outcome = 'unknown'),
          json_group_array(position) FILTER (WHERE outcome = 'full'),
          json_group_array(DISTINCT account_id) FILTER (WHERE outcome = 'early')),
        ${LISTS}
      FROM (
        SELECT position, outcome, account_id, coalesce(id, latest ->> 0) AS id,
          coalesce(started_at, latest ->> 1) AS started_at,
          iif(outcome = 'changed', ${$.seenAt}, coalesce(seen_at, latest ->> 2)) AS seen_at, NULL AS silent_since,
          ${endsAt(sql`iif(outcome = 'changed', ${$.seenAt}, NULL)`)}, metadata, continues_id,
          ${isTold ? sql`iif(outcome = 'kept' AND told IS NOT NULL, NULL, hash)` : sql`hash`} AS listed_as,
          ${
            isTold
              ? sql`CASE outcome WHEN 'seen' THEN told WHEN 'changed' THEN json_patch(metadata, told)
                  WHEN 'resumed' THEN json_patch(coalesce(metadata, latest ->> 7), coalesce(told, '{}'))
                  ELSE json_patch('{}', told) END`
              : sql`iif(outcome = 'resumed', coalesce(metadata, latest ->> 7), NULL)`
          } AS told,
          ${
            // Of those that start, it is what is told: not twice, since a value has 2 MB at most.
            isTold ? sql`iif(outcome IN ('changed', 'resumed'), json_patch('{}', told), NULL)` : sql`NULL`
          } AS listed
        FROM (${present})
        UNION ALL
        SELECT NULL, outcome, account_id, id, started_at, seen_at, NULL, ${endsAt(sql`iif(outcome = 'gone', seen_at, NULL)`)},
          metadata, continues_id, NULL, NULL, NULL
        FROM (${absent}))
      RETURNING found, kept, changes`;
  },
  WITH_DOCS && [
    { isComplete: true, isTold: false, isCounted: false, capacity: 1 },
    { isComplete: true, isTold: true, isCounted: true, capacity: 1024 },
    { isComplete: false, isTold: false, isCounted: true, capacity: 2 },
    { isComplete: false, isTold: true, isCounted: false, capacity: 64 },
  ],
);

const valuesOfRoster = (roster: Roster): RosterValues => ({
  ...valuesOf(roster, isTold(roster) ? roster.told : undefined),
  hashes: roster.hashes.map(toWideHash).join(''),
  ...toBuckets(roster.hashes),
  length: roster.hashes.length,
  observedAt: roster.observedAt,
  unnamed: roster.unnamed,
  maxOpen: roster.maxOpen ?? 0,
});

const isTold = ({ told }: Roster): boolean => told.some((metadata) => metadata !== undefined);

/**
 * Statement: makes the open sessions those of the accounts that are listed, where no newer roster has come. Starts who is
 * new, or back after a silence; closes who is gone where it was last seen; and notes the others only in the first roster
 * that lists them, since a complete one is itself the note of who was there (`lastSeen`), or where an incomplete one finds
 * the last note older than the step. An account that is known to have come or gone after the roster's time is left alone here (late/note-early.ts).
 *
 * Most of those who are listed stay, and are known by the hash on their session. So the open ones are read once, and only
 * where somebody else is listed (`due`) are names looked up. Returns a row, for `toApplied`.
 */
export const applyListed = (roster: Roster) =>
  apply(
    {
      isComplete: roster.unnamed === 0,
      isTold: isTold(roster),
      isCounted: roster.maxOpen !== undefined,
      capacity: capacityOf(roster.hashes.length),
    },
    valuesOfRoster(roster),
  );

/** `resolveAccounts` for a roster, of which only the newest changes something. The values are its own. */
export const resolveListed = accountResolver(
  (($: Names<Pick<Roster, 'communityId' | 'serverId' | 'observedAt'>>) => sql`
    NOT EXISTS (SELECT 1 FROM servers
      WHERE community_id = ${$.communityId} AND server_id = ${$.serverId} AND roster_observed_at > ${$.observedAt})`)(
    namesOf(),
  ),
);

/** What a roster came upon, and what it changed. */
export interface Applied {
  /** No newer roster had come already. */
  readonly isNewest: boolean;
  /** How many sessions were open on the server before. */
  readonly openBefore: number;
  /** The places of the names that nobody is known by. */
  readonly unknown: readonly number[];
  /** Those that could not start: the community has as many sessions open as it may have. */
  readonly full: readonly number[];
  /** The accounts that are listed before their latest session began: a later call was here first. */
  readonly early: readonly string[];
  readonly changes: readonly RosterChange[];
  /** The accounts whose sessions go on though a sweep had closed them. */
  readonly kept: readonly { readonly account_id: string }[];
}

export const toApplied = ([row]: readonly AppliedRow[]): Applied => {
  if (!row) throw new Error('A roster returned no row.');
  const [isNewest, openBefore, unknown, full, early]: [number, number, number[], number[], string[]] =
    JSON.parse(row.found);
  return {
    isNewest: isNewest === 1,
    openBefore,
    unknown,
    full,
    early,
    changes: JSON.parse(row.changes),
    kept: JSON.parse(row.kept),
  };
};

const STEPS = sql.raw(String(MAX_STEPS_LENGTH));

const noteRosterAt = statement<
  Server &
    Pick<Limits, 'resetGraceMs'> & {
      readonly observedAt: number;
      readonly seenAt: number;
      readonly rosterSeenAt: number | null;
      readonly unnamed: number;
      readonly incompleteSince: number | null;
      readonly notableSilenceMs: number;
    }
>(($) => {
  const isWhole = sql`roster_unnamed >= excluded.roster_unnamed`;
  const wasSilent = sql`${isWhole} AND ${$.seenAt} - roster_seen_at > ${$.notableSilenceMs}`;
  return sql`
    INSERT INTO servers (community_id, server_id, roster_observed_at, roster_seen_at, roster_unnamed,
      roster_incomplete_since, alive_since, alive_until)
    VALUES (${$.communityId}, ${$.serverId}, ${$.observedAt}, ${$.rosterSeenAt}, ${$.unnamed}, ${$.incompleteSince},
      ${$.seenAt}, ${$.seenAt})
    ON CONFLICT DO UPDATE SET roster_observed_at = excluded.roster_observed_at,
      roster_seen_at = iif(${isWhole}, ${$.seenAt}, roster_seen_at),
      roster_steps = iif(${isWhole} AND ${$.seenAt} <> roster_seen_at, coalesce(substr(
        roster_steps || CAST(${$.seenAt} - roster_seen_at AS INTEGER) || ',', -${STEPS}), ''), roster_steps),
      roster_silent_since = iif(${wasSilent}, roster_seen_at, roster_silent_since),
      roster_resumed_at = iif(${wasSilent}, ${$.seenAt}, roster_resumed_at),
      roster_incomplete_since = iif(excluded.roster_unnamed = 0, NULL,
        coalesce(roster_incomplete_since, excluded.roster_incomplete_since)),
      roster_unnamed = excluded.roster_unnamed,
      ${aliveSql($)}
    WHERE coalesce(roster_observed_at, 0) <= excluded.roster_observed_at`;
});

/** Statement: notes that the roster has been worked in; once, however often it is tried. */
export const noteRoster = ({ communityId, serverId, observedAt, seenAt, unnamed, moment }: Roster) =>
  noteRosterAt({
    communityId,
    serverId,
    resetGraceMs: limitsOf(moment.settings).resetGraceMs,
    observedAt,
    seenAt,
    rosterSeenAt: unnamed === 0 ? seenAt : null,
    unnamed,
    incompleteSince: unnamed === 0 ? null : seenAt,
    notableSilenceMs: NOTABLE_SILENCE_MS,
  });
