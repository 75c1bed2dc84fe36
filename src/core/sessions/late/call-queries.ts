/**
 * The SQL of the journal of calls (schema/activity-calls.ts): who was first with an event, what is newer than a call,
 * and the effect of a late one.
 */
import type { Json } from '../../../db/json.ts';
import {
  type Names,
  namesOf,
  type SQL,
  type SQLWrapper,
  type Statement,
  sql,
  statement,
  statementByShape,
} from '../../../db/statement.ts';
import type { Settings } from '../../access/settings.ts';
import type { Identifier } from '../../accounts/identifiers.ts';
import {
  accountIdOfCall,
  accountResolver,
  joinIdentifier,
  NAMINGS,
  type NamedAccount,
  type Naming,
  namedAccount,
  namingOf,
  prefixOf,
} from '../../accounts/resolve-queries.ts';
import type { EventType } from '../../webhooks/model.ts';
import { sessionEvent, sessionJson } from '../../webhooks/outbox-queries.ts';
import {
  isCorrectedSql,
  knownOf,
  type Moment,
  type MomentValues,
  momentValues,
  resetNote,
  SEEN_AT_OF_S,
  SESSION_COLUMNS_SQL,
  type Server,
} from '../queries.ts';
import type { ActivityAction } from '../record-activity.ts';
import { isSilentSql, type Limits, limitMsSql } from '../rules.ts';
import { CLOSE_KINDS, type CloseKind, RETRACTED, type Session, type SessionRow } from '../session.ts';
import { reachTable } from '../start-order-queries.ts';
import type { PendingCallRow, PendingSessionRow } from './to-timeline.ts';

/** Names a call in the journal. */
export interface CallKey {
  readonly communityId: number;
  readonly eventId: string;
}

export interface NewCall extends CallKey {
  readonly id: string;
  readonly serverId: number;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
  readonly receivedAt: number;
}

/** How far back a session that is still going on is looked for. */
const REACH_MS = sql.raw(String(31 * 86_400_000));

const isCall = ($: Names<CallKey>): SQL => sql`community_id = ${$.communityId} AND event_id = ${$.eventId}`;

/** Condition: nobody has sent this event yet. */
const isNewCall = ($: Names<CallKey>): SQL =>
  sql`NOT EXISTS (SELECT 1 FROM activity_calls WHERE ${isCall($)})`;

/** `resolveAccounts` for a call of the journal, of which the first changes something. The values are its key. */
export const resolveAccountsOfCall = accountResolver(isNewCall(namesOf<CallKey>()));

/** Condition on a session `s` beside `known`: it has a trace of something at `moment.now` or later, or of a silence. */
const reachesBeyond = ($: Names<MomentValues>): SQL => sql`
  (started_at >= ${$.now} OR last_seen_at > ${$.now} OR ended_at >= ${$.now} OR gone_at >= ${$.now}
    OR close_kind = 'auto_closed'
    OR (ended_at IS NULL AND ${isSilentSql(SEEN_AT_OF_S, $.now, $, 's.')}))`;

/**
 * Expression: when a call happened. Where that lies in a closed period, and the event is not known yet, it is NULL, which the
 * column refuses: the whole batch fails, and the call becomes a question (periods/hold-call.ts). Else no row is read.
 */
const openTime = ($: Names<NewCall>, accountId: SQLWrapper): SQL => sql`
  CASE WHEN EXISTS (
      SELECT 1 FROM periods INDEXED BY periods_closed
      WHERE community_id = ${$.communityId} AND reopened_at IS NULL
        AND to_at > ${$.occurredAt} AND from_at <= ${$.occurredAt}
        AND unlocked_for IS NOT ${accountId} AND unlocked_for IS NOT '*')
    AND ${isNewCall($)}
  THEN NULL ELSE ${$.occurredAt} END`;

const insertCallRow = statementByShape<
  Naming,
  NewCall &
    NamedAccount &
    MomentValues & {
      readonly action: ActivityAction;
      readonly metadata: string | null;
      readonly clearReason: string | null;
    }
