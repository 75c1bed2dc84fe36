import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { Harness, START } from '../harness.ts';
import { atScale } from '../scale.ts';

/** What pages of history cost at many sessions: those of two servers in turn, and one of a third at the far end. */
const SESSIONS = atScale({ full: 200_000, small: 100_000 });
const WALK = 5000;

const app = new Harness();
let key: string;
const accountId = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const measure = async (query: string, headers: Record<string, string> = {}) => {
  await app.get('/v2/community/settings', { key });
  const cost = await app.measure(() => app.get(`/v2/community/activity${query}`, { key, headers }));
  expect(cost.result.status).toBe(200);
  return { ...cost, data: cost.result.body?.data, text: cost.result.text };
};

beforeAll(async () => {
  const community = await app.community();
  key = community.key;
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?3 - 1)
     INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind)
     SELECT ?1, ?2 - i * 1000, printf('s-%06d', i), iif(i = ?3 - 1, 3, i % 2 + 1),
       printf('00000000-0000-7000-8000-%012d', i % (?3 / 200)), ?2 - i * 1000, ?2 - i * 1000 + 500, 'stopped'
     FROM n`,
  )
    .bind(community.rowId, START - 86_400_000, SESSIONS)
    .run();
}, 60_000);

describe('a page of 50 costs what it shows', () => {
  it.each([
    ['all', ''],
    ['an account', `&accId=${accountId(7)}`],
    ['a period', `&from=2026-04-13T00:00:00Z&to=2026-04-13T12:00:00Z`],
    ['a busy server', '&serverId=2'],
    ['an account on a server', `&accId=${accountId(7)}&serverId=2`],
    ['closed ones', '&status=closed'],
  ])('%s, at any depth', async (_, filter) => {
    const first = await measure(`?limit=50${filter}`);
    const second = await measure(`?limit=50${filter}&cursor=${first.data.nextCursor}`);
    for (const { data, trips, rowsRead, rowsWritten } of [first, second]) {
      expect(data.items).toHaveLength(50);
      expect(trips).toBe(1);
      expect(rowsRead).toBeLessThanOrEqual(2 * 2 * 51 + 3);
      expect(rowsWritten).toBe(0);
    }
  });
});

describe('a filter without an index', () => {
  it('looks through a bounded number of sessions a page, and finds the last of them', async () => {
    let cursor = '';
    let pages = 0;
    for (;;) {
      const { data, trips, rowsRead } = await measure(`?limit=50&serverId=3${cursor && `&cursor=${cursor}`}`);
      pages++;
      expect(trips).toBeLessThanOrEqual(2);
      expect(rowsRead).toBeLessThanOrEqual(3 * WALK + 10);
      if (data.items.length > 0) {
        expect(data.items[0].serverId).toBe(3);
        break;
      }
      expect(data.nextCursor).not.toBeNull();
      cursor = data.nextCursor;
    }
    expect(pages).toBe(SESSIONS / WALK);
  });
});

it('a name that 1000 people have is refused without a look at all of them', async () => {
  const { key } = await app.community();
  const accounts = Array.from({ length: 1000 }, (_, n) => ({ discord: `d${n}`, username: 'Player' }));
  const roster = await app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts } });
  expect(roster.body.data.started).toHaveLength(1000);
  const ask = () => app.get('/v2/community/activity?username=Player', { key });
  await ask();
  const { result, rowsRead } = await app.measure(ask);
  expect([result.status, result.body.code]).toEqual([409, 'NAME_AMBIGUOUS']);
  expect(rowsRead).toBeLessThanOrEqual(20);
});

describe('who is on', () => {
  it('reads all who are, and more only of those it shows', async () => {
    const community = await app.community();
    await env.DB.batch([
      env.DB.prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
         INSERT INTO accounts (community_id, id, created_at, joined_as, name)
         SELECT ?1, printf('on-%03d', i), ?2, 'n', 'n' FROM n`,
      ).bind(community.rowId, START),
      env.DB.prepare(
        `INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
         SELECT community_id, 'discord', id, id, created_at FROM accounts WHERE community_id = ?1`,
      ).bind(community.rowId),
      env.DB.prepare(
        `INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at)
         SELECT community_id, created_at, 's-' || id, 1, id, created_at FROM accounts WHERE community_id = ?1`,
      ).bind(community.rowId),
    ]);
    await app.get('/v2/community/settings', { key: community.key });
    const { result, rowsRead } = await app.measure(() =>
      app.get('/v2/community/activity?status=open&limit=20', { key: community.key }),
    );
    expect(result.body.data.items.map(({ id }: { id: string }) => id).slice(0, 2)).toEqual([
      's-on-600',
      's-on-599',
    ]);
    expect(rowsRead).toBeLessThanOrEqual(2 * 600 + 5 * 21);
    const without = await app.measure(() =>
      app.get('/v2/community/activity?status=open&limit=1000&includeIdentifiers=false', {
        key: community.key,
      }),
    );
    expect(without.result.body.data.items).toHaveLength(600);
    // Each is read and sorted, with its name and its server.
    expect(without.rowsRead).toBeLessThanOrEqual(4 * 600);
  });
});

