import * as v from 'valibot';
import { findAccount, findAccountsByName } from '../../../core/accounts/find-account.ts';
import {
  IDENTIFIER_KINDS,
  type Identifier,
  type IdentifierKind,
} from '../../../core/accounts/identifiers.ts';
import { invalidField } from '../../kit/fault.ts';
import { uuid } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import { IDENTIFIER, NAME } from '../../wire/activity.ts';
import { ACCOUNT_EXAMPLE, accountSchema, toAccountWire } from './wire.ts';

const searchQuery = v.object({
  accId: v.optional(uuid),
  accountId: v.optional(uuid),
  apiId: v.optional(IDENTIFIER),
  discord: v.optional(IDENTIFIER),
  uniqueId: v.optional(IDENTIFIER),
  username: v.optional(NAME),
} satisfies Record<IdentifierKind | 'accountId', v.GenericSchema>);

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
      'Give exactly one identifier. It must match exactly; `accountId` is another name for `accId`. A `username` finds ' +
      'everybody of that name, in upper or lower case: first who has it today, then who had it. Where nobody has it, and ' +
      'with a `*` at its end, it finds the names that begin with it. At most 100.',
    answer: {
      schema: v.object({ items: v.array(accountSchema()), total: v.number() }),
      example: { items: [ACCOUNT_EXAMPLE], total: 1 },
    },
  },
  handle: async ({ ctx, query }) => {
    const identifier = toIdentifier(query);
    const found =
      identifier.kind === 'username'
        ? await findAccountsByName(ctx, identifier.value)
        : [await findAccount(ctx, identifier)];
    const items = found.flatMap((account) => (account ? [toAccountWire(account)] : []));
    return { items, total: items.length };
  },
});

/** The one identifier that the query gives. @throws Fault invalid_input */
const toIdentifier = ({ accountId, ...query }: v.InferOutput<typeof searchQuery>): Identifier => {
  const given = [
    { kind: 'accId' as const, value: accountId },
    ...IDENTIFIER_KINDS.map((kind) => ({ kind, value: query[kind] })),
  ].flatMap(({ kind, value }) => (value === undefined ? [] : [{ kind, value }]));
  const [identifier] = given;
  if (!identifier || given.length > 1) {
    throw invalidField('query', fieldMessage('exactly_one', Object.keys(searchQuery.entries).join(', ')));
  }
  return identifier;
};
