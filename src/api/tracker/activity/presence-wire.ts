/** How heartbeats and rosters name many accounts at once. */
import * as v from 'valibot';
import { type AccountRef, IDENTIFIER_KINDS, type Identifier } from '../../../core/accounts/identifiers.ts';
import { eachOf } from '../../kit/batch.ts';
import type { Fault } from '../../kit/fault.ts';
import { isJsonObject, jsonObject, object } from '../../kit/fields.ts';
import { fieldMessage, type Language, renderIssue } from '../../kit/messages.ts';
import { hasIdentifier, identifierEntries, toAccountRef } from '../../wire/activity.ts';

const accountSchema = v.pipe(
  object(identifierEntries),
  v.check((account) => hasIdentifier(account), fieldMessage('identifier')),
  v.transform(toAccountRef),
);

const listedEntries = { ...identifierEntries, metadata: v.nullish(jsonObject(4096)) };
const listedSchema = v.pipe(
  object(listedEntries),
  v.check((account) => hasIdentifier(account), fieldMessage('identifier')),
  v.transform((account) => ({ ref: toAccountRef(account), metadata: account.metadata ?? undefined })),
);

/** An entry without those of its fields that are none, where a good identifier is left: one bad field costs nobody. */
const withoutBadFields = (entries: v.ObjectEntries, entry: unknown): unknown => {
  if (!isJsonObject(entry)) return entry;
  const good = Object.fromEntries(
    Object.entries(entries)
      .filter(([field, schema]) => v.safeParse(schema, entry[field]).success)
      .map(([field]) => [field, entry[field]]),
  );
  return IDENTIFIER_KINDS.some((kind) => good[kind] != null && good[kind] !== '') ? good : entry;
};

const isPlain = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 128 && /^[\x20-\x7e]+$/.test(value);

/**
 * What the schema makes of an entry of the usual kind: nothing but identifiers of plain characters. Undefined for any
 * other. (The schema takes ten times as long, and a roster has hundreds.)
 */
const toPlainRef = (entry: unknown): AccountRef | undefined => {
  if (!isJsonObject(entry)) return undefined;
  const { apiId, discord, username } = entry;
  const found: Identifier[] = [];
  if (isPlain(apiId)) found.push({ kind: 'apiId', value: apiId });
  if (isPlain(discord)) found.push({ kind: 'discord', value: discord });
  if (isPlain(username)) found.push({ kind: 'username', value: username });
  let fields = 0;
  for (const _ in entry) fields++;
  return fields === found.length && isRef(found) ? found : undefined;
};

const isRef = (found: readonly Identifier[]): found is AccountRef => found.length > 0;

/**
 * The schema, run on entries that are not of the usual kind. Of those, nearly every one is good as it is, so that is tried
 * first: to judge each field alone costs as much again.
 */
const sparing = <S extends typeof accountSchema | typeof listedSchema>(
  schema: S,
  entries: v.ObjectEntries,
  ofRef: (ref: AccountRef) => v.InferOutput<S>,
): S => ({
  ...schema,
  '~run': (dataset: v.UnknownDataset, config: v.Config<v.BaseIssue<unknown>>) => {
    const entry = dataset.value;
    const ref = toPlainRef(entry);
    if (ref) return { typed: true, value: ofRef(ref) };
    const result = schema['~run'](dataset, config);
    return result.issues ? schema['~run']({ value: withoutBadFields(entries, entry) }, config) : result;
  },
});

/** Up to 1000 accounts, each judged on its own. */
export const accountList = eachOf(
  sparing(accountSchema, identifierEntries, (ref) => ref),
  1000,
  0,
);

/** The same of a roster, whose entries may tell of the session. */
export const listedList = eachOf(
  sparing(listedSchema, listedEntries, (ref) => ({ ref, metadata: undefined })),
  1000,
  0,
);

/** What is wrong with an entry, as the `errors` of a problem say it. */
export const fieldErrorSchema = () => v.object({ path: v.string(), message: v.string() });
export const toFieldErrors = ({ issues }: Fault, index: number, language: Language) =>
  issues.map(({ path, message }) =>
    renderIssue(
      { path: ['accounts', index, path].filter((part) => part !== '').join('.'), message },
      language,
    ),
  );
