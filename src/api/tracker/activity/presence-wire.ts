/** How heartbeats and rosters name many accounts at once. */
import * as v from 'valibot';
import { IDENTIFIER_KINDS } from '../../../core/accounts/identifiers.ts';
import { eachOf } from '../../kit/batch.ts';
import type { Fault } from '../../kit/fault.ts';
import { isJsonObject, object } from '../../kit/fields.ts';
import { fieldMessage, type Language, renderIssue } from '../../kit/messages.ts';
import { hasIdentifier, identifierEntries, toAccountRef } from '../../wire/activity.ts';

const accountSchema = v.pipe(
  object(identifierEntries),
  v.check((account) => hasIdentifier(account), fieldMessage('identifier')),
  v.transform(toAccountRef),
);

/** An entry without those of its identifiers that are none, where a good one is left: one bad field costs nobody. */
const withoutBadIdentifiers = (entry: unknown): unknown => {
  if (!isJsonObject(entry)) return entry;
  const good = Object.fromEntries(
    IDENTIFIER_KINDS.filter((kind) => v.safeParse(identifierEntries[kind], entry[kind]).success).map(
      (kind) => [kind, entry[kind]],
    ),
  );
  return Object.values(good).some((value) => value != null && value !== '') ? good : entry;
};

/** Nearly every entry is good as it is, so that is tried first: to judge each identifier alone costs as much again. */
const sparingSchema: typeof accountSchema = {
  ...accountSchema,
  '~run': (dataset, config) => {
    const entry = dataset.value;
    const result = accountSchema['~run'](dataset, config);
    return result.issues ? accountSchema['~run']({ value: withoutBadIdentifiers(entry) }, config) : result;
  },
};

/** Up to 1000 accounts, each judged on its own. */
export const accountList = eachOf(sparingSchema, 1000, 0);

/** What is wrong with an entry, as the `errors` of a problem say it. */
export const fieldErrorSchema = () => v.object({ path: v.string(), message: v.string() });
export const toFieldErrors = ({ issues }: Fault, index: number, language: Language) =>
  issues.map(({ path, message }) =>
    renderIssue(
      { path: ['accounts', index, path].filter((part) => part !== '').join('.'), message },
      language,
    ),
  );
