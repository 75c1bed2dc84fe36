/**
 * The SQL of which sessions reach into a period, and what of them lies in it. Totals and intervals are made of these:
 * summary-queries.ts, session-list-queries.ts.
 *
 * The sessions of an account lie together, in the order of their start (the primary key), so to read them account by
 * account costs a sixth of what it costs by the index of all, and they need not be sorted to be grouped by account. But
 * it asks for every account that the community ever had. So it is done only where the period has many more sessions than
 * there are accounts, as a sample of it tells: then those are read by account that began in the period, else by the index.
 * Few began before it, or are open; those have their own ways.
 */
import { allOf, type Names, type SQL, sql } from '../../db/statement.ts';
import type { IdentifierKind } from '../accounts/identifiers.ts';
import { isSilentSql, type Limits } from './rules.ts';
import { reachTable } from './start-order-queries.ts';

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

/** What the text of a statement depends on. */
export interface FilterShape {
  /** By what one account is named; `ids`: those whose ids are listed; null: all. */
  readonly accounts: IdentifierKind | 'ids' | null;
  readonly hasServer: boolean;
  readonly hasMetadata: boolean;
}

/** The values of a filter. A statement takes those by their names that its shape needs. */
export interface FilterValues {
  readonly communityId: number;
  readonly from: number;
  readonly to: number;
  readonly account: string | null;
  readonly sliceMs: number;
  /** A JSON array of ids. */
  readonly accountIds: string | null;
  readonly serverId: number | null;
  readonly metadataPath: string | null;
  readonly metadataValue: string | null;
  readonly timeoutMs: number;
}

export const shapeOf = ({ account, serverId, metadata }: SummaryFilter): FilterShape => ({
  accounts: account?.kind ?? null,
  hasServer: serverId !== undefined,
  hasMetadata: metadata !== undefined,
});

export const valuesOf = (
  communityId: number,
  { from, to, account, serverId, metadata }: SummaryFilter,
  heartbeatTimeoutMs: number,
): FilterValues => ({
  communityId,
  from,
  to,
  // A month, or a twelfth of the period: a value of D1 has 2 MB, and an account may have a session a minute.
  sliceMs: Math.max(31 * 86_400_000, Math.ceil((to - from) / 12)),
  account: account?.value ?? null,
  accountIds: null,
  serverId: serverId ?? null,
  metadataPath: metadata ? `$."${metadata.key}"` : null,
  metadataValue: metadata?.value ?? null,
  timeoutMs: heartbeatTimeoutMs,
});

/** Where a value goes; some names depend on the shape. */
const value = (name: keyof FilterValues): SQL => sql`${sql.placeholder(name)}`;

/** Expression: a value as an integer; D1 sends every number as a floating-point one, which SQLite divides as such. */
export const int = (name: string): SQL => sql`CAST(${sql.placeholder(name)} AS INTEGER)`;

/** Expression: the id that the account's sessions are under. */
const accountId = (kind: IdentifierKind): SQL => {
  const known = sql`(
    SELECT account_id FROM account_identifiers
    WHERE community_id = ${value('communityId')} AND kind = ${sql.raw(`'${kind}'`)} AND value = ${value('account')})`;
  // An id is also that of an account that was erased, or merged into another one.
  return kind === 'accId' ? sql`coalesce(${known}, ${value('account')})` : known;
};

/** Condition: the session `s` counts, and is on the server and has the metadata that are asked for. */
const counts = ({ hasServer, hasMetadata }: FilterShape): SQL =>
  allOf([
    sql`s.close_kind IS NOT 'cleared' AND s.voided_at IS NULL`,
    hasServer ? sql`s.server_id = ${value('serverId')}` : undefined,
    hasMetadata ? hasMetadataValue() : undefined,
  ]);

/** Condition: the metadata have the value that is asked for; as a text, or as a number or a boolean that is written so. */
export const hasMetadataValue = (): SQL =>
  sql`metadata -> ${value('metadataPath')} IN (json_quote(${value('metadataValue')}), ${value('metadataValue')})`;

/** The sample: a sixty-fourth of the period, in its middle. */
const SAMPLED = 64;
/** As many sessions are counted in it at most. */
const MAX_SAMPLE = 2500;
/** For each session of the sample, so many accounts are asked for one by one at most: where each has some 32 sessions. */
const ACCOUNTS_OF_SAMPLED = 2;

const COLUMNS = sql.raw(`
  s.account_id, s.server_id, s.id, s.started_at, s.last_seen_at, s.close_kind, s.heartbeat_at, s.silent_since, s.resumed_at`);

/** Expression: which slice of the period it begins in. A row that lists sessions has those of a slice. */
export const SLICE_OF_SESSION = sql`(started_at - ${int('from')}) / ${int('sliceMs')}`;

