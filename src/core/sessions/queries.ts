/**
 * The SQL of sessions. What a call does depends on what is open, so each statement decides for itself, inside the one
 * batch (D1 has no interactive transaction).
 */
import {
  type Names,
  type SQL,
  type SQLWrapper,
  type Statement,
  sql,
  statement,
  statementByShape,
} from '../../db/statement.ts';
import type { Settings } from '../access/settings.ts';
import type { Identifier } from '../accounts/identifiers.ts';
import { sessionsAccountIdOf } from '../accounts/queries.ts';
import {
  accountIdOfCall,
  NAMINGS,
  type NamedAccount,
  type Naming,
  namedAccount,
  namingOf,
} from '../accounts/resolve-queries.ts';
import { sessionEvent, sessionJson } from '../webhooks/outbox-queries.ts';
import {
  autoCloseReasonSql,
  isOpenSilentSql,
  isSilentSql,
  isStopBelievedSql,
  type Limits,
  lastSeenSql,
  limitsOf,
  limitsOfCommunity,
  resetEndSql,
  unconfirmedEndSql,
} from './rules.ts';
import { SERVER_RESET, SESSION_COLUMNS, type SessionColumns, SUPERSEDED } from './session.ts';

/** A server of a community. */
export interface Server {
  readonly communityId: number;
  readonly serverId: number;
}

/** One account on one server, as the values of a statement. Where there is no such account, a statement does nothing. */
export interface Place extends Server, NamedAccount {
  /** How the account is found: as a call names it; or, of a call that the journal has, as that was noted. */
  readonly by: Naming | 'call';
  readonly eventId: string;
  readonly callId: string;
}

export const BY = [...NAMINGS, 'call'] as const;

export const placeOf = (server: Server, account: Identifier): Place => ({
  ...namedAccount(server.communityId, server.serverId, account),
  by: namingOf(account),
  serverId: server.serverId,
  eventId: '',
  callId: '',
});

/** The place of a call that came in time and first; nowhere, so that nothing is done, for any other. */
export const placeOfCall = (call: Server & { readonly eventId: string; readonly id: string }): Place => ({
  communityId: call.communityId,
  serverId: call.serverId,
  by: 'call',
  kind: '',
  value: '',
  called: '',
  eventId: call.eventId,
  callId: call.id,
});

/** Expression: the account's id; NULL where there is none. */
export const accountOf = (by: Place['by'], $: Names<Place>): SQL =>
  by === 'call'
    ? sql`
      (SELECT account_id FROM activity_calls
       WHERE community_id = ${$.communityId} AND event_id = ${$.eventId} AND id = ${$.callId} AND NOT is_late)`
    : accountIdOfCall(by, $);

/** When something happens, and the settings it is judged by. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly settings: Settings;
}

/** A moment as the values of a statement. */
export type MomentValues = Limits & { readonly now: number };

export const momentValues = ({ now, settings }: Moment): MomentValues => ({ now, ...limitsOf(settings) });

export const SESSION_COLUMNS_SQL = sql.raw(SESSION_COLUMNS.join(', '));

/** Expression: what the server's row says; NULL where there is none. */
export const known = ($: Names<Server>, column: 'roster_seen_at' | 'alive_until' | 'reset_at'): SQL => sql`
  (SELECT ${sql.raw(column)} FROM servers WHERE community_id = ${$.communityId} AND server_id = ${$.serverId})`;

/** Source: the same in one row that is read once, for many sessions: \`roster_at\`, \`alive_at\` and \`reset_at\`. */
export const knownOf = ($: Names<Server>): SQL => sql`
  (SELECT max(roster_seen_at) AS roster_at, max(alive_until) AS alive_at, max(reset_at) AS reset_at FROM servers
   WHERE community_id = ${$.communityId} AND server_id = ${$.serverId}) AS known`;
export const SEEN_AT_OF_S = lastSeenSql(sql`known.roster_at`, 's.');

