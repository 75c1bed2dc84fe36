import { Webhook } from 'standardwebhooks';
import type { Answer, Harness } from './harness.ts';

/** An inbound webhook as its creation answered, secret included. */
export interface NewInboundWebhook {
  readonly id: string;
  readonly path: string;
  readonly secret: string;
}

export const createInboundWebhook = async (
  app: Harness,
  key: string,
  more: Record<string, unknown> = {},
): Promise<NewInboundWebhook> => {
  const answer = await app.post('/v2/community/inbound-webhooks', {
    key,
    body: { name: 'Gate', kind: 'tracker', verification: { scheme: 'standard-webhooks' }, ...more },
  });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.body.data;
};

/** Sends a message as the official library signs it, at the clock's time (or `at`, epoch milliseconds). */
export const sendStandard = (
  app: Harness,
  { path, secret }: Pick<NewInboundWebhook, 'path' | 'secret'>,
  id: string,
  body: unknown,
  { at = app.clock.now(), headers = {} }: { at?: number; headers?: Record<string, string> } = {},
): Promise<Answer> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return app.post(path, {
    body: text,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, new Date(at), text),
      ...headers,
    },
  });
};

/** Sends a message with the webhook's token. */
export const sendToken = (
  app: Harness,
  { path, secret }: Pick<NewInboundWebhook, 'path' | 'secret'>,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> => app.post(path, { key: secret, body, headers });
