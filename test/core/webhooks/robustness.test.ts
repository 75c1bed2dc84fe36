import { describe, expect, it } from 'vitest';
import { SYSTEM } from '../../../src/core/access/actor.ts';
import { deliverDue } from '../../../src/core/webhooks/deliver-due.ts';
import { fixedClock } from '../../../src/lib/clock.ts';
import { Harness } from '../../harness.ts';
import { MINUTE } from '../../helpers.ts';
import { ENDPOINTS, fill, Receivers, waiting } from '../../receivers.ts';

const EVENTS = ['session.started', 'session.stopped'];

describe('nothing is lost', () => {
  it('by a crash between commit and delivery', async () => {
    const net = new Receivers();
    const { key, id } = await net.endpoint({ events: EVENTS });
    // The isolate goes away in the middle of what it does after the answer.
    const dying = new Harness({ overrides: { fetch: () => new Promise<Response>(() => {}) } });
    const answer = await dying.post('/v2/community/servers/1/activity', { key, body: { username: 'a' } });
    expect(answer.status).toBe(200);
    expect(await waiting(id)).toBe(1);
    await net.run(5 * MINUTE);
    expect(net.types()).toEqual(['session.started']);
    expect(await waiting(id)).toBe(0);
  });

  it('by a crash between delivery and its record: it goes out again, under the same id', async () => {
    const net = new Receivers();
    const { communityId, id } = await net.endpoint({ events: EVENTS });
    await fill(communityId, id, 3);
    const { db } = net.app.services;
    let batches = 0;
    // D1 goes away after the lease: the first record of what was sent is lost.
    const broken = Object.create(db, {
      $client: {
        value: {
          prepare: (query: string) => db.$client.prepare(query),
          batch: (statements: D1PreparedStatement[]) => {
            batches += 1;
            if (batches === 3) throw new Error('D1 is not there');
            return db.$client.batch(statements);
          },
        },
      },
    }) as typeof db;
    const ctx = {
      ...net.app.services,
      actor: SYSTEM,
      clock: fixedClock(net.app.clock.now()),
      defer: () => {},
    };
    await expect(deliverDue({ ...ctx, db: broken })).rejects.toThrow('D1 is not there');
    expect(net.received.map((call) => call.id)).toEqual([1, 2, 3].map((n) => `${id}_${n}`));
    // Within the lease nobody else sends.
    await net.app.cron();
    expect(net.received).toHaveLength(3);
    await net.run(5 * MINUTE);
    expect(net.received.slice(3).map((call) => call.id)).toEqual([1, 2, 3].map((n) => `${id}_${n}`));
    expect(await waiting(id)).toBe(0);
  });

  it('and nothing is sent twice by runs that overlap', async () => {
    const net = new Receivers();
    const { key, communityId, id } = await net.endpoint({ events: EVENTS });
    await fill(communityId, id, 40);
    net.answering.set('hooks.example.com', async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return new Response(null, { status: 204 });
    });
    await Promise.all([net.app.cron(), net.app.cron(), net.app.cron(), net.activity(key, { username: 'a' })]);
    await net.run(5 * MINUTE);
    const ids = net.received.map((call) => call.id);
    expect(ids).toEqual(Array.from({ length: 41 }, (_, n) => `${id}_${n + 1}`));
  });

  it('by a queue that fails beside one that works', async () => {
    const net = new Receivers({ vars: { MAX_STATEMENTS: '1000', MAX_REQUESTS: '1000' } });
    const community = await net.app.community();
    const dead = await net.endpoint({ events: EVENTS, url: 'https://dead.example.com/' }, community);
    const live = await net.endpoint({ events: EVENTS, url: 'https://live.example.com/' }, community);
    net.answering.set('dead.example.com', () => {
      throw new Error('Network connection lost.');
    });
    await fill(community.rowId, dead.id, 50);
    await fill(community.rowId, live.id, 250);
    await net.run(5 * MINUTE);
    expect(net.received.filter(({ url }) => url.includes('live'))).toHaveLength(250);
    expect(await waiting(dead.id)).toBe(50);
  });
});

