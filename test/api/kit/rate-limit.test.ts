import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { newApiKey } from '../../../src/core/access/api-key.ts';
import { FailureGate } from '../../../src/core/access/failure-gate.ts';
import { fixedClock } from '../../../src/lib/clock.ts';
import { Harness, START } from '../../harness.ts';
import { MINUTE } from '../../helpers.ts';
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

/** A gate that the platform's limiter closes after so many failures. */
const gateOf = (limit: number) => {
  const limiter = limiterOf(limit);
  return { limiter, failures: new FailureGate(fixedClock(START), limiter) };
};

it('who guesses credentials is counted by address, of IPv6 by its /64', async () => {
  const { limiter, failures } = gateOf(2);
  const app = new Harness({ overrides: { failures } });
  const guess = async (address: string) =>
    (await app.get('/v2/community/settings', { key: 'guess', headers: { 'CF-Connecting-IP': address } }))
      .status;
  expect([await guess('192.0.2.1'), await guess('192.0.2.1'), await guess('192.0.2.1')]).toEqual([
    401, 401, 429,
  ]);
  expect(await guess('192.0.2.2')).toBe(401);
  expect([
    await guess('2001:db8:1:2::1'),
    await guess('2001:db8:1:2::2'),
    await guess('2001:DB8:1:2:3::4'),
  ]).toEqual([401, 401, 429]);
  expect(await guess('2001:db8:1:3::1')).toBe(401);
  expect(await guess('::ffff:192.0.2.3')).toBe(401);
  expect([...limiter.spent.keys()]).toEqual([
    'address:192.0.2.1',
    'address:192.0.2.2',
    'address:2001:db8:1:2::/64',
    'address:2001:db8:1:3::/64',
    'address:192.0.2.3',
  ]);
});

it('no earlier than after 100 failures in a minute, then before the database is asked, for the rest of it', async () => {
  const app = new Harness();
  const { key } = await app.community();
  const call = (credential: string, address: string) =>
    app.get('/v2/community/settings', { key: credential, headers: { 'CF-Connecting-IP': address } });
  await call(key, '192.0.2.9');
  await app.settled();
  for (let failure = 1; failure <= 100; failure++) {
    expect((await call(newApiKey(), '192.0.2.9')).status).toBe(401);
  }
  expect((await call(newApiKey(), '192.0.2.9')).status).toBe(429);
  const cost = await app.measure(() => call(newApiKey(), '192.0.2.9'));
  expect([cost.result.status, cost.trips]).toEqual([429, 0]);
  expect(cost.result.headers.get('ratelimit')).toBe('"failures";r=0;t=60');
  expect(cost.result.headers.get('retry-after')).toBe('60');
  // Who is known goes on, and so does everybody else.
  expect((await call(key, '192.0.2.9')).status).toBe(200);
  expect((await call(newApiKey(), '192.0.2.10')).status).toBe(401);
  app.clock.advance(MINUTE);
  expect((await call(newApiKey(), '192.0.2.9')).status).toBe(401);
});

it('unknown ids of inbound webhooks too', async () => {
  const app = new Harness();
  const forge = () =>
    app.post(`/hooks/${crypto.randomUUID()}`, { headers: { 'CF-Connecting-IP': '192.0.2.11' }, body: {} });
  for (let failure = 1; failure <= 100; failure++) expect((await forge()).status).toBe(401);
  await forge();
  await app.settled();
  const cost = await app.measure(forge);
  expect([cost.result.status, cost.trips]).toEqual([429, 0]);
});

it('what costs much has a limit of its own, and every answer says what the limits are', async () => {
  const app = new Harness({ overrides: { expensiveLimiter: limiterOf(1) } });
  const { key } = await app.community();
  const totals = () =>
    app.get('/v2/community/activity/summary?from=2026-04-01T00:00:00Z&to=2026-04-02T00:00:00Z', { key });
  expect((await totals()).status).toBe(200);
  const refused = await totals();
  expect([refused.status, refused.headers.get('ratelimit'), refused.headers.get('retry-after')]).toEqual([
    429,
    '"expensive";r=0;t=60',
    '60',
  ]);
  const csv = await app.get('/v2/community/activity', { key, headers: { Accept: 'text/csv' } });
  expect(csv.status).toBe(429);
  const list = await app.get('/v2/community/activity', { key });
  expect(list.status).toBe(200);
  expect(list.headers.get('ratelimit-policy')).toBe(
    '"calls";q=1000;w=10, "expensive";q=120;w=60, "failures";q=100;w=60',
  );
  expect(list.headers.get('ratelimit')).toBeNull();
  expect(list.headers.get('cache-control')).toBe('no-store');
  expect(list.headers.get('vary')).toContain('Origin');
});

it('the health check asks the database every five seconds at most', async () => {
  const app = new Harness();
  const trips = async () => (await app.measure(() => app.get('/healthz'))).trips;
  expect([await trips(), await trips()]).toEqual([1, 0]);
  app.clock.advance(4_999);
  expect(await trips()).toBe(0);
  app.clock.advance(1);
  expect(await trips()).toBe(1);
});

it('calls of inbound webhooks are counted by webhook once they are verified, else by address', async () => {
  const { key } = await new Harness().community();
  const webhook = await createInboundWebhook(new Harness(), key, { verification: { scheme: 'token' } });
  const rateLimiter = limiterOf(2);
  const { limiter, failures } = gateOf(2);
  const app = new Harness({ overrides: { rateLimiter, failures } });
  const item = { serverId: 1, username: 'Ana' };
  const forge = () =>
    sendToken(app, { ...webhook, secret: 'forged' }, item, { 'CF-Connecting-IP': '192.0.2.1' });
  expect((await forge()).status).toBe(401);
  expect((await forge()).status).toBe(401);
  expect((await forge()).status).toBe(429);
  expect((await sendToken(app, webhook, item)).status).toBe(200);
  expect((await sendToken(app, webhook, item)).status).toBe(200);
  expect((await sendToken(app, webhook, item)).status).toBe(429);
  expect([...limiter.spent.keys(), ...rateLimiter.spent.keys()]).toEqual([
    'address:192.0.2.1',
    `credential:${webhook.id}`,
  ]);
});

it('who guesses the secret of a service ID is counted by address too', async () => {
  const app = new Harness({ overrides: { failures: gateOf(1).failures } });
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