/** Expression: when an open session of the server was last seen. */
const seenAt = ($: Names<Server>): SQL => lastSeenSql(known($, 'roster_seen_at'));

/** Condition: silence has ended the open session of the server. */
const isSilentAt = ($: Names<Server & MomentValues>): SQL =>
  isOpenSilentSql(known($, 'roster_seen_at'), $.now, $);

/** Expression: when the open session was last seen, on its server; `name` is what the statement calls it. */
export const lastSeenOf = (name: 's' | 'sessions'): SQL => {
  const at = sql.raw(name);
  return lastSeenSql(
    sql`(
    SELECT roster_seen_at FROM servers AS r
    WHERE r.community_id = ${at}.community_id AND r.server_id = ${at}.server_id)`,
    `${name}.`,
  );
};

/** Condition on a session `name`: somebody has corrected it by hand, so that nothing but a stop while it is open changes it. */
export const isCorrectedSql = (name: 's' | 'l' | 'due' | 'sessions'): SQL => {
  const at = sql.raw(name);
  return sql`EXISTS (
    SELECT 1 FROM session_revisions AS v
    WHERE v.community_id = ${at}.community_id AND v.session_id = ${at}.id)`;
};

/** Expression: a session's metadata with those of a call merged into them (RFC 7396): a stop adds to what a start said. */
const merged = (metadata: SQLWrapper): SQL => sql`coalesce(json_patch(metadata, ${metadata}), metadata)`;

/** Expression: the present; but not before what is known already, where a client's clock was ahead. */
const notBeforeLastSeen = (now: SQLWrapper): SQL => sql`max(${now}, last_seen_at)`;

/** What becomes of an open session by a call; each part an expression. */
interface Close {
  readonly kind: SQL;
  readonly endedAt: SQL;
  readonly reason: SQLWrapper;
  /** Where it is not when it was last seen so far. */
  readonly lastSeenAt?: SQL;
  /** When the server said that it is over. */
  readonly goneAt?: SQLWrapper;
}

/**
 * Assignments: closes an open session; but one that silence has ended by the time of the call, as the sweep would have
 * closed it. So it does not matter for anybody's hours whether the sweep came in time.
 */
const closeBy = ($: Names<Server & MomentValues>, close: Close): SQL => sql`
  (ended_at, close_kind, clear_reason, last_seen_at, gone_at) = (
    SELECT iif(is_silent, ${unconfirmedEndSql(SEEN_AT, $)}, ${close.endedAt}),
      iif(is_silent, 'auto_closed', ${close.kind}), iif(is_silent, ${autoCloseReasonSql($)}, ${close.reason}),
      iif(is_silent, seen_at, ${close.lastSeenAt ?? SEEN_AT}), iif(is_silent, NULL, ${close.goneAt ?? sql`NULL`})
    FROM (SELECT seen_at, ${isSilentSql(SEEN_AT, $.now, $)} AS is_silent FROM (
      SELECT ${seenAt($)} AS seen_at LIMIT 1) LIMIT 1))`;

/** Within `closeBy`: when the session was last seen. */
const SEEN_AT = sql`seen_at`;

/** A session to open. */
interface Opening {
  readonly id: string;
  readonly now: number;
  /** A JSON object; null for none. */
  readonly metadata: string | null;
}

/** The start of an INSERT: the session that a start opens, for the account if it is known. */
const insertion = (by: Place['by'], $: Names<Place & Opening>): SQL => sql`
  INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, metadata)
  SELECT ${$.communityId}, ${$.now}, ${$.id}, ${$.serverId}, account_id, ${$.now}, coalesce(${$.metadata}, '{}')
  FROM (SELECT ${accountOf(by, $)} AS account_id LIMIT 1) WHERE account_id IS NOT NULL`;

const openSessionRow = statementByShape<Place['by'], Place & Opening, SessionColumns>(
  (by, $) => sql`${insertion(by, $)} RETURNING ${SESSION_COLUMNS_SQL}`,
  WITH_DOCS && BY,
);

