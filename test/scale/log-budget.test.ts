import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { Harness } from '../harness.ts';
import { atScale } from '../scale.ts';

/** The budgets of docs/guarantees.md, at a million entries of one community beside a tenth as many of another. In small, more than a run of the job removes. */
const ENTRIES = atScale({ full: 1_000_000, small: 120_000 });
const OTHER_ENTRIES = ENTRIES / 10;
const CHUNK = 250_000;
const LOGS = '/api/v1/activity_log';
/** The oldest entry's second; there are two entries in each. */
const BASE = 1_775_000_000;
const DAY_SECONDS = 86_400;

const app = new Harness();
let key: string;
let communityId: number;

/**
 * 1000 devices; 3 platforms of 60, 30 and 10 %, and 12 action types of falling frequency, in no order. One pair is
 * rare: 40 entries, and all of them among the oldest.
 */
const seed = async (id: number, entries: number): Promise<void> => {
  for (let from = 0; from < entries; from += CHUNK) {
    await env.DB.prepare(
      `INSERT INTO log_entries
         (community_id, generation, id, platform, serial, action_type, action_detail, username)
       WITH RECURSIVE n (i) AS (
         SELECT CAST(?2 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < CAST(?3 AS INTEGER)),
       spread AS (
         SELECT i, (i * 2654435761 >> 7) & 1023 AS p, ((i * 2654435761 >> 7) * 37) & 1023 AS a,
           (i * 40503 >> 3) % 1000 AS device, i < 40000 AND i % 1000 = 7 AS is_rare
         FROM n)
       SELECT ?1, 0, ((CAST(?4 AS INTEGER) + i / 2) << 20) + i % 2,
         CASE WHEN is_rare THEN 'threads' WHEN p < 614 THEN 'tiktok' WHEN p < 921 THEN 'instagram'
           ELSE 'youtube' END,
         'device_' || device,
         CASE WHEN is_rare THEN 'story' ELSE 'action_' || (12 * a * a / 1048576) END,
         'Published video ' || i, 'user_' || (i % 5000)
       FROM spread`,
    )
      .bind(id, from, Math.min(from + CHUNK, entries), BASE)
      .run();
  }
  await env.DB.prepare(
    `INSERT INTO log_counters (community_id, action_type, platform, count)
     SELECT community_id, action_type, platform, COUNT(*)
     FROM log_entries WHERE community_id = ? GROUP BY 1, 2, 3`,
  )
    .bind(id)
    .run();
};

const measure = (method: string, path: string, body?: unknown) =>
  app.measure(() => app.request(method, `${LOGS}${path}`, { key, ...(body !== undefined && { body }) }));

const warmUp = () => app.get(`${LOGS}?limit=1`, { key });

beforeAll(async () => {
  ({ rowId: communityId, key } = await app.community());
  await seed(communityId, ENTRIES);
  await seed((await app.community()).rowId, OTHER_ENTRIES);
  await warmUp();
}, 180_000);

const SOME = 'device_5';