/** Source: closed sessions `s` of the community, by how far they reach. */
const byReach = (communityId: SQL): SQL => sql`
  ${reachTable()} CROSS JOIN sessions AS s INDEXED BY sessions_by_reach
    ON s.community_id = ${communityId} AND s.reach_ms = reach.column1 AND s.ended_at IS NOT NULL`;

/** Tables: the accounts whose sessions are read one after the other, `listed (id)`; and who says so. */
export const listedAccounts = ({ accounts }: FilterShape): SQL => {
  if (accounts === 'ids')
    return sql`listed (id) AS MATERIALIZED (SELECT value FROM json_each(${value('accountIds')}))`;
  if (accounts !== null) return sql`listed (id) AS MATERIALIZED (SELECT ${accountId(accounts)})`;
  const sampleFrom = sql`${value('from')} + (${value('to')} - ${value('from')}) * ${sql.raw(String((SAMPLED - 1) / 2 / SAMPLED))}`;
  const sampleTo = sql`${value('from')} + (${value('to')} - ${value('from')}) * ${sql.raw(String((SAMPLED + 1) / 2 / SAMPLED))}`;
  const ofCommunity = sql`FROM sessions AS next NOT INDEXED WHERE next.community_id = ${value('communityId')}`;
  return sql`
    sample (size) AS MATERIALIZED (SELECT count(*) FROM (
      SELECT 1 FROM ${byReach(value('communityId'))}
      WHERE s.started_at >= ${sampleFrom} AND s.started_at < ${sampleTo} LIMIT ${sql.raw(String(MAX_SAMPLE))})),
    known (id) AS MATERIALIZED (
      SELECT min(account_id) ${ofCommunity} AND (SELECT size FROM sample) > 0
      UNION ALL
      SELECT (SELECT account_id ${ofCommunity} AND next.account_id > known.id ORDER BY account_id LIMIT 1)
      FROM known WHERE known.id IS NOT NULL LIMIT (SELECT size * ${sql.raw(String(ACCOUNTS_OF_SAMPLED))} + 1 FROM sample)),
    by_account (is_chosen) AS MATERIALIZED (
      SELECT (SELECT count(*) FROM known) <= (SELECT size * ${sql.raw(String(ACCOUNTS_OF_SAMPLED))} FROM sample)),
    listed (id) AS (SELECT id FROM known WHERE id IS NOT NULL AND (SELECT is_chosen FROM by_account))`;
};

/** Query: the closed sessions of the listed account `listed` that began in the period, or in a part of it, in their order. */
export const ofListedAccount = (
  shape: FilterShape,
  { from, to } = { from: sql`${value('from')}`, to: sql`${value('to')}` },
): SQL =>
  cut(sql`
    SELECT ${COLUMNS}, s.ended_at AS until FROM sessions AS s NOT INDEXED
    WHERE s.community_id = ${value('communityId')} AND s.account_id = listed.id
      AND s.started_at >= ${from} AND s.started_at < ${to} AND s.ended_at IS NOT NULL
      AND ${counts(shape)}`);

/** Query: the same of all accounts that are listed, account by account. */
export const ofListedAccounts = (shape: FilterShape): SQL =>
  cut(sql`
    SELECT ${COLUMNS}, s.ended_at AS until FROM listed CROSS JOIN sessions AS s NOT INDEXED
    WHERE s.community_id = ${value('communityId')} AND s.account_id = listed.id
      AND s.started_at >= ${value('from')} AND s.started_at < ${value('to')} AND s.ended_at IS NOT NULL
      AND ${counts(shape)}`);

/** Condition: of an account that is asked for. */
const isOfAccount = ({ accounts }: FilterShape): SQL | undefined =>
  accounts === null ? undefined : sql`s.account_id IN (SELECT id FROM listed)`;

/** Query: the closed sessions that began in the period, where no accounts are listed because there are too many. */
export const ofAllAccounts = (shape: FilterShape): SQL =>
  cut(sql`
    SELECT ${COLUMNS}, s.ended_at AS until
    FROM ${byReach(sql`(SELECT iif(is_chosen, NULL, ${value('communityId')}) FROM by_account)`)}
    WHERE s.started_at >= ${value('from')} AND s.started_at < ${value('to')} AND ${counts(shape)}`);

/**
 * Query: the closed sessions that began before the period and reach into it. Of those no longer than a reach none that
 * began earlier than that before the period can, so hardly any other row is read (db/schema/sessions.ts).
 */
export const fromBefore = (shape: FilterShape): SQL =>
  cut(sql`
    SELECT ${COLUMNS}, s.ended_at AS until FROM ${byReach(value('communityId'))}
    WHERE ${allOf([
      sql`s.started_at > ${value('from')} - reach.column1 AND s.started_at < ${value('from')} AND s.ended_at > ${value('from')}`,
      isOfAccount(shape),
      counts(shape),
    ])}`);