/** Statement: opens a session; none may be open. */
export const openSession = (place: Place, id: string, now: number, metadata: string | undefined) =>
  openSessionRow(place.by, { ...place, id, now, metadata: metadata ?? null });

const expire = statementByShape<Place['by'], Place & MomentValues>(
  (by, $) => sql`
    UPDATE sessions INDEXED BY sessions_open
    SET ended_at = ${unconfirmedEndSql(seenAt($), $)}, last_seen_at = ${seenAt($)},
      close_kind = 'auto_closed', clear_reason = ${autoCloseReasonSql($)}
    WHERE ${isOpenAt(by, $)} AND ${isSilentAt($)}`,
  WITH_DOCS && BY,
);

/** Statement: closes the account's open session, if silence has ended it. */
export const expireSession = (place: Place, moment: Moment) =>
  expire(place.by, { ...place, ...momentValues(moment) });

const toggle = statementByShape<Place['by'], Place & MomentValues & Opening, SessionColumns>(
  (by, $) => sql`
    ${insertion(by, $)}
    ON CONFLICT (community_id, server_id, account_id) WHERE ended_at IS NULL
    DO UPDATE SET ended_at = ${notBeforeLastSeen($.now)}, last_seen_at = ${notBeforeLastSeen($.now)},
      close_kind = 'stopped', metadata = ${merged($.metadata)}
    WHERE NOT ${isSilentAt($)}
    RETURNING ${SESSION_COLUMNS_SQL}`,
  WITH_DOCS && BY,
);

/**
 * Statement: opens a session, or stops the one that is open, by the rule of the partial unique index. Does nothing, and
 * returns no row, where silence has ended the one that is open (`expireSession`).
 */
export const toggleSession = (place: Place, id: string, moment: Moment, metadata: string | undefined) =>
  toggle(place.by, { ...place, ...momentValues(moment), id, metadata: metadata ?? null });

const isOpenAt = (by: Place['by'], $: Names<Place>): SQL => sql`
  community_id = ${$.communityId} AND server_id = ${$.serverId}
  AND account_id = ${accountOf(by, $)} AND ended_at IS NULL`;

/** Query: the key of the open session, or none. */
const openAt = (by: Place['by'], $: Names<Place>): SQL => sql`
  SELECT account_id, started_at, id FROM sessions INDEXED BY sessions_open WHERE ${isOpenAt(by, $)}`;

const insertStarted = statementByShape<Place['by'], Place & { readonly id: string }>(
  (by, $) =>
    sessionEvent('session.started', {
      communityId: $.communityId,
      sessionId: $.id,
      source: sql`sessions AS s INDEXED BY sessions_open ON s.community_id = ${$.communityId}
        AND s.server_id = ${$.serverId} AND s.account_id = ${accountOf(by, $)} AND s.ended_at IS NULL`,
    }),
  WITH_DOCS && BY,
);

/** Statement, after that which opens the session `id`: tells the webhooks of it. */
export const tellStarted = (place: Place, id: string) => insertStarted(place.by, { ...place, id });

/**
 * Query: the key of the session that a stop is for: the open one; or, where there is none, the latest one if silence ended
 * it, it began less than `maxSessionSeconds` ago, and neither a reset nor an administrator's word came since.
 */
const stoppableAt = (by: Place['by'], $: Names<Place & MomentValues>): SQL => sql`
  ${openAt(by, $)}
  UNION ALL
  SELECT account_id, started_at, id FROM (
    SELECT * FROM sessions NOT INDEXED
    WHERE community_id = ${$.communityId}
      AND account_id = ${accountOf(by, $)}
      AND started_at >= ${$.now} - ${$.maxSessionMs}
      AND server_id = ${$.serverId}
    ORDER BY started_at DESC, id DESC LIMIT 1
  ) AS l
  WHERE close_kind = 'auto_closed' AND voided_at IS NULL
    AND started_at >= coalesce(${known($, 'reset_at')}, 0) AND NOT ${isCorrectedSql('l')}
  LIMIT 1`;

