import * as v from 'valibot';
import { namesOfTotals } from '../../../core/sessions/names-of-totals.ts';
import { verifyPeriod as verify } from '../../../core/sessions/periods/verify-period.ts';
import { dateTime } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { isoOrNull } from '../../wire/access.ts';
import { PERIOD_EXAMPLE, periodParams, periodSumsSchema, toPeriodSums } from './wire.ts';

/** More are counted, not listed. */
const SHOWN = 100;

export const verifyPeriod = defineOperation({
  method: 'GET',
  path: '/v2/community/periods/{periodId}/verify',
  isExpensive: true,
  isLarge: true,
  access: { scope: 'sessions:read' },
  params: periodParams,
  docs: WITH_DOCS && {
    operationId: 'verifyPeriod',
    tag: 'Closed periods',
    summary: 'Say whether the totals of a period still hold, and if not, why',
    description:
      '`hashValid`: the kept totals are those that were closed. `differences`: accounts whose sessions come to something ' +
      'else now; `removed` where retention or an erasure took them, which leaves the totals as they are. `openWhenClosed`: ' +
      'sessions that were open then; they count as far as they were seen, and `uncountedSeconds` is what they gained since.',
    answer: {
      schema: v.object({
        holds: v.boolean(),
        hash: v.string(),
        hashValid: v.boolean(),
        differenceCount: v.number(),
        differences: v.array(
          v.object({
            accId: v.string(),
            name: v.nullable(v.string()),
            reason: v.picklist(['removed', 'changed']),
            stored: v.object(periodSumsSchema),
            now: v.object(periodSumsSchema),
          }),
        ),
        openWhenClosed: v.array(
          v.object({
            id: v.string(),
            accId: v.string(),
            countedUntil: dateTime(),
            uncountedSeconds: v.number(),
          }),
        ),
      }),
      example: {
        holds: true,
        hash: PERIOD_EXAMPLE.hash,
        hashValid: true,
        differenceCount: 0,
        differences: [],
        openWhenClosed: [],
      },
    },
    errors: ['period_not_found'],
  },
  handle: async ({ ctx, params }) => {
    const { period, holds, isHashValid, differences, openWhenClosed } = await verify(ctx, params.periodId);
    const shown = differences.slice(0, SHOWN);
    const { accounts } = await namesOfTotals(
      ctx,
      shown.map(({ accountId }) => ({ accountId, serverId: undefined })),
    );
    return {
      holds,
      hash: period.hash,
      hashValid: isHashValid,
      differenceCount: differences.length,
      differences: shown.map(({ accountId, reason, stored, now }) => ({
        accId: accountId,
        name: accounts.get(accountId) ?? null,
        reason,
        stored: toPeriodSums(stored),
        now: toPeriodSums(now),
      })),
      openWhenClosed: openWhenClosed.slice(0, SHOWN).map((open) => ({
        id: open.sessionId,
        accId: open.accountId,
        countedUntil: isoOrNull(open.countedUntil),
        uncountedSeconds: Math.round(open.uncountedMs / 1000),
      })),
    };
  },
});
