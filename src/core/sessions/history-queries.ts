/** The SQL of presence and history: sessions, newest first, by whatever is asked for. */

import { allOf } from '../../db/client.ts';
import { type SQL, sql } from '../../db/sql.ts';
import { timeOfUuidV7 } from '../../lib/ids.ts';
import { nameOfSession, sessionsAccountIdOf } from '../accounts/queries.ts';
import { lastSeenOf } from './queries.ts';
import type { CloseKind } from './session.ts';
import { selectByStart } from './start-order-queries.ts';
import type { MetadataFilter } from './summary-queries.ts';

/** Which sessions are asked for. Instants are epoch milliseconds, of the session's start; `to` is exclusive. */
export interface SessionFilter {
  readonly accountId?: string | undefined;
  readonly serverId?: number | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly isOpen?: boolean | undefined;
  readonly closeKind?: CloseKind | undefined;
  readonly includesVoided: boolean;
  readonly metadata?: MetadataFilter | undefined;
}

/** The place of a session in the order of start. */
export interface SessionKey {
  readonly startedAt: number;
  readonly id: string;
}

export interface SessionPage {
  readonly filter: SessionFilter;
  /** The last session of the page before. */
  readonly before: SessionKey | undefined;
  readonly limit: number;
}

/** So many sessions are read for a page at most, where no index answers the filter. */
const MAX_WALK = 5000;

/** The columns of a session `s` with all that is known of it. */
const DETAILS = sql`
  s.id, s.account_id, s.server_id, s.started_at, s.ended_at, s.close_kind, s.clear_reason, s.metadata, s.voided_at, s.origin,
  s.continues_id,
  iif(s.ended_at IS NULL, ${lastSeenOf('s')}, s.last_seen_at) AS last_seen_at, ${nameOfSession} AS name`;

const IDENTIFIERS = sql`
  (SELECT json_group_array(json_object('type', i.kind, 'value', i.value))
   FROM account_identifiers AS i INDEXED BY account_identifiers_by_account
   WHERE i.community_id = s.community_id AND i.account_id = s.account_id AND i.kind <> 'called') AS identifiers`;

/**
 * Condition: the session started in the period, and before those of the page before. Each side is one condition: of two
 * upper bounds SQLite takes the first for the index, and reads on from there what the other one leaves out.
 */
const isInRange = ({ filter: { from, to }, before }: SessionPage): SQL =>
  allOf([
    from === undefined ? undefined : sql`started_at >= ${sql.integer(from)}`,
    before && (to === undefined || before.startedAt < to)
      ? sql`(started_at, id) < (${sql.integer(before.startedAt)}, ${before.id})`
      : to === undefined
        ? undefined
        : sql`started_at < ${sql.integer(to)}`,
  ]);

/** Query: the walk in the order of start, through an account's sessions or through all. */
const walk = (communityId: number, page: SessionPage): SQL => {
  const { accountId, isOpen, closeKind } = page.filter;
  const isWalked = isInRange(page);
  if (accountId === undefined) {
    const isClosed = isOpen === false || closeKind !== undefined;
    return selectByStart(communityId, {
      open: isClosed ? undefined : isWalked,
      closed: isWalked,
      direction: 'DESC',
    });
  }
  return sql`
    SELECT * FROM sessions NOT INDEXED
    WHERE community_id = ${communityId} AND account_id = ${sessionsAccountIdOf(communityId, accountId)} AND ${isWalked}
    ORDER BY started_at DESC, id DESC`;
};

/** Conditions that are looked at in each session of the walk. */
const remaining = ({ serverId, isOpen, closeKind, metadata }: SessionFilter): (SQL | undefined)[] => [
  serverId === undefined ? undefined : sql`server_id = ${serverId}`,
  isOpen === undefined ? undefined : isOpen ? sql`ended_at IS NULL` : sql`ended_at IS NOT NULL`,
  closeKind === undefined ? undefined : sql`close_kind = ${closeKind}`,
  metadata && sql`metadata -> ${`$."${metadata.key}"`} IN (json_quote(${metadata.value}), ${metadata.value})`,
];

const isNotVoided = ({ includesVoided }: SessionFilter): SQL | undefined =>
  includesVoided ? undefined : sql`voided_at IS NULL`;

/** Query: a page of sessions that are open, newest first, with the identifiers of their accounts. */
export const selectOpenPage = (communityId: number, page: SessionPage): SQL => {
  const { filter, limit } = page;
  const { accountId } = filter;
  return sql`
    SELECT ${DETAILS}, ${IDENTIFIERS} FROM sessions AS s INDEXED BY sessions_open
    WHERE ${allOf([
      sql`community_id = ${communityId}`,
      ...remaining(filter),
      accountId === undefined ? undefined : sql`account_id = ${sessionsAccountIdOf(communityId, accountId)}`,
      isInRange(page),
    ])}
    ORDER BY s.started_at DESC, s.id DESC LIMIT ${limit}`;
};

/** Whether a page may be short though more sessions follow: the walk for it ends before the sessions do. */
export const isBoundedWalk = ({ filter }: SessionPage): boolean =>
  remaining(filter).some((condition) => condition !== undefined);

/** Query: a page of sessions, newest first, out of the next `MAX_WALK` where the filter has no index. */
export const selectSessionPage = (communityId: number, page: SessionPage): SQL => {
  const { filter, limit } = page;
  return sql`
    SELECT ${DETAILS} FROM (
      ${walk(communityId, page)} LIMIT ${isBoundedWalk(page) ? MAX_WALK : -1}
    ) AS s
    WHERE ${allOf([isNotVoided(filter), ...remaining(filter)])}
    LIMIT ${limit}`;
};

/** Query: the session at which a bounded walk ends; no row where the sessions end before. */
export const selectWalkEnd = (communityId: number, page: SessionPage): SQL => sql`
  SELECT started_at, id FROM (${walk(communityId, page)} LIMIT 1 OFFSET ${MAX_WALK - 1})`;

/** Query: a session by its id, which tells when it started, unless a correction has changed that. */
export const selectSession = (communityId: number, id: string): SQL => {
  const isNamed = sql`started_at = ${sql.integer(timeOfUuidV7(id))} AND id = ${id}`;
  return sql`
    SELECT ${DETAILS}, ${IDENTIFIERS} FROM (
      SELECT * FROM (${selectByStart(communityId, { open: isNamed, closed: isNamed, direction: 'DESC' })})
      UNION ALL
      SELECT * FROM sessions INDEXED BY sessions_moved
      WHERE community_id = ${communityId} AND id = ${id} AND is_moved = 1
    ) AS s`;
};