>(
  (naming, $) => sql`
    INSERT INTO activity_calls (community_id, event_id, id, server_id, account_id, action, occurred_at, received_at,
      metadata, clear_reason, is_late)
    SELECT ${$.communityId}, ${$.eventId}, ${$.id}, ${$.serverId}, account.account_id, ${$.action},
      ${openTime($, sql`account.account_id`)}, ${$.receivedAt}, ${$.metadata}, ${$.clearReason},
      EXISTS (
        SELECT 1 FROM activity_calls INDEXED BY activity_calls_by_account
        WHERE community_id = ${$.communityId} AND server_id = ${$.serverId}
          AND account_id IN (account.account_id, '') AND occurred_at >= ${$.occurredAt})
      OR EXISTS (
        SELECT 1 FROM (
          SELECT started_at, last_seen_at, ended_at, close_kind, heartbeat_at, gone_at
          FROM sessions NOT INDEXED
          WHERE community_id = ${$.communityId} AND account_id = account.account_id
            AND started_at >= ${$.occurredAt} - ${REACH_MS} AND server_id = ${$.serverId}
          ORDER BY started_at DESC LIMIT 1) AS s CROSS JOIN ${knownOf($)}
        WHERE ${reachesBeyond($)})
      OR EXISTS (
        SELECT 1 FROM servers WHERE community_id = ${$.communityId} AND server_id = ${$.serverId}
          AND (reset_at >= ${$.occurredAt} OR roster_seen_at >= ${$.occurredAt}))
    FROM (SELECT ${accountIdOfCall(naming, $)} AS account_id LIMIT 1) AS account
    WHERE account.account_id IS NOT NULL
    ON CONFLICT DO NOTHING`,
  WITH_DOCS && NAMINGS,
);

/**
 * Statement: notes a call of the account that the identifier names, unless its event is known already. It is late where
 * something newer is known of that account and server, or where silence has to be judged.
 */
export const insertCall = (
  call: NewCall,
  account: Identifier,
  {
    action,
    metadata,
    clearReason,
  }: { action: ActivityAction; metadata?: string | undefined; clearReason?: string | undefined },
  moment: Moment,
): Statement =>
  insertCallRow(namingOf(account), {
    ...call,
    ...namedAccount(call.communityId, call.serverId, account),
    ...momentValues(moment),
    action,
    metadata: metadata ?? null,
    clearReason: clearReason ?? null,
  });

/** Statement: notes a server reset whose effect is still to be worked out, unless its event is known already. */
export const insertReset = statement<NewCall>(
  ($) => sql`
    INSERT INTO activity_calls (community_id, event_id, id, server_id, account_id, action, occurred_at, received_at,
      is_late)
    VALUES (${$.communityId}, ${$.eventId}, ${$.id}, ${$.serverId}, '', 'reset', ${openTime($, sql`''`)},
      ${$.receivedAt}, true)
    ON CONFLICT DO NOTHING`,
);

/** Statement: keeps what a call that came in time is answered with: the session that it started, else that it closed. */
export const answerTimelyCall = statement<NewCall>(
  ($) => sql`
    UPDATE activity_calls SET answer = (
      SELECT json_group_array(${sessionJson((column) => column)}) FROM (
        SELECT ${SESSION_COLUMNS_SQL} FROM sessions NOT INDEXED
        WHERE community_id = ${$.communityId} AND account_id = activity_calls.account_id
          AND started_at BETWEEN ${$.occurredAt} - ${REACH_MS} AND ${$.occurredAt} AND server_id = ${$.serverId}
        ORDER BY started_at DESC LIMIT 1)
      WHERE started_at = ${$.occurredAt} OR ended_at = ${$.occurredAt})
    WHERE ${isCall($)} AND id = ${$.id} AND NOT is_late`,
);

