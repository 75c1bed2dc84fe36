import * as v from 'valibot';
import { listAccountsAfter, listAccountsAt } from '../../../core/accounts/list-accounts.ts';
import { integerText } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import { listSchema, readIdCursor, toListWire } from '../../wire/list.ts';
import { ACCOUNT_EXAMPLE, accountSchema, toAccountWire } from './wire.ts';

const FLAG = v.optional(v.picklist(['true', 'false']));

const accountsQuery = v.pipe(
  v.object({
    skip: v.optional(integerText(0)),
    take: v.optional(integerText(1, 1000), '25'),
    cursor: v.optional(v.string()),
    sysStatus: FLAG,
    comStatus: FLAG,
    banned: FLAG,
    archived: FLAG,
  }),
  v.forward(
    v.check(
      ({ skip, cursor }) => skip === undefined || cursor === undefined,
      fieldMessage('exclusive', 'skip'),
    ),
    ['cursor'],
  ),
);

/** Whether the filters ask for accounts such as there are none: banned, archived or without standing. */
const excludesAll = (query: v.InferOutput<typeof accountsQuery>): boolean =>
  query.sysStatus === 'false' ||
  query.comStatus === 'false' ||
  query.banned === 'true' ||
  query.archived === 'true';

export const listAccounts = defineOperation({
  method: 'GET',
  path: '/v2/community/accounts',
  isNear: true,
  access: { scope: 'sessions:read' },
  unknownQuery: 'ignored',
  query: accountsQuery,
  docs: WITH_DOCS && {
    operationId: 'listAccounts',
    tag: 'Accounts',
    summary: 'List the accounts',
    description:
      'By id. Page with `skip` and `take`, which also gives the `total`; or follow `nextCursor`, which ' +
      'costs the same at any depth and leaves out `total`, `skip` and `take`.',
    answer: {
      schema: v.object({
        ...listSchema(accountSchema()).entries,
        total: v.optional(v.number()),
        skip: v.optional(v.number()),
        take: v.optional(v.number()),
      }),
      example: { items: [ACCOUNT_EXAMPLE], nextCursor: null, total: 1, skip: 0, take: 25 },
    },
    errors: ['invalid_cursor'],
  },
  handle: async ({ ctx, query }) => {
    const { skip = 0, take, cursor } = query;
    const scope = `accounts:${ctx.actor.community.publicId}`;
    if (cursor !== undefined) {
      const afterId = readIdCursor(cursor, scope) as string;
      const page = excludesAll(query) ? NOTHING : await listAccountsAfter(ctx, { afterId, take });
      return toListWire(page, scope, ({ id }) => [id], toAccountWire);
    }
    const page = excludesAll(query) ? NOTHING : await listAccountsAt(ctx, { skip, take });
    return { ...toListWire(page, scope, ({ id }) => [id], toAccountWire), total: page.total, skip, take };
  },
});

const NOTHING = { items: [], hasMore: false, total: 0 };
