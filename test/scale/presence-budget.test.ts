import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { Harness, START } from '../harness.ts';
import { SECOND } from '../helpers.ts';

/** The budgets of heartbeats and rosters, at 100,000 closed sessions of the same accounts. */
const N = 500;
/**
 * The rows that a call reads however many accounts it names, as measured: a heartbeat, a roster of known names where all
 * stay; and what comes on top where names are looked up (their guards, the look for conflicts) and where somebody
 * comes or goes (the triggers of the view, which ask for closed periods and endpoints).
 */
const HEARTBEAT = 3;
const ROSTER = 9;
const NAMES = 6;
const CHANGES = 7;

const app = new Harness();
let key: string;
const names = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ discord: `d-${from + i}`, username: `player ${from + i}` }));

const measure = async (method: 'POST' | 'PUT', operation: string, accounts: unknown[], more = {}) => {
  // A warm credential.
  await app.get('/v2/community/settings', { key });
  const cost = await app.measure(() =>
    app.request(method, `/v2/community/servers/1/activity/${operation}`, {
      key,
      body: { accounts, ...more },
    }),
  );
  expect(cost.result.status).toBe(200);
  expect(cost.trips).toBe(1);
  return { ...cost, data: cost.result.body.data };
};
const heartbeat = (accounts: unknown[]) => measure('POST', 'heartbeat', accounts);
const roster = (accounts: unknown[], more?: Record<string, unknown>) =>
  measure('PUT', 'roster', accounts, more);

beforeAll(async () => {
  const community = await app.community();
  key = community.key;
  // Creates the accounts, and ends their sessions long ago.
  await roster(names(0, 2 * N));
  await roster([]);
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
     INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind)
     SELECT ?1, started_at - i * 3600000, id || i, server_id, account_id, started_at - i * 3600000 + 60000,
       started_at - i * 3600000 + 60000, 'stopped'
     FROM sessions, n WHERE community_id = ?1`,
  )
    .bind(community.rowId)
    .run();
  app.clock.set(START + 86_400 * SECOND);
}, 60_000);

describe('a roster of 500 in one trip', () => {
  it('who comes costs 10 rows read (its names, its latest session), 2 written: the session and the index of what is open', async () => {
    const cost = await roster(names(0, N));
    expect(cost.data.started).toHaveLength(N);
    expect(cost.rowsRead).toBeLessThanOrEqual(10 * N + ROSTER + NAMES + CHANGES);
    expect(cost.rowsWritten).toBeLessThanOrEqual(2 * N + 1);
  });

  it('who stays costs a row read, and no row written but the note of the roster', async () => {
    const written: number[] = [];
    const read: number[] = [];
    for (let minute = 0; minute < 6; minute++) {
      app.clock.advance(60 * SECOND);
      const cost = await roster(names(0, N));
      read.push(cost.rowsRead);
      written.push(cost.rowsWritten);
    }
    // Every five minutes the names are looked up again.
    const [most = 0, ...others] = read.toSorted((a, b) => b - a);
    expect(most).toBeLessThanOrEqual(3 * N + ROSTER + NAMES);
    for (const rows of others) expect(rows).toBeLessThanOrEqual(N + ROSTER);
    expect(written).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it.each([
    [1, 0],
    [0, 1],
    [1, 1],
    [20, 20],
    [60, 60],
  ])('%i gone and %i new: who stays costs 2 rows read, and each that changed some 16', async (gone, come) => {
    const known = (from: number, count: number) => names(2 * N + from, count);
    // All have been there, so that no account is made.
    await roster(known(0, N + come));
    await roster(known(0, N));
    app.clock.advance(60 * SECOND);
    const cost = await roster(known(gone, N - gone + come));
    expect(cost.data.started).toHaveLength(come);
    expect(cost.data.closed).toHaveLength(gone);
    expect(cost.rowsRead).toBeLessThanOrEqual(2 * N + 22 * come + 8 * gone + ROSTER + NAMES + CHANGES);
    await roster(names(0, N));
  });

  it('half of it gone and another half new: 12.5 rows read an account that is listed, 2 written an account that changed', async () => {
    app.clock.advance(60 * SECOND);
    const cost = await roster(names(N / 2, N));
    expect(cost.data.started).toHaveLength(N / 2);
    expect(cost.data.closed).toHaveLength(N / 2);
    expect(cost.rowsRead).toBeLessThanOrEqual(12.5 * N + ROSTER + NAMES + CHANGES);
    expect(cost.rowsWritten).toBeLessThanOrEqual(2 * N + 1);
  });

  it('who goes costs 8 rows read and 2 written: the session and the index of what is closed', async () => {
    app.clock.advance(60 * SECOND);
    const cost = await roster([]);
    expect(cost.data.closed).toHaveLength(N);
    expect(cost.rowsRead).toBeLessThanOrEqual(8 * N + ROSTER + CHANGES);
    expect(cost.rowsWritten).toBeLessThanOrEqual(2 * N + 1);
  });
});

describe('a roster whose names were not looked up lately', () => {
  it.each([100, 500, 1000])(
    'of %i reads 2 rows more for each of them, in as many statements',
    async (count) => {
      const put = () => roster(names(0, count), { observedAt: new Date(app.clock.now()).toISOString() });
      await put();
      app.clock.advance(60 * SECOND);
      const warm = await put();
      app.clock.advance(301 * SECOND);
      const cold = await put();
      expect(cold.data).toMatchObject({
        isApplied: true,
        open: count,
        started: [],
        closed: [],
        conflicts: [],
      });
      expect(cold.rowsRead - warm.rowsRead).toBeLessThanOrEqual(2 * count + NAMES);
      expect(cold.rowsWritten).toBe(1);
    },
  );
});

describe('a heartbeat of 500 in one trip', () => {
  it('3 rows read an account that was noted already, 4 one that is noted now; at most a row written', async () => {
    await roster(names(0, N));
    const costs: [number, number][] = [];
    for (let i = 0; i < 4; i++) {
      app.clock.advance(20 * SECOND);
      const cost = await heartbeat(names(0, N));
      expect(cost.data.results.every(({ status }: { status: string }) => status === 'seen')).toBe(true);
      costs.push([cost.rowsRead, cost.rowsWritten]);
    }
    expect(costs.map(([, written]) => written)).toEqual([0, N, 0, N]);
    for (const [read, written] of costs) expect(read).toBeLessThanOrEqual(3 * N + written + HEARTBEAT);
  });

  it('with somebody whom nobody knows looks up that name alone', async () => {
    app.clock.advance(20 * SECOND);
    const cost = await heartbeat([...names(0, N - 1), { discord: 'nobody' }]);
    expect(cost.data.results.at(-1).status).toBe('no_session');
    expect(cost.rowsRead).toBeLessThanOrEqual(3 * N + cost.rowsWritten + HEARTBEAT + NAMES);
  });

  it('of accounts without a session writes nothing but that the server is alive, and reads their sessions of the last day', async () => {
    await roster([]);
    app.clock.advance(86_400 * SECOND);
    // Warm names, too.
    await heartbeat(names(0, N));
    const cost = await heartbeat(names(0, N));
    expect(cost.rowsRead).toBeLessThanOrEqual(3 * N + HEARTBEAT);
    expect(cost.rowsWritten).toBeLessThanOrEqual(1);
  });
});
