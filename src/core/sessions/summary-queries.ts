/**
 * The SQL of totals. The database finds the sessions that reach into a period, cuts them to it and adds them up, by
 * whatever they are grouped by; what comes back is a row for each group. Where the calendar cuts, a group also says in
 * which pieces of the calendar its sessions begin and end (lib/calendar-spans.ts); session-totals.ts shares their time out.
 */
import { REACHES_MS } from '../../db/schema/sessions.ts';
import { allOf, type SQL, type Statement, sql, statementByShape, type Value } from '../../db/statement.ts';
import { PIECES_OF_STRETCH } from '../../lib/calendar-spans.ts';
import type { IdentifierKind } from '../accounts/identifiers.ts';

/** A value in a session's metadata that is asked for: `{"job": "police"}`. */
export interface MetadataFilter {
  readonly key: string;
  readonly value: string;
}

/** Whose time, where, when. Epoch milliseconds, `to` exclusive. */
export interface SummaryFilter {
  readonly from: number;
  readonly to: number;
  readonly account?: { readonly kind: IdentifierKind; readonly value: string } | undefined;
  readonly serverId?: number | undefined;
  readonly metadata?: MetadataFilter | undefined;
}

/**
 * How the calendar cuts: into units of one length, counted from the epoch by the wall clock of each of the stretches in
 * which a zone has one offset; or at borders, where units have no one length.
 */
export type Cuts =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'units';
      readonly length: number;
      /** When each stretch ends, and what to add to an instant in it before it is divided. */
      readonly stretches: readonly { readonly end: number; readonly shift: number }[];
    }
  | { readonly kind: 'borders'; readonly borders: readonly number[] };

/** What the text of the statement depends on. */
interface SummaryShape {
  readonly byAccount: boolean;
  readonly byServer: boolean;
  /** The number of stretches or borders; null where nothing is cut. */
  readonly cuts: { readonly kind: 'units' | 'borders'; readonly count: number } | null;
  /** Whether the intervals are wanted, so that time on two servers at once can be counted once. */
  readonly withIntervals: boolean;
  readonly accountKind: IdentifierKind | null;
  readonly hasServer: boolean;
  readonly hasMetadata: boolean;
}

type Values = Readonly<Record<string, Value>>;

/** Where a value goes; some names depend on the shape. */
const value = (name: string) => sql.placeholder(name);

/** Sessions of one group. Times are sums over its sessions, in milliseconds. */
export interface SummaryRow {
  readonly account_id: string | null;
  readonly server_id: number | null;
  readonly sessions: number;
  /** Where nothing is cut. */
  readonly ms: number;
  readonly confirmed_ms: number;
  readonly watched_ms: number;
  /** The pieces that the sessions begin and end in, where the calendar cuts, and the sums of how long after `from`. */
  readonly first_piece: number | null;
  readonly last_piece: number | null;
  readonly starts: number | null;
  readonly ends: number | null;
  /** Whether they were watched all the time (1) or not at all (0); null for the one session that says more in `parts`. */
  readonly is_watched: number | null;
  /** Of a session that is confirmed or watched in parts: `[confirmedUntil, watchedFrom, watchedUntil, gapFrom, gapUntil, start, end]`. */
  readonly parts: string | null;
  /** `start end` of each session, in milliseconds after `from`, where intervals are wanted and there are several. */
  readonly intervals: string | null;
}

/** Expression: a value as an integer; D1 sends every number as a floating-point one, which SQLite divides as such. */
const int = (name: string): SQL => sql`CAST(${value(name)} AS INTEGER)`;

/** Expression: the number of the piece that an instant of the period lies in. */
const pieceNumber = ({ kind, count }: NonNullable<SummaryShape['cuts']>, at: SQL): SQL => {
  const inStretch = (index: number): SQL =>
    sql`${sql.raw(String(index * PIECES_OF_STRETCH))} + (${at} + ${int(`shift${index}`)}) / ${int('length')}`;
  const isBefore = (name: string): SQL => sql`${at} < ${int(name)}`;
  if (kind === 'borders') {
    /** Between the borders `low` and `high`: as few comparisons as there can be. */
    const search = (low: number, high: number): SQL => {
      if (low === high) return sql.raw(String(low));
      const middle = Math.ceil((low + high) / 2);
      return sql`iif(${isBefore(`border${middle}`)}, ${search(low, middle - 1)}, ${search(middle, high)})`;
    };
    return search(0, count - 1);
  }
  let expression = inStretch(count - 1);
  for (let index = count - 2; index >= 0; index--) {
    expression = sql`iif(${isBefore(`end${index}`)}, ${inStretch(index)}, ${expression})`;
  }
  return expression;
};

/** Expression: the id that the account's sessions are under. */
const accountId = (kind: IdentifierKind): SQL => {
  const known = sql`(
    SELECT account_id FROM account_identifiers
    WHERE community_id = ${value('communityId')} AND kind = ${sql.raw(`'${kind}'`)} AND value = ${value('account')})`;
  // An id is also that of an account that was erased, or merged into another one.
  return kind === 'accId' ? sql`coalesce(${known}, ${value('account')})` : known;
};

