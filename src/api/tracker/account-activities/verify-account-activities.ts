import * as v from 'valibot';
import { INGESTED_TYPES } from '../../../core/account-activity/activity-type.ts';
import { verifyAccountActivity as verify } from '../../../core/account-activity/verify-account-activity.ts';
import { DomainError } from '../../../core/errors.ts';
import { encodeCursor } from '../../../lib/cursor.ts';
import { isOneOf } from '../../../lib/keys.ts';
import { pageQuery } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { readCursor } from '../../wire/list.ts';

const { cursor } = pageQuery(1, 1);

export const verifyAccountActivities = defineOperation({
  method: 'GET',
  path: '/v2/community/account-activities/verify',
  isExpensive: true,
  isLarge: true,
  access: { scope: 'audit:read' },
  query: v.object({ cursor }),
  docs: WITH_DOCS && {
    operationId: 'verifyAccountActivities',
    tag: 'Account Activity',
    summary: 'Verify that nobody has changed the records',
    description:
      'Computes the hash chain of the audit trail and the seals of ingested records again, and names the ' +
      'first break. One call looks at the whole trail and at about 20,000 ingested records; `nextCursor` ' +
      'goes on. `head` is the end of the trail: keep it elsewhere, and you will notice a trail that was ' +
      'written anew.',
    answer: {
      schema: v.object({
        intact: v.boolean(),
        firstBreak: v.nullable(
          v.object({
            where: v.picklist(['audit-trail', 'carried-trail', 'batch']),
            sequence: v.optional(v.number()),
            trailOf: v.optional(v.string()),
            category: v.optional(v.picklist(INGESTED_TYPES)),
            day: v.optional(v.string()),
            id: v.optional(v.string()),
            problem: v.picklist(['changed', 'missing', 'unexpected']),
          }),
        ),
        checkedLinks: v.number(),
        checkedRecords: v.number(),
        head: v.object({ sequence: v.number(), hash: v.string() }),
        nextCursor: v.nullable(v.string()),
      }),
      example: {
        intact: false,
        firstBreak: {
          where: 'audit-trail',
          sequence: 7,
          id: '019d8e5a-2c00-7c33-8d44-b1c2d3e4f5a6',
          problem: 'changed',
        },
        checkedLinks: 6,
        checkedRecords: 0,
        head: { sequence: 12, hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
        nextCursor: null,
      },
    },
    errors: ['invalid_cursor'],
  },
  handle: async ({ ctx, query }) => {
    const scope = `verify:${ctx.actor.community.publicId}`;
    const key = readCursor(query.cursor, scope, ['string', 'number']);
    const [category, day] = key ?? [];
    // A cursor is bound to its question, not signed: it may name anything.
    if (key && !isOneOf(INGESTED_TYPES, category)) throw new DomainError('invalid_cursor');
    const from = isOneOf(INGESTED_TYPES, category) && day !== undefined ? { category, day } : undefined;
    const { checkedLinks, checkedRecords, head, firstBreak, next } = await verify(ctx, from);
    return {
      intact: firstBreak === undefined,
      firstBreak: firstBreak ?? null,
      checkedLinks,
      checkedRecords,
      head,
      nextCursor: next ? encodeCursor([next.category, next.day], scope) : null,
    };
  },
});
