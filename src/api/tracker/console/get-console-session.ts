import { addHeader } from '../../kit/answer.ts';
import { defineOperation } from '../../kit/operation.ts';
import { CONSOLE_SESSION_EXAMPLE, consoleSessionSchema, toConsoleSessionWire } from './wire.ts';

export const getConsoleSession = defineOperation({
  method: 'GET',
  path: '/v2/community/console-session',
  access: 'community',
  docs: WITH_DOCS && {
    operationId: 'getConsoleSession',
    tag: 'Access',
    summary: 'Read whom the credential of this call belongs to, and its scopes',
    description: 'Any credential of a community may ask.',
    answer: { schema: consoleSessionSchema(), example: CONSOLE_SESSION_EXAMPLE },
  },
  handle: async ({ ctx, http }) => {
    addHeader(http, 'Cache-Control', 'no-store');
    return toConsoleSessionWire(ctx.actor);
  },
});
