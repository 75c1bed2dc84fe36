import { resolveJsonPointer } from '../../lib/json-pointer.ts';
import type { Mapping, Source } from './inbound.ts';

/**
 * The items that a body has for us, in our fields; undefined where `items` finds no list. Without a mapping the body is
 * the item, or the list of them. A field whose pointer finds nothing is left out.
 */
export const mapBody = (mapping: Mapping | null, body: unknown): readonly unknown[] | undefined => {
  if (mapping === null) return Array.isArray(body) ? body : [body];
  const { items, ...fields } = mapping;
  const found = items === undefined ? [body] : resolveJsonPointer(body, items);
  if (!Array.isArray(found)) return undefined;
  const sources: [string, Source][] = Object.entries(fields);
  return found.map((item) =>
    Object.fromEntries(
      sources.flatMap(([field, source]) => {
        const value = fieldValue(source, item, body);
        return value === undefined ? [] : [[field, value]];
      }),
    ),
  );
};

const fieldValue = (source: Source, item: unknown, body: unknown): unknown => {
  if (typeof source === 'string') return resolveJsonPointer(item, source);
  return 'const' in source ? source.const : resolveJsonPointer(body, source.root);
};