/** A call as the journal has it. */
export interface CallRow {
  readonly event_id: string;
  readonly id: string;
  readonly server_id: number;
  readonly account_id: string;
  readonly action: ActivityAction | 'reset' | 'seen' | 'listed' | 'gone';
  readonly occurred_at: number;
  readonly metadata: Json<Session['metadata']> | null;
  readonly clear_reason: string | null;
  readonly answer: Json<readonly SessionRow[]> | null;
}

/** A call, and what is known of its server. */
export interface PendingCall extends CallRow {
  readonly roster_seen_at: number | null;
  readonly reset_at: number | null;
  readonly alive_since: number | null;
  readonly alive_until: number | null;
  readonly alive_before: Json<readonly (readonly [from: number, to: number])[]> | null;
  readonly roster_steps: string | null;
}

const callQuery = ($: Names<CallKey>): SQL => sql`
  SELECT c.event_id, c.id, c.server_id, c.account_id, c.action, c.occurred_at, c.metadata, c.clear_reason, c.answer,
    s.roster_seen_at, s.reset_at, s.alive_since, s.alive_until, s.alive_before, s.roster_steps
  FROM activity_calls AS c LEFT JOIN servers AS s ON s.community_id = c.community_id AND s.server_id = c.server_id
  WHERE c.community_id = ${$.communityId} AND c.event_id = ${$.eventId}`;

/** Statement: a call, and when its server last sent a roster and started anew. */
export const selectCall = statement<CallKey, PendingCall>(callQuery);

/** Query: has a row where this very call, and not an earlier one of the same event, is noted. */
export const selectNoted = statement<NewCall, { 1: 1 }>(
  ($) => sql`SELECT 1 FROM activity_calls WHERE ${isCall($)} AND id = ${$.id}`,
);

/** Query: has a row where the effect of the call is written. */
export const selectAnswered = statement<CallKey, { 1: 1 }>(
  ($) => sql`SELECT 1 FROM activity_calls WHERE ${isCall($)} AND answer IS NOT NULL`,
);

/**
 * Common table expressions: the call, if its effect is still to be written; and `scope`, the accounts that it may
 * concern, each with the time from which on it is worked out (that of its earliest pending call, so that one of many
 * calls at once does the work of all), and the start of the latest session before. A reset concerns those who were there at
 * its time: who still is, whose session ended since, whom a roster has missed since, and whose session only the scheduled
 * job has closed since. And any call is a sign of life of its server: it concerns those whom a later reset has ended at an earlier one.
 */
