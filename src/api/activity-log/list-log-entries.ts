import * as v from 'valibot';
import { exportLogEntries, listLogEntries as list } from '../../core/logs/list-log-entries.ts';
import { timestampOf } from '../../core/logs/log-id.ts';
import type { LogEntry } from '../../core/logs/model.ts';
import { encodeCursor } from '../../lib/cursor.ts';
import { addHeader } from '../kit/answer.ts';
import { csvResponse, prefersCsv } from '../kit/csv.ts';
import { invalidField } from '../kit/fault.ts';
import { integerText, pageQuery, text } from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';
import { defineOperation } from '../kit/operation.ts';
import { nextLink, readCursor } from '../wire/list.ts';
import {
  filterQuery,
  LOG_ENTRY_COLUMNS,
  LOG_ENTRY_EXAMPLE,
  logEntrySchema,
  toFilter,
  toLogEntryWire,
} from './wire.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

export const listLogEntries = defineOperation({
  method: 'GET',
  path: '/api/v1/activity_log',
  isNear: true,
  access: { scope: 'logs:read' },
  unknownQuery: 'ignored',
  offersCsv: true,
  query: v.object({
    ...filterQuery,
    q: v.optional(text(1, 200)),
    after_id: v.optional(integerText(0)),
    order: v.optional(v.picklist(['asc', 'desc']), 'desc'),
    limit: v.optional(integerText(1, MAX_LIMIT)),
    offset: v.optional(integerText(0), '0'),
    cursor: pageQuery(DEFAULT_LIMIT, MAX_LIMIT).cursor,
  }),
  docs: WITH_DOCS && {
    operationId: 'listActivityLogs',
    tag: 'Activity Log',
    summary: 'List entries, newest first',
    description:
      'If more entries follow, `Link: <...>; rel="next"` goes on at the same cost at any depth. `offset` ' +
      'reads all that it skips. A search (`q`) looks at 5000 entries a call; where it stops before the page is ' +
      'full, `X-Search-Stopped-At` has the timestamp that it came to, and `Link` goes on from there. ' +
      '`Accept: text/csv` gives a CSV file, which has every entry unless there is a `limit`.',
    answer: { schema: v.array(logEntrySchema()), example: [LOG_ENTRY_EXAMPLE] },
    headers: ['X-Search-Stopped-At'],
    errors: ['invalid_cursor'],
  },
  handle: async ({ ctx, query, http }) => {
    const { limit, offset, cursor, q: text, after_id: afterId } = query;
    if (offset > 0 && cursor !== undefined) throw invalidField('offset', fieldMessage('exclusive', 'cursor'));
    const filter = toFilter(query);
    const order = query.order === 'asc' ? 'oldest-first' : 'newest-first';
    const scope = JSON.stringify([
      'activity-log',
      ctx.actor.community.publicId,
      filter,
      order,
      afterId,
      text,
    ]);
    const key = readCursor(cursor, scope, ['number'])?.[0];

    const asked = { filter, text, afterId, order, offset, cursor: key } as const;
    const isCsv = prefersCsv(http);
    if (isCsv && limit === undefined) return csvFile(http, exportLogEntries(ctx, asked));
    const page = await list(ctx, { ...asked, limit: limit ?? DEFAULT_LIMIT });
    if (page.next !== undefined) {
      addHeader(http, 'Link', nextLink(http.req.url, encodeCursor([page.next], scope)));
      if (page.isCutShort) addHeader(http, 'X-Search-Stopped-At', String(timestampOf(page.next)));
    }
    return isCsv ? csvFile(http, [page.items]) : page.items.map(toLogEntryWire);
  },
});

const csvFile = (
  http: Parameters<typeof csvResponse>[0],
  pages: AsyncIterable<readonly LogEntry[]> | Iterable<readonly LogEntry[]>,
) =>
  csvResponse(
    http,
    'activity-log.csv',
    LOG_ENTRY_COLUMNS,
    mapPages(pages, (entry) => Object.values(toLogEntryWire(entry))),
  );

async function* mapPages<T, U>(
  pages: AsyncIterable<readonly T[]> | Iterable<readonly T[]>,
  map: (item: T) => U,
): AsyncGenerator<U[]> {
  for await (const page of pages) yield page.map(map);
}
