import { runBatch } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { type NotedIdentifier, nameKey } from '../accounts/identifiers.ts';
import { selectNamed } from '../accounts/name-queries.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import {
  isBoundedWalk,
  type SessionFilter,
  type SessionKey,
  type SessionPage,
  selectOpenPage,
  selectSession,
  selectSessionPage,
  selectWalkEnd,
} from './history-queries.ts';
import { type SessionDetails, toSessionDetails } from './session.ts';

/** No server has this id: a filter means nobody by where they are. */
const NO_SERVER = 0;

/** A page of sessions; where more may follow, behind which key. It can be short, or even empty, and not the last. */
export interface SessionList {
  readonly items: readonly SessionDetails[];
  readonly next: SessionKey | undefined;
}

/**
 * Sessions by the order of their start, newest first. A page costs what it shows; with a filter that has no index
 * (server, status, close kind), up to 5000 sessions are looked through for it, and a second trip tells where to go on.
 */
export const listSessions = async (ctx: Ctx<CommunityActor>, page: SessionPage): Promise<SessionList> => {
  const communityId = ctx.actor.community.id;
  const more = { ...page, limit: page.limit + 1 };
  const [rows] = await runBatch(ctx.db, [
    page.filter.isOpen ? selectOpenPage(communityId, more) : selectSessionPage(communityId, more),
  ]);
  const items = rows.slice(0, page.limit).map(toSessionDetails);
  if (rows.length > page.limit) return { items, next: items.at(-1) };
  if (page.filter.isOpen || !isBoundedWalk(page)) return { items, next: undefined };
  const [[end]] = await runBatch(ctx.db, [selectWalkEnd(communityId, page)]);
  return { items, next: end && { startedAt: end.started_at, id: end.id } };
};

/**
 * The id of the account that an identifier names, for the filter; undefined where it names none. An account's own id is
 * itself. Any other costs a trip. A name is that of the account registered by it, else of the only one who is called so.
 * @throws DomainError name_ambiguous
 */
export const findAccountId = async (
  ctx: Ctx<CommunityActor>,
  { kind, value }: NotedIdentifier,
): Promise<string | undefined> => {
  if (kind === 'accId') return value;
  const communityId = ctx.actor.community.id;
  const items = JSON.stringify([[kind, value, NO_SERVER, nameKey(value)]]);
  const [[named]] = await runBatch(ctx.db, [selectNamed({ communityId, items })]);
  if (!named || named.account_id !== null) return named?.account_id ?? undefined;
  if (named.bearers > 1) throw new DomainError('name_ambiguous', { id: value });
  return undefined;
};

/** Sessions in one trip of an export: a Worker has a limited number of trips to D1. */
const EXPORT_PAGE = 5000;

/** All sessions that the filter lets through, page by page as they are asked for. */
export async function* exportSessions(
  ctx: Ctx<CommunityActor>,
  { filter, before }: { filter: SessionFilter; before: SessionKey | undefined },
): AsyncGenerator<readonly SessionDetails[]> {
  for (let page: SessionPage = { filter, before, limit: EXPORT_PAGE }; ; ) {
    const { items, next } = await listSessions(ctx, page);
    yield items;
    if (!next) return;
    page = { ...page, before: next };
  }
}

/** @throws DomainError session_not_found */
export const getSession = async (ctx: Ctx<CommunityActor>, id: string): Promise<SessionDetails> => {
  const [[row]] = await runBatch(ctx.db, [selectSession(ctx.actor.community.id, id)]);
  if (!row) throw new DomainError('session_not_found', { id });
  return toSessionDetails(row);
};