const stop = statementByShape<
  Place['by'],
  Place & MomentValues & { readonly metadata: string | null },
  SessionColumns
>((by, $) => {
  // Of one that silence has ended already, the newest roster tells nothing.
  const lastSeenAt = sql`iif(ended_at IS NULL, ${seenAt($)}, last_seen_at)`;
  const isBelieved = sql`iif(ended_at IS NULL AND NOT ${isSilentAt($)}, 1,
      ${isStopBelievedSql(sql`iif(ended_at IS NULL, 0, last_seen_at)`, $.now, $)})`;
  const end = notBeforeLastSeen($.now);
  return sql`
      UPDATE sessions SET (ended_at, close_kind, clear_reason, last_seen_at, metadata) = (
        SELECT iif(is_believed, ${end}, coalesce(ended_at, ${unconfirmedEndSql(lastSeenAt, $)})),
          iif(is_believed, 'stopped', 'auto_closed'),
          iif(is_believed, NULL, coalesce(clear_reason, ${autoCloseReasonSql($)})),
          iif(is_believed, ${end}, ${lastSeenAt}),
          iif(is_believed, ${merged($.metadata)}, metadata)
        FROM (SELECT ${isBelieved} AS is_believed LIMIT 1))
      WHERE community_id = ${$.communityId} AND (account_id, started_at, id) = (${stoppableAt(by, $)})
      RETURNING ${SESSION_COLUMNS_SQL}`;
}, WITH_DOCS && BY);

/**
 * Statement: stops the session that the stop is for. Where the stop is not believed, silence ends an open one, and one that
 * is closed stays as it is (`isAnswerTo` tells whether the call is answered with it).
 */
export const stopSession = (place: Place, moment: Moment, metadata: string | undefined) =>
  stop(place.by, { ...place, ...momentValues(moment), metadata: metadata ?? null });

const selectKeyToClose = statementByShape<
  { by: Place['by']; isStop: boolean },
  Place & MomentValues,
  { key: string }
>(
  ({ by, isStop }, $) => sql`
    SELECT json_array(account_id, started_at, id) AS key FROM (${isStop ? stoppableAt(by, $) : openAt(by, $)})`,
  WITH_DOCS &&
    BY.flatMap((by) => [
      { by, isStop: true },
      { by, isStop: false },
    ]),
);

/**
 * Query, to be asked before a change: the key (`[account_id, started_at, id]`) of the session that it closes or continues; none
 * where there is none.
 */
export const keyToClose = (place: Place, isStop: boolean, moment: Moment) =>
  selectKeyToClose({ by: place.by, isStop }, { ...place, ...momentValues(moment) });

/** Expression: a session as a JSON object with its columns, but for the metadata. */
const asJson = (condition: SQL): SQL => sql`
  (SELECT ${sessionJson((column) => (column === 'metadata' ? undefined : column))} FROM sessions WHERE ${condition})`;

const selectChanged = statementByShape<
  { by: Place['by']; isStop: boolean; key: string },
  Place & MomentValues & { id: string },
  { sessions: string }
>(
  ({ by, isStop, key: text }, $) => {
    const key = sql.raw(text);
    const isUnanswered = isStop
      ? sql`close_kind IS 'auto_closed' AND started_at < ${$.now} - ${$.maxSessionMs}`
      : sql`close_kind IS 'auto_closed'`;
    return sql`
      SELECT json_array(json(coalesce(
        ${asJson(sql`community_id = ${$.communityId} AND account_id = ${accountOf(by, $)} AND started_at = ${$.now} AND id = ${$.id}`)},
        ${asJson(sql`
          community_id = ${$.communityId} AND account_id = ${key} ->> 0 AND started_at = ${key} ->> 1 AND id = ${key} ->> 2
          AND NOT (${isUnanswered})`)},
        'null'))) AS sessions`;
  },
  WITH_DOCS &&
    BY.flatMap((by) => [
      { by, isStop: true, key: `'["", 0, ""]'` },
      { by, isStop: false, key: `'["", 0, ""]'` },
    ]),
);

