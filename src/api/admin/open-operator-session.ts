import * as v from 'valibot';
import { isOperatorToken } from '../../core/access/authenticate.ts';
import { CONSOLE_SESSION_SECONDS, signOperatorSession } from '../../core/access/console-session.ts';
import { addHeader } from '../kit/answer.ts';
import {
  mayOpenConsoleSession,
  OPERATOR_COOKIE,
  refuseSignIn,
  setConsoleSession,
} from '../kit/console-session.ts';
import { requireAdminToken } from '../kit/family.ts';
import { object, text } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';

export const openOperatorSession = defineOperation({
  method: 'POST',
  path: '/admin/console-session',
  access: 'public',
  body: object({ adminToken: text(1, 1024) }),
  status: 201,
  docs: WITH_DOCS && {
    operationId: 'openOperatorSession',
    tag: 'Administration',
    summary: 'Sign in to the console as the operator',
    description:
      'Exchanges ADMIN_TOKEN for a cookie that scripts cannot read. It is good for 12 hours, ends when ADMIN_TOKEN changes, and is taken from pages of this origin only.',
    bodyExample: { adminToken: 'replace-me-with-at-least-32-characters' },
    answer: { schema: v.object({ operator: v.literal(true) }), example: { operator: true } },
    errors: ['unauthenticated', 'rate_limited', 'unavailable'],
  },
  handle: async ({ ctx, body, http }) => {
    const secret = requireAdminToken(ctx);
    if (!mayOpenConsoleSession(http) || !isOperatorToken(ctx, body.adminToken.trim())) {
      throw await refuseSignIn(ctx, http);
    }
    const now = ctx.clock.now();
    const token = await signOperatorSession(secret, now, now + CONSOLE_SESSION_SECONDS * 1000);
    addHeader(http, 'Set-Cookie', setConsoleSession(http, OPERATOR_COOKIE, token, CONSOLE_SESSION_SECONDS));
    addHeader(http, 'Cache-Control', 'no-store');
    return { operator: true };
  },
});
