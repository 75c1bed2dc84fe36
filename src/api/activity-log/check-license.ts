import * as v from 'valibot';
import { integer } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';

/** The greatest number that every client can read: there is no limit. */
const NO_LIMIT = 2_147_483_647;

const LICENSE = { plan_name: 'Rollcall', api_enabled: true, device_limit: NO_LIMIT } as const;

export const checkLicense = defineOperation({
  method: 'GET',
  path: '/api/v1/license/check',
  access: 'community',
  unknownQuery: 'ignored',
  docs: WITH_DOCS && {
    operationId: 'checkLicense',
    tag: 'Activity Log',
    summary: 'Say that the API is open',
    description:
      'Clients of the source ask this first. The answer is the same for everybody; `device_limit` is the greatest number there is.',
    answer: {
      schema: v.object({
        plan_name: v.string(),
        api_enabled: v.literal(true),
        device_limit: integer(0),
      }),
      example: LICENSE,
    },
  },
  handle: async () => LICENSE,
});
