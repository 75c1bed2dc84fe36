import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import type { LogEntry } from './model.ts';
import { type LogPageQuery, searchLogEntries, selectLogEntries } from './read-queries.ts';

/** So many entries a search looks at in one call, also where it finds nothing. */
const SEARCHED = 5_000;

/** Which entries; with `text` only those whose `actionDetail` has it. */
export interface LogListQuery extends LogPageQuery {
  readonly text?: string | undefined;
}

export interface LogPage {
  readonly items: readonly LogEntry[];
  /** The id to go on from (`cursor`); undefined where nothing follows. */
  readonly next: number | undefined;
  /** Whether a search ended there, because it had looked at enough entries, and not because the page was full. */
  readonly isCutShort: boolean;
}

/** A page of the entries that the filter lets through. A search may find less than a page before it has to go on. */
export const listLogEntries = async (
  ctx: Ctx<CommunityActor>,
  { text, ...query }: LogListQuery,
): Promise<LogPage> => {
  const { limit } = query;
  const communityId = ctx.actor.community.id;
  const oneMore = { ...query, limit: limit + 1 };
  const { entries, lastReadId } =
    text === undefined
      ? { entries: await selectLogEntries(ctx.db, communityId, oneMore), lastReadId: undefined }
      : await searchLogEntries(ctx.db, communityId, { ...oneMore, text }, SEARCHED);
  const items = entries.slice(0, limit);
  if (entries.length > limit) return { items, next: items.at(-1)?.id, isCutShort: false };
  return { items, next: lastReadId, isCutShort: lastReadId !== undefined };
};

/** Entries in one trip of an export: a Worker has a limited number of trips to D1. */
const EXPORT_PAGE = 5_000;

/** All entries from there on, page by page as they are asked for. */
export async function* exportLogEntries(
  ctx: Ctx<CommunityActor>,
  query: Omit<LogListQuery, 'limit'>,
): AsyncGenerator<readonly LogEntry[]> {
  let { offset, cursor } = query;
  for (;;) {
    const page = await listLogEntries(ctx, { ...query, offset, cursor, limit: EXPORT_PAGE });
    yield page.items;
    if (page.next === undefined) return;
    cursor = page.next;
    offset = 0;
  }
}
