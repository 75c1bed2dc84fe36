import * as v from 'valibot';
import { closePeriod as close } from '../../../core/sessions/periods/close-period.ts';
import { invalidField } from '../../kit/fault.ts';
import { object } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import { dayOrInstant, toPeriodEdge } from '../activity/totals-wire.ts';
import { noteSchema, PERIOD_EXAMPLE, periodSchema, toPeriodWire } from './wire.ts';

export const closePeriod = defineOperation({
  method: 'POST',
  path: '/v2/community/periods',
  isExpensive: true,
  isLarge: true,
  access: { scope: 'periods:write' },
  body: object({ to: dayOrInstant, note: v.nullish(noteSchema) }),
  status: 201,
  docs: WITH_DOCS && {
    operationId: 'closePeriod',
    tag: 'Closed periods',
    summary: 'Close a period: its hours are settled',
    description:
      "From the end of the period before until `to`: a day of the community's time zone, which is in it, or an instant, " +
      'which is not. No second of it changes from then on. What would change one is refused with 409; calls of game ' +
      'servers become questions. Sessions that are open count until they were last seen. The totals of each account are ' +
      'kept, with a hash that is on the audit trail too.',
    bodyExample: { to: '2026-03-31', note: 'March' },
    answer: { schema: periodSchema(), example: PERIOD_EXAMPLE },
    errors: ['period_overlaps'],
  },
  handle: async ({ ctx, body }) => {
    const to = toPeriodEdge('to', body.to, ctx.actor.community.settings.timezone);
    if (to > ctx.clock.now()) throw invalidField('to', fieldMessage('not_future'));
    if (to <= 0) throw invalidField('to', fieldMessage('after', new Date(0).toISOString()));
    return toPeriodWire(await close(ctx, { to, note: body.note ?? null }));
  },
});
