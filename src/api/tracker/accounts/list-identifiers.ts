import * as v from 'valibot';
import { listIdentifiers as list } from '../../../core/accounts/account-identifiers.ts';
import type { Identifier } from '../../../core/accounts/identifiers.ts';
import { pageQuery } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { listSchema, readCursor, toListWire } from '../../wire/list.ts';
import { accountParams, IDENTIFIERS_EXAMPLE, identifierSchema, toIdentifierWire } from './wire.ts';

export const listIdentifiers = defineOperation({
  method: 'GET',
  path: '/v2/community/accounts/{accountId}/identifiers',
  access: { scope: 'sessions:read' },
  params: accountParams,
  query: v.object(pageQuery(100, 1000)),
  docs: WITH_DOCS && {
    operationId: 'listIdentifiers',
    tag: 'Accounts',
    summary: "List an account's identifiers",
    description: 'By type, then by value. They include the ids of accounts that were merged into this one.',
    answer: {
      schema: listSchema(identifierSchema()),
      example: { items: IDENTIFIERS_EXAMPLE, nextCursor: null },
    },
    errors: ['account_not_found', 'invalid_cursor'],
  },
  handle: async ({ ctx, params, query: { limit, cursor } }) => {
    const scope = `identifiers:${ctx.actor.community.id}:${params.accountId}`;
    const key = readCursor(cursor, scope, ['string', 'string']);
    const after = key && ({ kind: key[0], value: key[1] } as Identifier);
    const page = await list(ctx, params.accountId, { after, limit });
    return toListWire(page, scope, ({ kind, value }) => [kind, value], toIdentifierWire);
  },
});
