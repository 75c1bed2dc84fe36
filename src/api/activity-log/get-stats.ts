import * as v from 'valibot';
import { getLogStats } from '../../core/logs/get-log-stats.ts';
import { integer } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';

// Of a computed key, TypeScript only knows that it is some text.
const countsSchema = <K extends string>(name: K) =>
  v.array(v.object({ [name]: v.string(), count: integer(0) } as Record<K, ReturnType<typeof v.string>>));

export const getStats = defineOperation({
  method: 'GET',
  path: '/api/v1/activity_log/stats',
  isNear: true,
  access: { scope: 'logs:read' },
  docs: WITH_DOCS && {
    operationId: 'getActivityLogStats',
    tag: 'Activity Log',
    summary: 'Count the entries by platform and by action type',
    description:
      'From counters, so exact and at once at any size. Largest first. Of more than 5000 kinds (pairs of platform and ' +
      'action type) only so many are counted, and `is_complete` is false.',
    answer: {
      schema: v.object({
        total: integer(0),
        is_complete: v.boolean(),
        platforms: countsSchema('platform'),
        action_types: countsSchema('action_type'),
        kinds: v.array(v.object({ platform: v.string(), action_type: v.string(), count: integer(0) })),
      }),
      example: {
        total: 456,
        is_complete: true,
        platforms: [{ platform: 'tiktok', count: 456 }],
        action_types: [
          { action_type: 'post', count: 400 },
          { action_type: 'follow', count: 56 },
        ],
        kinds: [
          { platform: 'tiktok', action_type: 'post', count: 400 },
          { platform: 'tiktok', action_type: 'follow', count: 56 },
        ],
      },
    },
  },
  handle: async ({ ctx }) => {
    const { kinds, isComplete } = await getLogStats(ctx);
    return {
      total: kinds.reduce((sum, { count }) => sum + count, 0),
      is_complete: isComplete,
      platforms: [...sumBy(kinds, ({ platform }) => platform)].map(([platform, count]) => ({
        platform,
        count,
      })),
      action_types: [...sumBy(kinds, ({ action_type }) => action_type)].map(([action_type, count]) => ({
        action_type,
        count,
      })),
      kinds: kinds
        .map(({ platform, action_type, count }) => ({ platform, action_type, count }))
        .sort((a, b) => b.count - a.count),
    };
  },
});

/** What the counts of each name add up to, largest first. */
const sumBy = <T extends { readonly count: number }>(
  items: readonly T[],
  nameOf: (item: T) => string,
): [string, number][] => {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(nameOf(item), (sums.get(nameOf(item)) ?? 0) + item.count);
  return [...sums].sort(([, a], [, b]) => b - a);
};
