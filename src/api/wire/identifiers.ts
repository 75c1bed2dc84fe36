/** How clients register what a platform knows of an account: shared by `/v2/community` and the v1 dialect. */
import * as v from 'valibot';
import type { NotedIdentifier } from '../../core/accounts/identifiers.ts';
import { documented, list } from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';
import { IDENTIFIER, NAME } from './activity.ts';

/** At least what a platform knows of one person, hardware tokens included. */
const MAX_PAIRS = 200;

/** A pair that is none is left out: one bad pair costs none of the others. */
const pairSchema = v.object({ type: v.string(), value: v.union([v.string(), v.number()]) });

/** The pairs that a list has. */
export const identifierPairs = v.pipe(
  list(v.unknown()),
  v.maxLength(MAX_PAIRS, fieldMessage('count', 0, MAX_PAIRS)),
  v.transform((items) => items.flatMap(toIdentifier)),
  documented(WITH_DOCS && { type: 'array', maxItems: MAX_PAIRS, items: pairSchema }),
);

const toIdentifier = (item: unknown): NotedIdentifier[] => {
  const pair = v.safeParse(pairSchema, item);
  if (!pair.success) return [];
  const { type, value } = pair.output;
  const text = v.safeParse(type === 'username' ? NAME : IDENTIFIER, String(value));
  return text.success ? [{ kind: type, value: text.output }] : [];
};
