/** Lists that go on by a cursor, read page after page as somebody asks for more. */
import { useCallback, useRef, useState } from 'preact/hooks';
import { ApiError } from './api.ts';
import { type Query, useQuery } from './query.ts';

export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

export interface Pages<Item> extends Query<PageOf<Item>> {
  /** The first page and all that was asked for beyond it. */
  readonly items: readonly Item[];
  readonly hasMore: boolean;
  readonly isReadingMore: boolean;
  /** Why more could not be read. */
  readonly moreError: ApiError | undefined;
  readonly more: () => void;
}

/** What was read beyond the first page of one list. */
interface Rest<Item> extends PageOf<Item> {
  readonly key: string;
  /** Where the first page ended when it was read: another end leaves a hole, and the rest is forgotten. */
  readonly after: string | null;
}

/**
 * Reads a list under a key, as `useQuery` reads anything. Who has read beyond the first page is not disturbed: it is not
 * read again by itself until they leave the list.
 */
export const usePages = <Item>(
  key: string,
  load: (cursor?: string) => Promise<PageOf<Item>>,
  { every }: { every?: number } = {},
): Pages<Item> => {
  const [read, setRest] = useState<Rest<Item>>();
  const [isReadingMore, setReading] = useState(false);
  const [failure, setFailure] = useState<{ key: string; error: ApiError }>();
  const isOpen = read?.key === key;
  const query = useQuery(key, () => load(), every === undefined || isOpen ? {} : { every });
  const after = query.data?.nextCursor ?? null;
  const rest = isOpen && read.after === after ? read : undefined;
  const cursor = rest ? rest.nextCursor : after;
  const current = useRef(key);
  current.current = key;
  const more = useCallback(() => {
    if (cursor === null) return;
    setReading(true);
    setFailure(undefined);
    load(cursor)
      .then(
        ({ items, nextCursor }) => {
          if (current.current !== key) return;
          setRest({ key, after, items: [...(rest?.items ?? []), ...items], nextCursor });
        },
        (error: unknown) => {
          if (!(error instanceof ApiError)) throw error;
          setFailure({ key, error });
        },
      )
      .finally(() => setReading(false));
  }, [key, cursor, rest, load]);
  return {
    ...query,
    items: [...(query.data?.items ?? []), ...(rest?.items ?? [])],
    hasMore: cursor !== null,
    isReadingMore,
    moreError: failure?.key === key ? failure.error : undefined,
    more,
  };
};