/**
 * Query, to be asked after a change: a JSON array with the session that started at `now` as `id`, else the one of
 * `key` (the SQL of what `keyToClose` has found) if the call is answered with it, else null.
 */
export const changedSession = (place: Place, isStop: boolean, moment: Moment, id: string, key: string) =>
  selectChanged({ by: place.by, isStop, key }, { ...place, ...momentValues(moment), id });

const selectDoneRow = statementByShape<
  Place['by'],
  Place & { now: number; id: string; closeKind: 'stopped' | 'cleared' | null },
  SessionColumns
>(
  (by, $) => sql`
    SELECT ${SESSION_COLUMNS_SQL} FROM sessions NOT INDEXED
    WHERE community_id = ${$.communityId} AND account_id = ${accountOf(by, $)}
      AND (started_at = ${$.now} AND id = ${$.id}
        OR server_id = ${$.serverId} AND ended_at >= ${$.now} AND close_kind = ${$.closeKind})
    ORDER BY started_at DESC LIMIT 1`,
  WITH_DOCS && BY,
);

/**
 * Query: the session that a call at `now` has started as `id`, or closed, so that a call whose answer was lost is known
 * to have been carried out. A call that starts always has the first.
 */
export const selectDone = (
  place: Place,
  { now }: Moment,
  id: string,
  closeKind: 'stopped' | 'cleared' | null,
) => selectDoneRow(place.by, { ...place, now, id, closeKind });

const selectMissing = statementByShape<Place['by'], Place, { is_missing: 1 }>(
  (by, $) => sql`SELECT 1 AS is_missing WHERE ${accountOf(by, $)} IS NULL`,
  WITH_DOCS && BY,
);

/** Query: a row, if there is no such account. */
export const selectHasNoAccount = (place: Place) => selectMissing(place.by, place);

const clear = statementByShape<
  Place['by'],
  Place & MomentValues & { readonly reason: string; readonly metadata: string | null },
  SessionColumns
>(
  (by, $) => sql`
    UPDATE sessions INDEXED BY sessions_open
    SET ${closeBy($, {
      kind: sql`'cleared'`,
      endedAt: notBeforeLastSeen($.now),
      reason: $.reason,
      lastSeenAt: notBeforeLastSeen($.now),
    })},
      metadata = ${merged($.metadata)}
    WHERE ${isOpenAt(by, $)}
    RETURNING ${SESSION_COLUMNS_SQL}`,
  WITH_DOCS && BY,
);

/** Statement: clears the open session: closed now, and left out of every total. */
export const clearSession = (place: Place, moment: Moment, reason: string, metadata?: string | undefined) =>
  clear(place.by, { ...place, ...momentValues(moment), reason, metadata: metadata ?? null });

const supersede = statementByShape<Place['by'], Place & MomentValues & { readonly reason: string }>(
  (by, $) => sql`
    UPDATE sessions INDEXED BY sessions_open
    SET ${closeBy($, { kind: sql`'superseded'`, endedAt: SEEN_AT, reason: $.reason })}
    WHERE ${isOpenAt(by, $)}`,
  WITH_DOCS && BY,
);

/** Statement: closes the open session in favour of a new one: its stop was lost, so it ends when it was last seen. */
export const supersedeSession = (place: Place, moment: Moment) =>
  supersede(place.by, { ...place, ...momentValues(moment), reason: SUPERSEDED });

const reset = statement<Server & MomentValues & { readonly reason: string }, SessionColumns>(
  ($) => sql`
    UPDATE sessions INDEXED BY sessions_open
    SET ${closeBy($, {
      kind: sql`'server_reset'`,
      endedAt: resetEndSql(SEEN_AT, $.now, known($, 'alive_until'), $),
      reason: $.reason,
      goneAt: $.now,
    })}
    WHERE community_id = ${$.communityId} AND server_id = ${$.serverId} AND ended_at IS NULL
    RETURNING ${SESSION_COLUMNS_SQL}`,
);

