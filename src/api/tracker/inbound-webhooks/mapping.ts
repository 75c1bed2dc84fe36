/** The check of a mapping when it is set: what can never work is refused then, not call by call. */

import * as v from 'valibot';
import { type Column, columnOf, convert } from '../../../core/hooks/columns.ts';
import { IS_PRIVATE_HEADER } from '../../../core/hooks/kept-call.ts';
import type { Mapping } from '../../../core/hooks/mapping.ts';
import type { InboundKind } from '../../../core/hooks/model.ts';
import { parseJsonPointer } from '../../../lib/json-pointer.ts';
import { isOneOf } from '../../../lib/keys.ts';
import { readItem } from '../../kit/batch.ts';
import { Fault, type FieldIssue } from '../../kit/fault.ts';
import { isJsonObject } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { toFieldIssue } from '../../kit/validate.ts';
import { INBOUND_COLUMNS, ITEM_ENTRIES, ITEM_SCHEMAS, SAMPLES } from '../../wire/inbound/items.ts';

const ORIGINS = ['pointer', 'root', 'header', 'const', 'first'] as const;
const COMPARISONS = ['equals', 'in', 'exists'] as const;
/** How deep sources and conditions can be nested, and how many stand side by side. */
const MAX_DEPTH = 4;
const MAX_LENGTH = 20;

type Json = Readonly<Record<string, unknown>>;

/** A mapping to the fields of a kind. @throws Fault invalid_input, with an issue per refused entry */
export const toMapping = (value: unknown, kind: InboundKind): Mapping | null => {
  if (value == null) return null;
  if (!isJsonObject(value))
    throw new Fault('invalid_input', { issues: [{ path: 'mapping', message: fieldMessage('object') }] });
  const mapping = value;
  const issues = Object.entries(mapping).flatMap(([field, entry]) => checkEntry(kind, field, entry));
  const all = issues.length > 0 ? issues : checkTogether(kind, mapping);
  if (all.length > 0) {
    throw new Fault('invalid_input', {
      issues: all.map(({ path, message }) => ({ path: path ? `mapping.${path}` : 'mapping', message })),
    });
  }
  // Each entry was checked above; that the whole is a Mapping then, no type can follow.
  return value as Mapping;
};

const checkEntry = (kind: InboundKind, field: string, entry: unknown): FieldIssue[] => {
  if (field === 'items')
    return isPointer(entry) ? [] : [{ path: field, message: fieldMessage('json_pointer') }];
  if (field === 'when')
    return isCondition(entry, 0) ? [] : [{ path: field, message: fieldMessage('condition') }];
  const found = columnOf(INBOUND_COLUMNS[kind], field);
  if (!found) {
    const known = ['items', 'when', ...Object.keys(INBOUND_COLUMNS[kind])];
    return [{ path: field, message: fieldMessage('unknown', known.join(', ')) }];
  }
  if (!isSource(entry, 0)) return [{ path: field, message: fieldMessage('source') }];
  const check = found.part === undefined ? ITEM_ENTRIES[kind][field] : undefined;
  return constantsOf(entry).flatMap((constant) => checkConstant(field, found.column, check, constant));
};

const isPointer = (value: unknown): boolean =>
  typeof value === 'string' && parseJsonPointer(value) !== undefined;

const hasOneOf = <T>(keys: readonly string[], known: readonly T[]): boolean =>
  keys.filter((key) => isOneOf(known, key)).length === 1;

const isSource = (value: unknown, depth: number, more: readonly string[] = []): boolean => {
  if (!isJsonObject(value)) return more.length === 0 && isPointer(value);
  const keys = Object.keys(value);
  const known = [...ORIGINS, 'values', 'default', ...more];
  return (
    depth <= MAX_DEPTH &&
    keys.every((key) => known.includes(key)) &&
    hasOneOf(keys, ORIGINS) &&
    ['pointer', 'root'].every((key) => !Object.hasOwn(value, key) || isPointer(value[key])) &&
    (!Object.hasOwn(value, 'header') || isHeader(value.header)) &&
    (!Object.hasOwn(value, 'values') || isJsonObject(value.values)) &&
    (!Object.hasOwn(value, 'first') || isListOf(value.first, (one) => isSource(one, depth + 1)))
  );
};

const isHeader = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^[\w!#$%&'*+.^`|~-]{1,64}$/.test(value) &&
  !IS_PRIVATE_HEADER.test(value.toLowerCase());

const isListOf = (value: unknown, isIt: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length > 0 && value.length <= MAX_LENGTH && value.every(isIt);

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;

const isCondition = (value: unknown, depth: number): boolean => {
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) return isListOf(value, (one) => isCondition(one, depth + 1));
  if (!isJsonObject(value)) return false;
  const keys = Object.keys(value);
  if (keys.includes('not')) return keys.length === 1 && isCondition(value.not, depth + 1);
  return (
    hasOneOf(keys, COMPARISONS) &&
    isSource(value, depth, COMPARISONS) &&
    (!Object.hasOwn(value, 'equals') || isScalar(value.equals)) &&
    (!Object.hasOwn(value, 'exists') || typeof value.exists === 'boolean') &&
    (!Object.hasOwn(value, 'in') || isListOf(value.in, isScalar))
  );
};

/** All constants that a source can have for a value. */
const constantsOf = (source: unknown): unknown[] => {
  if (!isJsonObject(source)) return [];
  const own = Object.hasOwn(source, 'default') ? [source.default] : [];
  // What a table makes of a value takes that one's place.
  if (isJsonObject(source.values)) return [...own, ...Object.values(source.values)];
  if (Object.hasOwn(source, 'const')) return [...own, source.const];
  return Array.isArray(source.first) ? [...own, ...source.first.flatMap(constantsOf)] : own;
};

const checkConstant = (
  field: string,
  column: Column,
  check: v.GenericSchema | undefined,
  constant: unknown,
): FieldIssue[] => {
  if (!check) return [];
  const issue = v.safeParse(check, convert(column, constant), { abortPipeEarly: true }).issues?.[0];
  return issue ? [{ path: field, message: toFieldIssue(issue).message }] : [];
};

/** Tries an item that has a value in each field that is mapped. */
const checkTogether = (kind: InboundKind, mapping: Json): FieldIssue[] => {
  const columns = INBOUND_COLUMNS[kind];
  const item: Record<string, unknown> = kind === 'account-activity' ? { time: SAMPLES.time } : {};
  for (const [field, source] of Object.entries(mapping)) {
    const found = columnOf(columns, field);
    if (!found) continue;
    if (found.part !== undefined) {
      const name = field.slice(0, -found.part.length - 1);
      item[name] = { ...(item[name] ?? {}), [found.part]: 'x' };
      continue;
    }
    const isConstant =
      isJsonObject(source) && Object.hasOwn(source, 'const') && !Object.hasOwn(source, 'values');
    if (isConstant) item[field] = convert(found.column, source.const);
    // Of flags, only what is always so can contradict another one.
    else if (found.column.type !== 'flag') item[field] ??= SAMPLES[field] ?? 'x';
  }
  const flags = ['forceStart', 'forceStop', 'forceClear'].filter((flag) => Object.hasOwn(mapping, flag));
  if (Object.hasOwn(mapping, 'action') && flags.length > 0) {
    return [{ path: 'action', message: fieldMessage('exclusive', flags.join(', ')) }];
  }
  return [...(readItem(ITEM_SCHEMAS[kind], item).fault?.issues ?? [])];
};