describe(`at ${ENTRIES} entries, with a warm credential`, () => {
  it.each([
    ['', 60, 50],
    [`serial=${SOME}`, 60, 50],
    ['action_type=action_3', 60, 50],
    ['action_type=action_11', 60, 50],
    ['platform=tiktok', 1300, 50],
    ['platform=youtube', 1300, 50],
    ['platform=tiktok&action_type=action_3', 60, 50],
    [`platform=tiktok&serial=${SOME}`, 1300, 50],
    [`serial=${SOME}&action_type=action_11`, 1300, atScale({ full: 44, small: 8 })],
    [`platform=youtube&serial=${SOME}&action_type=action_11`, 1300, atScale({ full: 5, small: 0 })],
    // Rare, and nothing at all.
    ['platform=threads', 1300, 40],
    ['action_type=story', 60, 40],
    ['platform=threads&action_type=story', 60, 40],
    ['platform=threads&action_type=action_3', 60, 0],
    [`serial=${SOME}&action_type=story`, 1300, 0],
    [`platform=threads&serial=${SOME}`, 1300, 0],
    ['platform=none', 60, 0],
    ['serial=none', 60, 0],
    ['action_type=none', 60, 0],
    [`serial=${SOME}&action_type=none`, 60, 0],
    // Within a time, and of a device's user.
    [`from=${BASE + 1000}&to=${BASE + 1099}`, 60, 50],
    [`platform=tiktok&to=${BASE + DAY_SECONDS}`, 1300, 50],
    [`serial=${SOME}&username=user_77`, 1300, 0],
  ])('list of 50, %s: one trip, at most %d rows read', async (query, budget, length) => {
    const { trips, rowsRead, rowsWritten, result } = await measure('GET', `?limit=50&${query}`);
    expect(result.status).toBe(200);
    expect(result.body.data).toHaveLength(length);
    expect(trips).toBe(1);
    expect(rowsRead).toBeLessThanOrEqual(budget);
    expect(rowsWritten).toBe(0);
  });

  it.each(['', 'action_type=action_3', 'platform=youtube'])(
    'a page at any depth by cursor, %s, costs what the first one does',
    async (query) => {
      const path = `?limit=50&${query}`;
      const first = await measure('GET', path);
      const atTheEnd = `${path}&to=${BASE + 10_000}`;
      const link = (await app.get(`${LOGS}${atTheEnd}`, { key })).headers.get('link') as string;
      const cursor = new URL(link.slice(1, link.indexOf('>'))).searchParams.get('cursor');
      const deep = await measure('GET', `${atTheEnd}&cursor=${cursor}`);
      expect(deep.result.body.data).toHaveLength(50);
      expect(deep.trips).toBe(1);
      expect(deep.rowsRead).toBeLessThanOrEqual(first.rowsRead + 5);
    },
  );

  it.each([
    ['', 100, ENTRIES],
    ['platform=tiktok', 100, atScale({ full: 599_584, small: 71_926 })],
    ['platform=threads', 100, 40],
    ['action_type=action_3', 100, atScale({ full: 78_121, small: 9364 })],
    ['platform=tiktok&action_type=action_3', 100, atScale({ full: 48_829, small: 5854 })],
    ['platform=threads&action_type=action_3', 100, 0],
    ['platform=none', 100, 0],
    ['serial=none', 100, 0],
    [`serial=${SOME}`, 1002, ENTRIES / 1000],
    [`platform=tiktok&serial=${SOME}`, 1002, atScale({ full: 607, small: 71 })],
    [`serial=${SOME}&action_type=action_11`, 1002, atScale({ full: 44, small: 8 })],
    [`platform=threads&serial=${SOME}&action_type=story`, 1002, 0],
  ])('count, %s: one trip, at most %d rows read', async (query, budget, count) => {
    const { trips, rowsRead, rowsWritten, result } = await measure('GET', `/count?${query}`);
    expect(result.body.data).toEqual({ count });
    expect(trips).toBe(1);
    expect(rowsRead).toBeLessThanOrEqual(budget);
    expect(rowsWritten).toBe(0);
  });

  const entry = {
    platform: 'tiktok',
    serial: SOME,
    action_type: 'post',
    action_detail: 'Published video successfully',
    username: 'user_1',
    timestamp: BASE + 777,
  };

  it.each([
    ['now', { ...entry, timestamp: undefined }],
    ['late', entry],
    ['of a new kind', { ...entry, platform: 'new' }],
  ])('append one entry, %s: one trip, at most 6 rows read and 4 written', async (_, body) => {
    const { trips, rowsRead, rowsWritten, result } = await measure('POST', '', body);
    expect(result.status).toBe(200);
    expect(trips).toBe(1);
    expect(rowsRead).toBeLessThanOrEqual(6);
    expect(rowsWritten).toBeLessThanOrEqual(4);
  });

  it('append one entry with an event_id: its index is a row more', async () => {
    const body = { ...entry, event_id: 'e' };
    const first = await measure('POST', '', body);
    expect([first.trips, first.rowsWritten]).toEqual([1, 5]);
    expect(first.rowsRead).toBeLessThanOrEqual(9);
    const again = await measure('POST', '', body);
    expect([again.trips, again.rowsWritten]).toEqual([1, 0]);
    expect(again.rowsRead).toBeLessThanOrEqual(10);
    expect(again.result.body).toEqual(first.result.body);
  });

  it.each([
    ['one second', () => entry],
    ['a second each', (n: number) => ({ ...entry, timestamp: BASE + n })],
  ])('append 1000 entries of %s: one trip, at most 6000 rows read and 3001 written', async (_, entryOf) => {
    const body = Array.from({ length: 1000 }, (_, n) => entryOf(n));
    const { trips, rowsRead, rowsWritten, result } = await measure('POST', '', body);
    expect(result.body.data.accepted).toBe(1000);
    expect(trips).toBe(1);
    expect(rowsRead).toBeLessThanOrEqual(6000);
    expect(rowsWritten).toBeLessThanOrEqual(3001);
  });

  it('delete one entry: one trip, at most 6 rows read and 5 written', async () => {
    for (const [id, status] of [
      [BASE * 2 ** 20, 200],
      [5, 404],
    ]) {
      const { trips, rowsRead, rowsWritten, result } = await measure('DELETE', `/${id}`);
      expect(result.status).toBe(status);
      expect(trips).toBe(1);
      expect(rowsRead).toBeLessThanOrEqual(6);
      expect(rowsWritten).toBeLessThanOrEqual(5);
    }
  });

  it('retention reads and writes in proportion to what it removes', async () => {
    const retain = (logRetentionDays: number | null) =>
      app.patch('/v2/community/settings', { key, body: { logRetentionDays } });
    const before = (await app.get(`${LOGS}/count`, { key })).body.data.count as number;
    await retain(1);
    app.clock.set((BASE + DAY_SECONDS + 5_000) * 1000);
    const { trips, rowsRead } = await app.measure(() => app.cron());
    const after = (await app.get(`${LOGS}/count`, { key })).body.data.count as number;
    const { body } = await app.get(`${LOGS}/count?from=0`, { key });
    await retain(null);
    expect(before - after).toBeGreaterThan(10_000);
    expect(body.data.count).toBe(after);
    expect(trips).toBeLessThanOrEqual(50);
    expect(rowsRead).toBeLessThanOrEqual(10 * (before - after));
  }, 30_000);
});

