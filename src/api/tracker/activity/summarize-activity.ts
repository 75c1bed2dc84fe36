import * as v from 'valibot';
import { namesOfTotals } from '../../../core/sessions/names-of-totals.ts';
import { placeInOrder, type SessionTotal } from '../../../core/sessions/session-totals.ts';
import { pageOfTotals, summarizeSessions } from '../../../core/sessions/summarize-sessions.ts';
import { csvResponse, prefersCsv } from '../../kit/csv.ts';
import { dateTime, pageQuery } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { isoOrNull } from '../../wire/access.ts';
import { listSchema, readCursor, toListWire } from '../../wire/list.ts';
import {
  defaultOrder,
  isLargeTotal,
  MAX_DAYS,
  requireTimes,
  toAccountFilter,
  toPeriod,
  toTotalItem,
  totalColumns,
  totalItemSchema,
  totalsEntries,
} from './totals-wire.ts';

/** Each page adds the whole period up: so one has room for a week of 700 people, day by day. */
const MAX_LIMIT = 5000;
/** Lines of a file that are written at once. */
const CSV_LINES = 1000;

export const summarizeActivity = defineOperation({
  method: 'GET',
  path: '/v2/community/activity/summary',
  isNear: true,
  isExpensive: true,
  isLarge: isLargeTotal,
  access: { scope: 'sessions:read' },
  query: v.object({ ...totalsEntries, ...pageQuery(100, MAX_LIMIT) }),
  dotted: ['metadata'],
  offersCsv: true,
  docs: WITH_DOCS && {
    operationId: 'summarizeActivity',
    tag: 'Activity Tracker',
    summary: 'Total the time of a period by account, server or time, or by two of them',
    description:
      '`groupBy` is one or two of account, server, day, week, month, hour and weekday-hour. `from` and `to` are days, both ' +
      'of them included, or instants, of which `to` is not. Sessions are cut exactly at the borders of the period, and ' +
      "of days, weeks, months and hours of `timezone` (by default the community's), also where the clocks change. " +
      '`seconds` counts a session on each server in full; `distinctSeconds` counts time on two servers at once only once. ' +
      'Confirmed is the time until a session was last seen, unconfirmed the time from then to its end. `watchedSeconds` is ' +
      'the confirmed time between signs of life that are no further apart than `heartbeatTimeoutSeconds`. `rounding` rounds ' +
      'once, after the sum. Cleared and voided sessions do not count. Open ones count until they were last seen. `order` is by ' +
      'default `most`, the most time first; with `fill=true` it is `time`, the earliest first. With ' +
      '`Accept: text/csv` the answer is a file of all totals, for programs or, with `csv=spreadsheet`, for a spreadsheet ' +
      `of the region of \`locale\`. A period has at most ${MAX_DAYS} days.`,
    answer: {
      schema: v.object({
        ...listSchema(totalItemSchema()).entries,
        from: dateTime(),
        to: dateTime(),
        timezone: v.string(),
      }),
      example: {
        items: [
          {
            accId: '00000000-0000-0000-0000-000000000000',
            name: 'ana',
            week: '2026-W16',
            start: '2026-04-12T22:00:00.000Z',
            end: '2026-04-19T22:00:00.000Z',
            seconds: 10_800,
            hours: 3,
            confirmedSeconds: 7200,
            unconfirmedSeconds: 3600,
            watchedSeconds: 5400,
            sessions: 3,
            distinctSeconds: 9000,
          },
        ],
        nextCursor: null,
        from: '2026-04-12T22:00:00.000Z',
        to: '2026-04-19T22:00:00.000Z',
        timezone: 'Europe/Madrid',
      },
    },
    errors: ['invalid_cursor', 'too_many_sessions', 'too_many_groups', 'name_ambiguous'],
  },
  handle: async ({ ctx, query, http }) => {
    const { groupBy: groupings, serverId, metadata, fill, rounding, limit, cursor } = query;
    const { id, settings } = ctx.actor.community;
    const timeZone = query.timezone ?? settings.timezone;
    const { weekStart } = settings;
    requireTimes(query);
    const order = query.order ?? defaultOrder(fill);
    const period = toPeriod(query, timeZone);
    const account = toAccountFilter(query);
    const summary = {
      ...period,
      groupings,
      account,
      serverId,
      metadata,
      timeZone,
      weekStart,
      order,
      fills: fill === 'true',
    };
    const totals = await summarizeSessions(ctx, summary);
    const toItem = async (some: readonly SessionTotal[]) =>
      toTotalItem(groupings, rounding, await namesOfTotals(ctx, some));

    if (prefersCsv(http)) {
      const columns = totalColumns(groupings);
      const lines = async function* () {
        for (let next = 0; next < totals.length; next += CSV_LINES) {
          const some = totals.slice(next, next + CSV_LINES);
          const items = some.map(await toItem(some));
          yield items.map((item) => columns.map((column) => item[column] ?? null));
        }
      };
      return csvResponse(http, 'hours.csv', columns, lines(), query);
    }

    const scope = JSON.stringify(['summary', id, summary]);
    const key = readCursor(cursor, scope, ['number', 'number', 'string', 'number', 'string']);
    const page = pageOfTotals(totals, order, key, limit);
    return {
      ...toListWire(page, scope, placeInOrder, await toItem(page.items)),
      from: isoOrNull(period.from),
      to: isoOrNull(period.to),
      timezone: timeZone,
    };
  },
});
