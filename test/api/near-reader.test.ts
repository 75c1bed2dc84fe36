/** Reads by D1's Sessions API: what goes where, and how the bookmark travels. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { families } from '../../src/api/index.ts';
import { openDatabase } from '../../src/db/client.ts';
import { Harness } from '../harness.ts';
import { iso, NIL } from '../helpers.ts';

const BOOKMARK = '00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683';
const LATER = '00000085-0000024d-00004c6d-8e61117bf38d7adb71b934ebbf891683';

/** A D1 that notes what is asked of the database itself, and what of sessions, which are as new as `LATER`. */
const noting = (database: D1Database) => {
  const primary: string[] = [];
  const near: string[] = [];
  const sessions: (string | undefined)[] = [];
  const over = (of: Pick<D1Database, 'prepare' | 'batch'>, texts: string[]) => ({
    prepare: (text: string) => {
      texts.push(text);
      return of.prepare(text);
    },
    batch: (statements: D1PreparedStatement[]) => of.batch(statements),
  });
  const binding = {
    ...over(database, primary),
    withSession: (from?: string) => {
      sessions.push(from);
      return { ...over(database, near), getBookmark: () => LATER };
    },
  } as unknown as D1Database;
  return { binding, primary, near, sessions };
};

const setUp = async () => {
  const noted = noting(env.DB);
  const app = new Harness({ overrides: { db: openDatabase(noted.binding) } });
  const { key } = await app.community();
  const forget = () => {
    for (const list of [noted.primary, noted.near, noted.sessions]) list.length = 0;
  };
  forget();
  return { app, key, ...noted, forget };
};

const LIST = '/v2/community/activity';

describe('a read near the reader', () => {
  it('goes to the nearest copy, and its answer tells how new it is', async () => {
    const { app, key, sessions } = await setUp();
    const { status, headers } = await app.get(LIST, { key, headers: { Origin: 'https://panel.example' } });
    expect([status, headers.get('x-d1-bookmark')]).toEqual([200, LATER]);
    expect(headers.get('access-control-expose-headers')?.split(',')).toContain('X-D1-Bookmark');
    expect(sessions).toEqual(['first-unconstrained']);
  });

  it('is as new as the bookmark that comes with it, or as new as can be', async () => {
    const { app, key, sessions } = await setUp();
    const first = await app.get(LIST, { key, headers: { 'X-D1-Bookmark': BOOKMARK } });
    const next = first.headers.get('x-d1-bookmark') ?? '';
    await app.get(LIST, { key, headers: { 'X-D1-Bookmark': next } });
    await app.get(LIST, { key, headers: { 'X-D1-Bookmark': 'first-primary' } });
    expect(sessions).toEqual([BOOKMARK, LATER, 'first-primary']);
  });

  it.each([['nonsense'], ['first-unconstrained'], [`${BOOKMARK}0`], [BOOKMARK.slice(1)], ["' OR 1"]])(
    'with the bookmark %s is refused, and asks nothing',
    async (bookmark) => {
      const { app, key, near, sessions } = await setUp();
      const answer = await app.get(LIST, { key, headers: { 'X-D1-Bookmark': bookmark } });
      expect([answer.status, answer.body.errors]).toEqual([
        400,
        [
          {
            path: 'X-D1-Bookmark',
            message: 'must be first-primary, or a bookmark that came with an earlier answer',
          },
        ],
      ]);
      const es = await app.get('/api/v1/activity_log', {
        key,
        headers: { 'X-D1-Bookmark': bookmark, 'Accept-Language': 'es' },
      });
      expect([es.status, es.body.code, es.body.message]).toEqual([
        400,
        40001,
        'X-D1-Bookmark debe ser first-primary o un marcador que llegó con una respuesta anterior.',
      ]);
      expect([near, sessions]).toEqual([[], []]);
    },
  );

  it('is authenticated by the database itself: a revoked key ends, however old the copies are', async () => {
    const { app, key, primary, near, forget } = await setUp();
    const { body } = await app.post('/v2/community/api-keys', {
      key,
      body: { name: 'k', scopes: ['sessions:read'] },
    });
    forget();
    expect((await app.get(LIST, { key: body.data.key })).status).toBe(200);
    expect(primary.filter((text) => text.includes('api_keys'))).toHaveLength(3);
    expect(near.filter((text) => /api_keys|service_ids|communities/.test(text))).toEqual([]);
    await app.delete(`/v2/community/api-keys/${body.data.id}`, { key });
    forget();
    expect((await app.get(LIST, { key: body.data.key })).status).toBe(401);
    expect([primary.length, near.length]).toEqual([2, 0]);
  });

  it('is none where something is written, or where a public client reads what it has just written', async () => {
    const { app, key, near, sessions } = await setUp();
    await app.post('/v2/community/servers/1/activity', { key, body: { accId: NIL } });
    await app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts: [{ accId: NIL }] } });
    await app.post('/api/v1/activity_log', { key, body: { platform: 'p', serial: 's', action_type: 'a' } });
    await app.patch('/v2/community/settings', { key, body: { timezone: 'Europe/Madrid' } });
    await app.get(`/v2/community/accounts/${NIL}/activity/latest`, { key });
    await app.get('/v2/community/accounts/search?type=accId&value=x', { key });
    await app.get('/v2/community/settings', { key });
    const { headers } = await app.get('/v2/community/api-keys', { key });
    expect([near, sessions, headers.get('x-d1-bookmark')]).toEqual([[], [], null]);
  });

  it('only reads, whichever operation it is', async () => {
    const { app, key, near, sessions, forget } = await setUp();
    await app.post('/v2/community/servers/1/activity', { key, body: { accId: NIL } });
    await app.post('/api/v1/activity_log', { key, body: { platform: 'p', serial: 's', action_type: 'a' } });
    const period = `from=${iso(-3_600_000)}&to=${iso(3_600_000)}`;
    const queries: Record<string, string> = {
      '/scr/api/activity': `?startDate=${iso(-1000)}&endDate=${iso(1000)}&type=LOGINS`,
      '/v2/community/activity/online': `?${period}`,
      '/v2/community/activity/summary': `?groupBy=server&${period}`,
    };
    const operations = families.flatMap((family) => family.operations).filter(({ isNear }) => isNear);
    expect(operations.map(({ method }) => method)).toEqual(operations.map(() => 'GET'));
    expect(operations.length).toBeGreaterThanOrEqual(11);
    for (const { path } of operations) {
      forget();
      const { status, headers } = await app.get(`${path.replace('{serverId}', '1')}${queries[path] ?? ''}`, {
        key,
      });
      expect([path, status, sessions, headers.get('x-d1-bookmark')]).toEqual([
        path,
        200,
        ['first-unconstrained'],
        LATER,
      ]);
      expect(near.length).toBeGreaterThan(0);
      for (const text of near) expect(text).toMatch(/^\s*(?:SELECT|WITH)\b/i);
      for (const text of near) expect(text).not.toMatch(/\b(?:INSERT|UPDATE|DELETE)\b/);
    }
  });

  it('works with the sessions of a real D1', async () => {
    const app = new Harness();
    const { key } = await app.community();
    await app.post('/v2/community/servers/1/activity', { key, body: { accId: NIL } });
    const read = (bookmark?: string) =>
      app.get(LIST, { key, headers: bookmark === undefined ? {} : { 'X-D1-Bookmark': bookmark } });
    for (const bookmark of [undefined, 'first-primary', BOOKMARK]) {
      const { status, body } = await read(bookmark);
      expect([status, body.data.items.length]).toEqual([200, 1]);
    }
    expect((await app.measure(() => read())).trips).toBe(1);
  });
});
