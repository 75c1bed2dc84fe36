import * as v from 'valibot';
import { addHeader } from '../kit/answer.ts';
import { OPERATOR_COOKIE, setConsoleSession } from '../kit/console-session.ts';
import { defineOperation } from '../kit/operation.ts';

export const closeOperatorSession = defineOperation({
  method: 'DELETE',
  path: '/admin/console-session',
  access: 'public',
  docs: WITH_DOCS && {
    operationId: 'closeOperatorSession',
    isDestructive: false,
    tag: 'Administration',
    summary: 'Sign out of the console as the operator',
    answer: { schema: v.object({ closed: v.literal(true) }), example: { closed: true } },
  },
  handle: async ({ http }) => {
    addHeader(http, 'Set-Cookie', setConsoleSession(http, OPERATOR_COOKIE, '', 0));
    return { closed: true };
  },
});
