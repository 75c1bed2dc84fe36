import * as v from 'valibot';
import { getStatus as get } from '../../core/status/get-status.ts';
import { VERSION } from '../../version.ts';
import { dateTime } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';
import { isoOrNull } from '../wire/access.ts';

const stateEntries = () => ({
  migrations: v.object({ applied: v.array(v.string()), missing: v.array(v.string()) }),
  triggers: v.array(
    v.object({
      cron: v.string(),
      scheduledAt: dateTime(),
      ranAt: dateTime(),
      failedJobs: v.array(v.string()),
    }),
  ),
});

const STATE_EXAMPLE = WITH_DOCS && {
  migrations: { applied: ['0000_baseline.sql'], missing: [] },
  triggers: [
    {
      cron: '*/5 * * * *',
      scheduledAt: '2026-04-15T00:05:00.000Z',
      ranAt: '2026-04-15T00:05:01.380Z',
      failedJobs: [],
    },
  ],
};

export const getStatus = defineOperation({
  method: 'GET',
  path: '/admin/status',
  access: 'operator',
  docs: WITH_DOCS && {
    operationId: 'getStatus',
    tag: 'Administration',
    summary: 'Read how this installation is set up',
    description:
      'Its version, the migrations of its database, which secrets are set, and when each scheduled trigger last ran. ' +
      '`npm run doctor` reads it. `localSwitches` is empty on a deployed Worker. `databases` has each one by its ' +
      'place; `migrations` and `triggers` are those of the first.',
    answer: {
      schema: v.object({
        version: v.string(),
        secrets: v.object({ ADMIN_TOKEN: v.boolean(), TOKEN_SECRET: v.boolean() }),
        localSwitches: v.array(v.string()),
        ...stateEntries(),
        databases: v.array(
          v.object({
            place: v.number(),
            available: v.boolean(),
            bytes: v.number(),
            communities: v.number(),
            ...stateEntries(),
          }),
        ),
      }),
      example: {
        version: '0.2.0',
        secrets: { ADMIN_TOKEN: true, TOKEN_SECRET: true },
        localSwitches: [],
        ...STATE_EXAMPLE,
        databases: [{ place: 0, available: true, bytes: 5_242_880, communities: 12, ...STATE_EXAMPLE }],
      },
    },
  },
  handle: async ({ ctx }) => {
    const { databases, hasTokenSecret, localSwitches } = await get(ctx);
    const wires = databases.map(({ isAvailable: available, runs, ...database }) => ({
      ...database,
      available,
      triggers: runs.map(({ cron, scheduledAt, ranAt, failedJobs }) => ({
        cron,
        scheduledAt: isoOrNull(scheduledAt),
        ranAt: isoOrNull(ranAt),
        failedJobs,
      })),
    }));
    return {
      version: VERSION,
      // Without the first one nobody could ask.
      secrets: { ADMIN_TOKEN: true, TOKEN_SECRET: hasTokenSecret },
      localSwitches,
      migrations: wires[0]?.migrations,
      triggers: wires[0]?.triggers,
      databases: wires,
    };
  },
});
