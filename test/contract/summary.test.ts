import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, Harness, START } from '../harness.ts';
import { HOUR, MINUTE, setUp } from '../helpers.ts';
import { CLOCK_CHANGES, wallClock, ZONES } from '../lib/wall-clock.ts';

const ANA = '11111111-1111-4111-8111-111111111111';
const BO = '22222222-2222-4222-8222-222222222222';
const SUMMARY = '/v2/community/activity/summary';

const setUpSummary = async (settings?: Record<string, unknown>, now = START) => {
  const { app, rowId: id, key, record: call } = await setUp(settings, { now });
  const record = (server: number, body: Record<string, unknown>) => call(body, server);
  const summary = (query: Record<string, string | number>) =>
    app.get(`${SUMMARY}?${new URLSearchParams(query as Record<string, string>)}`, { key });
  return { app, id, key, record, summary };
};

/** A session in the table, whatever its past. */
interface Stored {
  account: string;
  server: number;
  start: number;
  end: number | null;
  lastSeen?: number;
  kind?: string | null;
  voided?: boolean;
}
const store = (communityId: number, sessions: readonly Stored[]) =>
  env.DB.prepare(
    `INSERT INTO sessions (community_id, id, account_id, server_id, started_at, ended_at, last_seen_at, close_kind, voided_at)
     SELECT ?1, value ->> 'id', value ->> 'account', value ->> 'server', value ->> 'start', value ->> 'end',
       value ->> 'lastSeen', value ->> 'kind', value ->> 'voided' FROM json_each(?2)`,
  )
    .bind(
      communityId,
      JSON.stringify(
        sessions.map(({ account, server, start, end, lastSeen, kind, voided }) => ({
          id: crypto.randomUUID(),
          account,
          server,
          start,
          end,
          lastSeen: lastSeen ?? end ?? start,
          kind: end === null ? null : (kind ?? 'stopped'),
          voided: voided ? start : null,
        })),
      ),
    )
    .run();

