import * as v from 'valibot';
import { defineOperation } from '../../kit/operation.ts';
import { SUB_VERSION, TIER } from '../../wire/sub-version.ts';

export const getSubVersion = defineOperation({
  method: 'GET',
  path: '/v2/community/sub-version',
  access: 'community',
  docs: WITH_DOCS && {
    operationId: 'getSubVersion',
    tag: 'Access',
    summary: 'Say that everything is included',
    description: 'Public clients ask this before anything else. The answer is the same for every community.',
    answer: {
      schema: v.object({ subVersion: v.literal(SUB_VERSION), tier: v.literal(TIER) }),
      example: { subVersion: SUB_VERSION, tier: TIER },
    },
  },
  handle: async () => ({ subVersion: SUB_VERSION, tier: TIER }),
});
