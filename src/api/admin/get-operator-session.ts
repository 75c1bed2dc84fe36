import * as v from 'valibot';
import { addHeader } from '../kit/answer.ts';
import { defineOperation } from '../kit/operation.ts';

export const getOperatorSession = defineOperation({
  method: 'GET',
  path: '/admin/console-session',
  access: 'operator',
  docs: WITH_DOCS && {
    operationId: 'getOperatorSession',
    tag: 'Administration',
    summary: "Read whether this call is the operator's",
    answer: { schema: v.object({ operator: v.literal(true) }), example: { operator: true } },
  },
  handle: async ({ http }) => {
    addHeader(http, 'Cache-Control', 'no-store');
    return { operator: true };
  },
});