const period = { from: '2026-04-15T00:00:00Z', to: '2026-04-16T00:00:00Z' };
const items = ({ body }: Answer) => body.data.items;

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
            seconds: 5400,
            confirmedSeconds: 5400,
            unconfirmedSeconds: 0,
            sessions: 2,
            distinctSeconds: 3600,
          },
          {
            accId: BO,
            seconds: 3600,
            confirmedSeconds: 3600,
            unconfirmedSeconds: 0,
            sessions: 1,
            distinctSeconds: 3600,
          },
        ],
        nextCursor: null,
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
    const total = { confirmedSeconds: 3600, unconfirmedSeconds: 0, sessions: 1 };
    expect(items(await summary({ ...period, groupBy: 'server' }))).toEqual([
      { serverId: 20, seconds: 10_800, confirmedSeconds: 10_800, unconfirmedSeconds: 0, sessions: 1 },
      { serverId: 1, seconds: 3600, ...total },
      { serverId: 3, seconds: 3600, ...total },
    ]);
    expect(items(await summary({ ...period, groupBy: 'server', accId: BO }))).toEqual([
      { serverId: 3, seconds: 3600, ...total },
    ]);
    expect(items(await summary({ ...period, serverId: 1 }))).toEqual([
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
      sessions: 1,
    });
    const madrid = [
      { day: '2026-03-29', ...total(23 * 3600) },
      { day: '2026-03-28', ...total(2 * 3600) },
      { day: '2026-03-30', ...total(2 * 3600) },
    ];
    expect(items(await summary(days))).toEqual(madrid);
    expect(items(await summary({ ...days, timezone: 'UTC' }))).toEqual([
      { day: '2026-03-29', ...total(24 * 3600) },
      { day: '2026-03-28', ...total(3 * 3600) },
    ]);
  });

  it('by hour, with the hour that comes twice told apart', async () => {
    const start = Date.parse('2026-10-24T23:45:00Z');
    const { id, summary } = await setUpSummary({}, start + 24 * HOUR);
    await store(id, [{ account: ANA, server: 1, start, end: start + 2.5 * HOUR, kind: 'auto_closed' }]);
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
      sessions: 1,
    });
    expect(items(answer)).toEqual([
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
    expect(items(answer).map((item: Record<string, number>) => [item.serverId, item.seconds])).toEqual([
      [1, 3600],
      [2, 3600],
      [3, 3600],
      [6, 1800],
    ]);
    expect(items(await summary(period))).toMatchObject([
      { seconds: 12_600, sessions: 4, distinctSeconds: 7200 },
    ]);
  });

  it('leaves cleared and voided sessions out, tells unconfirmed time apart, counts open ones until last seen', async () => {
    const { id, summary } = await setUpSummary();
    const end = START + HOUR;
    await store(id, [
      { account: ANA, server: 1, start: START, end, kind: 'stopped' },
      { account: ANA, server: 1, start: START, end, kind: 'server_reset' },
      { account: ANA, server: 1, start: START, end, kind: 'auto_closed' },
      { account: ANA, server: 1, start: START, end, kind: 'superseded' },
      { account: ANA, server: 1, start: START, end: null, lastSeen: START + 10 * MINUTE },
      { account: ANA, server: 1, start: START, end, kind: 'cleared' },
      { account: ANA, server: 1, start: START, end, voided: true },
    ]);
    expect(items(await summary(period))).toEqual([
      {
        accId: ANA,
        seconds: 15_000,
        confirmedSeconds: 7800,
        unconfirmedSeconds: 7200,
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
    expect(items(await summary(period))).toMatchObject([
      { accId: ANA, seconds: 180, sessions: 1 },
      { accId: BO, seconds: 0, sessions: 1 },
    ]);
    const later = { from: '2026-04-15T00:02:00Z', to: period.to };
    expect(items(await summary(later))).toMatchObject([{ accId: ANA, seconds: 60, sessions: 1 }]);
    expect(items(await summary({ ...later, serverId: 2 }))).toEqual([]);
  });

  it('counts time once as distinct, however sessions overlap', async () => {
    const { id, summary } = await setUpSummary();
    const session = (server: number, from: number, to: number) => ({
      account: ANA,
      server,
      start: START + from * HOUR,
      end: START + to * HOUR,
    });
    // A long one, one within it, one that overlaps its end, one that touches that one, and one on its own.
    await store(id, [
      session(1, 0, 3),
      session(2, 1, 2),
      session(3, 2.5, 4),
      session(4, 4, 5),
      session(5, 7, 8),
    ]);
    expect(items(await summary(period))).toMatchObject([{ seconds: 27_000, distinctSeconds: 21_600 }]);
  });

  it('counts a session without a length, in the hour of its start', async () => {
    const { id, summary } = await setUpSummary();
    await store(id, [{ account: ANA, server: 1, start: START + HOUR, end: START + HOUR }]);
    const nothing = { seconds: 0, confirmedSeconds: 0, unconfirmedSeconds: 0, sessions: 1 };
    expect(items(await summary({ ...period, groupBy: 'hour' }))).toEqual([
      { hour: '2026-04-15T01:00:00.000+00:00', ...nothing },
    ]);
    expect(items(await summary(period))).toEqual([{ accId: ANA, ...nothing, distinctSeconds: 0 }]);
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
    expect(items(byOld)).toMatchObject([{ accId: ANA, seconds: 7200, sessions: 2 }]);
    await app.delete(`/v2/community/accounts/${ANA}`, { key });
    expect(items(await summary({ ...period, accId: ANA }))).toEqual(items(byOld));
    expect(items(await other.summary(period))).toEqual([]);
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
      { from: '2026-04-15', to },
      'from',
      'must be an ISO 8601 date-time with an offset, such as 2026-04-15T00:00:00Z',
    ],
    [{ ...period, groupBy: 'week' }, 'groupBy', 'must be one of account, server, day, hour'],
    [
      { ...period, timezone: 'Europe/Atlantis' },
      'timezone',
      'must be an IANA time zone, such as Europe/Madrid',
    ],
    [{ ...period, accId: 'x' }, 'accId', 'must be a UUID (8-4-4-4-12 hexadecimal digits)'],
    [{ ...period, serverId: '0' }, 'serverId', 'must be an integer of at least 1'],
    [{ ...period, limit: '1001' }, 'limit', 'must be an integer from 1 to 1000'],
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
      expect([answer.status, items(answer)]).toEqual([200, []]);
    }
  });
});

