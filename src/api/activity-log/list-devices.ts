import * as v from 'valibot';
import { listDevices as list } from '../../core/logs/list-devices.ts';
import { encodeCursor } from '../../lib/cursor.ts';
import { addHeader } from '../kit/answer.ts';
import { integer, pageQuery } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';
import { nextLink, readCursor } from '../wire/list.ts';
import { LOG_ENTRY_EXAMPLE, logEntrySchema, toLogEntryWire } from './wire.ts';

export const listDevices = defineOperation({
  method: 'GET',
  path: '/api/v1/activity_log/devices',
  isNear: true,
  access: { scope: 'logs:read' },
  query: v.object(pageQuery(100, 1000)),
  docs: WITH_DOCS && {
    operationId: 'listActivityLogDevices',
    tag: 'Activity Log',
    summary: 'List the devices, each with its last entry and its count',
    description:
      'By serial. A call counts about 20,000 entries, so a page may be short; `Link: <...>; rel="next"` goes ' +
      'on. A device with more than that has `count_is_exact: false`; ask `/count?serial=` for it.',
    answer: {
      schema: v.array(
        v.object({
          serial: v.string(),
          count: integer(0),
          count_is_exact: v.boolean(),
          last_entry: logEntrySchema(),
        }),
      ),
      example: [
        { serial: LOG_ENTRY_EXAMPLE.serial, count: 456, count_is_exact: true, last_entry: LOG_ENTRY_EXAMPLE },
      ],
    },
    headers: ['Link'],
    errors: ['invalid_cursor'],
  },
  handle: async ({ ctx, query: { limit, cursor }, http }) => {
    const scope = `activity-log-devices:${ctx.actor.community.publicId}`;
    const afterSerial = readCursor(cursor, scope, ['string'])?.[0] as string | undefined;
    const { items, hasMore } = await list(ctx, { afterSerial, limit });
    const last = items.at(-1);
    if (hasMore && last) addHeader(http, 'Link', nextLink(http.req.url, encodeCursor([last.serial], scope)));
    return items.map(({ serial, entries, isCountExact, lastEntry }) => ({
      serial,
      count: entries,
      count_is_exact: isCountExact,
      last_entry: toLogEntryWire(lastEntry),
    }));
  },
});
