import { hash53 } from './hash.ts';

/** Where a page ended: the sort key of its last row. */
export type CursorKey = readonly (string | number)[];

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
export const decodeCursor = (
  cursor: string,
  scope: string,
  shape: readonly ('string' | 'number')[],
): CursorKey | undefined => {
  let parts: unknown;
  try {
    parts = JSON.parse(decodeURIComponent(atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== shape.length + 1 || parts[0] !== hash53(scope))
    return undefined;
  const key = parts.slice(1);
  const fits = shape.every((type, index) => {
    const part: unknown = key[index];
    return type === 'number' ? Number.isSafeInteger(part) : typeof part === 'string' && part.isWellFormed();
  });
  return fits ? key : undefined;
};
