import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../helpers.ts';
import { ENDPOINTS, Receivers } from '../../receivers.ts';

const down = () => {
  throw new Error('Network connection lost.');
};
const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new Response('told you', { status: code, headers });
const HOST = 'hooks.example.com';
/** Not those that time itself brings. */
const EVENTS = ['session.started', 'session.stopped'];

describe('delivery', () => {
  it('is verified by the official package, with both secrets in the day after a rotation', async () => {
    const net = new Receivers({ now: Date.now() });
    const { key, id, secret } = await net.endpoint();
    await net.activity(key, { username: 'a' });
    const [first] = net.received;
    expect(new Webhook(secret).verify(first?.text as string, first?.headers ?? {})).toEqual(first?.body);
    const rotated = (await net.app.post(`${ENDPOINTS}/${id}/rotate-secret`, { key })).body.data.secret;
    await net.activity(key, { username: 'a' });
    const last = net.received.at(-1);
    for (const valid of [secret, rotated]) {
      expect(new Webhook(valid).verify(last?.text as string, last?.headers ?? {})).toEqual(last?.body);
    }
  });

  it('follows the schedule: ten attempts, no more, over 75.5 hours or a tenth more', async () => {
    const net = new Receivers();
    const { key, id } = await net.endpoint({ events: EVENTS });
    net.answering.set(HOST, down);
    await net.activity(key, { username: 'a' });
    await net.run(90 * HOUR);
    const [delivery] = await net.deliveries(key, id);
    expect(delivery.status).toBe('failed');
    const minutes = delivery.attempts.map(
      ({ at }: { at: string }) => (Date.parse(at) - Date.parse(delivery.timestamp)) / MINUTE,
    );
    expect(minutes).toHaveLength(10);
    const waits = minutes.slice(1).map((at: number, index: number) => at - minutes[index]);
    for (const [index, wait] of [5 / 60, 5, 30, 120, 300, 600, 840, 1200, 1440].entries()) {
      expect(waits[index], `before attempt ${index + 2}`).toBeGreaterThanOrEqual(wait);
      // A tenth of jitter, and the period of the trigger.
      expect(waits[index], `before attempt ${index + 2}`).toBeLessThanOrEqual(wait * 1.1 + 5);
    }
    expect(new Set(net.received.map((call) => call.id))).toEqual(new Set([`${id}_1`]));
  });

  it('waits out 75 hours: nothing lost, the order kept, the ids stable', { timeout: 60_000 }, async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: EVENTS });
    net.answering.set(HOST, down);
    const expected: string[] = [];
    for (let hour = 0; hour < 75; hour++) {
      const row = await net.activity(key, { username: 'a', metadata: { hour } });
      expected.push(`${row.id} ${row.status}`);
      await net.run(HOUR);
    }
    const tried = new Map(net.received.map(({ id, text }) => [id, text]));
    net.received.length = 0;
    net.answering.delete(HOST);
    await net.run(10 * HOUR);
    expect(net.received.map(({ body }) => `${body.data.id} ${body.data.status}`)).toEqual(expected);
    expect(new Set(net.received.map(({ id }) => id)).size).toBe(75);
    // What was tried before comes under the same id, with the same bytes.
    const again = net.received.filter(({ id }) => tried.has(id));
    expect(again.length).toBeGreaterThan(0);
    for (const { id, text } of again) expect(text).toBe(tried.get(id));
  });

  it('is back soon after the receiver is, where something happens', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: EVENTS });
    net.answering.set(HOST, down);
    await net.activity(key, { username: 'a' });
    await net.run(12 * HOUR);
    net.answering.delete(HOST);
    net.received.length = 0;
    await net.activity(key, { username: 'a' });
    expect(net.types()).toEqual(['session.started', 'session.stopped']);
  });

  it.each([
    ['a redirect', status(302, { Location: 'https://elsewhere.example.com/' })],
    ['an error', status(500)],
    ['a lost connection', down],
  ])('takes %s for a failure', async (_, answer) => {
    const net = new Receivers();
    const { key, id } = await net.endpoint({ events: EVENTS });
    net.answering.set(HOST, answer);
    await net.activity(key, { username: 'a' });
    expect((await net.deliveries(key, id))[0].status).toBe('pending');
    expect(net.received.map(({ url }) => url)).toEqual(['https://hooks.example.com/']);
    net.answering.delete(HOST);
    net.app.clock.advance(5 * MINUTE);
    await net.app.cron();
    expect((await net.deliveries(key, id))[0].status).toBe('delivered');
  });

  it('lets a message that is refused step out of the line', async () => {
    const net = new Receivers();
    const { key, id } = await net.endpoint({ events: EVENTS });
    net.answering.set(
      HOST,
      (call) => new Response(null, { status: call.body.data.metadata.bad ? 422 : 200 }),
    );
    await net.activity(key, { username: 'a', metadata: { bad: true } });
    await net.activity(key, { username: 'b' });
    expect((await net.deliveries(key, id)).map((delivery: { status: string }) => delivery.status)).toEqual([
      'delivered',
      'pending',
    ]);
    await net.run(90 * HOUR);
    const [, bad] = await net.deliveries(key, id);
    expect([bad.status, bad.attempts.length]).toEqual(['failed', 10]);
  });

  it('goes on past a message that always fails, once the one behind it goes through', async () => {
    const net = new Receivers();
    const { key, id } = await net.endpoint({ events: EVENTS });
    net.answering.set(
      HOST,
      (call) => new Response(null, { status: call.body.data.metadata.bad ? 500 : 200 }),
    );
    await net.activity(key, { username: 'a', metadata: { bad: true } });
    for (const username of ['b', 'c', 'd']) await net.activity(key, { username });
    expect(await net.deliveries(key, id, '?status=delivered')).toEqual([]);
    await net.run(20 * MINUTE);
    const delivered = net.received.filter(({ body }) => !body.data.metadata.bad);
    expect(delivered.map((call) => call.id)).toEqual([2, 3, 4].map((n) => `${id}_${n}`));
    await net.run(90 * HOUR);
    const [bad] = await net.deliveries(key, id, '?status=failed');
    expect(bad.attempts).toHaveLength(10);
  });

  it('ends for good at 410, on record', async () => {
    const net = new Receivers();
    const { key, id, communityId } = await net.endpoint({ events: EVENTS });
    net.answering.set(HOST, status(410));
    await net.activity(key, { username: 'a' });
    const endpoint = (await net.app.get(`${ENDPOINTS}/${id}`, { key })).body.data;
    expect(endpoint).toMatchObject({ enabled: false, disabledReason: 'gone' });
    await net.activity(key, { username: 'a' });
    await net.run(HOUR);
    expect(net.received).toHaveLength(1);
    const record = await env.DB.prepare(
      "SELECT user, message FROM audit_records WHERE community_id = ? AND type = 'WEBHOOK_ENDPOINT_DISABLED'",
    )
      .bind(communityId)
      .all();
    expect(record.results).toEqual([
      {
        user: 'scheduled',
        message: 'user scheduled disabled the webhook endpoint at hooks.example.com: it answered 410 Gone',
      },
    ]);
    // What waited is sent when it is enabled again.
    net.answering.delete(HOST);
    await net.app.patch(`${ENDPOINTS}/${id}`, { key, body: { enabled: true } });
    await net.run(5 * MINUTE);
    expect(net.types()).toEqual(['session.started', 'session.started']);
  });

  it('ends after five days of nothing but failures, on record; a success in between starts them anew', {
    timeout: 30_000,
  }, async () => {
    const net = new Receivers();
    const { key, id, communityId } = await net.endpoint({ events: EVENTS });
    const enabled = async () => (await net.app.get(`${ENDPOINTS}/${id}`, { key })).body.data.enabled;
    const day = async () => {
      await net.activity(key, { username: 'a' });
      await net.run(DAY);
    };
    net.answering.set(HOST, down);
    for (let n = 0; n < 4; n++) await day();
    expect(await enabled()).toBe(true);
    net.answering.delete(HOST);
    await day();
    net.answering.set(HOST, down);
    for (let n = 0; n < 4; n++) await day();
    expect(await enabled()).toBe(true);
    await day();
    await day();
    expect(await enabled()).toBe(false);
    const record = await env.DB.prepare(
      "SELECT message FROM audit_records WHERE community_id = ? AND type = 'WEBHOOK_ENDPOINT_DISABLED'",
    )
      .bind(communityId)
      .all();
    expect(record.results).toEqual([
      {
        message: expect.stringMatching(
          /^user scheduled disabled the webhook endpoint at hooks\.example\.com: it has only failed since 2026-04-20T/,
        ),
      },
    ]);
  });

  it.each([429, 503])('honours Retry-After of a %i, which does not count as an attempt', async (code) => {
    const net = new Receivers();
    const { key, id } = await net.endpoint({ events: EVENTS });
    net.answering.set(HOST, status(code, { 'Retry-After': '3600' }));
    await net.activity(key, { username: 'a' });
    await net.activity(key, { username: 'a' });
    await net.run(55 * MINUTE);
    expect(net.received).toHaveLength(1);
    await net.run(20 * HOUR);
    expect(net.received.length).toBeGreaterThan(15);
    net.answering.delete(HOST);
    await net.run(HOUR + 5 * MINUTE);
    const deliveries = await net.deliveries(key, id);
    expect(deliveries.map((delivery: { status: string }) => delivery.status)).toEqual([
      'delivered',
      'delivered',
    ]);
  });

  it('honours what Discord says before it refuses', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: EVENTS, format: 'discord' });
    net.answering.set(
      HOST,
      () =>
        new Response(null, {
          status: 204,
          headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '120.5' },
        }),
    );
    for (const username of ['a', 'b', 'c']) await net.activity(key, { username });
    expect(net.received).toHaveLength(1);
    await net.run(5 * MINUTE);
    expect(net.received).toHaveLength(2);
  });

  it('checks the target before each attempt', async () => {
    const net = new Receivers();
    const { key, id } = await net.endpoint({ events: EVENTS });
    await env.DB.prepare("UPDATE webhook_endpoints SET url = 'https://169.254.169.254/' WHERE id = ?")
      .bind(id)
      .run();
    await net.activity(key, { username: 'a' });
    expect(net.received).toEqual([]);
    const [delivery] = await net.deliveries(key, id);
    expect(delivery.attempts).toMatchObject([
      { status: null, error: 'not sent: the URL is refused (public_host)' },
    ]);
  });

  it('keeps the first KiB of an answer, however much comes', async () => {
    const net = new Receivers();
    const { key, id } = await net.endpoint({ events: EVENTS });
    let pulled = 0;
    let isCancelled = false;
    net.answering.set(
      HOST,
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              pulled += 1;
              controller.enqueue(new TextEncoder().encode('x'.repeat(1000)));
            },
            cancel() {
              isCancelled = true;
            },
          }),
        ),
    );
    await net.activity(key, { username: 'a' });
    const [delivery] = await net.deliveries(key, id);
    expect(delivery).toMatchObject({
      status: 'delivered',
      attempts: [{ status: 200, response: 'x'.repeat(1024) }],
    });
    expect(pulled).toBeLessThan(10);
    expect(isCancelled).toBe(true);
  });

  it('is not kept up by an endpoint that hangs', async () => {
    const net = new Receivers();
    const community = await net.app.community();
    const hung: (() => void)[] = [];
    net.answering.set(
      'slow.example.com',
      () => new Promise((resolve) => hung.push(() => resolve(new Response('late')))),
    );
    await net.endpoint({ events: EVENTS, url: 'https://slow.example.com/' }, community);
    await net.endpoint({ events: EVENTS, url: 'https://fast.example.com/' }, community);
    const answer = await net.app.post('/v2/community/servers/1/activity', {
      key: community.key,
      body: { username: 'a' },
    });
    expect(answer.status).toBe(200);
    await expect.poll(() => net.received.length).toBe(2);
    await net.app.post('/v2/community/servers/1/activity', { key: community.key, body: { username: 'a' } });
    await expect
      .poll(() => net.received.filter(({ url }) => url.includes('fast')).map(({ body }) => body.type))
      .toEqual(['session.started', 'session.stopped']);
    net.answering.delete('slow.example.com');
    for (const release of hung) release();
    await net.app.settled();
    expect(net.received).toHaveLength(4);
  });
});