describe('against a model that counts minute by minute', () => {
  const ACCOUNTS = [ANA, BO];
  const minutes = (max: number) => fc.integer({ min: 0, max });
  const session = fc.record({
    account: fc.constantFrom(...ACCOUNTS),
    server: fc.constantFrom(1, 2, 3),
    // In minutes before the middle of the period, and as long as any step of the reach.
    before: fc.oneof(fc.integer({ min: -2000, max: 4000 }), fc.integer({ min: -2000, max: 100_000 })),
    length: fc.oneof(
      minutes(90),
      minutes(3000),
      fc.constantFrom(5, 10, 60, 61, 1280, 1281, 46_080, 46_081, 100_000),
    ),
    kind: fc.constantFrom('stopped', 'auto_closed', 'superseded', 'server_reset', 'cleared', null),
    voided: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });

  it('every grouping, zone, filter and period adds up', async () => {
    const app = new Harness({ now: Date.parse('2030-01-01T00:00:00Z') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(session, { maxLength: 12 }),
        fc.constantFrom(...CLOCK_CHANGES),
        fc.constantFrom(...ZONES),
        fc.constantFrom('account', 'server', 'day', 'hour'),
        minutes(1500),
        fc.integer({ min: 1, max: 1600 }),
        fc.constantFrom(undefined, ANA),
        fc.constantFrom(undefined, 2),
        async (drawn, middle, zone, groupBy, before, length, accId, serverId) => {
          const { rowId: id, key } = await app.community({ timezone: zone });
          const from = middle - before * MINUTE;
          const to = from + length * MINUTE;
          const open = new Set<string>();
          const sessions = drawn.flatMap(({ before, length, kind, ...rest }): Stored[] => {
            const start = middle - before * MINUTE;
            const end = start + length * MINUTE;
            const place = `${rest.account} ${rest.server}`;
            if (kind !== null) return [{ ...rest, start, end, kind }];
            if (open.has(place)) return [];
            open.add(place);
            return [{ ...rest, start, end: null, lastSeen: end }];
          });
          await store(id, sessions);

          const label = groupBy === 'day' || groupBy === 'hour' ? wallClock(zone, groupBy) : undefined;
          const model = new Map<string | number, Record<string, unknown> & { seconds: number }>();
          const covered = new Set<string>();
          for (const { account, server, start, end, lastSeen, kind, voided } of sessions) {
            if (kind === 'cleared' || voided) continue;
            if ((accId && account !== accId) || (serverId && server !== serverId)) continue;
            const until = end ?? (lastSeen as number);
            const touched = new Set<unknown>();
            const add = (minute: number, seconds: number) => {
              const name = label?.(minute) ?? (groupBy === 'account' ? account : server);
              const total = model.get(name) ?? { seconds: 0, unconfirmed: 0, sessions: 0, distinct: 0 };
              model.set(name, total);
              total.seconds += seconds;
              if (kind === 'auto_closed' || kind === 'superseded') (total.unconfirmed as number) += seconds;
              if (!touched.has(name)) (total.sessions as number) += 1;
              if (!covered.has(`${account} ${minute}`)) (total.distinct as number) += seconds;
              touched.add(name);
              if (seconds > 0) covered.add(`${account} ${minute}`);
            };
            if (start === until && start >= from && start < to) add(start, 0);
            for (let minute = Math.max(start, from); minute < Math.min(until, to); minute += MINUTE) {
              add(minute, 60);
            }
          }
          const expected = [...model]
            .map(([name, { seconds, unconfirmed, sessions, distinct }]) => ({
              [{ account: 'accId', server: 'serverId', day: 'day', hour: 'hour' }[groupBy] as string]: name,
              seconds,
              confirmedSeconds: seconds - (unconfirmed as number),
              unconfirmedSeconds: unconfirmed,
              sessions,
              ...(groupBy === 'account' && { distinctSeconds: distinct }),
              name,
            }))
            .sort((a, b) => b.seconds - a.seconds || (a.name < b.name ? -1 : 1))
            .map(({ name, ...item }) => item);

          const query = new URLSearchParams({
            from: new Date(from).toISOString(),
            to: new Date(to).toISOString(),
            groupBy,
            limit: '1000',
            ...(accId && { accId }),
            ...(serverId && { serverId: String(serverId) }),
          });
          const answer = await app.get(`${SUMMARY}?${query}`, { key });
          expect(items(answer)).toEqual(expected);
        },
      ),
      { numRuns: 80 },
    );
  }, 60_000);
});

describe('cost', () => {
  it('a month of 100,000 sessions: those and at most 100 rows are read, whatever else there is', async () => {
    const { app, id, summary } = await setUpSummary();
    const from = Date.parse('2026-03-01T00:00:00Z');
    const to = from + 30 * 24 * HOUR;
    const SESSIONS = 100_000;
    const step = (to - from) / SESSIONS;
    // As many before the month and half as many behind it, from one minute to four hours long.
    const length = '60000 + (n * 7919 % 240) * 60000';
    await env.DB.prepare(
      `WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 249999)
       INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind)
       SELECT ?1, ?2 + (n - 100000) * ?3, printf('%08x-0000-4000-8000-000000000000', n), n % 20 + 1,
         printf('%08x-0000-4000-8000-000000000000', n * 7907 % 3000), ?2 + (n - 100000) * ?3,
         ?2 + (n - 100000) * ?3 + ${length}, CASE WHEN n % 10 = 0 THEN 'auto_closed' ELSE 'stopped' END FROM n`,
    )
      .bind(id, from, step)
      .run();
    const month = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const counted = await env.DB.prepare(
      'SELECT count(*) AS n FROM sessions WHERE community_id = ? AND started_at < ? AND ended_at > ?',
    )
      .bind(id, to, from)
      .first<number>('n');
    expect(counted).toBeGreaterThan(SESSIONS + 200);
    await summary({ ...month, limit: 1 });
    for (const groupBy of ['account', 'server', 'day', 'hour']) {
      const cost = await app.measure(() => summary({ ...month, groupBy, timezone: 'Europe/Madrid' }));
      expect(cost.result.status).toBe(200);
      expect(cost.rowsRead, groupBy).toBeLessThanOrEqual((counted as number) + 100);
      expect(cost.rowsWritten).toBe(0);
      expect(cost.trips).toBeLessThanOrEqual(7);
    }
    const total = await summary({ ...month, groupBy: 'server' });
    const sum = items(total).reduce((all: number, item: { sessions: number }) => all + item.sessions, 0);
    expect(sum).toBe(counted);
  }, 60_000);
});