/** Condition: a session that counts, of the account, on the server, with the metadata that are asked for. */
const counts = ({ accountKind, hasServer, hasMetadata }: SummaryShape): SQL =>
  allOf([
    sql`community_id = ${value('communityId')} AND close_kind IS NOT 'cleared' AND voided_at IS NULL`,
    accountKind === null ? undefined : sql`account_id = ${accountId(accountKind)}`,
    hasServer ? sql`server_id = ${value('serverId')}` : undefined,
    hasMetadata ? hasMetadataValue() : undefined,
  ]);

/** Condition: the metadata have the value that is asked for; as a text, or as a number or a boolean that is written so. */
export const hasMetadataValue = (): SQL =>
  sql`metadata -> ${value('metadataPath')} IN (json_quote(${value('metadataValue')}), ${value('metadataValue')})`;

/** The values of `hasMetadataValue`. */
export const metadataValues = (filter: MetadataFilter | undefined) =>
  filter ? { metadataPath: `$."${filter.key}"`, metadataValue: filter.value } : {};

const REACHES = sql.raw(`(VALUES ${REACHES_MS.map((reachMs) => `(${reachMs})`).join(', ')})`);

const COLUMNS = sql.raw(
  'account_id, server_id, started_at, last_seen_at, close_kind, heartbeat_at, silent_since, resumed_at',
);

/**
 * Query: the sessions that reach into the period. Of closed ones no longer than a reach, none that began earlier than that
 * before the period can reach into it, so hardly any other row is read (db/schema/sessions.ts). An account's own sessions
 * are listed; only those that began before the period are looked for among all.
 */
const reachingSessions = (shape: SummaryShape): SQL => {
  const reaching = (until: SQL): SQL => sql`
    SELECT ${COLUMNS}, ended_at AS until
    FROM ${REACHES} AS reach CROSS JOIN sessions INDEXED BY sessions_by_reach
    WHERE ${counts(shape)} AND reach_ms = reach.column1 AND ended_at IS NOT NULL
      AND started_at > ${value('from')} - reach.column1 AND started_at < ${until}
      AND (ended_at > ${value('from')} OR started_at >= ${value('from')})`;
  const closed =
    shape.accountKind === null
      ? reaching(sql`${value('to')}`)
      : sql`
        ${reaching(sql`${value('from')}`)}
        UNION ALL
        SELECT ${COLUMNS}, ended_at AS until FROM sessions NOT INDEXED
        WHERE ${counts(shape)} AND ended_at IS NOT NULL AND started_at >= ${value('from')} AND started_at < ${value('to')}`;
  // When everybody in the newest roster of a server was there: as `lastSeen` in rules.ts.
  return sql`
    ${closed}
    UNION ALL
    SELECT * FROM (
      SELECT ${COLUMNS}, max(last_seen_at, coalesce((
        SELECT iif(r.roster_seen_at >= started_at, r.roster_seen_at, 0) FROM servers AS r
        WHERE r.community_id = sessions.community_id AND r.server_id = sessions.server_id), 0)) AS until
      FROM sessions INDEXED BY sessions_open
      WHERE ${counts(shape)} AND ended_at IS NULL AND started_at < ${value('to')})
    WHERE until > ${value('from')} OR started_at >= ${value('from')}`;
};

/**
 * Query: those sessions, cut to the period: `s` to `e` counts, to `c` it is confirmed, from `w` to `x` it was watched, but
 * for `g` to `h` (as rules.ts says it). `seen_at` of an open one is until when it counts.
 */
const cutSessions = (shape: SummaryShape): SQL => sql`
  SELECT account_id, server_id, s, e,
    iif(close_kind = 'stopped', e, x) AS c, min(max(s, watched_from), x) AS w, x,
    iif(resumed_at - silent_since > ${int('timeoutMs')}, max(s, watched_from, silent_since), NULL) AS g,
    min(x, resumed_at) AS h
  FROM (
    SELECT *, max(s, min(e, seen_at)) AS x
    FROM (
      SELECT account_id, server_id, close_kind, silent_since, resumed_at,
        iif(close_kind IS NULL, until, last_seen_at) AS seen_at,
        iif(coalesce(heartbeat_at, iif(close_kind IS NULL, until, last_seen_at)) - started_at <= ${int('timeoutMs')},
          started_at, coalesce(heartbeat_at, iif(close_kind IS NULL, until, last_seen_at))) AS watched_from,
        max(started_at, ${int('from')}) AS s,
        max(started_at, ${int('from')}, min(until, ${int('to')})) AS e
      FROM (${reachingSessions(shape)})))`;

const EXAMPLES: readonly SummaryShape[] = [
  {
    byAccount: true,
    byServer: false,
    cuts: { kind: 'units', count: 3 },
    withIntervals: true,
    accountKind: 'accId',
    hasServer: true,
    hasMetadata: true,
  },
  {
    byAccount: false,
    byServer: true,
    cuts: { kind: 'borders', count: 13 },
    withIntervals: false,
    accountKind: 'discord',
    hasServer: false,
    hasMetadata: false,
  },
  {
    byAccount: true,
    byServer: true,
    cuts: null,
    withIntervals: false,
    accountKind: null,
    hasServer: false,
    hasMetadata: false,
  },
];

