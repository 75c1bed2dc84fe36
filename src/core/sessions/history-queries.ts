/** The SQL of history: sessions, newest first, by what is asked for. */

import {
  allOf,
  type Names,
  type SQL,
  type Statement,
  sql,
  statement,
  statementByShape,
} from '../../db/statement.ts';
import { timeOfUuidV7 } from '../../lib/ids.ts';
import { nameOfSession, sessionsAccountIdOf } from '../accounts/queries.ts';
import { lastSeenOf } from './queries.ts';
import { hasMetadataValue, type MetadataFilter } from './reaching-queries.ts';
import type { CloseKind, DetailsRow, IdentifiersJson } from './session.ts';
import { selectByStart } from './start-order-queries.ts';

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
  /** Whether the identifiers of the accounts are told, of sessions that are open: about three rows read each. */
  readonly hasIdentifiers?: boolean;
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

/** The values of a page; those of conditions that it has not are 0, empty or null. */
interface PageValues {
  readonly communityId: number;
  readonly accountId: string;
  readonly serverId: number;
  readonly from: number;
  readonly to: number;
  readonly beforeStart: number;
  readonly beforeId: string;
  readonly closeKind: CloseKind | null;
  readonly metadataPath: string;
  readonly metadataValue: string;
  readonly limit: number;
  readonly walked: number;
}

/** Which conditions a page has. */
interface PageShape {
  readonly hasAccount: boolean;
  readonly hasServer: boolean;
  readonly hasFrom: boolean;
  /** What the start is below: an instant, the last session of the page before, or nothing. */
  readonly below: 'to' | 'before' | null;
  readonly isOpen: boolean | null;
  readonly hasCloseKind: boolean;
  readonly hasMetadata: boolean;
  readonly includesVoided: boolean;
  readonly hasIdentifiers: boolean;
}

/**
 * Of two upper bounds SQLite takes the first for the index, and reads on from there what the other one leaves out: so each
 * side of a period is one condition.
 */
const shapeOf = ({ filter, before, hasIdentifiers = false }: SessionPage): PageShape => ({
  hasIdentifiers,
  hasAccount: filter.accountId !== undefined,
  hasServer: filter.serverId !== undefined,
  hasFrom: filter.from !== undefined,
  below:
    before && (filter.to === undefined || before.startedAt < filter.to)
      ? 'before'
      : filter.to === undefined
        ? null
        : 'to',
  isOpen: filter.isOpen ?? null,
  hasCloseKind: filter.closeKind !== undefined,
  hasMetadata: filter.metadata !== undefined,
  includesVoided: filter.includesVoided,
});

/** Whether a page may be short though more sessions follow: the walk for it ends before the sessions do. */
export const isBoundedWalk = (page: SessionPage): boolean => isBounded(shapeOf(page));

const isBounded = ({ hasServer, isOpen, hasCloseKind, hasMetadata }: PageShape): boolean =>
  hasServer || isOpen !== null || hasCloseKind || hasMetadata;

const valuesOf = (communityId: number, page: SessionPage): PageValues => ({
  communityId,
  accountId: page.filter.accountId ?? '',
  serverId: page.filter.serverId ?? 0,
  from: page.filter.from ?? 0,
  to: page.filter.to ?? 0,
  beforeStart: page.before?.startedAt ?? 0,
  beforeId: page.before?.id ?? '',
  closeKind: page.filter.closeKind ?? null,
  metadataPath: page.filter.metadata ? `$."${page.filter.metadata.key}"` : '',
  metadataValue: page.filter.metadata?.value ?? '',
  limit: page.limit,
  walked: isBoundedWalk(page) ? MAX_WALK : -1,
});

/** Condition: the session started in the period, and before those of the page before. */
const isInRange = ({ hasFrom, below }: PageShape, $: Names<PageValues>): SQL =>
  allOf([
    hasFrom ? sql`started_at >= ${$.from}` : undefined,
    below === 'before'
      ? sql`(started_at, id) < (${$.beforeStart}, ${$.beforeId})`
      : below === 'to'
        ? sql`started_at < ${$.to}`
        : undefined,
  ]);

/** Query: the walk in the order of start, through an account's sessions or through all. */
const walk = (shape: PageShape, $: Names<PageValues>): SQL => {
  const isWalked = isInRange(shape, $);
  if (!shape.hasAccount) {
    const isClosed = shape.isOpen === false || shape.hasCloseKind;
    return selectByStart($.communityId, {
      open: isClosed ? undefined : isWalked,
      closed: isWalked,
      direction: 'DESC',
    });
  }
  return sql`
    SELECT * FROM sessions NOT INDEXED
    WHERE community_id = ${$.communityId} AND account_id = ${sessionsAccountIdOf($)} AND ${isWalked}
    ORDER BY started_at DESC, id DESC`;
};

