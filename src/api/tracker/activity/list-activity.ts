import type * as v from 'valibot';
import type { CommunityActor } from '../../../core/access/actor.ts';
import type { Ctx } from '../../../core/context.ts';
import { exportSessions, findAccountId, listSessions } from '../../../core/sessions/list-sessions.ts';
import { namesOfTotals } from '../../../core/sessions/names-of-totals.ts';
import type { SessionDetails } from '../../../core/sessions/session.ts';
import { encodeCursor } from '../../../lib/cursor.ts';
import { zonedFormat } from '../../../lib/zoned-time.ts';
import { addHeader } from '../../kit/answer.ts';
import { csvResponse, prefersCsv } from '../../kit/csv.ts';
import { defineOperation, type HttpContext } from '../../kit/operation.ts';
import { serverParams } from '../../wire/activity.ts';
import { listSchema, nextLink, readCursor } from '../../wire/list.ts';
import {
  CLOSED_EXAMPLE,
  OPEN_EXAMPLE,
  serverSessionQuery,
  sessionDetailsSchema,
  sessionQuery,
  toSessionDetailsWire,
  toSessionFilter,
} from './session-wire.ts';
import { toAccountFilter } from './totals-wire.ts';

const DEFAULT_LIMIT = 100;

export const listActivity = defineOperation({
  method: 'GET',
  path: '/v2/community/activity',
  isNear: true,
  access: { scope: 'sessions:read' },
  query: sessionQuery,
  dotted: ['metadata'],
  offersCsv: true,
  docs: WITH_DOCS && {
    operationId: 'listActivity',
    tag: 'Presence',
    summary: 'List sessions: who is active now, who was active when',
    description:
      'The newest start first. `from` and `to` mean the start. They are days, both of them included, or instants, of ' +
      "which `to` is not; days are those of `timezone`, by default the community's. `status=open` " +
      'lists who is on now, with the identifiers of each account, unless `includeIdentifiers=false` asks for none. ' +
      '`lastSeen` is the last sign of life. ' +
      '`unconfirmed` says that nobody told us when the session ended. A page can be short, or empty, while ' +
      '`nextCursor` says that more follow. `Accept: text/csv` gives a CSV file: of every session, or, with ' +
      'a `limit`, of one page, and `Link` has the next one.',
    answer: {
      schema: listSchema(sessionDetailsSchema()),
      example: { items: [CLOSED_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor', 'name_ambiguous'],
  },
  handle: ({ ctx, query, http }) => answer(ctx, query, http),
});

export const listServerActivity = defineOperation({
  method: 'GET',
  path: '/v2/community/servers/{serverId}/activity',
  isNear: true,
  access: { scope: 'sessions:read' },
  params: serverParams,
  query: serverSessionQuery,
  dotted: ['metadata'],
  offersCsv: true,
  docs: WITH_DOCS && {
    operationId: 'listServerActivity',
    tag: 'Presence',
    summary: 'List the sessions of a server',
    description: 'As the list of all sessions, for one server.',
    answer: {
      schema: listSchema(sessionDetailsSchema()),
      example: { items: [OPEN_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor', 'name_ambiguous'],
  },
  handle: ({ ctx, params, query, http }) => answer(ctx, { ...query, serverId: params.serverId }, http),
});

const answer = async (
  ctx: Ctx<CommunityActor>,
  query: v.InferOutput<typeof sessionQuery>,
  http: HttpContext,
) => {
  const account = toAccountFilter(query);
  const asked = toSessionFilter(query, ctx.actor.community.settings.timezone);
  const accountId = account && (await findAccountId(ctx, account));
  const filter = { ...asked, accountId };
  const scope = JSON.stringify(['activity', ctx.actor.community.publicId, filter]);
  const key = readCursor(query.cursor, scope, ['number', 'string']);
  const before = key && { startedAt: key[0] as number, id: key[1] as string };
  const isCsv = prefersCsv(http);
  // An identifier that names nobody has no sessions, and is not no filter.
  if (account && accountId === undefined) {
    return isCsv ? csvFile(ctx, query, http, [[]]) : { items: [], nextCursor: null };
  }
  if (isCsv && query.limit === undefined)
    return csvFile(ctx, query, http, exportSessions(ctx, { filter, before }));

  const { items, next } = await listSessions(ctx, {
    filter,
    before,
    limit: query.limit ?? DEFAULT_LIMIT,
    hasIdentifiers: query.includeIdentifiers === 'true',
  });
  const nextCursor = next ? encodeCursor([next.startedAt, next.id], scope) : null;
  if (!isCsv) return { items: items.map(toSessionDetailsWire), nextCursor };
  if (nextCursor) addHeader(http, 'Link', nextLink(http.req.url, nextCursor));
  return csvFile(ctx, query, http, [items]);
};

const CSV_COLUMNS = [
  'id',
  'accId',
  'name',
  'serverId',
  'serverName',
  'start',
  'end',
  'localStart',
  'localEnd',
  'seconds',
  'hours',
  'lastSeen',
  'closeKind',
  'clearReason',
  'unconfirmed',
  'voidedAt',
  'metadata',
] as const;

type Pages = AsyncIterable<readonly SessionDetails[]> | Iterable<readonly SessionDetails[]>;

const csvFile = (
  ctx: Ctx<CommunityActor>,
  query: v.InferOutput<typeof sessionQuery>,
  http: HttpContext,
  pages: Pages,
) => csvResponse(http, 'activity.csv', CSV_COLUMNS, toLines(ctx, query, pages), query);

/** Times by the wall clock: of an open session, and for spreadsheets, in the form that every region reads. */
async function* toLines(ctx: Ctx<CommunityActor>, query: v.InferOutput<typeof sessionQuery>, pages: Pages) {
  const format = zonedFormat(query.timezone ?? ctx.actor.community.settings.timezone);
  const toLocal = (epochMs: number | null): string | null => {
    if (epochMs === null) return null;
    return query.csv === 'programs' ? format(epochMs) : format(epochMs).slice(0, 19).replace('T', ' ');
  };
  for await (const page of pages) {
    const { accounts, servers } = await namesOfTotals(ctx, page);
    yield page.map((session) => {
      const row = toSessionDetailsWire(session);
      const { startedAt, endedAt, lastSeenAt } = session;
      const seconds = Math.round(((endedAt ?? lastSeenAt) - startedAt) / 1000);
      const cells = {
        ...row,
        name: accounts.get(session.accountId) ?? null,
        serverName: servers.get(session.serverId) ?? null,
        localStart: toLocal(startedAt),
        localEnd: toLocal(endedAt),
        seconds,
        hours: Math.round(seconds / 36) / 100,
        unconfirmed: String(row.unconfirmed),
        metadata: JSON.stringify(row.metadata),
      };
      return CSV_COLUMNS.map((column) => cells[column]);
    });
  }
}
