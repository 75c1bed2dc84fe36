/** What late calls find of heartbeats and rosters that came in time: all of them, also where another late call came in between. */
import { describe, expect, it } from 'vitest';
import { Harness } from '../harness.ts';
import { HOUR, MINUTE, NIL, SECOND } from '../helpers.ts';

const DAY_START = Date.parse('2026-04-15T00:00:00.000Z');
const BASE = '/v2/community/servers/1/activity';

const clock = (time: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return DAY_START + hours * HOUR + minutes * MINUTE + seconds * SECOND;
};

const setUp = async () => {
  const app = new Harness({ now: clock('09:00') });
  const { key } = await app.community();
  let eventId = 0;
  const call = async (flag: 'forceStart' | 'forceStop', time: string, arrives = time) => {
    app.clock.set(clock(arrives));
    const occurredAt = new Date(clock(time)).toISOString();
    eventId += 1;
    const body = { accId: NIL, [flag]: true, eventId: `event-${eventId}`, occurredAt };
    expect((await app.post(BASE, { key, body })).status).toBe(200);
  };
  const report = async (kind: 'heartbeat' | 'roster', from: string, to: string, isListed = true) => {
    let answer: { results: { status: string }[] } | undefined;
    for (let at = clock(from); at <= clock(to); at += MINUTE) {
      app.clock.set(at);
      const body = { accounts: isListed ? [{ accId: NIL }] : [] };
      const { body: said } =
        kind === 'heartbeat'
          ? await app.post(`${BASE}/heartbeat`, { key, body })
          : await app.put(`${BASE}/roster`, { key, body });
      answer = said.data;
    }
    return answer?.results?.[0]?.status;
  };
  /** The rows and the watched seconds, an hour after 12:00. */
  const rows = async () => {
    app.clock.set(clock('12:30'));
    await app.cron();
    const { body } = await app.get('/v2/community/activity?limit=100', { key });
    const short = (time: string | null) => time?.slice(11, 19) ?? '';
    const items = body.data.items as {
      start: string;
      end: string;
      continues?: string;
      clearReason: string;
    }[];
    const summary = await app.get('/v2/community/activity/summary?from=2026-04-15&to=2026-04-15', { key });
    const [total] = summary.body.data.items;
    return [
      ...items
        .toReversed()
        .map(
          ({ start, end, continues, clearReason }) =>
            `${short(start)}–${short(end)}${continues ? ' continues' : ''} ${clearReason ?? 'stopped'}`,
        ),
      total.seconds,
      total.watchedSeconds,
    ];
  };
  return { call, report, rows };
};

const SILENT = 'Auto-closed: no activity for 10 min';