const pending = ($: Names<CallKey>): SQL => sql`
  WITH call AS (SELECT * FROM activity_calls WHERE ${isCall($)} AND answer IS NULL),
  concerned AS (
    SELECT account_id FROM call WHERE account_id <> ''
    UNION
    SELECT s.account_id FROM call CROSS JOIN sessions AS s INDEXED BY sessions_open
    WHERE call.account_id = '' AND s.community_id = call.community_id AND s.server_id = call.server_id
      AND s.ended_at IS NULL
    UNION
    SELECT s.account_id FROM call CROSS JOIN ${reachTable()} CROSS JOIN sessions AS s INDEXED BY sessions_by_reach
    WHERE call.account_id = '' AND s.community_id = call.community_id AND s.reach_ms = reach.column1
      AND s.started_at >= call.occurred_at - reach.column1 - iif(call.occurred_at < call.received_at, 1000 * (
        SELECT heartbeat_timeout_seconds FROM communities WHERE id = call.community_id), 0)
      AND s.ended_at IS NOT NULL AND (
        s.ended_at >= call.occurred_at OR s.gone_at > call.occurred_at AND s.started_at < call.occurred_at)
      AND s.server_id = call.server_id
    UNION
    SELECT s.account_id FROM call CROSS JOIN communities AS c ON c.id = call.community_id
      CROSS JOIN sessions AS s INDEXED BY sessions_auto_closed
    WHERE call.account_id = '' AND call.occurred_at < call.received_at AND s.close_kind = 'auto_closed'
      AND s.community_id = call.community_id AND s.server_id = call.server_id
      AND s.started_at BETWEEN call.occurred_at - ${REACH_MS} AND call.occurred_at
      AND s.last_seen_at >= call.occurred_at - 1000 * max(c.idle_timeout_seconds, c.heartbeat_timeout_seconds)
    UNION
    SELECT s.account_id FROM call CROSS JOIN sessions AS s INDEXED BY sessions_cut_short
    WHERE s.community_id = call.community_id AND s.server_id = call.server_id AND s.gone_at > call.occurred_at
      AND s.close_kind = 'server_reset' AND s.ended_at < s.gone_at AND s.ended_at < call.occurred_at
  ),
  touched AS (
    SELECT call.community_id, call.server_id, concerned.account_id, min(call.occurred_at, coalesce((
      SELECT min(c.occurred_at) FROM activity_calls AS c INDEXED BY activity_calls_by_account
      WHERE c.community_id = call.community_id AND c.server_id = call.server_id
        AND c.account_id IN (concerned.account_id, '') AND c.answer IS NULL), call.occurred_at)) AS since
    FROM call CROSS JOIN concerned
  ),
  scope AS MATERIALIZED (
    SELECT *, coalesce((
      SELECT started_at FROM sessions AS s NOT INDEXED
      WHERE s.community_id = touched.community_id AND s.account_id = touched.account_id
        AND s.started_at < since AND s.started_at >= since - ${REACH_MS}
        AND s.server_id = touched.server_id
      ORDER BY s.started_at DESC LIMIT 1), since) AS base_at
    FROM touched
  )`;

/** Condition: the session `s` was open when the rosters of its server `r` came again after their last silence. */
const WENT_ON_WITH_ROSTERS = sql`r.roster_resumed_at > max(s.started_at, coalesce(s.resumed_at, 0))
  AND (s.ended_at IS NULL OR s.last_seen_at >= r.roster_resumed_at)`;

const pendingSessions = ($: Names<CallKey>): SQL => sql`
  ${pending($)}
  SELECT scope.since, s.id, s.account_id, s.server_id, s.started_at, max(s.last_seen_at, iif(
      s.ended_at IS NULL AND r.roster_seen_at >= s.started_at, r.roster_seen_at, 0)) AS last_seen_at, s.ended_at,
    s.close_kind, s.clear_reason, s.metadata, s.heartbeat_at, s.is_start_observed, s.gone_at, s.continues_id, s.listed_as,
    s.listed_metadata,
    iif(${WENT_ON_WITH_ROSTERS}, max(r.roster_silent_since, s.started_at), s.silent_since) AS silent_since,
    iif(${WENT_ON_WITH_ROSTERS}, r.roster_resumed_at, s.resumed_at) AS resumed_at, s.origin IS NOT NULL OR EXISTS (
      SELECT 1 FROM session_revisions AS c WHERE c.community_id = s.community_id AND c.session_id = s.id
    ) AS is_corrected, s.voided_at IS NOT NULL AS is_void
  FROM scope CROSS JOIN sessions AS s NOT INDEXED
    LEFT JOIN servers AS r ON r.community_id = s.community_id AND r.server_id = s.server_id
  WHERE s.community_id = scope.community_id AND s.account_id = scope.account_id AND s.started_at >= scope.base_at
    AND s.server_id = scope.server_id
  ORDER BY s.account_id, s.started_at, s.id`;

/** Statement: the sessions that a call whose effect is pending may change. */
export const selectPendingSessions = statement<CallKey, PendingSessionRow>(pendingSessions);

