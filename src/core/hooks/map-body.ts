import { resolveJsonPointer } from '../../lib/json-pointer.ts';
import type { Mapping, Source } from './model.ts';

/**
 * The items that a body has for us, as its sender has them; undefined where `items` finds no list. Without a mapping the
 * body is the item, or the list of them.
 */
export const itemsOf = (mapping: Mapping | null, body: unknown): readonly unknown[] | undefined => {
  if (mapping === null) return Array.isArray(body) ? body : [body];
  if (mapping.items === undefined) return [body];
  const found = resolveJsonPointer(body, mapping.items);
  if (Array.isArray(found)) return found;
  // JSON of Lua writes an empty list so.
  return isEmptyObject(found) ? [] : undefined;
};

const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** An item in our fields. A field whose pointer finds nothing is left out. */
export const mapItem = (mapping: Mapping | null, item: unknown, body: unknown): unknown => {
  if (mapping === null) return item;
  const { items: _, ...fields } = mapping;
  return Object.fromEntries(
    Object.entries<Source>(fields).flatMap(([field, source]) => {
      const value = fieldValue(source, item, body);
      return value === undefined ? [] : [[field, value]];
    }),
  );
};

const fieldValue = (source: Source, item: unknown, body: unknown): unknown => {
  if (typeof source === 'string') return resolveJsonPointer(item, source);
  return 'const' in source ? source.const : resolveJsonPointer(body, source.root);
};