describe('sending again', () => {
  it('resends one delivery, under its id', async () => {
    const net = new Receivers();
    const { key, id } = await net.endpoint({ events: EVENTS });
    await net.activity(key, { username: 'a' });
    const [delivery] = await net.deliveries(key, id);
    expect(delivery).toEqual({
      id: `${id}_1`,
      endpointId: id,
      type: 'session.started',
      timestamp: '2026-04-15T00:00:00.000Z',
      status: 'delivered',
      attempts: [
        {
          at: '2026-04-15T00:00:00.000Z',
          status: 204,
          durationMs: expect.any(Number),
          error: null,
          response: '',
        },
      ],
    });
    const resent = await net.app.post(`${ENDPOINTS}/deliveries/${delivery.id}/resend`, { key });
    expect(resent.status).toBe(200);
    await net.app.settled();
    expect(net.received.map((call) => call.id)).toEqual([`${id}_1`, `${id}_1`]);
    expect(net.received[1]?.text).toBe(net.received[0]?.text);
    expect((await net.deliveries(key, id))[0].attempts).toHaveLength(2);
    for (const unknown of [`${id}_99`, `${id}_0`, 'nonsense', `${crypto.randomUUID()}_1`]) {
      const answer = await net.app.post(`${ENDPOINTS}/deliveries/${unknown}/resend`, { key });
      expect([answer.status, answer.body.code]).toEqual([404, 'WEBHOOK_DELIVERY_NOT_FOUND']);
    }
    const other = await net.app.community();
    const foreign = await net.app.post(`${ENDPOINTS}/deliveries/${id}_1/resend`, { key: other.key });
    expect([foreign.status, foreign.body.code]).toEqual([404, 'WEBHOOK_DELIVERY_NOT_FOUND']);
  });

  it('replays a time, oldest first, and refuses one that ends before it begins', async () => {
    const net = new Receivers();
    const { key, id } = await net.endpoint({ events: EVENTS });
    for (let n = 0; n < 4; n++) {
      await net.activity(key, { username: 'a' });
      net.app.clock.advance(MINUTE);
    }
    net.received.length = 0;
    const replayed = await net.app.post(`${ENDPOINTS}/${id}/replay`, {
      key,
      body: { from: '2026-04-15T00:01:00Z', to: '2026-04-15T00:02:00Z' },
    });
    expect(replayed.body.data).toEqual({ queued: 2, replayedUntil: '2026-04-15T00:02:00.000Z' });
    await net.app.settled();
    expect(net.received.map((call) => call.id)).toEqual([`${id}_2`, `${id}_3`]);
    const wrong = await net.app.post(`${ENDPOINTS}/${id}/replay`, {
      key,
      body: { from: '2026-04-15T00:02:00Z', to: '2026-04-15T00:01:00Z' },
    });
    expect([wrong.status, wrong.body.detail]).toEqual([400, 'to must not be before from.']);
  });

  it('sends a test message and answers with what became of it', async () => {
    const net = new Receivers();
    const { key, id } = await net.endpoint({ events: ['server.reset'] });
    const good = await net.app.post(`${ENDPOINTS}/${id}/test`, { key });
    expect(good.body.data).toMatchObject({
      type: 'webhook.test',
      status: 'delivered',
      attempts: [{ status: 204 }],
    });
    net.answering.set('hooks.example.com', () => new Response('no such hook', { status: 404 }));
    const bad = await net.app.post(`${ENDPOINTS}/${id}/test`, { key });
    expect(bad.body.data).toMatchObject({
      status: 'pending',
      attempts: [{ status: 404, error: null, response: 'no such hook' }],
    });
    await net.app.patch(`${ENDPOINTS}/${id}`, { key, body: { enabled: false } });
    const disabled = await net.app.post(`${ENDPOINTS}/${id}/test`, { key });
    expect([disabled.status, disabled.body.code]).toEqual([409, 'WEBHOOK_ENDPOINT_DISABLED']);
  });

  it('pages through the deliveries, by status', async () => {
    const net = new Receivers();
    const { key, communityId, id } = await net.endpoint({ events: EVENTS });
    await fill(communityId, id, 25);
    const first = (await net.app.get(`${ENDPOINTS}/${id}/deliveries?status=pending&limit=20`, { key })).body
      .data;
    expect(first.items.map((delivery: { id: string }) => delivery.id)).toEqual(
      Array.from({ length: 20 }, (_, n) => `${id}_${25 - n}`),
    );
    const rest = await net.app.get(
      `${ENDPOINTS}/${id}/deliveries?status=pending&limit=20&cursor=${first.nextCursor}`,
      { key },
    );
    expect(rest.body.data.items).toHaveLength(5);
    expect(rest.body.data.nextCursor).toBeNull();
    expect(await net.deliveries(key, id, '?status=delivered')).toEqual([]);
    const carried = await net.app.get(`${ENDPOINTS}/${id}/deliveries?cursor=${first.nextCursor}`, { key });
    expect(carried.body.code).toBe('INVALID_CURSOR');
  });
});

describe('formats', () => {
  it('say in Discord what happened, and mention nobody', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: EVENTS, format: 'discord' });
    await net.activity(key, { username: '@everyone *bob*' });
    expect(net.received[0]?.body).toEqual({
      embeds: [
        {
          title: '\\@everyone \\*bob\\* is active on server 1',
          color: 0x2ecc71,
          timestamp: '2026-04-15T00:00:00.000Z',
          footer: { text: 'session.started · First key' },
        },
      ],
      allowed_mentions: { parse: [] },
    });
  });

  it('say in Slack what happened, without links or mentions of the name', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: EVENTS, format: 'slack' });
    await net.activity(key, { username: '<!channel> & co' });
    net.app.clock.advance(65 * MINUTE);
    await net.activity(key, { username: '<!channel> & co' });
    expect(net.received[1]?.body).toEqual({
      text: '&lt;!channel&gt; &amp; co was active on server 1 for 1 h 5 min',
      blocks: [
        {
          type: 'section',
          text: {
            type: 'mrkdwn',
            verbatim: true,
            text: ':large_blue_circle: *&lt;!channel&gt; &amp; co was active on server 1 for 1 h 5 min*',
          },
        },
        {
          type: 'context',
          elements: [
            {
              type: 'mrkdwn',
              verbatim: true,
              text: 'session.stopped · First key · 2026-04-15T01:05:00.000Z',
            },
          ],
        },
      ],
    });
  });
});
