import { describe, expect, it } from 'vitest';
import { START } from '../harness.ts';
import { HOUR, MINUTE } from '../helpers.ts';
import { ANA, BO, bare, items, type Stored, SUMMARY, setUpSummary, store } from '../summary.ts';

const period = { from: '2026-04-15T00:00:00Z', to: '2026-04-16T00:00:00Z' };

/** Sessions of ana on a server; from and until when, in so many milliseconds after START. */
const sessionsIn =
  (unit: number) =>
  (server: number, from: number, to: number): Stored => ({
    account: ANA,
    server,
    start: START + from * unit,
    end: START + to * unit,
  });

describe('the totals of a period', () => {
  it('by account: per server in full, and once as distinct', async () => {
    const { app, record, summary } = await setUpSummary();
    await record(1, { accId: ANA });
    await record(1, { accId: BO });
    app.clock.advance(30 * MINUTE);
    await record(2, { accId: ANA });
    app.clock.advance(30 * MINUTE);
    for (const [server, accId] of [
      [1, ANA],
      [2, ANA],
      [1, BO],
    ] as const) {
      await record(server, { accId, forceStop: true });
    }
    const answer = await summary({ ...period, groupBy: 'account' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      success: true,
      data: {
        items: [
          {
            accId: ANA,
            name: null,
            seconds: 5400,
            hours: 1.5,
            confirmedSeconds: 5400,
            unconfirmedSeconds: 0,
            watchedSeconds: 0,
            sessions: 2,
            distinctSeconds: 3600,
          },
          {
            accId: BO,
            name: null,
            seconds: 3600,
            hours: 1,
            confirmedSeconds: 3600,
            unconfirmedSeconds: 0,
            watchedSeconds: 0,
            sessions: 1,
            distinctSeconds: 3600,
          },
        ],
        nextCursor: null,
        from: '2026-04-15T00:00:00.000Z',
        to: '2026-04-16T00:00:00.000Z',
        timezone: 'UTC',
      },
      meta: { timestamp: '2026-04-15T01:00:00.000Z', path: SUMMARY },
    });
    expect(await summary(period).then(items)).toEqual(items(answer));
  });

  it('by server, and of one account or one server', async () => {
    const { id, summary } = await setUpSummary();
    await store(id, [
      { account: ANA, server: 1, start: START, end: START + HOUR },
      { account: ANA, server: 20, start: START, end: START + 3 * HOUR },
      { account: BO, server: 3, start: START, end: START + HOUR },
    ]);
    const total = { confirmedSeconds: 3600, unconfirmedSeconds: 0, watchedSeconds: 0, sessions: 1 };
    expect(bare(await summary({ ...period, groupBy: 'server' }))).toEqual([
      {
        serverId: 20,
        seconds: 10_800,
        confirmedSeconds: 10_800,
        unconfirmedSeconds: 0,
        watchedSeconds: 0,
        sessions: 1,
      },
      { serverId: 1, seconds: 3600, ...total },
      { serverId: 3, seconds: 3600, ...total },
    ]);
    expect(bare(await summary({ ...period, groupBy: 'server', accId: BO }))).toEqual([
      { serverId: 3, seconds: 3600, ...total },
    ]);
    expect(bare(await summary({ ...period, serverId: 1 }))).toEqual([
      { accId: ANA, seconds: 3600, ...total, distinctSeconds: 3600 },
    ]);
  });

  it('by day, cut at midnight of the time zone, through a change of the clocks', async () => {
    const { id, summary } = await setUpSummary({ timezone: 'Europe/Madrid' });
    const start = Date.parse('2026-03-28T21:00:00Z');
    await store(id, [{ account: ANA, server: 1, start, end: start + 27 * HOUR }]);
    const days = { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z', groupBy: 'day' };
    const total = (seconds: number) => ({
      seconds,
      confirmedSeconds: seconds,
      unconfirmedSeconds: 0,
      watchedSeconds: 0,
      sessions: 1,
    });
    const madrid = [
      { day: '2026-03-29', ...total(23 * 3600) },
      { day: '2026-03-28', ...total(2 * 3600) },
      { day: '2026-03-30', ...total(2 * 3600) },
    ];
    expect(bare(await summary(days))).toEqual(madrid);
    expect(bare(await summary({ ...days, timezone: 'UTC' }))).toEqual([
      { day: '2026-03-29', ...total(24 * 3600) },
      { day: '2026-03-28', ...total(3 * 3600) },
    ]);
  });

  it('by hour, with the hour that comes twice told apart', async () => {
    const start = Date.parse('2026-10-24T23:45:00Z');
    const { id, summary } = await setUpSummary({}, start + 24 * HOUR);
    await store(id, [
      { account: ANA, server: 1, start, end: start + 2.5 * HOUR, lastSeen: start, kind: 'auto_closed' },
    ]);
    const answer = await summary({
      from: '2026-10-24T00:00:00+02:00',
      to: '2026-10-26T00:00:00+01:00',
      groupBy: 'hour',
      timezone: 'Europe/Madrid',
    });
    const total = (seconds: number) => ({
      seconds,
      confirmedSeconds: 0,
      unconfirmedSeconds: seconds,
      watchedSeconds: 0,
      sessions: 1,
    });
    expect(bare(answer)).toEqual([
      { hour: '2026-10-25T02:00:00.000+01:00', ...total(3600) },
      { hour: '2026-10-25T02:00:00.000+02:00', ...total(3600) },
      { hour: '2026-10-25T01:00:00.000+02:00', ...total(900) },
      { hour: '2026-10-25T03:00:00.000+01:00', ...total(900) },
    ]);
  });

  it('clips sessions to the period, and takes in those that began before it', async () => {
    const { id, summary } = await setUpSummary();
    await store(id, [
      { account: ANA, server: 1, start: START - HOUR, end: START + HOUR },
      { account: ANA, server: 2, start: START - 400 * 24 * HOUR, end: START + HOUR },
      { account: ANA, server: 3, start: START + 23 * HOUR, end: START + 30 * HOUR },
      { account: ANA, server: 4, start: START - HOUR, end: START },
      { account: ANA, server: 5, start: START + 24 * HOUR, end: START + 25 * HOUR },
      { account: ANA, server: 6, start: START - 2 * HOUR, end: null, lastSeen: START + 30 * MINUTE },
      { account: ANA, server: 7, start: START - 2 * HOUR, end: null, lastSeen: START - HOUR },
    ]);
    const answer = await summary({ ...period, groupBy: 'server' });
    expect(bare(answer).map((item: Record<string, number>) => [item.serverId, item.seconds])).toEqual([
      [1, 3600],
      [2, 3600],
      [3, 3600],
      [6, 1800],
    ]);
    expect(bare(await summary(period))).toMatchObject([
      { seconds: 12_600, sessions: 4, distinctSeconds: 7200 },
    ]);
  });

  it('leaves cleared and voided sessions out, tells unconfirmed time apart, counts open ones until last seen', async () => {
    const { id, summary } = await setUpSummary();
    const end = START + HOUR;
    await store(id, [
      { account: ANA, server: 1, start: START, end, kind: 'stopped' },
      { account: ANA, server: 1, start: START, end, lastSeen: START + 10 * MINUTE, kind: 'server_reset' },
      { account: ANA, server: 1, start: START, end, lastSeen: START + 30 * MINUTE, kind: 'auto_closed' },
      { account: ANA, server: 1, start: START, end, kind: 'superseded' },
      { account: ANA, server: 1, start: START, end: null, lastSeen: START + 10 * MINUTE },
      { account: ANA, server: 1, start: START, end, kind: 'cleared' },
      { account: ANA, server: 1, start: START, end, voided: true },
    ]);
    expect(bare(await summary(period))).toEqual([
      {
        accId: ANA,
        seconds: 15_000,
        confirmedSeconds: 10_200,
        unconfirmedSeconds: 4800,
        watchedSeconds: 1200,
        sessions: 5,
        distinctSeconds: 3600,
      },
    ]);
  });

  it('counts an open session until the newest roster that lists it', async () => {
    const { app, key, record, summary } = await setUpSummary();
    const roster = () =>
      app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts: [{ accId: ANA }] } });
    await record(2, { accId: BO });
    await roster();
    for (let minute = 0; minute < 3; minute++) {
      app.clock.advance(MINUTE);
      await roster();
    }
    app.clock.advance(HOUR);
    expect(bare(await summary(period))).toMatchObject([
      { accId: ANA, seconds: 180, sessions: 1 },
      { accId: BO, seconds: 0, sessions: 1 },
    ]);
    const later = { from: '2026-04-15T00:02:00Z', to: period.to };
    expect(bare(await summary(later))).toMatchObject([{ accId: ANA, seconds: 60, sessions: 1 }]);
    expect(bare(await summary({ ...later, serverId: 2 }))).toEqual([]);
  });

  it('counts time once as distinct, however sessions overlap', async () => {
    const { id, summary } = await setUpSummary();
    const session = sessionsIn(HOUR);
    // A long one, one within it, one that overlaps its end, one that touches that one, and one on its own.
    await store(id, [
      session(1, 0, 3),
      session(2, 1, 2),
      session(3, 2.5, 4),
      session(4, 4, 5),
      session(5, 7, 8),
    ]);
    // Of all accounts and of one, whose sessions are read in another way.
    for (const filter of [{}, { accId: ANA }]) {
      const items = bare(await summary({ ...period, ...filter }));
      expect(items).toMatchObject([{ seconds: 27_000, distinctSeconds: 21_600 }]);
    }
  });

  it('counts time once as distinct where somebody is on fifty servers at once', async () => {
    const { id, summary } = await setUpSummary();
    // Each a minute later than the one before, all for three hours; and one that began before the period.
    const session = (server: number): Stored => ({
      account: ANA,
      server,
      start: START + server * MINUTE,
      end: START + server * MINUTE + 3 * HOUR,
    });
    await store(id, [
      { account: ANA, server: 99, start: START - 2 * HOUR, end: START + HOUR },
      ...Array.from({ length: 50 }, (_, index) => session(index + 1)),
      { account: BO, server: 1, start: START, end: START + HOUR },
    ]);
    expect(bare(await summary(period))).toMatchObject([
      { accId: ANA, seconds: 50 * 10_800 + 3600, distinctSeconds: 230 * 60 },
      { accId: BO, seconds: 3600, distinctSeconds: 3600 },
    ]);
    const hours = bare(await summary({ ...period, groupBy: 'account,hour', accId: ANA, order: 'time' }));
    expect(hours.map((item: Record<string, unknown>) => item.distinctSeconds)).toEqual([
      3600,
      3600,
      3600,
      50 * 60,
    ]);
  });

  it('counts time once as distinct where one of many sessions spans all before the last', async () => {
    const { id, summary } = await setUpSummary();
    const session = sessionsIn(MINUTE);
    // Four hours; within them forty, each within the one before; and behind those another one.
    await store(id, [
      session(1, 0, 240),
      ...Array.from({ length: 40 }, (_, index) => session(index + 2, 1 + index / 2, 61 - index / 2)),
      session(99, 120, 150),
    ]);
    const seconds = (240 + (40 * (60 + 21)) / 2 + 30) * 60;
    for (const filter of [{}, { accId: ANA }]) {
      expect(bare(await summary({ ...period, ...filter }))).toMatchObject([
        { seconds, distinctSeconds: 240 * 60 },
      ]);
    }
  });

  it('counts a session without a length, in the hour of its start', async () => {
    const { id, summary } = await setUpSummary();
    await store(id, [{ account: ANA, server: 1, start: START + HOUR, end: START + HOUR }]);
    const nothing = {
      seconds: 0,
      confirmedSeconds: 0,
      unconfirmedSeconds: 0,
      watchedSeconds: 0,
      sessions: 1,
    };
    expect(bare(await summary({ ...period, groupBy: 'hour' }))).toEqual([
      { hour: '2026-04-15T01:00:00.000+00:00', ...nothing },
    ]);
    expect(bare(await summary(period))).toEqual([{ accId: ANA, ...nothing, distinctSeconds: 0 }]);
  });

  it('is the leaderboard: most time first, page by page', async () => {
    const { id, summary } = await setUpSummary();
    const account = (n: number) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;
    await store(
      id,
      Array.from({ length: 25 }, (_, n) => ({
        account: account(n),
        server: 1,
        start: START,
        // Ranks with several accounts, to be put in the order of their ids.
        end: START + (1 + (n % 4)) * MINUTE,
      })),
    );
    const whole = items(await summary(period));
    expect(whole.map((item: Record<string, unknown>) => item.seconds)).toEqual(
      [240, 180, 120, 60].flatMap((seconds) => Array(seconds === 60 ? 7 : 6).fill(seconds)),
    );
    const seen = [];
    for (let cursor = ''; ; ) {
      const { body } = await summary({ ...period, limit: 4, ...(cursor && { cursor }) });
      expect(body.data.items.length).toBeLessThanOrEqual(4);
      seen.push(...body.data.items);
      if (body.data.nextCursor === null) break;
      cursor = body.data.nextCursor;
    }
    expect(seen).toEqual(whole);
    const { body } = await summary({ ...period, limit: 4 });
    const elsewhere = await summary({ ...period, serverId: 1, cursor: body.data.nextCursor });
    expect([elsewhere.status, elsewhere.body.code]).toEqual([400, 'INVALID_CURSOR']);
  });

  it("knows a merged account by either id, an erased one by its bare id, and never another community's", async () => {
    const { app, key, record, summary } = await setUpSummary();
    const other = await setUpSummary();
    for (const accId of [ANA, BO]) {
      await record(1, { accId });
      app.clock.advance(HOUR);
      await record(1, { accId });
    }
    await app.post(`/v2/community/accounts/${BO}/merge`, { key, body: { into: ANA } });
    const byOld = await summary({ ...period, accId: BO });
    expect(bare(byOld)).toMatchObject([{ accId: ANA, seconds: 7200, sessions: 2 }]);
    await app.delete(`/v2/community/accounts/${ANA}`, { key });
    expect(bare(await summary({ ...period, accId: ANA }))).toEqual(bare(byOld));
    expect(bare(await other.summary(period))).toEqual([]);
  });
});