/** Expression: until when the session `s` counts; of an open one, until it was last seen: as `lastSeen` in rules.ts. */
const UNTIL = sql.raw(`
  coalesce(s.ended_at, max(s.last_seen_at, coalesce((
    SELECT iif(r.roster_seen_at >= s.started_at, r.roster_seen_at, 0) FROM servers AS r
    WHERE r.community_id = s.community_id AND r.server_id = s.server_id), 0)))`);

/** Of so many sessions that begin in one of the same account it is told when they are there. */
export const MAX_COVERING = 32;

/**
 * Expression: what of the session `q` sessions of the same account are in, too, which began later; NULL where the account's
 * next one begins when it is over. For that one row is read. (An id behind a character is behind that id, and before every
 * other.)
 *
 * Where one of those spans all the others, as nearly always: for how long, in milliseconds. Else the part of each, `start end
 * start end`, in milliseconds after `from`, of at most `MAX_COVERING` + 1 of them.
 */
export const coveredTime = (shape: FilterShape): SQL => {
  const later = (what: SQL, where: SQL): SQL => sql`
    SELECT ${what} FROM sessions AS s NOT INDEXED
    WHERE s.community_id = ${value('communityId')} AND s.account_id = q.account_id
      AND (s.started_at, s.id) >= (q.started_at, q.id || '~') AND s.started_at < q.e ${where}`;
  return sql`
    iif(EXISTS (${later(sql`1`, sql``)}), (
      SELECT iif(count(*) <= ${sql.raw(String(MAX_COVERING))} AND max(finish - begin) = max(finish) - min(begin),
        max(finish) - min(begin), group_concat(begin || ' ' || finish, ' '))
      FROM (
        SELECT max(q.s, started_at) - ${int('from')} AS begin, max(q.s, min(q.e, until)) - ${int('from')} AS finish
        FROM (
          ${later(sql`s.started_at, ${UNTIL} AS until`, sql`AND ${counts(shape)}`)}
          ORDER BY s.started_at LIMIT ${sql.raw(String(MAX_COVERING + 1))}))), NULL)`;
};

/** Query: the open sessions `s` that began before the period's end, with until when they count. */
const open = (shape: FilterShape): SQL => sql`
  SELECT ${COLUMNS}, ${UNTIL} AS until
  FROM sessions AS s INDEXED BY sessions_open
  WHERE ${allOf([
    sql`s.community_id = ${value('communityId')} AND s.ended_at IS NULL AND s.started_at < ${value('to')}`,
    isOfAccount(shape),
    counts(shape),
  ])} LIMIT -1`;

/** Query: the open sessions that were seen in the period. */
export const openOnes = (shape: FilterShape): SQL =>
  cut(sql`SELECT * FROM (${open(shape)}) WHERE until > ${value('from')} OR started_at >= ${value('from')}`);

/** Query: the same of who was on: who is open and not silent for longer than the limit (values of the statement) is on now. */
export const openUntilNow = (shape: FilterShape, $: Names<Limits & { readonly now: number }>): SQL =>
  cut(sql`
    SELECT * FROM (
      SELECT account_id, server_id, id, started_at, close_kind, heartbeat_at, silent_since, resumed_at, last_seen_at,
        iif(${isSilentSql(sql`until`, $.now, $)}, until, max(until, ${int('now')})) AS until
      FROM (${open(shape)}) LIMIT -1)
    WHERE until > ${value('from')} OR started_at >= ${value('from')}`);

/** Expression: whether a session that is cut was watched all the time (1) or not at all (0); NULL: in part. */
export const isWatched = sql.raw(`
  CASE WHEN c = e AND w = x THEN 0 WHEN c = e AND w = s AND x = e AND (h > g) IS NOT 1 THEN 1 END`);

/**
 * Query: the sessions, cut to the period: `s` to `e` counts, to `c` it is confirmed, from `w` to `x` it was watched, but for
 * `g` to `h` (as rules.ts says it). `seen_at` of an open one is until when it counts.
 */
const cut = (sessions: SQL): SQL => sql`
  SELECT account_id, server_id, id, started_at, until, s, e, iif(close_kind = 'stopped', e, x) AS c,
    min(max(s, watched_from), x) AS w, x,
    iif(resumed_at - silent_since > ${int('timeoutMs')}, max(s, watched_from, silent_since), NULL) AS g,
    min(x, resumed_at) AS h
  FROM (
    SELECT *, max(s, min(e, seen_at)) AS x,
      iif(coalesce(heartbeat_at, seen_at) - started_at <= ${int('timeoutMs')}, started_at, coalesce(heartbeat_at, seen_at))
        AS watched_from
    FROM (
      SELECT account_id, server_id, id, started_at, until, close_kind, heartbeat_at, silent_since, resumed_at,
        iif(close_kind IS NULL, until, last_seen_at) AS seen_at,
        max(started_at, ${int('from')}) AS s,
        max(started_at, ${int('from')}, min(until, ${int('to')})) AS e
      FROM (${sessions}) LIMIT -1))`;
