import { listPeriods as list } from '../../../core/sessions/periods/list-periods.ts';
import { defineList } from '../../wire/list.ts';
import { PERIOD_EXAMPLE, periodSchema, toPeriodWire } from './wire.ts';

export const listPeriods = defineList({
  path: '/v2/community/periods',
  access: { scope: 'sessions:read' },
  list: (ctx, { afterId, limit }) => list(ctx, { beforeId: afterId, limit }),
  idOf: ({ id }) => id,
  toWire: toPeriodWire,
  docs: WITH_DOCS && {
    operationId: 'listPeriods',
    tag: 'Closed periods',
    summary: 'List the closed periods, those closed last first, and those that were reopened',
    item: { schema: periodSchema(), example: PERIOD_EXAMPLE },
  },
});
