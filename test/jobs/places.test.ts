import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { atPlace } from '../../src/core/places.ts';
import { withBudget } from '../../src/core/with-budget.ts';
import { Budget } from '../../src/db/budget.ts';
import { CRONS } from '../../src/jobs/index.ts';
import { type Harness, START } from '../harness.ts';
import { DAY, HOUR, MINUTE, NIL } from '../helpers.ts';
import { awayDatabase, setUpPlaces } from '../places.ts';

const [OFTEN = '', HOURLY = ''] = CRONS;
const FIVE = 5 * MINUTE;
const DATABASES = [env.DB, env.SECOND_DB];

const first = awayDatabase(env.DB);
const second = awayDatabase(env.SECOND_DB);
const received: string[] = [];

let app: Harness;
beforeEach(async () => {
  first.away(false);
  second.away(false);
  received.length = 0;
  app = await setUpPlaces({
    first: first.database,
    second: second.database,
    overrides: {
      fetch: async (to) => {
        received.push(new URL(String(to instanceof Request ? to.url : to)).hostname);
        return new Response(null, { status: 204 });
      },
    },
  });
  for (const database of DATABASES) {
    await database.batch(
      ['sessions', 'webhook_messages', 'webhook_endpoints', 'log_entries', 'communities', 'job_runs'].map(
        (table) => database.prepare(`DELETE FROM ${table}`),
      ),
    );
  }
});

/** A community in each place. */
const communities = async (settings: Record<string, unknown> = {}) => [
  await app.community(settings, 0),
  await app.community(settings, 1),
];
const counts = (sql: string) =>
  Promise.all(DATABASES.map((database) => database.prepare(sql).first<number>('n')));
const ran = () => counts('SELECT count(*) AS n FROM job_runs');
const open = () => counts('SELECT count(*) AS n FROM sessions WHERE ended_at IS NULL');
const start = (key: string) =>
  app.post('/v2/community/servers/1/activity', { key, body: { accId: NIL, forceStart: true } });

describe('the jobs visit every place', () => {
  it('the sweep', async () => {
    for (const { key } of await communities()) await start(key);
    await app.cron(START + HOUR, OFTEN);
    expect(await open()).toEqual([1, 1]);
    await app.cron(START + 13 * HOUR, OFTEN);
    expect(await open()).toEqual([0, 0]);
    expect(await ran()).toEqual([1, 1]);
  });

  it('retention', async () => {
    for (const { key } of await communities({ logRetentionDays: 1 })) {
      const body = { platform: 'p', serial: 's', action_type: 'a' };
      await app.post('/api/v1/activity_log', { key, body });
    }
    const entries = () => counts('SELECT count(*) AS n FROM log_entries');
    await app.cron(START, HOURLY);
    expect(await entries()).toEqual([1, 1]);
    await app.cron(START + 3 * DAY, HOURLY);
    expect(await entries()).toEqual([0, 0]);
  });

  it('deliveries', async () => {
    for (const [place, { key }] of (await communities()).entries()) {
      const body = { url: `https://receiver-${place}.example.com/`, events: ['session.started'] };
      expect((await app.post('/v2/community/webhook-endpoints', { key, body })).status).toBe(201);
      app.clock.advance(31_000);
      await start(key);
    }
    await app.settled();
    // At once, after the answer, as ever.
    expect(received.sort()).toEqual(['receiver-0.example.com', 'receiver-1.example.com']);
    await counts("SELECT count(*) AS n FROM webhook_messages WHERE status = 'delivered'").then((done) =>
      expect(done).toEqual([1, 1]),
    );
    for (const database of DATABASES) {
      await database.exec("UPDATE webhook_messages SET status = 'pending', due_at = 0");
    }
    await app.cron(app.clock.now() + HOUR, OFTEN);
    expect(received.sort()).toEqual([
      'receiver-0.example.com',
      'receiver-0.example.com',
      'receiver-1.example.com',
      'receiver-1.example.com',
    ]);
  });
});

it.each([
  [0, first],
  [1, second],
])('place %d is away: the jobs go on at the other one, and catch up later', async (place, database) => {
  for (const { key } of await communities()) await start(key);
  database.away(true);
  // Both orders: each place is first once.
  for (const at of [START + 13 * HOUR, START + 13 * HOUR + FIVE]) await app.cron(at, OFTEN);
  const away = (whole: number, gone: number) => (place === 0 ? [gone, whole] : [whole, gone]);
  expect(await open()).toEqual(away(0, 1));
  expect(await ran()).toEqual(away(1, 0));
  const failed = app.logs.filter(({ event }) => event === 'job_failed');
  expect(failed.map((log) => log.place ?? 0)).toEqual([place, place, place, place]);
  database.away(false);
  await app.cron(START + 13 * HOUR + 2 * FIVE, OFTEN);
  expect(await open()).toEqual([0, 0]);
});

describe('the budget of one run', () => {
  it('is spent where the work is', () => {
    const there = atPlace(app.services, 1);
    expect(there && withBudget(there, new Budget({ statements: 1, requests: 1 })).db.place).toBe(1);
  });

  it.each(CRONS)('%s: an idle run costs at most 12 queries and 100 rows a place', async (cron) => {
    const cost = await app.measure(() => app.cron(START, cron));
    expect(await ran()).toEqual([1, 1]);
    expect(cost.statements).toBeLessThanOrEqual(24);
    expect(cost.rowsRead).toBeLessThanOrEqual(200);
  });

  it('is shared: a place with much to do leaves the other one its turn, and never more than its share', async () => {
    const [zero, one] = await communities();
    const fill = async (database: D1Database) => {
      // As many open sessions as a run can close in ten chunks.
      await database
        .prepare(
          `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
         INSERT INTO sessions (community_id, account_id, started_at, id, server_id, last_seen_at)
         SELECT (SELECT max(id) FROM communities), 'acc-' || i, ?1, 'ses-' || i, 1, ?1 FROM n`,
        )
        .bind(START)
        .run();
    };
    expect([zero, one].every(Boolean)).toBe(true);
    for (const database of DATABASES) await fill(database);
    const cost = await app.measure(() => app.cron(START + DAY, OFTEN));
    expect(cost.statements).toBeLessThanOrEqual(45);
    expect(await ran()).toEqual([1, 1]);
    const [left0 = 0, left1 = 0] = await open();
    expect(left0).toBeLessThan(9000);
    expect(left1).toBeLessThan(9000);
  });

  it('where it reaches one place only, the next run begins at the other one', async () => {
    app = await setUpPlaces({ vars: { MAX_STATEMENTS: '20' } });
    await app.cron(START, OFTEN);
    const once = await ran();
    expect(once.toSorted()).toEqual([0, 1]);
    await app.cron(START + FIVE, OFTEN);
    expect(await ran()).toEqual([1, 1]);
  });
});
