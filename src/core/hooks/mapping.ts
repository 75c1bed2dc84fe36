/** A mapping: where our fields are in a sender's call. It names and compares values, and runs no code. */
import { resolveJsonPointer } from '../../lib/json-pointer.ts';

type Scalar = string | number | boolean | null;

/** Where a value comes from. A text is a JSON Pointer into the item: without `items`, into the body. */
export type Source = string | SourceObject;

export type SourceObject = (
  | { readonly pointer: string }
  /** Into the whole body. */
  | { readonly root: string }
  | { readonly header: string }
  | { readonly const: unknown }
  /** The first that there is. */
  | { readonly first: readonly Source[] }
) & {
  /** What stands for what: a value that is not in the table is absent. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** In place of what is absent. */
  readonly default?: unknown;
};

/** Which items are recorded. A list: all of them hold. */
export type Condition =
  | readonly Condition[]
  | { readonly not: Condition }
  | (SourceObject &
      ({ readonly equals: Scalar } | { readonly in: readonly Scalar[] } | { readonly exists: boolean }));

/**
 * From the sender's body to our fields. `items`, a JSON Pointer, makes a batch of the list that it finds. A column with
 * parts can be filled part by part: `properties.name`.
 */
export interface Mapping {
  readonly items?: string;
  readonly when?: Condition;
  readonly [field: string]: Source | Condition | undefined;
}

/** What a source can point into. */
export interface Scope {
  readonly item: unknown;
  readonly body: unknown;
  readonly header: (name: string) => string | null;
}

/** Null, an empty text and a date of the year 1 are how senders write that there is nothing. */
const isAbsent = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'string' && value.startsWith('0001-01-01T'));

/** The value that a source has; undefined where there is none. */
export const sourceValue = (source: Source, scope: Scope): unknown => {
  if (typeof source === 'string') return present(resolveJsonPointer(scope.item, source));
  const found = present(find(source, scope));
  const value = source.values && found !== undefined ? translate(source.values, found) : found;
  return value === undefined ? source.default : value;
};

const present = (value: unknown): unknown => (isAbsent(value) ? undefined : value);

const find = (source: SourceObject, scope: Scope): unknown => {
  if ('pointer' in source) return resolveJsonPointer(scope.item, source.pointer);
  if ('root' in source) return resolveJsonPointer(scope.body, source.root);
  if ('header' in source) return scope.header(source.header.toLowerCase());
  if ('const' in source) return source.const;
  for (const one of source.first) {
    const value = sourceValue(one, scope);
    if (value !== undefined) return value;
  }
  return undefined;
};

const translate = (table: Readonly<Record<string, unknown>>, value: unknown): unknown =>
  isScalar(value) && Object.hasOwn(table, String(value)) ? table[String(value)] : undefined;

const isScalar = (value: unknown): value is Scalar => typeof value !== 'object';

/** Whether a condition holds. Values are compared as texts: a form has nothing else. */
export const holds = (condition: Condition, scope: Scope): boolean => {
  if (isList(condition)) return condition.every((one) => holds(one, scope));
  if ('not' in condition) return !holds(condition.not, scope);
  const value = sourceValue(condition, scope);
  if ('exists' in condition) return (value !== undefined) === condition.exists;
  const wanted = 'in' in condition ? condition.in : [condition.equals];
  return isScalar(value) && wanted.some((one) => String(one) === String(value ?? null));
};

const isList = (condition: Condition): condition is readonly Condition[] => Array.isArray(condition);
