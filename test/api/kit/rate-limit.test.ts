import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { Harness } from '../../harness.ts';
import { createInboundWebhook, sendToken } from '../../webhook-sender.ts';

/** A limiter that lets `limit` calls of each key through. */
const limiterOf = (limit: number) => {
  const spent = new Map<string, number>();
  return {
    spent,
    limit: async ({ key }: RateLimitOptions) => {
      spent.set(key, (spent.get(key) ?? 0) + 1);
      return { success: (spent.get(key) ?? 0) <= limit };
    },
  };
};

it('a credential that calls too often: 429 with Retry-After in whole seconds; others go on', async () => {
  const busy = await new Harness().community();
  const quiet = await new Harness().community();
  const app = new Harness({ overrides: { rateLimiter: limiterOf(2) } });
  const call = (key: string) => app.get('/v2/community/settings', { key });
  expect((await call(busy.key)).status).toBe(200);
  expect((await call(busy.key)).status).toBe(200);
  const refused = await call(busy.key);
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('10');
  expect(refused.body).toMatchObject({
    code: 'RATE_LIMITED',
    detail: 'Too many requests; try again in 10 s.',
  });
  expect((await call(quiet.key)).status).toBe(200);
});

it('who guesses credentials is counted by address', async () => {
  const rateLimiter = limiterOf(2);
  const app = new Harness({ overrides: { rateLimiter } });
  const guess = (address: string) =>
    app.get('/v2/community/settings', { key: 'guess', headers: { 'CF-Connecting-IP': address } });
  expect((await guess('192.0.2.1')).status).toBe(401);
  expect((await guess('192.0.2.1')).status).toBe(401);
  expect((await guess('192.0.2.1')).status).toBe(429);
  expect((await guess('192.0.2.2')).status).toBe(401);
  expect([...rateLimiter.spent.keys()]).toEqual(['address:192.0.2.1', 'address:192.0.2.2']);
});

it('calls of inbound webhooks are counted by webhook once they are verified, else by address', async () => {
  const { key } = await new Harness().community();
  const webhook = await createInboundWebhook(new Harness(), key, { verification: { scheme: 'token' } });
  const rateLimiter = limiterOf(2);
  const app = new Harness({ overrides: { rateLimiter } });
  const item = { serverId: 1, username: 'Ana' };
  const forge = () =>
    sendToken(app, { ...webhook, secret: 'forged' }, item, { 'CF-Connecting-IP': '192.0.2.1' });
  expect((await forge()).status).toBe(401);
  expect((await forge()).status).toBe(401);
  expect((await forge()).status).toBe(429);
  expect((await sendToken(app, webhook, item)).status).toBe(200);
  expect((await sendToken(app, webhook, item)).status).toBe(200);
  expect((await sendToken(app, webhook, item)).status).toBe(429);
  expect([...rateLimiter.spent.keys()]).toEqual(['address:192.0.2.1', `credential:${webhook.id}`]);
});

it('who guesses the secret of a service ID is counted by address too', async () => {
  const app = new Harness({ overrides: { rateLimiter: limiterOf(1) } });
  const guess = () =>
    app.post('/oauth/token', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'CF-Connecting-IP': '192.0.2.1' },
      body: 'grant_type=client_credentials&client_id=guess&client_secret=guess',
    });
  expect([(await guess()).status, (await guess()).status]).toEqual([401, 429]);
});

it('wrangler.toml binds a limiter that lets an honest burst through', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, () => env.RATE_LIMITER?.limit({ key: 'burst' })),
  );
  expect(outcomes).toEqual(Array(200).fill({ success: true }));
});
