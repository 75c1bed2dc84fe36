import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { CRONS } from '../../../src/jobs/index.ts';
import { HOUR, MINUTE, SECOND } from '../../helpers.ts';
import { ENDPOINTS, fill, Receivers, waiting } from '../../receivers.ts';

const HOST = 'hooks.example.com';
const STARTS = ['session.started'];
const OFTEN = CRONS[0] as string;

/** Time goes on during the calls: a clock that stands still once hid that a visit stopped after its first page. */
const TICKING = { ticking: 1 };

const roster = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ username: `player ${index + 1}` }));

describe('a burst, without the trigger and within the free plan', () => {
  it('of a roster with 30 new names is delivered whole, in its order', async () => {
    const net = new Receivers(TICKING);
    const { key, id } = await net.endpoint({ events: STARTS });
    await net.app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts: roster(30) } });
    await net.app.settled();
    expect(net.received).toHaveLength(30);
    expect(net.received.map((call) => call.id)).toEqual(
      Array.from({ length: 30 }, (_, n) => `${id}_${n + 1}`),
    );
  });

  it('of 20 starts at once is delivered whole, each once', async () => {
    const net = new Receivers(TICKING);
    const { key } = await net.endpoint({ events: STARTS });
    await Promise.all(
      roster(20).map((account) =>
        net.app.post('/v2/community/servers/1/activity', { key, body: { ...account, forceStart: true } }),
      ),
    );
    await net.app.settled();
    expect(net.received).toHaveLength(20);
    expect(new Set(net.received.map(({ id }) => id)).size).toBe(20);
  });

  it("costs no more than the invocation may, and what is left is nobody's failure", async () => {
    const net = new Receivers({ ...TICKING, vars: { MAX_STATEMENTS: '45', MAX_REQUESTS: '20' } });
    const { key, id } = await net.endpoint({ events: STARTS });
    await net.app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts: roster(30) } });
    const cost = await net.app.measure(() => net.app.settled());
    expect(net.received).toHaveLength(20);
    expect(cost.statements).toBeLessThanOrEqual(45);
    const pending = await net.deliveries(key, id, '?status=pending');
    expect(pending).toHaveLength(10);
    for (const delivery of pending) expect(delivery.attempts).toEqual([]);
    await net.app.cron(net.app.clock.now(), OFTEN);
    expect(net.received).toHaveLength(30);
  });

  it("takes the platform's own refusal for what it is", async () => {
    const net = new Receivers(TICKING);
    const { key, id } = await net.endpoint({ events: STARTS });
    net.answering.set(HOST, () => {
      throw new Error('Too many subrequests.');
    });
    await net.activity(key, { username: 'a' });
    expect((await net.deliveries(key, id))[0]).toMatchObject({ status: 'pending', attempts: [] });
    net.answering.delete(HOST);
    await net.app.cron(net.app.clock.now(), OFTEN);
    expect((await net.deliveries(key, id))[0].status).toBe('delivered');
  });
});

describe('time', () => {
  it('the first retry comes after five seconds, without the trigger', async () => {
    const slept: number[] = [];
    const net: Receivers = new Receivers({
      overrides: {
        sleep: async (ms) => {
          slept.push(ms);
          net.app.clock.advance(ms);
        },
      },
    });
    const { key, id } = await net.endpoint({ events: STARTS });
    let isDown = true;
    net.answering.set(HOST, () => {
      const status = isDown ? 500 : 204;
      isDown = false;
      return new Response(null, { status });
    });
    await net.activity(key, { username: 'a' });
    expect(slept).toHaveLength(1);
    expect(slept[0]).toBeGreaterThanOrEqual(5 * SECOND);
    expect(slept[0]).toBeLessThanOrEqual(5.5 * SECOND);
    expect((await net.deliveries(key, id))[0].status).toBe('delivered');
  });

  it('of a trigger that is fired for another day shuts nobody out', async () => {
    const net = new Receivers({ overrides: { sleep: async () => {} } });
    const { key, id } = await net.endpoint({ events: STARTS });
    net.answering.set(HOST, () => new Response(null, { status: 500 }));
    await net.activity(key, { username: 'a' });
    net.app.clock.advance(MINUTE);
    await net.app.cron(net.app.clock.now() + 13 * HOUR, OFTEN);
    net.answering.delete(HOST);
    net.app.clock.advance(10 * MINUTE);
    await net.app.cron(net.app.clock.now(), OFTEN);
    expect((await net.deliveries(key, id))[0].status).toBe('delivered');
  });
});

