/** How heartbeats and rosters name many accounts at once. */
import * as v from 'valibot';
import { eachOf } from '../../kit/batch.ts';
import type { Fault } from '../../kit/fault.ts';
import { object } from '../../kit/fields.ts';
import { fieldMessage, type Language, renderIssue } from '../../kit/messages.ts';
import { hasIdentifier, identifierEntries, toAccountRef } from '../../wire/activity.ts';

const accountSchema = v.pipe(
  object(identifierEntries),
  v.check((account) => hasIdentifier(account), fieldMessage('identifier')),
  v.transform(toAccountRef),
);

/** Up to 1000 accounts, each judged on its own. */
export const accountList = eachOf(accountSchema, 1000, 0);

/** What is wrong with an entry, as the `errors` of a problem say it. */
export const fieldErrorSchema = () => v.object({ path: v.string(), message: v.string() });
export const toFieldErrors = ({ issues }: Fault, index: number, language: Language) =>
  issues.map(({ path, message }) =>
    renderIssue(
      { path: ['accounts', index, path].filter((part) => part !== '').join('.'), message },
      language,
    ),
  );
