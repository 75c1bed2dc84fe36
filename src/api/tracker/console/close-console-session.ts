import * as v from 'valibot';
import { addHeader } from '../../kit/answer.ts';
import { COMMUNITY_COOKIE, setConsoleSession } from '../../kit/console-session.ts';
import { defineOperation } from '../../kit/operation.ts';

export const closeConsoleSession = defineOperation({
  method: 'DELETE',
  path: '/v2/community/console-session',
  access: 'public',
  docs: WITH_DOCS && {
    operationId: 'closeConsoleSession',
    isDestructive: false,
    tag: 'Access',
    summary: 'Sign out of the console',
    description: 'The browser forgets the cookie. To end a session that somebody else holds, revoke its key.',
    answer: { schema: v.object({ closed: v.literal(true) }), example: { closed: true } },
  },
  handle: async ({ http }) => {
    addHeader(http, 'Set-Cookie', setConsoleSession(http, COMMUNITY_COOKIE, '', 0));
    return { closed: true };
  },
});