describe('an export', () => {
  it('streams all in few trips', async () => {
    const { text, trips } = await measure('?from=2026-04-13T00:00:00Z', { Accept: 'text/csv' });
    const lines = text.split('\r\n').length - 2;
    expect(lines).toBe(86_401);
    // A page, and the names of who is on it.
    expect(trips).toBeLessThanOrEqual(2 * Math.ceil(lines / WALK) + 1);
  });
});

describe('sessions of every length, and some that are open', () => {
  const OPEN = 20;
  const REACHES = 22;
  const lengths = [
    4, 9, 14, 19, 29, 39, 59, 79, 119, 159, 239, 319, 479, 639, 959, 1279, 1919, 2879, 5759, 11_519, 46_079,
  ];

  it('a page reads what it shows, a row or two more of each reach, and who is on; one by its id no more', async () => {
    const { rowId: id, key } = await app.community();
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999)
       INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind)
       SELECT ?1, ?2 - i * 1000, printf('s-%06d', i), 1, 'a-' || i, ?2,
         iif(i % 250 = 0, NULL, ?2 - i * 1000 + (?3 ->> (i % 21)) * 60000), iif(i % 250 = 0, NULL, 'stopped')
       FROM n`,
    )
      .bind(id, START, JSON.stringify(lengths))
      .run();
    await app.get('/v2/community/settings', { key });
    const ids: string[] = [];
    for (let cursor = ''; ids.length < 500; ) {
      const { result, trips, rowsRead } = await app.measure(() =>
        app.get(`/v2/community/activity?limit=50${cursor}`, { key }),
      );
      expect(trips).toBe(1);
      expect(rowsRead).toBeLessThanOrEqual(2 * 51 + 2 * REACHES + 2 * OPEN + 3);
      ids.push(...result.body.data.items.map(({ id }: { id: string }) => id));
      cursor = `&cursor=${result.body.data.nextCursor}`;
    }
    expect(ids).toEqual(Array.from({ length: 500 }, (_, i) => `s-${String(i).padStart(6, '0')}`));

    const { body } = await app.post('/v2/community/servers/1/activity', { key, body: { username: 'ana' } });
    await app.post('/v2/community/servers/1/activity', { key, body: { username: 'ana' } });
    const one = await app.measure(() => app.get(`/v2/community/activity/${body.data.id}`, { key }));
    expect(one.result.body.data.id).toBe(body.data.id);
    expect(one.rowsRead).toBeLessThanOrEqual(REACHES + OPEN + 8);
  });
});

describe('one session by its id', () => {
  it('reads it and its identifiers', async () => {
    const started = await app.post('/v2/community/servers/1/activity', {
      key,
      body: { username: 'ana', forceStart: true },
    });
    const { trips, rowsRead } = await measure(`/${started.body.data.id}`);
    expect(trips).toBe(1);
    expect(rowsRead).toBeLessThanOrEqual(8);
  });
});