/** Conditions that are looked at in each session of the walk. */
const remaining = (
  { hasServer, isOpen, hasCloseKind, hasMetadata }: PageShape,
  $: Names<PageValues>,
): (SQL | undefined)[] => [
  hasServer ? sql`server_id = ${$.serverId}` : undefined,
  isOpen === null ? undefined : isOpen ? sql`ended_at IS NULL` : sql`ended_at IS NOT NULL`,
  hasCloseKind ? sql`close_kind = ${$.closeKind}` : undefined,
  hasMetadata ? hasMetadataValue() : undefined,
];

const ANY: PageShape = {
  hasAccount: false,
  hasServer: false,
  hasFrom: false,
  below: null,
  isOpen: null,
  hasCloseKind: false,
  hasMetadata: false,
  includesVoided: true,
  hasIdentifiers: false,
};
const ALL: PageShape = {
  hasAccount: true,
  hasServer: true,
  hasFrom: true,
  below: 'before',
  isOpen: true,
  hasCloseKind: true,
  hasMetadata: true,
  includesVoided: false,
  hasIdentifiers: true,
};
/** For the test that prepares statements: each condition by itself and all of them. */
const SHAPES: readonly PageShape[] = [
  ANY,
  ALL,
  { ...ANY, below: 'to' },
  { ...ANY, isOpen: false },
  { ...ALL, hasAccount: false },
];

const selectOpen = statementByShape<PageShape, PageValues, DetailsRow & { identifiers?: IdentifiersJson }>(
  // No index has the order, so all are sorted: what else is told of them is asked of those of the page alone.
  (shape, $) => sql`
    SELECT ${DETAILS} ${shape.hasIdentifiers ? sql`, ${IDENTIFIERS}` : sql``} FROM (
      SELECT * FROM sessions INDEXED BY sessions_open
      WHERE ${allOf([
        sql`community_id = ${$.communityId}`,
        ...remaining(shape, $),
        shape.hasAccount ? sql`account_id = ${sessionsAccountIdOf($)}` : undefined,
        isInRange(shape, $),
      ])}
      ORDER BY started_at DESC, id DESC LIMIT ${$.limit}) AS s`,
  WITH_DOCS && SHAPES.map((shape) => ({ ...shape, isOpen: true })),
);

/** Query: a page of sessions that are open, newest first, with the identifiers of their accounts, where asked for. */
export const selectOpenPage = (communityId: number, page: SessionPage): Statement<DetailsRow> =>
  selectOpen(shapeOf(page), valuesOf(communityId, page));

const selectWalked = statementByShape<PageShape, PageValues, DetailsRow>(
  (shape, $) => sql`
    SELECT ${DETAILS} FROM (${walk(shape, $)} LIMIT ${$.walked}) AS s
    WHERE ${allOf([shape.includesVoided ? undefined : sql`voided_at IS NULL`, ...remaining(shape, $)])}
    LIMIT ${$.limit}`,
  WITH_DOCS && SHAPES,
);

/** Query: a page of sessions, newest first, out of the next `MAX_WALK` where the filter has no index. */
export const selectSessionPage = (communityId: number, page: SessionPage): Statement<DetailsRow> =>
  selectWalked(shapeOf(page), valuesOf(communityId, page));

const selectEnd = statementByShape<PageShape, PageValues, { started_at: number; id: string }>(
  (shape, $) => sql`
    SELECT started_at, id FROM (${walk(shape, $)} LIMIT 1 OFFSET ${sql.raw(String(MAX_WALK - 1))})`,
  WITH_DOCS && SHAPES,
);

/** Query: the session at which a bounded walk ends; no row where the sessions end before. */
export const selectWalkEnd = (communityId: number, page: SessionPage) =>
  selectEnd(shapeOf(page), valuesOf(communityId, page));

const selectById = statement<
  { communityId: number; id: string; startedAt: number },
  DetailsRow & { identifiers: IdentifiersJson }
>(($) => {
  const isNamed = sql`started_at = ${$.startedAt} AND id = ${$.id}`;
  return sql`
    SELECT ${DETAILS}, ${IDENTIFIERS} FROM (
      SELECT * FROM (${selectByStart($.communityId, { open: isNamed, closed: isNamed, direction: 'DESC' })})
      UNION ALL
      SELECT * FROM sessions INDEXED BY sessions_moved
      WHERE community_id = ${$.communityId} AND id = ${$.id} AND is_moved = 1
    ) AS s`;
});

/** Query: a session by its id, which tells when it started, unless a correction has changed that. */
export const selectSession = (communityId: number, id: string): Statement<DetailsRow> =>
  selectById({ communityId, id, startedAt: timeOfUuidV7(id) });