const pendingCalls = ($: Names<CallKey>): SQL => sql`
  ${pending($)}
  SELECT scope.since, c.event_id, c.id, c.server_id, c.account_id, c.action, c.occurred_at, c.metadata, c.clear_reason,
    c.answer
  FROM scope CROSS JOIN activity_calls AS c INDEXED BY activity_calls_by_account
  WHERE c.community_id = scope.community_id AND c.server_id = scope.server_id AND c.account_id = scope.account_id
    AND c.occurred_at >= scope.base_at
  UNION ALL
  SELECT c.occurred_at, c.event_id, c.id, c.server_id, c.account_id, c.action, c.occurred_at, c.metadata,
    c.clear_reason, c.answer
  FROM call CROSS JOIN activity_calls AS c INDEXED BY activity_calls_by_account
  WHERE c.community_id = call.community_id AND c.server_id = call.server_id AND c.account_id = ''
    AND c.occurred_at >= (SELECT min(base_at) FROM scope)
  ORDER BY 5, 2`;

/** Statement: the calls that decide about those sessions. */
export const selectPendingCalls = statement<CallKey, PendingCallRow>(pendingCalls);

/** Names a session's row. */
type RowKey = Pick<SessionRow, 'account_id' | 'started_at' | 'id'>;

/** What a late call changes. */
export interface SessionChanges {
  readonly removed: readonly RowKey[];
  /** As they are to be, and when they started so far. */
  readonly changed: readonly (SessionRow & { readonly old_started_at: number; readonly is_moved: number })[];
  readonly added: readonly SessionRow[];
  /** Calls to be added to the journal. */
  readonly noted: readonly object[];
  /** Calls that get another id, since the session that they start has another one. */
  readonly renamed: readonly Pick<CallRow, 'event_id' | 'id'>[];
}

/** Who settles a call: each attempt has an id, and the first that is written is the one that holds. */
interface Attempt extends CallKey {
  readonly attemptId: string;
}

/** Condition: this attempt is the one that was written. */
const isSettled = ($: Names<Attempt>): SQL => sql`
  EXISTS (SELECT 1 FROM activity_calls WHERE ${isCall($)} AND settled_by = ${$.attemptId})`;

/** The fingerprints of the rows that were read. */
interface Seen {
  readonly sessions: string;
  readonly calls: string;
  readonly server: string;
}

const writeAnswer = statementByShape<
  'with effect' | 'without',
  Attempt & Seen & { answer: string },
  { 1: 1 }
>(
  (effect, $) => sql`
    UPDATE activity_calls SET answer = ${$.answer}, settled_by = ${$.attemptId}
    WHERE ${isCall($)} AND answer IS NULL ${
      effect === 'with effect'
        ? sql`
          AND ${$.sessions} = (
            SELECT json_group_array(json_array(id, last_seen_at, ended_at)) FROM (${pendingSessions($)}))
          AND ${$.calls} = (SELECT json_group_array(id) FROM (${pendingCalls($)}))
          AND ${$.server} = (
            SELECT json_array(roster_seen_at, reset_at, alive_until, alive_before) FROM (${callQuery($)}))`
        : sql``
    }
    RETURNING 1`,
  WITH_DOCS && ['with effect', 'without'],
);

/** The rows of a change, as JSON. */
type Change = Attempt & { readonly rows: string };

const areListed = ($: Names<Change>): SQL => sql`
  community_id = ${$.communityId} AND (account_id, started_at, id) IN (
    SELECT value ->> 'account_id', value ->> 'started_at', value ->> 'id' FROM json_each(${$.rows}))`;

const retractSessions = statement<Change & { reason: string }>(
  ($) => sql`
    UPDATE sessions SET ended_at = started_at, close_kind = 'cleared', clear_reason = ${$.reason}
    WHERE ${areListed($)} AND ${isSettled($)}`,
);

const deleteSessions = statement<Change>(
  ($) => sql`DELETE FROM sessions WHERE ${areListed($)} AND ${isSettled($)}`,
);