/** Statement, before `noteReset`: closes all open sessions of a server. */
export const resetSessions = ({ communityId, serverId }: Server, moment: Moment) =>
  reset({ communityId, serverId, ...momentValues(moment), reason: SERVER_RESET });

/** Query: has a row where the server was reset at `now` or later. */
export const selectResetDone = statement<Server & { readonly now: number }, { 1: 1 }>(
  ($) => sql`
    SELECT 1 FROM servers
    WHERE community_id = ${$.communityId} AND server_id = ${$.serverId} AND reset_at >= ${$.now}`,
);

/** Query: the sessions that a reset at `now` has closed. */
export const selectReset = statement<Server & { readonly now: number }, SessionColumns>(
  ($) => sql`
    SELECT ${SESSION_COLUMNS_SQL} FROM sessions
    WHERE community_id = ${$.communityId} AND server_id = ${$.serverId} AND gone_at = ${$.now}
      AND close_kind = 'server_reset'`,
);

/** For so long a server's sign of life stands for those that follow it: at most one row is written in that time. */
const ALIVE_STEP_MS = 300_000;
/** As many stretches of a server's life are remembered, beside the newest. */
const MAX_STRETCHES = sql.raw('64');

/**
 * Assignments to the server's row, of which `excluded.alive_until` is a sign of life: it lengthens the newest stretch,
 * begins another one, or is one of its own where it became known late.
 */
export const aliveSql = ({ resetGraceMs }: { readonly resetGraceMs: SQLWrapper }): SQL => {
  // A silence that no reset minds does not divide two stretches.
  const isNew = sql`excluded.alive_until - alive_until > max(${resetGraceMs}, ${STEP})`;
  const isLate = sql`excluded.alive_until < alive_since`;
  return sql`
    alive_before = iif(${isNew} OR ${isLate}, json_insert(
      iif(json_array_length(alive_before) < ${MAX_STRETCHES}, alive_before, json_remove(alive_before, '$[0]')), '$[#]',
      iif(${isLate}, json_array(excluded.alive_until, excluded.alive_until), json_array(alive_since, alive_until))),
      alive_before),
    alive_since = iif(alive_until IS NULL OR ${isNew}, excluded.alive_until, alive_since),
    alive_until = max(coalesce(alive_until, 0), excluded.alive_until)`;
};

const STEP = sql.raw(String(ALIVE_STEP_MS));

/** Condition on the server's row: the sign of life `excluded.alive_until` tells more than a few minutes of it. */
const isAliveDue = sql`
  (alive_until IS NULL OR excluded.alive_until >= alive_until + ${STEP}
    OR (excluded.alive_until <= alive_since - ${STEP} AND NOT EXISTS (
      SELECT 1 FROM json_each(alive_before)
      WHERE excluded.alive_until BETWEEN (value ->> 0) - ${STEP} AND (value ->> 1) + ${STEP})))`;

const noteAliveAt = statement<Server & MomentValues>(
  ($) => sql`
    INSERT INTO servers (community_id, server_id, alive_since, alive_until)
    VALUES (${$.communityId}, ${$.serverId}, ${$.now}, ${$.now})
    ON CONFLICT DO UPDATE SET ${aliveSql($)} WHERE ${isAliveDue}`,
);

/** Statement: notes a sign of life of the server: any call about it, at the time that the call is about. */
export const noteAlive = ({ communityId, serverId }: Server, moment: Moment) =>
  noteAliveAt({ communityId, serverId, ...momentValues(moment) });

/** A statement: notes that the server started anew, so that no session from before goes on; if `condition` holds. */
export const resetNote = ($: Names<Server & MomentValues>, condition: SQL): SQL => sql`
  INSERT INTO servers (community_id, server_id, reset_at, alive_since, alive_until)
  SELECT ${$.communityId}, ${$.serverId}, ${$.now}, ${$.now}, ${$.now} WHERE ${condition}
  ON CONFLICT DO UPDATE SET reset_at = max(coalesce(reset_at, 0), excluded.reset_at), ${aliveSql($)}`;