describe('a late stop, then the late start of the next session', () => {
  it('among heartbeats: they are of the second, and so is the silence after them', async () => {
    const { call, report, rows } = await setUp();
    await call('forceStart', '10:00');
    await report('heartbeat', '10:01', '10:30');
    await report('heartbeat', '10:38', '11:00');
    await call('forceStop', '10:30:30', '11:01');
    expect(await report('heartbeat', '11:02', '11:02')).toBe('no_session');
    await call('forceStart', '10:37:30', '11:03');
    expect(await report('heartbeat', '11:30', '11:30')).toBe('resumed');
    expect(await rows()).toEqual([
      '10:00:00–10:30:30 stopped',
      `10:37:30–11:00:00 ${SILENT}`,
      `11:30:00–11:30:00 continues ${SILENT}`,
      1830 + 1350,
      1830 + 1350,
    ]);
  });

  it('among heartbeats, and a stop of the second that comes last', async () => {
    const { call, report, rows } = await setUp();
    await call('forceStart', '10:00');
    await report('heartbeat', '10:01', '11:00');
    await call('forceStop', '10:30:30', '11:01');
    await call('forceStop', '10:50:30', '11:02');
    await call('forceStart', '10:30:40', '11:03');
    await call('forceStart', '10:50:40', '11:04');
    expect(await rows()).toEqual([
      '10:00:00–10:30:30 stopped',
      '10:30:40–10:50:30 stopped',
      `10:50:40–11:00:00 ${SILENT}`,
      1830 + 1190 + 560,
      1830 + 1190 + 560,
    ]);
  });

  it('among heartbeats, the start before the stop: what is watched stays watched', async () => {
    const { call, report, rows } = await setUp();
    await call('forceStart', '10:00');
    await report('heartbeat', '10:01', '11:00');
    await call('forceStart', '10:31:30', '11:01');
    await call('forceStop', '10:30:30', '11:02');
    expect(await rows()).toEqual(['10:00:00–10:30:30 stopped', `10:31:30–11:00:00 ${SILENT}`, 3540, 3540]);
  });

  it('where a heartbeat went on with the first session: what is watched stays watched', async () => {
    const { call, report, rows } = await setUp();
    await call('forceStart', '10:00');
    await report('heartbeat', '10:01', '10:05');
    for (let minute = 31; minute <= 45; minute += 2) {
      await report('heartbeat', `10:${minute}`, `10:${minute}`);
    }
    await call('forceStop', '10:46');
    await call('forceStop', '10:06', '11:00');
    await call('forceStart', '10:30:30', '11:01');
    expect(await rows()).toEqual([
      '10:00:00–10:06:00 stopped',
      '10:30:30–10:46:00 stopped',
      360 + 930,
      360 + 930,
    ]);
  });

  it('among rosters: each has those that listed it', async () => {
    const { call, report, rows } = await setUp();
    await report('roster', '10:00', '11:00');
    await call('forceStop', '10:30:20', '11:01');
    await call('forceStart', '10:30:40', '11:02');
    await report('roster', '11:30', '11:30');
    expect(await rows()).toEqual([
      '10:00:00–10:30:20 stopped',
      `10:30:40–11:00:00 ${SILENT}`,
      `11:30:00–11:30:00 continues ${SILENT}`,
      1820 + 1760,
      1820 + 1760,
    ]);
  });
});

describe('a late stop alone', () => {
  it('leaves heartbeats without a session', async () => {
    const { call, report, rows } = await setUp();
    await call('forceStart', '10:00');
    await report('heartbeat', '10:01', '11:00');
    await call('forceStop', '10:30:30', '11:01');
    expect(await rows()).toEqual(['10:00:00–10:30:30 stopped', 1830, 1830]);
  });

  it('among rosters: the next one starts a session', async () => {
    const { call, report, rows } = await setUp();
    await report('roster', '10:00', '11:00');
    await call('forceStop', '10:30:20', '11:01');
    expect(await rows()).toEqual([
      '10:00:00–10:30:20 stopped',
      `10:31:00–11:00:00 ${SILENT}`,
      1820 + 1740,
      1820 + 1740,
    ]);
  });
});

describe('a late start', () => {
  it('among rosters supersedes at the last one before it', async () => {
    const { call, report, rows } = await setUp();
    await report('roster', '10:00', '11:00');
    await call('forceStart', '10:30:20', '11:01');
    expect(await rows()).toEqual([
      '10:00:00–10:30:00 Superseded by a new session',
      `10:30:20–11:00:00 ${SILENT}`,
      1800 + 1780,
      1800 + 1780,
    ]);
  });

  it('before a stop that no roster was near was not seen by one', async () => {
    const { call, report, rows } = await setUp();
    await report('roster', '10:04', '10:04');
    await call('forceStop', '10:09:07');
    await call('forceStart', '10:05:04', '10:12');
    await call('forceStart', '10:09:04', '10:54');
    expect(await rows()).toEqual([
      '10:04:00–10:04:00 Superseded by a new session',
      '10:05:04–10:05:04 Superseded by a new session',
      '10:09:04–10:09:07 stopped',
      3,
      3,
    ]);
  });

  it('that the rosters after it missed is over, and a stop behind them says nothing', async () => {
    const { call, report, rows } = await setUp();
    await report('roster', '10:00', '11:00', false);
    await call('forceStart', '10:30:20', '11:01');
    await call('forceStop', '10:50', '11:02');
    await call('forceStart', '10:55:10', '11:03');
    await call('forceStop', '10:55:40', '11:04');
    expect(await rows()).toEqual(['10:30:20–10:30:20 stopped', '10:55:10–10:55:40 stopped', 30, 30]);
  });
});

