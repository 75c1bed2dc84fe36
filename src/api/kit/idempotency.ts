/** `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): a call that may be sent again without harm. */
import type { Actor } from '../../core/access/actor.ts';
import type { Ctx } from '../../core/context.ts';
import { type KeptAnswer, once } from '../../core/idempotency/once.ts';
import type { Presented } from './credential.ts';
import { invalidField } from './fault.ts';
import { fieldMessage } from './messages.ts';
import type { HttpContext } from './operation.ts';

const MAX_KEY_LENGTH = 255;

/** The key of a call that has one. @throws Fault invalid_input */
export const readIdempotencyKey = (c: HttpContext): string | undefined => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return undefined;
  const header = c.req.header('Idempotency-Key');
  if (header === undefined) return undefined;
  // The draft wants a quoted string; most clients send it bare.
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
    throw invalidField('Idempotency-Key', fieldMessage('length', 1, MAX_KEY_LENGTH));
  }
  return key;
};

/** Answers a call with a key: by `work`, or as the first call with the key was answered. */
export const answerOnce = async <C extends Omit<Ctx, 'actor'> & { actor: Actor }>(
  c: HttpContext,
  ctx: C,
  { key, presented, body }: { key: string; presented: Presented; body: unknown },
  work: (ctx: C) => Promise<Response>,
): Promise<Response> => {
  let first: Response | undefined;
  const { search } = new URL(c.req.url);
  const request = `${c.req.method} ${c.req.path}${search}\n${JSON.stringify(body) ?? ''}`;
  const { answer, isReplayed } = await once(
    ctx,
    { key, credential: secretOf(presented), request },
    async (inner) => {
      first = await work(inner);
      return toKept(first.clone());
    },
  );
  if (!isReplayed && first) return first;
  return new Response(answer.body, {
    status: answer.status,
    headers: { ...answer.headers, 'Idempotency-Replayed': 'true' },
  });
};

const secretOf = (presented: Presented): string => {
  switch (presented.kind) {
    case 'none':
    case 'bare':
      return '';
    case 'client':
      return presented.clientSecret;
    case 'token':
    case 'session':
      return presented.token;
    default:
      return presented satisfies never;
  }
};

const toKept = async (response: Response): Promise<KeptAnswer> => ({
  status: response.status,
  headers: Object.fromEntries(response.headers),
  body: await response.text(),
});
