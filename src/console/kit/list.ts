/** Lists that go on by a cursor, read page after page as somebody asks for more. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiError } from './api.ts';
import type { Query } from './query.ts';

export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

export interface More<Item> {
  /** The first page, as the query has it, and what was asked for beyond. */
  readonly items: readonly Item[];
  readonly hasMore: boolean;
  readonly isBusy: boolean;
  readonly error: ApiError | undefined;
  readonly more: () => void;
}

/** What comes after the first page of a query. A new first page forgets it, unless it is the same list read again. */
export const useMore = <Item>(
  query: Query<PageOf<Item>>,
  key: string,
  load: (cursor: string) => Promise<PageOf<Item>>,
): More<Item> => {
  const [rest, setRest] = useState<{ items: readonly Item[]; nextCursor: string | null }>();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  // Another list begins anew.
  useEffect(() => {
    setRest(undefined);
    setError(undefined);
  }, [key]);
  const cursor = rest ? rest.nextCursor : (query.data?.nextCursor ?? null);
  const more = useCallback(() => {
    if (cursor === null) return;
    setBusy(true);
    setError(undefined);
    load(cursor)
      .then(
        (page) =>
          setRest((before) => ({
            items: [...(before?.items ?? []), ...page.items],
            nextCursor: page.nextCursor,
          })),
        (failure: unknown) => {
          if (!(failure instanceof ApiError)) throw failure;
          setError(failure);
        },
      )
      .finally(() => setBusy(false));
  }, [cursor, load]);
  return {
    items: [...(query.data?.items ?? []), ...(rest?.items ?? [])],
    hasMore: cursor !== null,
    isBusy,
    error,
    more,
  };
};