describe('a roster whose clock is behind, after the next start came', () => {
  const setUpRosters = async () => {
    const app = new Harness({ now: clock('09:00') });
    const { key } = await app.community();
    const roster = async (observed: string, arrives: string) => {
      app.clock.set(clock(arrives));
      const body = { accounts: [{ accId: NIL }], observedAt: new Date(clock(observed)).toISOString() };
      // A warm credential.
      await app.get('/v2/community/settings', { key });
      const cost = await app.measure(() => app.put(`${BASE}/roster`, { key, body }));
      expect(cost.result.body.data).toMatchObject({ isApplied: true });
      return cost;
    };
    const start = async (time: string) => {
      app.clock.set(clock(time));
      expect((await app.post(BASE, { key, body: { accId: NIL, forceStart: true } })).status).toBe(200);
    };
    const list = async () => {
      const { body } = await app.get('/v2/community/activity', { key });
      return (body.data.items as { start: string; end: string | null; closeKind: string | null }[])
        .map(({ start, end, closeKind }) => [start.slice(11, 16), end?.slice(11, 16), closeKind])
        .toReversed();
    };
    for (const minute of ['00', '05', '10']) await roster(`10:${minute}`, `10:${minute}:01`);
    return { app, key, roster, start, list };
  };

  it('within the limit, the session before goes on until then: nothing is split', async () => {
    const { roster, start, list } = await setUpRosters();
    await start('10:22');
    expect(await list()).toEqual([
      ['10:00', '10:10', 'auto_closed'],
      ['10:22', undefined, null],
    ]);
    await roster('10:18', '10:23');
    const expected = [
      ['10:00', '10:18', 'superseded'],
      ['10:22', undefined, null],
    ];
    expect(await list()).toEqual(expected);
    await roster('10:18', '10:24');
    expect(await list()).toEqual(expected);
    // From the start on, it is the next session that such rosters see: at one trip, as ever.
    await roster('10:23', '10:28');
    expect((await roster('10:24', '10:29')).trips).toBe(1);
    expect(await list()).toEqual(expected);
  });

  it('a session that the start superseded was seen until the roster, too', async () => {
    const { roster, start, list } = await setUpRosters();
    await start('10:16');
    await roster('10:13', '10:17');
    await roster('10:15', '10:19');
    expect(await list()).toEqual([
      ['10:00', '10:15', 'superseded'],
      ['10:16', undefined, null],
    ]);
  });

  it('beyond the limit nothing goes on, and nothing begins', async () => {
    const { app, key, roster, start, list } = await setUpRosters();
    await start('10:22');
    await roster('10:21', '10:23');
    expect(await list()).toEqual([
      ['10:00', '10:10', 'auto_closed'],
      ['10:22', undefined, null],
    ]);
    // A session that was stopped is over.
    await app.post(BASE, { key, body: { accId: NIL, forceStop: true } });
    app.clock.set(clock('10:26'));
    await app.post(BASE, { key, body: { accId: NIL, forceStart: true } });
    await roster('10:25', '10:27');
    expect(await list()).toEqual([
      ['10:00', '10:10', 'auto_closed'],
      ['10:22', '10:23', 'stopped'],
      ['10:26', undefined, null],
    ]);
  });
});

it('a late reset ends whom a roster after it has missed, though that came first', async () => {
  const app = new Harness({ now: clock('10:00') });
  const { key } = await app.community();
  const roster = async (time: string, accounts: readonly object[]) => {
    app.clock.set(clock(time));
    await app.put(`${BASE}/roster`, { key, body: { accounts } });
  };
  await roster('10:00', [{ accId: NIL }]);
  await roster('10:04', [{ accId: NIL }]);
  await roster('10:08', []);
  app.clock.set(clock('10:09'));
  const occurredAt = new Date(clock('10:07')).toISOString();
  await app.post(`${BASE}/start`, { key, body: { occurredAt, eventId: 'reset' } });
  const { body } = await app.get('/v2/community/activity', { key });
  expect(body.data.items).toMatchObject([
    { start: '2026-04-15T10:00:00.000Z', end: '2026-04-15T10:07:00.000Z', closeKind: 'server_reset' },
  ]);
});