describe('fairness', () => {
  it('a community with 10,000 waiting messages delays nobody', async () => {
    const net = new Receivers({ ...TICKING, vars: { MAX_STATEMENTS: '100', MAX_REQUESTS: '60' } });
    const busy = await net.app.community();
    for (let n = 0; n < 4; n++) {
      const endpoint = await net.endpoint({ url: `https://busy-${n}.example.com/`, events: STARTS }, busy);
      await fill(busy.rowId, endpoint.id, 2_500);
    }
    const calm = await net.endpoint({ url: 'https://calm.example.com/', events: STARTS });
    await fill(calm.communityId, calm.id, 3);
    await net.app.cron(net.app.clock.now(), OFTEN);
    expect(await waiting(calm.id)).toBe(0);
    expect(net.received.length).toBeGreaterThan(20);
    await env.DB.prepare('DELETE FROM webhook_messages').run();
  });

  it('endpoints that fail come after those that work', async () => {
    const net = new Receivers({
      ...TICKING,
      vars: { MAX_STATEMENTS: '1000', MAX_REQUESTS: '1000' },
      overrides: { sleep: async () => {} },
    });
    const community = await net.app.community();
    for (let n = 0; n < 10; n++) {
      await net.endpoint({ url: `https://e${n}.example.com/`, events: STARTS }, community);
    }
    for (const n of [0, 3, 6]) {
      net.answering.set(`e${n}.example.com`, () => new Response(null, { status: 500 }));
    }
    await net.activity(community.key, { username: 'a' });
    net.app.clock.advance(10 * MINUTE);
    net.received.length = 0;
    await env.DB.prepare("UPDATE webhook_messages SET status = 'pending', due_at = 0 WHERE community_id = ?")
      .bind(community.rowId)
      .run();
    await net.app.cron(net.app.clock.now(), OFTEN);
    const order = net.received.map(({ url }) => Number(/e(\d)/.exec(url)?.[1]));
    const firstDead = order.findIndex((n) => [0, 3, 6].includes(n));
    expect(order).toHaveLength(10);
    expect(firstDead).toBe(7);
  });
});

describe('loops', () => {
  it('an event that five of our own deliveries have caused is not sent', async () => {
    const net = new Receivers();
    const { key, id } = await net.endpoint({ events: STARTS });
    for (const hops of [4, 5]) {
      await net.app.post('/v2/community/servers/1/activity', {
        key,
        body: { username: `hop ${hops}`, forceStart: true },
        headers: { 'Rollcall-Hops': String(hops) },
      });
      await net.app.settled();
    }
    expect(net.received.map(({ headers }) => headers['Rollcall-Hops'])).toEqual(['5']);
    const [spent] = await net.deliveries(key, id);
    expect([spent.status, spent.attempts[0].error]).toEqual([
      'failed',
      'not sent: 5 deliveries of this service have caused one another',
    ]);
  });

  it("refuses the installation's own inbound webhooks as a target", async () => {
    const net = new Receivers();
    const { key } = await net.app.community();
    const body = { url: 'https://rollcall.test/hooks/abc', events: STARTS };
    const answer = await net.app.post(ENDPOINTS, { key, body });
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, 'url']);
  });
});