const updateSessions = statementByShape<'closed' | 'open', Change>(
  (which, $) => sql`
    UPDATE sessions SET started_at = value ->> 'started_at', is_moved = value ->> 'is_moved',
      is_start_observed = value ->> 'is_start_observed', last_seen_at = value ->> 'last_seen_at', ended_at = value ->> 'ended_at',
      close_kind = value ->> 'close_kind', clear_reason = value ->> 'clear_reason',
      heartbeat_at = value ->> 'heartbeat_at', gone_at = value ->> 'gone_at',
      continues_id = value ->> 'continues_id',
      silent_since = value ->> 'silent_since', resumed_at = value ->> 'resumed_at',
      listed_as = value ->> 'listed_as', listed_metadata = value ->> 'listed_metadata', metadata = value ->> 'metadata'
    FROM json_each(${$.rows})
    WHERE community_id = ${$.communityId} AND account_id = value ->> 'account_id'
      AND started_at = value ->> 'old_started_at' AND sessions.id = value ->> 'id'
      AND value ->> 'ended_at' ${which === 'open' ? sql`IS NULL` : sql`IS NOT NULL`} AND ${isSettled($)}`,
  WITH_DOCS && ['closed', 'open'],
);

const insertSessions = statement<Change>(
  ($) => sql`
    INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, heartbeat_at,
      is_start_observed, ended_at, gone_at, continues_id, silent_since, resumed_at, listed_as, listed_metadata, close_kind,
      clear_reason, metadata)
    SELECT ${$.communityId}, value ->> 'started_at', value ->> 'id', value ->> 'server_id', value ->> 'account_id',
      value ->> 'last_seen_at', value ->> 'heartbeat_at', value ->> 'is_start_observed', value ->> 'ended_at',
      value ->> 'gone_at', value ->> 'continues_id', value ->> 'silent_since', value ->> 'resumed_at',
      value ->> 'listed_as', value ->> 'listed_metadata', value ->> 'close_kind', value ->> 'clear_reason',
      value ->> 'metadata'
    FROM json_each(${$.rows}) WHERE ${isSettled($)}`,
);

/** What is told of a session that was closed before anybody knew of it. */
const closedEvent = (kind: CloseKind): EventType =>
  kind === 'server_reset' ? 'session.corrected' : `session.${kind}`;

const tellSession = statementByShape<
  EventType,
  Attempt & { accountId: string; startedAt: number; sessionId: string }
>(
  (type, $) =>
    sessionEvent(
      type,
      {
        communityId: $.communityId,
        sessionId: $.sessionId,
        source: sql`sessions AS s NOT INDEXED ON s.community_id = ${$.communityId} AND s.account_id = ${$.accountId}
          AND s.started_at = ${$.startedAt}`,
      },
      isSettled($),
    ),
  WITH_DOCS && ['session.started', ...CLOSE_KINDS.map(closedEvent)],
);

const noteCalls = statement<Change>(
  ($) => sql`
    INSERT INTO activity_calls (community_id, event_id, id, server_id, account_id, action, occurred_at, received_at,
      metadata, clear_reason, is_late, answer)
    SELECT community_id, value ->> 'eventId', value ->> 'id', server_id, value ->> 'accountId', value ->> 'kind',
      value ->> 'at', received_at, value ->> 'metadata', value ->> 'clearReason', false, '[]'
    FROM activity_calls CROSS JOIN json_each(${$.rows})
    WHERE ${isCall($)} AND settled_by = ${$.attemptId}
    ON CONFLICT DO NOTHING`,
);

const renameCalls = statement<Change>(
  ($) => sql`
    UPDATE activity_calls SET id = value ->> 'id' FROM json_each(${$.rows})
    WHERE community_id = ${$.communityId} AND event_id = value ->> 'event_id' AND ${isSettled($)}`,
);

const noteLateReset = statement<Server & MomentValues & Attempt>(($) => resetNote($, isSettled($)));

/**
 * Statements: write the effect of a late call and its answer. If what the effect was worked out from does not hold any
 * more, they do nothing, and the first returns no row. (No effect is as good as any: nothing to overwrite.)
 *
 * @param seen the fingerprints of the rows that were read
 */