const noteResetAt = statement<Server & MomentValues>(($) => resetNote($, sql`true`));

/** Statement: notes that the server started anew. */
export const noteReset = ({ communityId, serverId }: Server, moment: Moment) =>
  noteResetAt({ communityId, serverId, ...momentValues(moment) });

/** How long before an automatic close it is told (session.stale): one period of the scheduled trigger. */
const WARNING_MS = sql.raw('300000');

/** Expression: when the open session `s` was last seen, `r` its server. */
const sweptSeenAt = lastSeenSql(sql`r.roster_seen_at`, 's.');

/** Condition on `s`, `c` and `r`: the open session is stale by its community's settings. */
const isStaleRow = (now: SQLWrapper): SQL => isSilentSql(sweptSeenAt, now, limitsOfCommunity, 's.');

/** Condition: a webhook endpoint of the community asks for session.stale. */
const isStaleHeard = (communityId: SQL): SQL => sql`
  EXISTS (SELECT 1 FROM webhook_endpoints AS e INDEXED BY webhook_endpoints_by_community CROSS JOIN json_each(e.events)
    WHERE e.community_id = ${communityId} AND e.disabled_at IS NULL AND 'session.stale' GLOB value)`;

/**
 * Statement: notes that up to `limit` sessions are stale, each once a silence, where somebody wants to hear of it: they
 * are closed one period of the trigger later at the earliest, so that a bot can ask.
 */
export const noteStaleSessions = statement<{ now: number; limit: number }>(
  ($) => sql`
  UPDATE sessions SET stale_at = ${$.now}, last_seen_at = stale_seen_at
  FROM (
    SELECT s.community_id AS stale_community_id, s.account_id AS stale_account_id,
      s.started_at AS stale_started_at, s.id AS stale_id, ${sweptSeenAt} AS stale_seen_at
    FROM (SELECT DISTINCT community_id FROM webhook_endpoints) AS heard
      CROSS JOIN communities AS c ON c.id = heard.community_id
      CROSS JOIN sessions AS s INDEXED BY sessions_open ON s.community_id = c.id
      LEFT JOIN servers AS r ON r.community_id = s.community_id AND r.server_id = s.server_id
    WHERE c.deleted_at IS NULL AND s.ended_at IS NULL AND ${isStaleHeard(sql`c.id`)} AND ${isStaleRow($.now)}
      AND coalesce(s.stale_at, 0) <= ${sweptSeenAt}
    LIMIT ${$.limit}
  )
  WHERE community_id = stale_community_id AND account_id = stale_account_id
    AND started_at = stale_started_at AND id = stale_id`,
);

/** The order of the index of open sessions: where a sweep goes on. */
export interface OpenSessionKey {
  readonly communityId: number;
  readonly serverId: number;
  readonly accountId: string;
}

const OPEN = 'sessions INDEXED BY sessions_open WHERE ended_at IS NULL AND';
const NEXT_SERVER = `(SELECT min(server_id) FROM ${OPEN} community_id = place.community_id
  AND server_id > place.server_id)`;
const NEXT_COMMUNITY = `(SELECT min(community_id) FROM ${OPEN} community_id > place.community_id)`;

/**
 * Query: the servers that have an open session, from that of `after` on; a loose index scan, of a few rows each, however
 * many sessions they have.
 */
const serversWithOpenSessions = ($: Names<OpenSessionKey>): SQL => sql`
  WITH RECURSIVE place (community_id, server_id) AS (
    SELECT * FROM (SELECT community_id, server_id FROM sessions INDEXED BY sessions_open
      WHERE ended_at IS NULL AND (community_id, server_id) >= (${$.communityId}, ${$.serverId})
      ORDER BY community_id, server_id LIMIT 1)
    UNION ALL
    SELECT iif(${sql.raw(NEXT_SERVER)} IS NULL, ${sql.raw(NEXT_COMMUNITY)}, place.community_id),
      coalesce(${sql.raw(NEXT_SERVER)},
        (SELECT min(server_id) FROM ${sql.raw(OPEN)} community_id = ${sql.raw(NEXT_COMMUNITY)}))
    FROM place WHERE place.server_id IS NOT NULL
  )
  SELECT community_id, server_id FROM place WHERE server_id IS NOT NULL`;

