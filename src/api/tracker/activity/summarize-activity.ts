import * as v from 'valibot';
import { GROUPINGS, type Grouping, type SessionTotal } from '../../../core/sessions/session-totals.ts';
import { summarizeSessions } from '../../../core/sessions/summarize-sessions.ts';
import { integerText, pageQuery, queryInstant, timezone, uuid } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import { listSchema, readCursor, toListWire } from '../../wire/list.ts';

const MAX_DAYS = 366;

const summaryQuery = v.pipe(
  v.object({
    from: queryInstant,
    to: queryInstant,
    groupBy: v.optional(v.picklist(GROUPINGS), 'account'),
    accId: v.optional(uuid),
    serverId: v.optional(integerText(1)),
    timezone: v.optional(timezone),
    ...pageQuery(100, 1000),
  }),
  v.forward(
    v.check(({ from, to }) => to > from, fieldMessage('after', 'from')),
    ['to'],
  ),
  v.forward(
    v.check(({ from, to }) => to - from <= MAX_DAYS * 86_400_000, fieldMessage('period', MAX_DAYS, 'from')),
    ['to'],
  ),
);

const sums = {
  seconds: v.number(),
  confirmedSeconds: v.number(),
  unconfirmedSeconds: v.number(),
  watchedSeconds: v.number(),
  sessions: v.number(),
};

const summaryItemSchema = () =>
  v.union([
    v.object({ accId: v.string(), ...sums, distinctSeconds: v.number() }),
    v.object({ serverId: v.number(), ...sums }),
    v.object({ day: v.string(), ...sums }),
    v.object({ hour: v.string(), ...sums }),
  ]);

const KEYS = { account: 'accId', server: 'serverId', day: 'day', hour: 'hour' } as const;

const toSummaryItem =
  (grouping: Grouping) =>
  ({ key, ms, unconfirmedMs, watchedMs, distinctMs, sessions }: SessionTotal) => ({
    [KEYS[grouping]]: key,
    seconds: ms / 1000,
    confirmedSeconds: (ms - unconfirmedMs) / 1000,
    unconfirmedSeconds: unconfirmedMs / 1000,
    watchedSeconds: watchedMs / 1000,
    sessions,
    ...(grouping === 'account' && { distinctSeconds: distinctMs / 1000 }),
  });

export const summarizeActivity = defineOperation({
  method: 'GET',
  path: '/v2/community/activity/summary',
  access: { scope: 'sessions:read' },
  query: summaryQuery,
  docs: WITH_DOCS && {
    operationId: 'summarizeActivity',
    tag: 'Activity Tracker',
    summary: 'Total the time of a period by account, server, day or hour',
    description:
      'The most time first. Sessions are cut exactly at `from` and `to`, and at the borders of days and hours of `timezone` ' +
      "(by default the community's), also where the clocks change. `seconds` counts a session on each server in full; " +
      '`distinctSeconds` counts time on two servers at once only once. Confirmed is the time until a session was last seen, ' +
      'unconfirmed the time from then to its end. `watchedSeconds` is the confirmed time between signs of life that are no ' +
      'further apart than `heartbeatTimeoutSeconds`. Cleared and voided sessions do not count. Open ones ' +
      `count until they were last seen. A period has at most ${MAX_DAYS} days.`,
    answer: {
      schema: listSchema(summaryItemSchema()),
      example: {
        items: [
          {
            accId: '00000000-0000-0000-0000-000000000000',
            seconds: 10_800,
            confirmedSeconds: 7200,
            unconfirmedSeconds: 3600,
            watchedSeconds: 5400,
            sessions: 3,
            distinctSeconds: 9000,
          },
        ],
        nextCursor: null,
      },
    },
    errors: ['invalid_cursor', 'too_many_sessions'],
  },
  handle: async ({ ctx, query }) => {
    const { from, to, groupBy, accId, serverId, limit, cursor } = query;
    const { community } = ctx.actor;
    const timeZone = query.timezone ?? community.settings.timezone;
    const scope = JSON.stringify(['summary', community.id, from, to, groupBy, accId, serverId, timeZone]);
    const key = readCursor(cursor, scope, ['number', groupBy === 'server' ? 'number' : 'string']);
    const page = await summarizeSessions(ctx, {
      from,
      to,
      grouping: groupBy,
      accountId: accId,
      serverId,
      timeZone,
      limit,
      after: key && { ms: key[0] as number, key: key[1] as string | number },
    });
    return toListWire(page, scope, (total) => [total.ms, total.key], toSummaryItem(groupBy));
  },
});