export const settleCall = (
  { communityId, eventId }: CallKey,
  attemptId: string,
  answer: string,
  seen: Seen,
  { removed, changed, added, noted, renamed }: SessionChanges,
  call: PendingCall,
  settings: Settings,
): [Statement<{ 1: 1 }>, ...Statement[]] => {
  const attempt: Attempt = { communityId, eventId, attemptId };
  const hasEffect = removed.length + changed.length + added.length > 0;
  const changeOf = (rows: readonly object[]): Change => ({ ...attempt, rows: JSON.stringify(rows) });
  return [
    writeAnswer(hasEffect ? 'with effect' : 'without', { ...attempt, ...seen, answer }),
    // Who was told of them is told that they are over.
    ...(removed.length > 0
      ? [retractSessions({ ...changeOf(removed), reason: RETRACTED }), deleteSessions(changeOf(removed))]
      : []),
    // At most one may be open at any time: first what closes, then what opens.
    ...(changed.length > 0
      ? [updateSessions('closed', changeOf(changed)), updateSessions('open', changeOf(changed))]
      : []),
    ...(added.length > 0
      ? [
          insertSessions(changeOf(added)),
          ...added.flatMap(({ id, account_id, started_at, close_kind }) => {
            const values = { ...attempt, accountId: account_id, startedAt: started_at, sessionId: id };
            const started = tellSession('session.started', values);
            return close_kind === null ? [started] : [started, tellSession(closedEvent(close_kind), values)];
          }),
        ]
      : []),
    ...(noted.length > 0 ? [noteCalls(changeOf(noted))] : []),
    ...(renamed.length > 0 ? [renameCalls(changeOf(renamed))] : []),
    ...(call.action === 'reset'
      ? [
          noteLateReset({
            ...attempt,
            serverId: call.server_id,
            ...momentValues({ now: call.occurred_at, settings }),
          }),
        ]
      : []),
  ];
};

/** As the database writes it in `settleCall`. */
export const fingerprintSessions = (
  rows: readonly { id: string; last_seen_at: number; ended_at: number | null }[],
): string => JSON.stringify(rows.map((row) => [row.id, row.last_seen_at, row.ended_at]));

export const fingerprintServer = (call: PendingCall): string =>
  JSON.stringify([call.roster_seen_at, call.reset_at, call.alive_until, call.alive_before]);

export const fingerprintCalls = (rows: readonly { id: string }[]): string =>
  JSON.stringify(rows.map(({ id }) => id));

const selectAccountsListed = statement<
  { communityId: number; serverId: number; prefix: string; items: string },
  { account_id: string; position: number }
>(
  ($) => sql`
    SELECT i.account_id, min(named.position) AS position
    FROM (SELECT key AS position, value AS item FROM json_each(${$.items})) AS named ${joinIdentifier($)}
    GROUP BY i.account_id`,
);

/** Statement: the accounts that are listed, as a roster of the server means them, each with its first place in the list. */
export const selectListed = ({ communityId, serverId }: Server, accounts: readonly Identifier[]) =>
  selectAccountsListed({
    communityId,
    serverId,
    prefix: prefixOf(serverId),
    items: JSON.stringify(accounts.map(({ kind, value }) => [kind, value])),
  });

/** Statement: the accounts that have a session on the server then. */
export const selectPresent = statement<Server & { at: number }, { account_id: string }>(
  ($) => sql`
    SELECT account_id FROM sessions INDEXED BY sessions_open
    WHERE community_id = ${$.communityId} AND server_id = ${$.serverId} AND ended_at IS NULL AND started_at <= ${$.at}
    UNION
    SELECT s.account_id FROM ${reachTable()} CROSS JOIN sessions AS s INDEXED BY sessions_by_reach
    WHERE s.community_id = ${$.communityId} AND s.reach_ms = reach.column1 AND s.server_id = ${$.serverId}
      AND s.started_at BETWEEN ${$.at} - reach.column1 AND ${$.at} AND s.ended_at > ${$.at}`,
);

