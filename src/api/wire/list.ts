/** How our own lists look: `{items, nextCursor}`. */
import * as v from 'valibot';
import { DomainError } from '../../core/errors.ts';
import {
  type CursorKey,
  type CursorShape,
  decodeCursor,
  encodeCursor,
  type KeyOf,
} from '../../lib/cursor.ts';
import type { Page } from '../../lib/page.ts';
import type { FaultCode } from '../kit/fault.ts';
import { pageQuery } from '../kit/fields.ts';
import {
  type Access,
  type AnyOperation,
  type Call,
  type CallCtx,
  type Documentation,
  defineOperation,
  type Output,
  type Schema,
} from '../kit/operation.ts';

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
  const end = url.indexOf('?');
  const next = new URLSearchParams(end < 0 ? '' : url.slice(end));
  next.delete('offset');
  next.set('cursor', cursor);
  return `<${end < 0 ? url : url.slice(0, end)}?${next}>; rel="next"`;
};

/** The key behind a list's cursor; undefined for the first page. @throws DomainError invalid_cursor */
export const readCursor = <const S extends CursorShape>(
  cursor: string | undefined,
  scope: string,
  shape: S,
): KeyOf<S> | undefined => {
  if (cursor === undefined) return undefined;
  const key = decodeCursor(cursor, scope, shape);
  if (!key) throw new DomainError('invalid_cursor');
  return key;
};

/** `readCursor` for a list whose only sort key is the id. */
export const readIdCursor = (cursor: string | undefined, scope: string): string | undefined =>
  readCursor(cursor, scope, ['string'])?.[0];

/** A list of ours by id: what it lists, and how an item looks on the wire. */
interface ListOperation<A extends Access, P extends Schema, T> {
  readonly path: string;
  readonly access: A;
  readonly params?: P;
  /** A page of `limit` items behind `afterId`. */
  list(
    ctx: CallCtx<A>,
    page: { readonly limit: number; readonly afterId: string | undefined },
    params: Output<P>,
  ): Promise<Page<T>>;
  /** What the list is sorted by. */
  idOf(item: T): string;
  toWire(item: T, http: Call<A, P, undefined, undefined>['http']): unknown;
  /** `WITH_DOCS && {...}`: the schema and an example of one item; `errors` beside `invalid_cursor`. */
  readonly docs:
    | false
    | (Omit<Documentation, 'answer' | 'bodyExample'> & {
        readonly item: { readonly schema: v.GenericSchema; readonly example: unknown };
      });
}

const idPageQuery = v.object(pageQuery(100, 1000));

/** Declares `GET` of a list by id, 100 to a page, 1000 at most. The cursor is bound to its path and community. */
export const defineList = <A extends Access, T, P extends Schema = undefined>({
  path,
  access,
  params,
  list,
  idOf,
  toWire,
  docs,
}: ListOperation<A, P, T>): AnyOperation =>
  defineOperation<A, P, typeof idPageQuery>({
    method: 'GET',
    path,
    access,
    params,
    query: idPageQuery,
    docs: WITH_DOCS && toListDocs(docs),
    handle: async ({ ctx, params: given, query: { limit, cursor }, http }) => {
      const { actor } = ctx as { actor?: { community?: { publicId: string } } };
      const scope = JSON.stringify([http.req.path, actor?.community?.publicId]);
      const page = await list(ctx, { limit, afterId: readIdCursor(cursor, scope) }, given);
      return toListWire(
        page,
        scope,
        (item) => [idOf(item)],
        (item) => toWire(item, http),
      );
    },
  });

const toListDocs = (docs: ListOperation<Access, Schema, unknown>['docs']): false | Documentation => {
  if (!docs) return false;
  const { item, errors = [], ...others } = docs;
  return {
    ...others,
    answer: { schema: listSchema(item.schema), example: { items: [item.example], nextCursor: null } },
    errors: [...errors, 'invalid_cursor'] satisfies FaultCode[],
  };
};
