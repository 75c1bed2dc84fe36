import * as v from 'valibot';
import { findAccount } from '../../../core/accounts/find-account.ts';
import type { Identifier } from '../../../core/accounts/identifiers.ts';
import { invalidField } from '../../kit/fault.ts';
import { uuid } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import { IDENTIFIER } from '../../wire/activity.ts';
import { ACCOUNT_EXAMPLE, accountSchema, toAccountWire } from './wire.ts';

const searchQuery = v.object({
  accId: v.optional(uuid),
  accountId: v.optional(uuid),
  apiId: v.optional(IDENTIFIER),
  discord: v.optional(IDENTIFIER),
  uniqueId: v.optional(IDENTIFIER),
  username: v.optional(IDENTIFIER),
});

export const searchAccounts = defineOperation({
  method: 'GET',
  path: '/v2/community/accounts/search',
  access: { scope: 'sessions:read' },
  unknownQuery: 'ignored',
  query: searchQuery,
  docs: WITH_DOCS && {
    operationId: 'searchAccounts',
    tag: 'Accounts',
    summary: 'Find the account that an identifier names',
    description:
      'Give exactly one identifier. It must match exactly. `accountId` is another name for `accId`.',
    answer: {
      schema: v.object({ items: v.array(accountSchema()), total: v.number() }),
      example: { items: [ACCOUNT_EXAMPLE], total: 1 },
    },
  },
  handle: async ({ ctx, query }) => {
    const account = await findAccount(ctx, toIdentifier(query));
    const items = account ? [toAccountWire(account)] : [];
    return { items, total: items.length };
  },
});

/** The one identifier that the query gives. @throws Fault invalid_input */
const toIdentifier = ({ accountId, ...query }: v.InferOutput<typeof searchQuery>): Identifier => {
  const given = [
    { kind: 'accId', value: accountId },
    ...Object.entries(query).map(([kind, value]) => ({ kind, value })),
  ].filter(({ value }) => value !== undefined);
  const [identifier] = given;
  if (!identifier || given.length > 1) {
    throw invalidField('query', fieldMessage('exactly_one', Object.keys(searchQuery.entries).join(', ')));
  }
  return identifier as Identifier;
};
