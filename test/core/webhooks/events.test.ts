import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../helpers.ts';
import { ENDPOINTS, Receivers } from '../../receivers.ts';

const ACC = '00000000-0000-7000-8000-00000000000a';

describe('the events of sessions', () => {
  it('are sent at once, each with the row as the API answers it and the name of who acted', async () => {
    const net = new Receivers();
    const { key, id } = await net.endpoint();
    const started = await net.activity(key, { accId: ACC, metadata: { a: 1 } });
    expect(
      net.received.map(({ url, headers, body }) => ({ url, type: headers['Content-Type'], body })),
    ).toEqual([
      {
        url: 'https://hooks.example.com/',
        type: 'application/json',
        body: {
          type: 'account.created',
          timestamp: '2026-04-15T00:00:00.000Z',
          data: { accId: ACC, name: null, createdAt: '2026-04-15T00:00:00.000Z' },
          actor: 'First key',
        },
      },
      {
        url: 'https://hooks.example.com/',
        type: 'application/json',
        body: {
          type: 'session.started',
          timestamp: '2026-04-15T00:00:00.000Z',
          data: {
            id: started.id,
            status: true,
            accId: ACC,
            name: null,
            serverId: 1,
            start: '2026-04-15T00:00:00.000Z',
            end: null,
            clearReason: null,
            metadata: { a: 1 },
          },
          actor: 'First key',
        },
      },
    ]);
    expect(net.received.map((call) => call.id)).toEqual([`${id}_1`, `${id}_2`]);

    net.app.clock.advance(90 * MINUTE);
    const stopped = await net.activity(key, { accId: ACC });
    expect(net.received.at(-1)?.body).toEqual({
      type: 'session.stopped',
      timestamp: '2026-04-15T01:30:00.000Z',
      data: { ...stopped, name: null },
      actor: 'First key',
    });
  });

  it('tell every way in which a session goes', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: ['session.*', 'server.reset'] });
    const step = async (body: Record<string, unknown>) => {
      net.app.clock.advance(MINUTE);
      const before = net.received.length;
      const row = await net.activity(key, { accId: ACC, ...body });
      return { row, events: net.received.slice(before).map(({ body }) => body) };
    };
    const started = await step({ forceStart: true });
    expect(started.events).toMatchObject([{ type: 'session.started', data: started.row }]);

    const superseding = await step({ forceStart: true });
    expect(superseding.events).toMatchObject([
      {
        type: 'session.superseded',
        data: { id: started.row.id, status: false, clearReason: 'Superseded by a new session' },
      },
      { type: 'session.started', data: superseding.row },
    ]);

    const cleared = await step({ forceClear: true, clearReason: 'by mistake' });
    expect(cleared.events).toMatchObject([{ type: 'session.cleared', data: cleared.row }]);
    expect((await step({ forceStop: true })).events).toEqual([]);
    expect((await step({ forceClear: true })).events).toEqual([]);
    expect((await step({ forceClear: true, forceStart: true })).events).toMatchObject([
      { type: 'session.started' },
    ]);
    expect((await step({ forceClear: true, forceStart: true })).events).toMatchObject([
      { type: 'session.cleared' },
      { type: 'session.started' },
    ]);
    const stopped = await step({ forceStop: true });
    expect(stopped.events).toMatchObject([{ type: 'session.stopped', data: stopped.row }]);

    await step({ forceStart: true });
    net.app.clock.advance(13 * HOUR);
    const before = net.received.length;
    await net.app.cron();
    net.app.clock.advance(5 * MINUTE);
    await net.app.cron();
    const [latest] = (await net.app.get(`/v2/community/accounts/${ACC}/activity/latest`, { key })).body.data;
    expect(latest.clearReason).toMatch(/^Auto-closed/);
    expect(net.received.slice(before).at(-1)?.body).toMatchObject({
      type: 'session.auto_closed',
      data: latest,
      actor: 'scheduled',
    });
    // The stop that comes late proves the scheduled job wrong.
    const late = await step({ forceStop: true });
    expect(late.events).toMatchObject([{ type: 'session.stopped', data: late.row }]);
  });

  it('of a server reset are one, with its sessions', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: ['*'] });
    const reset = async (serverId: number) => {
      const answer = await net.app.post(`/v2/community/servers/${serverId}/activity/start`, { key });
      await net.app.settled();
      return answer.body.data;
    };
    for (const username of ['a', 'b', 'c']) await net.activity(key, { username });
    await net.activity(key, { username: 'a' }, 2);
    net.received.length = 0;
    net.app.clock.advance(MINUTE);
    const closed = await reset(1);
    expect(closed).toHaveLength(3);
    expect(net.types()).toEqual(['server.reset']);
    const { data } = net.received[0]?.body ?? {};
    expect(data).toMatchObject({ serverId: 1, count: 3 });
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    const told = data.sessions.sort(byId);
    expect(told.map(({ name, ...session }: { id: string; name: string }) => session)).toEqual(
      closed.sort(byId),
    );
    expect(new Set(told.map(({ name }: { name: string }) => name))).toEqual(new Set(['a', 'b', 'c']));
  });

  it('of a reset with many sessions stay below 20 KB, and tell how many there are', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: ['server.*'] });
    for (let n = 0; n < 60; n++)
      await net.activity(key, { username: `player ${n}`, metadata: { x: '€'.repeat(500) } });
    await net.app.post('/v2/community/servers/1/activity/start', { key });
    await net.app.settled();
    const [call] = net.received;
    expect(net.types()).toEqual(['server.reset']);
    expect(new TextEncoder().encode(call?.text).byteLength).toBeLessThan(20_000);
    expect(call?.body.data.count).toBe(60);
    expect(call?.body.data.sessions.length).toBeGreaterThan(8);
  });

  it('reach the endpoints that ask for them, and no other', async () => {
    const net = new Receivers();
    const community = await net.app.community();
    const other = await net.endpoint({ url: 'https://other.example.com/' });
    await net.endpoint({ url: 'https://started.example.com/', events: ['session.started'] }, community);
    await net.endpoint({ url: 'https://sessions.example.com/', events: ['session.*'] }, community);
    await net.endpoint({ url: 'https://accounts.example.com/', events: ['account.*'] }, community);
    const off = await net.endpoint({ url: 'https://off.example.com/' }, community);
    await net.app.patch(`${ENDPOINTS}/${off.id}`, { key: community.key, body: { enabled: false } });
    await net.activity(community.key, { accId: ACC });
    await net.activity(community.key, { accId: ACC });
    const sent = net.received.map(({ url, body }) => `${new URL(url).host} ${body.type}`).sort();
    expect(sent).toEqual([
      'accounts.example.com account.created',
      'sessions.example.com session.started',
      'sessions.example.com session.stopped',
      'started.example.com session.started',
    ]);
    expect(await net.deliveries(other.key, other.id)).toEqual([]);
  });

  it('cost a community without endpoints nothing, and leave nothing behind', async () => {
    const net = new Receivers();
    const { key } = await net.app.community();
    await net.activity(key, { accId: ACC });
    const stop = await net.app.measure(() => net.activity(key, { accId: ACC }));
    expect(stop.trips).toBe(1);
    expect(stop.rowsRead).toBeLessThanOrEqual(6);
    expect(stop.rowsWritten).toBeLessThanOrEqual(3);
    expect(net.received).toEqual([]);
  });

  it('are not lost where another isolate does not know yet that somebody listens', async () => {
    const net = new Receivers();
    const elsewhere = new Receivers();
    const community = await net.app.community();
    await elsewhere.activity(community.key, { accId: ACC });
    await net.endpoint({ events: ['session.*'] }, community);
    const stopped = await elsewhere.activity(community.key, { accId: ACC });
    expect(elsewhere.received).toEqual([]);
    net.app.clock.advance(5 * MINUTE);
    await net.app.cron();
    expect(net.received.map(({ body }) => body)).toEqual([
      {
        type: 'session.stopped',
        timestamp: '2026-04-15T00:05:00.000Z',
        data: { ...stopped, name: null },
        actor: null,
      },
    ]);
  });
});
