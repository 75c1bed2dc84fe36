/** How our own lists look: `{items, nextCursor}`. */
import * as v from 'valibot';
import { DomainError } from '../../core/errors.ts';
import { type CursorKey, decodeCursor, encodeCursor } from '../../lib/cursor.ts';
import type { Page } from '../../lib/page.ts';

export const listSchema = <S extends v.GenericSchema>(item: S) =>
  v.object({ items: v.array(item), nextCursor: v.nullable(v.string()) });

/** A page on the wire. `keyOf` gives the sort key of a row; `scope` binds the cursor to this list and its filters. */
export const toListWire = <T, W>(
  page: Page<T>,
  scope: string,
  keyOf: (item: T) => CursorKey,
  toWire: (item: T) => W,
): { items: W[]; nextCursor: string | null } => {
  const last = page.items.at(-1);
  return {
    items: page.items.map(toWire),
    nextCursor: page.hasMore && last ? encodeCursor(keyOf(last), scope) : null,
  };
};

/** `Link` to the next page, for answers that have no `nextCursor`: the same question, from the cursor on. */
export const nextLink = (url: string, cursor: string): string => {
  const next = new URL(url);
  next.searchParams.delete('offset');
  next.searchParams.set('cursor', cursor);
  return `<${next}>; rel="next"`;
};

/** The key behind a list's cursor; undefined for the first page. @throws DomainError invalid_cursor */
export const readCursor = (
  cursor: string | undefined,
  scope: string,
  shape: readonly ('string' | 'number')[],
): CursorKey | undefined => {
  if (cursor === undefined) return undefined;
  const key = decodeCursor(cursor, scope, shape);
  if (!key) throw new DomainError('invalid_cursor');
  return key;
};

/** `readCursor` for a list whose only sort key is the id. */
export const readIdCursor = (cursor: string | undefined, scope: string): string | undefined =>
  readCursor(cursor, scope, ['string'])?.[0] as string | undefined;
