import * as v from 'valibot';
import { listIdentifiers as list } from '../../../core/accounts/list-identifiers.ts';
import { encodeCursor } from '../../../lib/cursor.ts';
import { addHeader } from '../../kit/answer.ts';
import { pageQuery } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { nextLink, readCursor } from '../../wire/list.ts';
import { accountParams, IDENTIFIER_EXAMPLE, identifierEntitySchema, toIdentifierEntities } from './wire.ts';

export const listIdentifiers = defineOperation({
  method: 'GET',
  path: '/v2/community/accounts/{accountId}/identifiers',
  access: { scope: 'sessions:read' },
  params: accountParams,
  query: v.object(pageQuery(1000, 1000)),
  docs: WITH_DOCS && {
    operationId: 'listIdentifiers',
    tag: 'Accounts',
    summary: "List an account's identifiers",
    description:
      'By type, then by value. The ids of accounts that were merged into it are among them. When more follow, `Link` leads ' +
      'to the next page.',
    answer: { schema: v.array(identifierEntitySchema()), example: [IDENTIFIER_EXAMPLE] },
    errors: ['account_not_found', 'invalid_cursor'],
  },
  handle: async ({ ctx, params, query: { limit, cursor }, http }) => {
    const scope = `identifiers:${ctx.actor.community.publicId}:${params.accountId}`;
    const key = readCursor(cursor, scope, ['string', 'string']);
    const after = key && { kind: String(key[0]), value: String(key[1]) };
    const page = await list(ctx, params.accountId, { after, limit });
    const last = page.items.at(-1);
    if (page.hasMore && last) {
      addHeader(http, 'Link', nextLink(http.req.url, encodeCursor([last.kind, last.value], scope)));
    }
    return toIdentifierEntities(page.accountId, page.items);
  },
});
