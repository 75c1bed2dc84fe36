import * as v from 'valibot';
import { getStats as get } from '../../core/status/get-stats.ts';
import { dateTime } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';
import { isoOrNull } from '../wire/access.ts';

const count = () => v.object({ count: v.number(), exact: v.boolean() });

export const getStats = defineOperation({
  method: 'GET',
  path: '/admin/stats',
  access: 'operator',
  docs: WITH_DOCS && {
    operationId: 'getStats',
    tag: 'Administration',
    summary: 'Read how full this installation is, and what waits in it',
    description:
      'By database: its size, how many communities live there, how many people are on, and the messages of webhooks ' +
      'that wait to be sent. Counts stop at 10,000. How many rows a day were read and written, only Cloudflare knows: ' +
      'its dashboard has them under D1, Metrics.',
    answer: {
      schema: v.object({
        databases: v.array(
          v.object({
            place: v.number(),
            available: v.boolean(),
            bytes: v.number(),
            communities: v.number(),
            openSessions: count(),
            queue: v.object({
              ...count().entries,
              oldestAt: v.nullable(dateTime()),
              endpoints: v.number(),
            }),
            disabledEndpoints: v.number(),
          }),
        ),
      }),
      example: {
        databases: [
          {
            place: 0,
            available: true,
            bytes: 5_242_880,
            communities: 12,
            openSessions: { count: 87, exact: true },
            queue: { count: 3, exact: true, oldestAt: '2026-04-15T00:04:12.000Z', endpoints: 1 },
            disabledEndpoints: 0,
          },
        ],
      },
    },
  },
  handle: async ({ ctx }) => ({
    databases: (await get(ctx)).map((stats, place) => ({
      place,
      available: stats !== undefined,
      bytes: stats?.bytes ?? 0,
      communities: stats?.communities ?? 0,
      openSessions: { count: stats?.openSessions.count ?? 0, exact: stats?.openSessions.isExact ?? false },
      queue: {
        count: stats?.queue.count ?? 0,
        exact: stats?.queue.isExact ?? false,
        oldestAt: isoOrNull(stats?.queue.oldestAt ?? null),
        endpoints: stats?.queue.endpoints ?? 0,
      },
      disabledEndpoints: stats?.disabledEndpoints ?? 0,
    })),
  }),
});
