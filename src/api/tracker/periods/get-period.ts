import * as v from 'valibot';
import { namesOfTotals } from '../../../core/sessions/names-of-totals.ts';
import { getPeriod as get, listPeriodTotals } from '../../../core/sessions/periods/list-periods.ts';
import type { PeriodTotal } from '../../../core/sessions/periods/period.ts';
import { csvQuery, csvResponse, prefersCsv } from '../../kit/csv.ts';
import { pageQuery } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { listSchema, readIdCursor, toListWire } from '../../wire/list.ts';
import {
  PERIOD_EXAMPLE,
  PERIOD_SUMS_EXAMPLE,
  periodParams,
  periodSchema,
  periodSumsSchema,
  toPeriodSums,
  toPeriodWire,
} from './wire.ts';

const CSV_COLUMNS = [
  'accId',
  'name',
  'seconds',
  'hours',
  'confirmedSeconds',
  'unconfirmedSeconds',
  'watchedSeconds',
  'sessions',
] as const;
const CSV_PAGE = 5000;

export const getPeriod = defineOperation({
  method: 'GET',
  path: '/v2/community/periods/{periodId}',
  access: { scope: 'sessions:read' },
  params: periodParams,
  query: v.object({ ...pageQuery(100, 1000), ...csvQuery }),
  offersCsv: true,
  docs: WITH_DOCS && {
    operationId: 'getPeriod',
    tag: 'Closed periods',
    summary: 'Get a period with the totals that were kept when it was closed',
    description:
      'By account id. Names are those of today; a person who was erased has none. With `Accept: text/csv` the answer is a file ' +
      'of all totals.',
    answer: {
      schema: v.object({
        ...periodSchema().entries,
        totals: listSchema(
          v.object({ accId: v.string(), name: v.nullable(v.string()), ...periodSumsSchema }),
        ),
      }),
      example: {
        ...PERIOD_EXAMPLE,
        totals: {
          items: [{ accId: '00000000-0000-0000-0000-000000000000', name: 'ana', ...PERIOD_SUMS_EXAMPLE }],
          nextCursor: null,
        },
      },
    },
    errors: ['period_not_found', 'invalid_cursor'],
  },
  handle: async ({ ctx, params: { periodId }, query, http }) => {
    const period = await get(ctx, periodId);
    const toItems = async (totals: readonly PeriodTotal[]) => {
      const { accounts } = await namesOfTotals(
        ctx,
        totals.map(({ accountId }) => ({ accountId, serverId: undefined })),
      );
      return (total: PeriodTotal) => ({
        accId: total.accountId,
        name: accounts.get(total.accountId) ?? null,
        ...toPeriodSums(total),
      });
    };
    if (prefersCsv(http)) {
      const lines = async function* () {
        for (let afterId: string | undefined = ''; afterId !== undefined; ) {
          const page = await listPeriodTotals(ctx, periodId, { afterId, limit: CSV_PAGE });
          const items = page.items.map(await toItems(page.items));
          yield items.map((item) => CSV_COLUMNS.map((column) => item[column]));
          afterId = page.hasMore ? page.items.at(-1)?.accountId : undefined;
        }
      };
      return csvResponse(http, 'period.csv', CSV_COLUMNS, lines(), query);
    }
    const scope = JSON.stringify(['period', ctx.actor.community.publicId, periodId]);
    const page = await listPeriodTotals(ctx, periodId, {
      afterId: readIdCursor(query.cursor, scope),
      limit: query.limit,
    });
    return {
      ...toPeriodWire(period),
      totals: toListWire(page, scope, ({ accountId }) => [accountId], await toItems(page.items)),
    };
  },
});