describe(`wiping ${ENTRIES} entries`, () => {
  it('takes one trip, and at most 100 rows read and written; nothing is seen after it', async () => {
    await warmUp();
    const { trips, rowsRead, rowsWritten, result } = await measure('DELETE', '/all');
    expect(result.status).toBe(200);
    expect(trips).toBe(1);
    expect(rowsRead).toBeLessThanOrEqual(100);
    expect(rowsWritten).toBeLessThanOrEqual(100);

    await warmUp();
    const late = { platform: 'tiktok', serial: SOME, action_type: 'action_3', timestamp: 5 };
    expect((await measure('POST', '', late)).rowsWritten).toBe(4);
    // The wiped rows, all of them newer, cost the reader nothing.
    for (const query of ['', `serial=${SOME}`, 'action_type=action_3', 'username=user_1', 'from=1']) {
      const list = await measure('GET', `?limit=50&${query}`);
      expect(list.result.body.data).toHaveLength(query.startsWith('username') ? 0 : 1);
      expect(list.rowsRead).toBeLessThanOrEqual(10);
    }
  });

  it('leaves the rows to the job, which removes 5000 in two trips, as many as its budget allows', async () => {
    const left = async () =>
      (await env.DB.prepare('SELECT COUNT(*) AS n FROM log_entries WHERE community_id = ?')
        .bind(communityId)
        .first('n')) as number;
    const before = await left();
    const { trips, rowsRead } = await app.measure(() => app.cron());
    const removed = before - (await left());
    expect(removed).toBeGreaterThanOrEqual(30_000);
    expect(removed % 5_000).toBe(0);
    expect(trips).toBeLessThanOrEqual(45);
    expect(rowsRead).toBeLessThanOrEqual(7 * removed);
    expect((await app.get(`${LOGS}/count`, { key })).body.data).toEqual({ count: 1 });
  }, 60_000);
});
