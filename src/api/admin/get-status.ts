import * as v from 'valibot';
import { getStatus as get } from '../../core/status/get-status.ts';
import { VERSION } from '../../version.ts';
import { dateTime } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';
import { isoOrNull } from '../wire/access.ts';

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
      '`npm run doctor` reads it. `localSwitches` is empty on a deployed Worker.',
    answer: {
      schema: v.object({
        version: v.string(),
        migrations: v.object({ applied: v.array(v.string()), missing: v.array(v.string()) }),
        secrets: v.object({ ADMIN_TOKEN: v.boolean(), TOKEN_SECRET: v.boolean() }),
        localSwitches: v.array(v.string()),
        triggers: v.array(
          v.object({
            cron: v.string(),
            scheduledAt: dateTime(),
            ranAt: dateTime(),
            failedJobs: v.array(v.string()),
          }),
        ),
      }),
      example: {
        version: '0.2.0',
        migrations: { applied: ['0000_baseline.sql'], missing: [] },
        secrets: { ADMIN_TOKEN: true, TOKEN_SECRET: true },
        localSwitches: [],
        triggers: [
          {
            cron: '*/5 * * * *',
            scheduledAt: '2026-04-15T00:05:00.000Z',
            ranAt: '2026-04-15T00:05:01.380Z',
            failedJobs: [],
          },
        ],
      },
    },
  },
  handle: async ({ ctx }) => {
    const { migrations, hasTokenSecret, localSwitches, runs } = await get(ctx);
    return {
      version: VERSION,
      migrations,
      // Without the first one nobody could ask.
      secrets: { ADMIN_TOKEN: true, TOKEN_SECRET: hasTokenSecret },
      localSwitches,
      triggers: runs.map(({ cron, scheduledAt, ranAt, failedJobs }) => ({
        cron,
        scheduledAt: isoOrNull(scheduledAt),
        ranAt: isoOrNull(ranAt),
        failedJobs,
      })),
    };
  },
});