describe('channels', () => {
  const DISCORD = 'https://discord.com/api/webhooks/123/TOKEN';

  it('take the format that they understand, and show nothing of their path', async () => {
    const net = new Receivers();
    const { key } = await net.app.community();
    const create = (url: string, format: string) =>
      net.app.post(ENDPOINTS, { key, body: { url, format, events: STARTS } });
    const refused = await create(DISCORD, 'standard');
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      400,
      'WEBHOOK_FORMAT_UNFIT',
      'discord.com understands the format discord only.',
    ]);
    expect((await create('https://hooks.slack.com/services/T/B/x', 'discord')).status).toBe(400);
    for (const [url, format] of [
      [DISCORD, 'discord'],
      [`${DISCORD}/slack`, 'slack'],
    ] as const) {
      const answer = await create(`${url}?wait=true`, format);
      expect([answer.status, answer.body.data.url]).toEqual([201, 'https://discord.com/***']);
      expect(answer.text).not.toContain('TOKEN');
    }
  });

  it('call servers by their names, and make no link of a name', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: STARTS, format: 'discord' });
    await net.app.post('/v2/community/servers', { key, body: { servers: [{ id: 1, name: 'Main' }] } });
    await net.activity(key, { username: 'http://evil.example' });
    expect(net.received[0]?.body.embeds[0].title).toBe('http:\u200b//evil.example is active on Main');
  });

  it('get one message of a restart with a digest, not a hundred and twenty', async () => {
    const slept: number[] = [];
    const net: Receivers = new Receivers({
      overrides: {
        sleep: async (ms) => {
          slept.push(ms);
          net.app.clock.advance(ms);
        },
      },
    });
    const { key, id } = await net.endpoint({
      events: ['session.started', 'session.stopped'],
      format: 'discord',
      digestSeconds: 60,
    });
    await net.app.post('/v2/community/servers', { key, body: { servers: [{ id: 1, name: 'Main' }] } });
    const put = (accounts: unknown[]) =>
      net.app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts } });
    await put(roster(12));
    net.app.clock.advance(30 * SECOND);
    await put(roster(9));
    await net.app.settled();
    expect(net.received).toEqual([]);
    net.app.clock.advance(31 * SECOND);
    await net.app.cron(net.app.clock.now(), OFTEN);
    expect(net.received).toHaveLength(1);
    const [embed] = net.received[0]?.body.embeds ?? [];
    expect(embed.title).toBe('12 joined, 3 left on Main');
    expect(embed.description).toMatch(/^left: player 1[0-2], player 1[0-2], player 1[0-2]$/m);
    const deliveries = await net.deliveries(key, id);
    expect(deliveries.map((delivery: { status: string }) => delivery.status)).toEqual(
      Array(15).fill('delivered'),
    );
  });

  it('gather nothing in the standard format, whose receivers want each event', async () => {
    const net = new Receivers();
    const { key } = await net.app.community();
    const body = { url: `https://${HOST}/`, events: STARTS, digestSeconds: 60 };
    const answer = await net.app.post(ENDPOINTS, { key, body });
    expect([answer.status, answer.body.code]).toEqual([400, 'WEBHOOK_DIGEST_UNFIT']);
  });

  it('can be looked at before anything is sent', async () => {
    const net = new Receivers();
    const { key } = await net.app.community();
    const preview = async (format: string, event?: string) =>
      (await net.app.post(`${ENDPOINTS}/preview`, { key, body: { format, event } })).body.data.body;
    expect((await preview('discord')).embeds[0].title).toBe('Ana is active on Main');
    expect((await preview('slack', 'digest')).text).toBe('3 left, 3 joined on Main');
    expect((await preview('standard', 'server.reset')).type).toBe('server.reset');
    expect(net.received).toEqual([]);
  });
});

it('erasure forgets what receivers answered', async () => {
  const net = new Receivers();
  const { key, id } = await net.endpoint({ events: STARTS });
  net.answering.set(HOST, () => new Response('hello Ana', { status: 200 }));
  const { accId } = await net.activity(key, { username: 'Ana' });
  expect((await net.deliveries(key, id))[0].attempts[0].response).toBe('hello Ana');
  await net.app.delete(`/v2/community/accounts/${accId}`, { key });
  const { results } = await env.DB.prepare(
    'SELECT data, attempts FROM webhook_messages WHERE endpoint_id = ?',
  )
    .bind(id)
    .all();
  expect(JSON.stringify(results)).not.toContain('Ana');
});
