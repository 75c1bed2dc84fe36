import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import type { LogEntry } from './model.ts';
import { type LogPageQuery, selectLogEntries } from './queries.ts';

/** A page of the entries that the filter lets through, newest first; `beforeId` continues after that entry. */
export const listLogEntries = async (
  ctx: Ctx<CommunityActor>,
  query: LogPageQuery,
): Promise<Page<LogEntry>> => {
  const entries = await selectLogEntries(ctx.db, ctx.actor.community.id, {
    ...query,
    limit: query.limit + 1,
  });
  return pageOf(entries, query.limit);
};

/** Entries in one trip of an export: a Worker has a limited number of trips to D1. */
const EXPORT_PAGE = 5_000;

/** All entries from there on, page by page as they are asked for. */
export async function* exportLogEntries(
  ctx: Ctx<CommunityActor>,
  query: Omit<LogPageQuery, 'limit'>,
): AsyncGenerator<readonly LogEntry[]> {
  let { offset, beforeId } = query;
  for (;;) {
    const page = await listLogEntries(ctx, { ...query, offset, beforeId, limit: EXPORT_PAGE });
    yield page.items;
    const last = page.items.at(-1);
    if (!page.hasMore || !last) return;
    beforeId = last.id;
    offset = 0;
  }
}
