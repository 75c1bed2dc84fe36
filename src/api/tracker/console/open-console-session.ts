import { authenticateApiKey } from '../../../core/access/authenticate.ts';
import { CONSOLE_SESSION_SECONDS, signConsoleSession } from '../../../core/access/console-session.ts';
import { addHeader } from '../../kit/answer.ts';
import {
  COMMUNITY_COOKIE,
  mayOpenConsoleSession,
  refuseSignIn,
  setConsoleSession,
} from '../../kit/console-session.ts';
import { requireTokenSecret } from '../../kit/family.ts';
import { object, text } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { requireOpenGate } from '../../kit/rate-limit.ts';
import { CONSOLE_SESSION_EXAMPLE, consoleSessionSchema, toConsoleSessionWire } from './wire.ts';

export const openConsoleSession = defineOperation({
  method: 'POST',
  path: '/v2/community/console-session',
  access: 'public',
  body: object({ apiKey: text(1, 256) }),
  status: 201,
  docs: WITH_DOCS && {
    operationId: 'openConsoleSession',
    tag: 'Access',
    summary: 'Sign in to the console with an API key',
    description:
      'Exchanges the key for a cookie that scripts cannot read. It is good for 12 hours, ends with its key, and is taken from pages of this origin only.',
    bodyExample: { apiKey: 'rc_0123456789ABCDEFGHIJKLMNOPQRSTUV0xyzAB' },
    answer: { schema: consoleSessionSchema(), example: CONSOLE_SESSION_EXAMPLE },
    errors: ['unauthenticated', 'rate_limited', 'unavailable'],
  },
  handle: async ({ ctx, body, http }) => {
    const secret = requireTokenSecret(ctx);
    const reader = { ...ctx, beforeLookUp: () => requireOpenGate(ctx, http) };
    const actor = mayOpenConsoleSession(http)
      ? await authenticateApiKey(reader, body.apiKey.trim())
      : undefined;
    if (!actor) throw await refuseSignIn(ctx, http);
    const now = ctx.clock.now();
    const expiresAt = Math.min(
      now + CONSOLE_SESSION_SECONDS * 1000,
      actor.expiresAt ?? Number.POSITIVE_INFINITY,
    );
    const token = await signConsoleSession(
      secret,
      { place: actor.community.place, keyId: actor.id },
      now,
      expiresAt,
    );
    const seconds = Math.floor((expiresAt - now) / 1000);
    addHeader(http, 'Set-Cookie', setConsoleSession(http, COMMUNITY_COOKIE, token, seconds));
    addHeader(http, 'Cache-Control', 'no-store');
    return toConsoleSessionWire(actor);
  },
});
