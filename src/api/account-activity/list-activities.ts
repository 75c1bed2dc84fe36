import type { CommunityActor } from '../../core/access/actor.ts';
import { LEAF_TYPES } from '../../core/account-activity/activity-type.ts';
import {
  listAccountActivity,
  type ReportChunk,
  type ReportEntry,
  type ReportRequest,
} from '../../core/account-activity/list-account-activity.ts';
import type { ReportPosition } from '../../core/account-activity/report-queries.ts';
import type { Ctx } from '../../core/context.ts';
import { DomainError } from '../../core/errors.ts';
import { encodeCursor } from '../../lib/cursor.ts';
import { isOneOf } from '../../lib/keys.ts';
import { addHeader } from '../kit/answer.ts';
import { csvResponse, prefersCsv } from '../kit/csv.ts';
import { isLongerThanWeek } from '../kit/large-reads.ts';
import { defineOperation, type HttpContext } from '../kit/operation.ts';
import { streamText } from '../kit/stream.ts';
import { readCursor } from '../wire/list.ts';
import { CSV_HEADER, REPORT_EXAMPLE, reportQuery, reportSchema, toCsvCells } from './wire.ts';

export const listActivities = defineOperation({
  method: 'GET',
  path: '/scr/api/activity',
  isNear: true,
  isExpensive: true,
  // A page is none.
  isLarge: ({ startDate, endDate, limit, cursor }) =>
    limit === undefined && cursor === undefined && isLongerThanWeek(startDate.epochMs, endDate.epochMs),
  access: { scope: 'account-activity:read' },
  unknownQuery: 'ignored',
  repeatable: ['type'],
  offersCsv: true,
  query: reportQuery,
  docs: WITH_DOCS && {
    operationId: 'listActivities',
    tag: 'Account Activity',
    summary: 'Report the activity of a period of at most 31 days',
    description:
      'The records of the given types, the oldest first. Both ends of the period belong to it. The answer ' +
      'is sent while it is read. With `limit` it comes in pages, and `Link` has the next one. `Accept: ' +
      'text/csv` gives a CSV file.',
    answer: { schema: reportSchema(), example: REPORT_EXAMPLE },
    errors: ['invalid_cursor', 'activities_not_found', 'unavailable'],
  },
  handle: async ({ ctx, query: { startDate, endDate, type, user, limit, cursor }, http }) => {
    const [from, to] = [startDate.epochMs, endDate.epochMs];
    const scope = `report:${ctx.actor.community.publicId}:${from}:${to}:${[...type].sort()}:${user ?? ''}`;
    const key = readCursor(cursor, scope, ['number', 'string', 'string']);
    const request: ReportRequest = {
      categories: type,
      from,
      to,
      user,
      after: key && positionOf(key),
    };
    const chunks =
      limit === undefined && cursor === undefined
        ? listAccountActivity(ctx, request)
        : onePage(ctx, request, limit ?? DEFAULT_LIMIT, (position) => {
            addHeader(
              http,
              'Link',
              nextLink(http, encodeCursor([position.at, position.category, position.id], scope)),
            );
          });
    const isCsv = prefersCsv(http);
    const first = await chunks.next();
    if (first.done) {
      if (ctx.actor.community.settings.emptyReportStatus === 404)
        throw new DomainError('activities_not_found');
      return isCsv ? csvResponse(http, 'activity.csv', CSV_HEADER, toCsvPages([], chunks)) : { records: [] };
    }
    const { entries, isLast } = first.value;
    if (isCsv) return csvResponse(http, 'activity.csv', CSV_HEADER, toCsvPages(entries, chunks));
    // What is whole already needs no stream, which costs as much as the rest of the answer.
    if (isLast) return { records: entries.map(({ record }) => record) };
    return streamText(http, toJson(entries, chunks), { 'Content-Type': 'application/json' });
  },
});

/** The records of a page of an unlimited list where only a cursor is given. */
const DEFAULT_LIMIT = 1000;

/** At most `limit` records as one chunk; tells the last one's position where others follow it. */
async function* onePage(
  ctx: Ctx<CommunityActor>,
  request: ReportRequest,
  limit: number,
  onMore: (last: ReportPosition) => void,
): AsyncGenerator<ReportChunk, void, void> {
  const entries: ReportEntry[] = [];
  for await (const chunk of listAccountActivity(ctx, { ...request, pageRows: limit + 1 })) {
    entries.push(...chunk.entries);
    if (entries.length > limit) break;
  }
  const page = entries.slice(0, limit);
  const last = page.at(-1);
  if (!last) return;
  if (entries.length > limit) onMore(last);
  yield { entries: page, isLast: true };
}

const nextLink = (http: HttpContext, cursor: string): string => {
  const url = new URL(http.req.url);
  url.searchParams.set('cursor', cursor);
  return `<${url.pathname}${url.search}>; rel="next"`;
};

async function* toCsvPages(
  first: readonly ReportEntry[],
  rest: AsyncIterable<ReportChunk>,
): AsyncGenerator<(string | null)[][], void, void> {
  const toLines = (entries: readonly ReportEntry[]) => entries.map(({ record }) => toCsvCells(record));
  yield toLines(first);
  for await (const { entries } of rest) yield toLines(entries);
}

async function* toJson(
  first: readonly ReportEntry[],
  rest: AsyncIterable<ReportChunk>,
): AsyncGenerator<string, void, void> {
  // The list as one text, without its brackets: far cheaper than a text for each record.
  const toText = (entries: readonly ReportEntry[]) =>
    JSON.stringify(entries.map(({ record }) => record)).slice(1, -1);
  yield `{"records":[${toText(first)}`;
  for await (const { entries } of rest) yield `,${toText(entries)}`;
  yield ']}';
}

/** @throws DomainError invalid_cursor: a cursor is bound to its question, not signed, so it may name anything */
const positionOf = ([at, category, id]: readonly [number, string, string]): ReportPosition => {
  if (!isOneOf(LEAF_TYPES, category)) throw new DomainError('invalid_cursor');
  return { at, category, id };
};
