import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../helpers.ts';
import { ANA, BO, setUpSummary, store } from '../summary.ts';

const at = (text: string) => Date.parse(text);
const ONLINE = '/v2/community/activity/online';

const setUpOnline = async (settings?: Record<string, unknown>, now = at('2026-11-20T00:00:00Z')) => {
  const { app, key, id, record } = await setUpSummary(settings, now);
  const online = (query: Record<string, string>, headers = {}) =>
    app.get(`${ONLINE}?${new URLSearchParams(query)}`, { key, headers });
  return { app, key, id, record, online };
};

const session = (account: string, server: number, start: string, end: string) => ({
  account,
  server,
  start: at(start),
  end: at(end),
});

describe('how many were on', () => {
  it('the most at once and the average of each step; on two servers at once counts once', async () => {
    const { app, key, id, online } = await setUpOnline();
    await app.post('/v2/community/servers', { key, body: { servers: [{ id: 2, name: 'Two' }] } });
    await store(id, [
      session(ANA, 1, '2026-11-17T10:15:00Z', '2026-11-17T11:15:00Z'),
      session(ANA, 2, '2026-11-17T10:30:00Z', '2026-11-17T10:45:00Z'),
      session(BO, 2, '2026-11-17T10:30:00Z', '2026-11-17T11:00:00Z'),
    ]);
    const period = { from: '2026-11-17T10:00:00Z', to: '2026-11-17T12:00:00Z' };
    const { status, body } = await online(period);
    expect(status).toBe(200);
    expect(body.data).toEqual({
      items: [
        { start: '2026-11-17T10:00:00.000Z', end: '2026-11-17T11:00:00.000Z', max: 2, mean: 1.25 },
        { start: '2026-11-17T11:00:00.000Z', end: '2026-11-17T12:00:00.000Z', max: 1, mean: 0.25 },
      ],
      from: '2026-11-17T10:00:00.000Z',
      to: '2026-11-17T12:00:00.000Z',
      timezone: 'UTC',
    });
    const quarters = await online({ ...period, step: 'quarter-hour' });
    expect(quarters.body.data.items.map(({ max }: { max: number }) => max)).toEqual([0, 1, 2, 2, 1, 0, 0, 0]);
    const servers = await online({ ...period, groupBy: 'server' });
    expect(
      servers.body.data.items.map((item: Record<string, unknown>) => [
        item.serverId,
        item.serverName,
        item.max,
        item.mean,
      ]),
    ).toEqual([
      [1, null, 1, 0.75],
      [1, null, 1, 0.25],
      [2, 'Two', 2, 0.75],
      [2, 'Two', 0, 0],
    ]);
    expect((await online({ ...period, serverId: '1', step: 'day' })).body.data.items).toMatchObject([
      { max: 1, mean: 0.5 },
    ]);
    const file = await online({ ...period, csv: 'spreadsheet', locale: 'es-ES' }, { Accept: 'text/csv' });
    expect(file.text.replace('\ufeff', '').split('\r\n')[1]).toBe(
      '2026-11-17T10:00:00.000Z;2026-11-17T11:00:00.000Z;2;1,25',
    );
  });

  it('by days of the zone, which can have 25 hours, until now', async () => {
    const { id, online } = await setUpOnline({ timezone: 'Europe/Madrid' }, at('2026-10-26T11:00:00Z'));
    await store(id, [session(ANA, 1, '2026-10-24T22:00:00Z', '2026-10-26T09:30:00Z')]);
    const { body } = await online({ from: '2026-10-25', to: '2026-10-31', step: 'day' });
    expect(body.data.items).toEqual([
      { start: '2026-10-24T22:00:00.000Z', end: '2026-10-25T23:00:00.000Z', max: 1, mean: 1 },
      { start: '2026-10-25T23:00:00.000Z', end: '2026-10-26T11:00:00.000Z', max: 1, mean: 0.88 },
    ]);
  });

  it('of nobody is a row of zeros', async () => {
    const { online } = await setUpOnline();
    const { body } = await online({ from: '2026-11-17', to: '2026-11-17', step: 'day' });
    expect(body.data.items).toMatchObject([{ max: 0, mean: 0 }]);
  });

  it('an open session is on until now, unless it is silent for longer than its limit: then until it was last seen', async () => {
    const { app, key, record, online } = await setUpOnline();
    await record(1, { accId: ANA });
    await record(2, { accId: BO });
    await app.post('/v2/community/servers/2/activity/heartbeat', {
      key,
      body: { accounts: [{ accId: BO }] },
    });
    const curve = async () => {
      const { body } = await online({ from: '2026-11-20', to: '2026-11-20', step: '5-minutes' });
      return body.data.items.map(({ max, mean }: { max: number; mean: number }) => [max, mean]);
    };
    app.clock.advance(10 * MINUTE);
    // Both are within their limits of ten minutes and of twelve hours.
    expect(await curve()).toEqual([
      [2, 2],
      [2, 2],
    ]);
    app.clock.advance(5 * MINUTE);
    // Bo is silent for too long: he was last seen at 0:00.
    expect(await curve()).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    app.clock.advance(12 * HOUR);
    expect(new Set((await curve()).map(([max]: [number]) => max))).toEqual(new Set([0]));
    // What they have is what totals say, as ever.
    const period = new URLSearchParams({ from: '2026-11-20', to: '2026-11-20', groupBy: 'account' });
    const { body } = await app.get(`/v2/community/activity/summary?${period}`, { key });
    expect(body.data.items.map(({ seconds }: { seconds: number }) => seconds)).toEqual([0, 0]);
  });

  it.each([
    [{ step: 'second' }, 400, 'step must be one of minute, 5-minutes, quarter-hour, hour, day, week.'],
    [
      { step: 'minute', from: '2026-11-01' },
      400,
      'The period has more than 3000 steps. Ask for longer steps or for a shorter period.',
    ],
    [{ groupBy: 'account' }, 400, 'groupBy must be one of server.'],
  ])('%j: %i', async (query, status, detail) => {
    const { online } = await setUpOnline();
    const answer = await online({
      from: '2026-11-16',
      to: '2026-11-17',
      ...(query as Record<string, string>),
    });
    expect([answer.status, answer.body.detail]).toEqual([status, detail]);
  });
});