/** Statement: notes what a roster of the past says, to be worked in: `[{accountId, action, id, eventId, metadata}]` as JSON. */
export const insertObservations = statement<
  Server & { occurredAt: number; receivedAt: number; observations: string }
>(
  ($) => sql`
    INSERT INTO activity_calls (community_id, event_id, id, server_id, account_id, action, occurred_at, received_at,
      metadata, is_late)
    SELECT ${$.communityId}, value ->> 'eventId', value ->> 'id', ${$.serverId}, value ->> 'accountId',
      value ->> 'action', ${$.occurredAt}, ${$.receivedAt}, value ->> 'metadata', true
    FROM json_each(${$.observations}) WHERE true
    ON CONFLICT DO NOTHING`,
);

/** Observations of one roster: their event ids begin with its own and a blank. */
interface RosterKey {
  readonly communityId: number;
  readonly eventId: string;
}

/** Statement: the observations of a roster whose effect is still to be written, first to last. */
export const selectPendingObservations = statement<RosterKey, { event_id: string }>(
  ($) => sql`
    SELECT event_id FROM activity_calls
    WHERE community_id = ${$.communityId} AND event_id > ${$.eventId} || ' ' AND event_id < ${$.eventId} || '!'
      AND answer IS NULL
    ORDER BY event_id`,
);

/** Statement: has a row where a roster of the past has begun to be worked in. */
export const selectObservation = statement<RosterKey, { 1: 1 }>(
  ($) => sql`
    SELECT 1 FROM activity_calls
    WHERE community_id = ${$.communityId} AND event_id > ${$.eventId} || ' ' AND event_id < ${$.eventId} || '!' LIMIT 1`,
);

/** So many of them at most: each costs some statements, of which a call has 50 on the free plan. A later roster tells of the others. */
const MAX_EARLY_SIGHTINGS = 2;

/**
 * Statement: notes, as calls to be worked in, those of the sightings by a roster that lengthen the session before them:
 * it was seen within its limit, and an administrator has said nothing of it. `[{accountId, id, eventId}]` as JSON. Those
 * of an earlier try are returned, too.
 */
export const insertEarlySightings = statement<
  Server & Limits & { seenAt: number; receivedAt: number; sightings: string },
  { event_id: string }
>(
  ($) => sql`
    INSERT INTO activity_calls (community_id, event_id, id, server_id, account_id, action, occurred_at, received_at,
      is_late)
    SELECT ${$.communityId}, value ->> 'eventId', value ->> 'id', ${$.serverId}, value ->> 'accountId', 'listed',
      ${$.seenAt}, ${$.receivedAt}, true
    FROM json_each(${$.sightings})
    WHERE (
      SELECT close_kind IN ('auto_closed', 'superseded') AND voided_at IS NULL AND last_seen_at <= ${$.seenAt}
        AND ${$.seenAt} - last_seen_at <= ${limitMsSql($)} AND NOT ${isCorrectedSql('l')}
      FROM (
        SELECT * FROM sessions NOT INDEXED
        WHERE community_id = ${$.communityId} AND account_id = value ->> 'accountId' AND server_id = ${$.serverId}
          AND started_at BETWEEN ${$.seenAt} - ${REACH_MS} AND ${$.seenAt}
        ORDER BY started_at DESC, id DESC LIMIT 1) AS l)
    LIMIT ${sql.raw(String(MAX_EARLY_SIGHTINGS))}
    ON CONFLICT (community_id, event_id) DO UPDATE SET received_at = received_at
    RETURNING event_id`,
);

/** Statement: removes up to `limit` calls that nothing can refer to any more. */
export const deleteOldCalls = statement<{ now: number; limit: number }, { 1: 1 }>(
  ($) => sql`
    DELETE FROM activity_calls WHERE (community_id, event_id) IN (
      SELECT community_id, event_id FROM activity_calls INDEXED BY activity_calls_by_age
      WHERE purge_at < ${$.now} ORDER BY purge_at LIMIT ${$.limit})
    RETURNING 1`,
);