const buildSummary = (shape: SummaryShape): SQL => {
  const from = int('from');
  const account = shape.byAccount ? sql`account_id` : sql`NULL`;
  const server = shape.byServer ? sql`server_id` : sql`NULL`;
  const intervals = shape.withIntervals
    ? sql`iif(count(*) > 1, group_concat((s - ${from}) || ' ' || (e - ${from}), ' '), NULL)`
    : sql`NULL`;
  if (!shape.cuts) {
    const groups = [shape.byAccount ? account : undefined, shape.byServer ? server : undefined].filter(
      (column) => column !== undefined,
    );
    return sql`
      SELECT ${account} AS account_id, ${server} AS server_id, count(*) AS sessions,
        sum(e - s) AS ms, sum(c - s) AS confirmed_ms, sum(x - w - max(0, coalesce(h - g, 0))) AS watched_ms,
        NULL AS first_piece, NULL AS last_piece, sum(s - ${from}) AS starts, sum(e - ${from}) AS ends,
        NULL AS is_watched, NULL AS parts, ${intervals} AS intervals
      FROM (${cutSessions(shape)})
      ${groups.length > 0 ? sql`GROUP BY ${sql.join(groups, sql`, `)}` : sql``}`;
  }
  const isWatched = sql`CASE WHEN c = e AND w = x THEN 0 WHEN c = e AND w = s AND x = e AND g IS NULL THEN 1 END`;
  return sql`
    SELECT ${account} AS account_id, ${server} AS server_id, count(*) AS sessions,
      0 AS ms, 0 AS confirmed_ms, 0 AS watched_ms, first_piece, last_piece,
      sum(s - ${from}) AS starts, sum(e - ${from}) AS ends, is_watched, parts, ${intervals} AS intervals
    FROM (
      SELECT *, iif(is_watched IS NULL, json_array(c, w, x, g, h, s, e), NULL) AS parts
      FROM (
        SELECT *, ${isWatched} AS is_watched,
          ${pieceNumber(shape.cuts, sql`s`)} AS first_piece,
          ${pieceNumber(shape.cuts, sql`max(s, e - 1)`)} AS last_piece
        FROM (${cutSessions(shape)})))
    GROUP BY ${sql.join(
      [
        ...(shape.byAccount ? [account] : []),
        ...(shape.byServer ? [server] : []),
        sql`first_piece, last_piece, is_watched, parts`,
      ],
      sql`, `,
    )}`;
};

const summary = statementByShape<SummaryShape, Values, SummaryRow>(buildSummary, EXAMPLES);

/** Statement: what the sessions of a period come to, a row for each group. */
export const selectSummary = (
  communityId: number,
  filter: SummaryFilter,
  {
    byAccount,
    byServer,
    cuts,
    withIntervals,
    heartbeatTimeoutMs,
  }: {
    readonly byAccount: boolean;
    readonly byServer: boolean;
    readonly cuts: Cuts;
    readonly withIntervals: boolean;
    readonly heartbeatTimeoutMs: number;
  },
): Statement<SummaryRow> =>
  summary(
    {
      byAccount,
      byServer,
      cuts: cuts.kind === 'none' ? null : { kind: cuts.kind, count: countOf(cuts) },
      withIntervals,
      accountKind: filter.account?.kind ?? null,
      hasServer: filter.serverId !== undefined,
      hasMetadata: filter.metadata !== undefined,
    },
    {
      communityId,
      from: filter.from,
      to: filter.to,
      timeoutMs: heartbeatTimeoutMs,
      account: filter.account?.value ?? null,
      serverId: filter.serverId ?? null,
      ...metadataValues(filter.metadata),
      ...valuesOf(cuts),
    },
  );

const countOf = (cuts: Exclude<Cuts, { kind: 'none' }>): number =>
  cuts.kind === 'units' ? cuts.stretches.length : cuts.borders.length;

const valuesOf = (cuts: Cuts): Record<string, number> => {
  if (cuts.kind === 'none') return {};
  if (cuts.kind === 'borders') {
    return Object.fromEntries(cuts.borders.map((border, index) => [`border${index}`, border]));
  }
  return Object.fromEntries([
    ['length', cuts.length],
    ...cuts.stretches.flatMap(({ end, shift }, index) => [
      [`end${index}`, end],
      [`shift${index}`, shift],
    ]),
  ]);
};

const BY_ACCOUNT: SummaryShape = {
  byAccount: true,
  byServer: false,
  cuts: null,
  withIntervals: false,
  accountKind: null,
  hasServer: false,
  hasMetadata: false,
};

/** Query, with the values `communityId`, `from`, `to`, `timeoutMs`: what each account's time comes to. */
export const selectTotalsByAccount: SQL = buildSummary(BY_ACCOUNT);
