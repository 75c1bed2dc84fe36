import { hash53 } from './hash.ts';

/** Where a page ended: the sort key of its last row. */
export type CursorKey = readonly (string | number)[];

/** What the parts of a key are. */
export type CursorShape = readonly ('string' | 'number')[];

/** A key of this shape. */
export type KeyOf<S extends CursorShape> = {
  readonly [Place in keyof S]: S[Place] extends 'number' ? number : string;
};

/**
 * An opaque cursor: the key after which the next page begins. It is bound to its question (`scope`: community, filters),
 * so it cannot be used for another one.
 */
export const encodeCursor = (key: CursorKey, scope: string): string =>
  btoa(encodeURIComponent(JSON.stringify([hash53(scope), ...key])))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** The key in a cursor made by `encodeCursor` for the same scope and shape; undefined for anything else. */
export const decodeCursor = <const S extends CursorShape>(
  cursor: string,
  scope: string,
  shape: S,
): KeyOf<S> | undefined => {
  let parts: unknown;
  try {
    parts = JSON.parse(decodeURIComponent(atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== shape.length + 1 || parts[0] !== hash53(scope))
    return undefined;
  const key: unknown[] = parts.slice(1);
  return hasShape(key, shape) ? key : undefined;
};

const hasShape = <S extends CursorShape>(key: readonly unknown[], shape: S): key is KeyOf<S> & unknown[] =>
  shape.every((type, index) => {
    const part = key[index];
    return type === 'number' ? Number.isSafeInteger(part) : typeof part === 'string' && part.isWellFormed();
  });