describe('bad input', () => {
  const { from, to } = period;
  it.each([
    [{ to }, 'from', 'is required'],
    [{ from }, 'to', 'is required'],
    [{ from: to, to: from }, 'to', 'must be after from'],
    [{ from, to: from }, 'to', 'must be after from'],
    [{ from: '2025-04-13T00:00:00Z', to }, 'to', 'must be at most 366 days after from'],
    [
      { from: '2026-04-31', to },
      'from',
      'must be a day, such as 2026-11-16, or an ISO 8601 date-time with an offset',
    ],
    [
      { ...period, groupBy: 'year' },
      'groupBy',
      'must be one or two different ones of account, server, day, week, month, hour, weekday-hour, with a comma between',
    ],
    [
      { ...period, timezone: 'Europe/Atlantis' },
      'timezone',
      'must be an IANA time zone, such as Europe/Madrid',
    ],
    [{ ...period, accId: 'x' }, 'accId', 'must be a UUID (8-4-4-4-12 hexadecimal digits)'],
    [{ ...period, serverId: '0' }, 'serverId', 'must be an integer of at least 1'],
    [{ ...period, limit: '5001' }, 'limit', 'must be an integer from 1 to 5000'],
  ])('%j: 400', async (query, path, message) => {
    const { summary } = await setUpSummary();
    const { status, body } = await summary(query);
    expect([status, body.errors]).toEqual([400, [{ path, message }]]);
  });

  it.each([
    ['0000-01-01T00:00:00Z', '0000-06-01T00:00:00Z'],
    ['1969-12-31T00:00:00Z', '1970-01-02T00:00:00Z'],
    ['9999-06-01T00:00:00Z', '9999-12-31T23:59:59Z'],
    ['2026-04-15T00:00:00Z', '2027-04-15T00:00:00Z'],
  ])('a period from %s to %s is a period, if an empty one', async (start, end) => {
    const { summary } = await setUpSummary();
    for (const groupBy of ['account', 'day', 'hour']) {
      const answer = await summary({ from: start, to: end, groupBy, timezone: 'Pacific/Kiritimati' });
      expect([answer.status, bare(answer)]).toEqual([200, []]);
    }
  });
});
