import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, Harness } from '../../harness.ts';

const STATS = '/admin/stats';
const statsOf = async (app: Harness) => {
  const { status, body } = await app.get(STATS, { key: ADMIN_TOKEN });
  expect(status).toBe(200);
  return body.data.databases[0];
};

describe('the numbers of an installation', () => {
  it('how full it is, how many are on, and what waits to be sent', async () => {
    const app = new Harness();
    const before = await statsOf(app);
    expect(before).toEqual({
      place: 0,
      available: true,
      bytes: expect.any(Number),
      communities: expect.any(Number),
      openSessions: { count: expect.any(Number), exact: true },
      queue: {
        count: expect.any(Number),
        exact: true,
        oldestAt: before.queue.count > 0 ? expect.any(String) : null,
        endpoints: expect.any(Number),
      },
      disabledEndpoints: expect.any(Number),
    });
    expect(before.bytes).toBeGreaterThan(100_000);

    const { key } = await app.community();
    const made = await app.post('/v2/community/webhook-endpoints', {
      key,
      body: { url: 'https://example.com/hook', events: ['session.*'] },
    });
    expect(made.status).toBe(201);
    const path = `/v2/community/webhook-endpoints/${made.body.data.id}`;
    for (const username of ['ana', 'bram']) {
      await app.post('/v2/community/servers/1/activity', { key, body: { username, forceStart: true } });
    }
    // Nobody answers there: both are tried, and wait for the next try.
    await app.cron();
    expect((await app.patch(path, { key, body: { enabled: false } })).status).toBe(200);
    const after = await statsOf(app);
    expect({
      communities: after.communities - before.communities,
      openSessions: after.openSessions.count - before.openSessions.count,
      waiting: after.queue.count - before.queue.count,
      endpoints: after.queue.endpoints - before.queue.endpoints,
      disabled: after.disabledEndpoints - before.disabledEndpoints,
    }).toEqual({ communities: 1, openSessions: 2, waiting: 2, endpoints: 1, disabled: 1 });
    expect(Date.parse(after.queue.oldestAt)).toBeLessThanOrEqual(app.clock.now());
  });

  it('is for the operator only', async () => {
    const app = new Harness();
    const { key } = await app.community();
    expect((await app.get(STATS)).status).toBe(401);
    expect((await app.get(STATS, { key })).status).toBe(401);
  });
});
