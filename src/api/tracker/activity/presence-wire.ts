/** How heartbeats and rosters name many accounts at once. */
import * as v from 'valibot';
import type { AccountRef } from '../../../core/accounts/identifiers.ts';
import { hasIdentifier, identifierEntries, toAccountRef } from '../../kit/activity-wire.ts';
import { type Fault, invalidField, toFault } from '../../kit/fault.ts';
import { documented } from '../../kit/fields.ts';
import { fieldMessage, type Language, renderIssue } from '../../kit/messages.ts';
import { validate } from '../../kit/validate.ts';

const MAX_ACCOUNTS = 1000;
const MAX_LATE_MS = 86_400_000;
const MAX_AHEAD_MS = 60_000;

const accountSchema = v.pipe(
  v.object(identifierEntries),
  v.check((account) => hasIdentifier(account), fieldMessage('identifier')),
);

/** Up to 1000 accounts, each judged on its own. */
export const accountList = v.pipe(
  v.array(v.unknown()),
  v.maxLength(MAX_ACCOUNTS, fieldMessage('count', 0, MAX_ACCOUNTS)),
  documented({
    type: 'array',
    maxItems: MAX_ACCOUNTS,
    items: {
      type: 'object',
      minProperties: 1,
      properties: {
        accId: { type: 'string', format: 'uuid' },
        apiId: { type: 'string' },
        discord: { type: 'string' },
        uniqueId: { type: ['integer', 'string'] },
        username: { type: 'string' },
      },
    },
  }),
);

/** One entry of the list: the account it names, or why it names none. */
type Entry = { readonly ref: AccountRef; readonly fault?: undefined } | { readonly fault: Fault };

export const readAccounts = (items: readonly unknown[]): Entry[] =>
  items.map((item) => {
    try {
      return { ref: toAccountRef(validate(accountSchema, item)) };
    } catch (error) {
      const fault = toFault(error);
      if (!fault) throw error;
      return { fault };
    }
  });

/** What is wrong with an entry, as the `errors` of a problem say it. */
export const fieldErrorSchema = v.object({ path: v.string(), message: v.string() });
export const toFieldErrors = ({ issues }: Fault, index: number, language: Language) =>
  issues.map(({ path, message }) =>
    renderIssue(
      { path: ['accounts', index, path].filter((part) => part !== '').join('.'), message },
      language,
    ),
  );

/** @throws Fault invalid_input for a time that is too old, or too far ahead to be a clock's fault */
export const requireRecent = (now: number, path: string, epochMs: number | null | undefined): void => {
  if (epochMs != null && (epochMs < now - MAX_LATE_MS || epochMs > now + MAX_AHEAD_MS)) {
    throw invalidField(path, fieldMessage('recent'));
  }
};