/** Condition on `c` and `r`: the newest roster is so young that nobody on the server can be stale. */
const isServerFresh = (now: SQLWrapper): SQL => sql`
  r.roster_seen_at >= ${now} - 1000 * min(c.heartbeat_timeout_seconds, c.idle_timeout_seconds)`;

/**
 * Statement: closes up to `limit` stale sessions behind `after`, in the order of the index of open sessions, of all
 * communities, each by its community's settings. The loops have that order; to sort by it would read all that is stale.
 * The plus signs keep SQLite from scanning all sessions instead of looking each one up.
 */
export const closeStaleSessions = statement<
  OpenSessionKey & { now: number; limit: number },
  SessionColumns & { readonly community_id: number }
>(
  ($) => sql`
  UPDATE sessions
  SET ended_at = stale_ended_at, last_seen_at = stale_seen_at, close_kind = 'auto_closed', clear_reason = stale_reason
  FROM (
    SELECT s.community_id AS stale_community_id, s.account_id AS stale_account_id,
      s.started_at AS stale_started_at, s.id AS stale_id,
      ${unconfirmedEndSql(sweptSeenAt, limitsOfCommunity, 's.')} AS stale_ended_at,
      ${autoCloseReasonSql(limitsOfCommunity, 's.')} AS stale_reason, ${sweptSeenAt} AS stale_seen_at
    FROM (${serversWithOpenSessions($)}) AS p CROSS JOIN communities AS c ON c.id = p.community_id
      LEFT JOIN servers AS r ON r.community_id = p.community_id AND r.server_id = p.server_id
      CROSS JOIN sessions AS s INDEXED BY sessions_open
        ON s.community_id = p.community_id AND s.server_id = p.server_id AND s.ended_at IS NULL
    WHERE c.deleted_at IS NULL AND NOT coalesce(${isServerFresh($.now)}, 0)
      AND (s.community_id, s.server_id, s.account_id) > (${$.communityId}, ${$.serverId}, ${$.accountId})
      AND ${isStaleRow($.now)}
      AND NOT (c.has_webhooks AND ${isStaleHeard(sql`c.id`)}
        AND NOT coalesce(s.stale_at BETWEEN ${sweptSeenAt} + 1 AND ${$.now} - ${WARNING_MS}, 0))
    LIMIT ${$.limit}
  )
  WHERE community_id = +stale_community_id AND account_id = +stale_account_id
    AND started_at = +stale_started_at AND id = +stale_id
  RETURNING community_id, ${SESSION_COLUMNS_SQL}`,
);

const selectLatest = statementByShape<
  'here' | 'anywhere',
  { communityId: number; accountId: string; serverId: number; limit: number },
  SessionColumns
>(
  (where, $) => sql`
    SELECT ${SESSION_COLUMNS_SQL} FROM sessions NOT INDEXED
    WHERE community_id = ${$.communityId}
      AND account_id = ${sessionsAccountIdOf($)}
      AND voided_at IS NULL
      ${where === 'here' ? sql`AND server_id = ${$.serverId}` : sql``}
    ORDER BY started_at DESC, id DESC LIMIT ${$.limit}`,
  WITH_DOCS && ['here', 'anywhere'],
);

/**
 * Statement: an account's latest sessions but the void ones, newest first; by its id, or by that of an account merged
 * into it.
 */
export const selectLatestSessions = (
  communityId: number,
  accountId: string,
  serverId: number | undefined,
  limit: number,
): Statement<SessionColumns> =>
  selectLatest(serverId === undefined ? 'anywhere' : 'here', {
    communityId,
    accountId,
    serverId: serverId ?? 0,
    limit,
  });
