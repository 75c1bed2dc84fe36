import { resolveJsonPointer } from '../../lib/json-pointer.ts';
import { type Columns, columnOf, convert } from './columns.ts';
import { holds, type Mapping, type Scope, type Source, sourceValue } from './mapping.ts';
import type { InboundCall, Refusal } from './model.ts';

/** A field of an item: what the mapping finds for it, and what the column gets. Undefined: nothing. */
export interface MappedField {
  readonly field: string;
  readonly found: unknown;
  readonly value: unknown;
}

/** An item in our fields; undefined where `when` leaves it out. */
export interface MappedItem {
  readonly item: unknown;
  readonly fields: readonly MappedField[];
}

/** The items that a body has for us, in our fields, or why there are none. */
export const mapBody = (
  mapping: Mapping | null,
  columns: Columns,
  body: unknown,
  header: InboundCall['header'],
  maxItems: number,
): { items: readonly (MappedItem | undefined)[]; isList: boolean } | { refusal: Refusal } => {
  const items = itemsOf(mapping, body);
  const subject = mapping?.items;
  if (!items) return { refusal: { reason: 'items_not_found', subject } };
  if (items.length === 0) return { refusal: { reason: 'no_items', subject } };
  if (items.length > maxItems) {
    return { refusal: { reason: 'too_many_items', subject, limits: [0, maxItems] } };
  }
  return {
    items: items.map((item) => mapItem(mapping, columns, { item, body, header })),
    isList: mapping ? mapping.items !== undefined : Array.isArray(body),
  };
};

/** Undefined where `items` finds no list. Without a mapping the body is the item, or the list of them. */
const itemsOf = (mapping: Mapping | null, body: unknown): readonly unknown[] | undefined => {
  if (mapping === null) return Array.isArray(body) ? body : [body];
  if (mapping.items === undefined) return [body];
  const found = resolveJsonPointer(body, mapping.items);
  if (Array.isArray(found)) return found;
  // JSON of Lua writes an empty list so.
  return isEmptyObject(found) ? [] : undefined;
};

const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const mapItem = (mapping: Mapping | null, columns: Columns, scope: Scope): MappedItem | undefined => {
  if (mapping === null) return { item: scope.item, fields: fieldsOf(scope.item) };
  const { items: _, when, ...sources } = mapping;
  if (when && !holds(when, scope)) return undefined;
  const item: Record<string, unknown> = {};
  const fields = Object.entries(sources).map(([field, source]): MappedField => {
    const { column, part } = columnOf(columns, field) ?? { column: { type: 'other' } };
    // TypeScript cannot say that all fields but `when` are sources.
    const found = sourceValue(source as Source, scope);
    const value = found === undefined ? undefined : convert(column, found);
    if (part === undefined) {
      // What has been filled part by part stays beside it. An action that is not known must not pass for none.
      if (value !== undefined) item[field] = merge(value, item[field]);
      else item[field] ??= field === 'action' ? null : undefined;
    } else if (value !== undefined) {
      const name = field.slice(0, -part.length - 1);
      item[name] = merge(item[name] ?? {}, { [part]: value });
    }
    return { field, found, value };
  });
  return { item, fields };
};

/** JSON of Lua writes an empty object as `[]`. */
const merge = (value: unknown, more: unknown): unknown => {
  const object = Array.isArray(value) && value.length === 0 ? {} : value;
  return isObject(object) && isObject(more) ? { ...object, ...more } : object;
};

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldsOf = (item: unknown): MappedField[] =>
  isObject(item) ? Object.entries(item).map(([field, value]) => ({ field, found: value, value })) : [];
