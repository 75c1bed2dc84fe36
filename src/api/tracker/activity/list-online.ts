import * as v from 'valibot';
import { listOnline as list, ONLINE_STEPS } from '../../../core/sessions/list-online.ts';
import { namesOfTotals } from '../../../core/sessions/names-of-totals.ts';
import { csvQuery, csvResponse, prefersCsv } from '../../kit/csv.ts';
import { dateTime, integerText, timezone } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { isoOrNull } from '../../wire/access.ts';
import { dayOrInstant, isLargeTotal, metadataFilter, toPeriod } from './totals-wire.ts';

const onlineItemSchema = () =>
  v.object({
    serverId: v.optional(v.number()),
    serverName: v.optional(v.nullable(v.string())),
    start: dateTime(),
    end: dateTime(),
    max: v.number(),
    mean: v.number(),
  });

export const listOnline = defineOperation({
  method: 'GET',
  path: '/v2/community/activity/online',
  isNear: true,
  isExpensive: true,
  isLarge: isLargeTotal,
  access: { scope: 'sessions:read' },
  query: v.object({
    from: dayOrInstant,
    to: dayOrInstant,
    step: v.optional(v.picklist(ONLINE_STEPS), 'hour'),
    groupBy: v.optional(v.picklist(['server'])),
    serverId: v.optional(integerText(1)),
    metadata: v.optional(metadataFilter),
    timezone: v.optional(timezone),
    ...csvQuery,
  }),
  dotted: ['metadata'],
  offersCsv: true,
  docs: WITH_DOCS && {
    operationId: 'listOnline',
    tag: 'Activity Tracker',
    summary: 'How many people were on, in each step of a period',
    description:
      '`max` is the most at once, `mean` the average over the step. People on two servers at once count once; with ' +
      "`groupBy=server` they count on each. Days and weeks are those of `timezone`, by default the community's. Steps " +
      'end now. An open session is on until now; but where it is silent for longer than its limit, until it was last seen.',
    answer: {
      schema: v.object({
        items: v.array(onlineItemSchema()),
        from: dateTime(),
        to: dateTime(),
        timezone: v.string(),
      }),
      example: {
        items: [{ start: '2026-04-15T18:00:00.000Z', end: '2026-04-15T19:00:00.000Z', max: 31, mean: 24.25 }],
        from: '2026-04-15T18:00:00.000Z',
        to: '2026-04-15T19:00:00.000Z',
        timezone: 'UTC',
      },
    },
    errors: ['too_many_sessions', 'too_many_steps'],
  },
  handle: async ({ ctx, query, http }) => {
    const { step, groupBy, serverId, metadata } = query;
    const timeZone = query.timezone ?? ctx.actor.community.settings.timezone;
    const period = toPeriod(query, timeZone);
    const byServer = groupBy === 'server';
    const series = await list(ctx, { ...period, step, timeZone, byServer, serverId, metadata });
    const { servers } = await namesOfTotals(
      ctx,
      series.map((one) => ({ accountId: undefined, serverId: one.serverId })),
    );
    const items = series.flatMap((one) =>
      one.steps.map(({ start, end, max, mean }) => ({
        ...(one.serverId !== undefined && {
          serverId: one.serverId,
          serverName: servers.get(one.serverId) ?? null,
        }),
        start: isoOrNull(start),
        end: isoOrNull(end),
        max,
        mean: Math.round(mean * 100) / 100,
      })),
    );
    if (prefersCsv(http)) {
      const columns = [
        ...(byServer ? ['serverId', 'serverName'] : []),
        'start',
        'end',
        'max',
        'mean',
      ] as const;
      const lines = async function* () {
        yield items.map((item) => columns.map((column) => item[column as keyof typeof item] ?? null));
      };
      return csvResponse(http, 'online.csv', columns, lines(), query);
    }
    return { items, from: isoOrNull(period.from), to: isoOrNull(period.to), timezone: timeZone };
  },
});
