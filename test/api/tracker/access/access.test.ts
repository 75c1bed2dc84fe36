import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isApiKey, newApiKey } from '../../../../src/core/access/api-key.ts';
import { crc32, toBase62 } from '../../../../src/lib/crypto.ts';
import { ADMIN_TOKEN, Harness, START } from '../../../harness.ts';
import { HOUR, MINUTE, NIL } from '../../../helpers.ts';

const UUID = /^[0-9a-f-]{36}$/;
const ALL_SCOPES = [
  'sessions:read',
  'sessions:write',
  'sessions:correct',
  'sessions:import',
  'periods:write',
  'servers:write',
  'logs:read',
  'logs:write',
  'logs:delete',
  'account-activity:read',
  'account-activity:write',
  'audit:read',
  'admin',
];

describe('an API key', () => {
  it('is rc_, 32 random characters and their CRC-32, in base62', () => {
    const key = newApiKey();
    expect(key).toMatch(/^rc_[0-9A-Za-z]{38}$/);
    expect(key.slice(35)).toBe(toBase62(crc32(key.slice(3, 35)), 6));
    // The check value of CRC-32 (ISO-HDLC).
    expect(crc32('123456789')).toBe(0xcbf43926);
  });

  it('with any one character mistyped is refused without a query', async () => {
    const app = new Harness();
    const { key } = await app.community();
    fc.assert(
      fc.property(fc.nat(37), fc.constantFrom(...'09AZaz_-'), (index, character) => {
        const at = index + 3;
        fc.pre(key[at] !== character);
        return !isApiKey(key.slice(0, at) + character + key.slice(at + 1));
      }),
    );
    const mistyped = key.slice(0, 10) + (key[10] === 'a' ? 'b' : 'a') + key.slice(11);
    const cost = await app.measure(() => app.get('/v2/community/settings', { key: mistyped }));
    expect([cost.result.status, cost.trips]).toEqual([401, 0]);
  });

  it('works as Bearer, as the password of Basic, and as X-API-Key', async () => {
    const app = new Harness();
    const { key } = await app.community();
    for (const headers of [
      { Authorization: `Bearer ${key}` },
      { Authorization: `bearer  ${key}` },
      { Authorization: `Basic ${btoa(`x:${key}`)}` },
      { Authorization: `Basic ${btoa(`:${key}`)}` },
      { 'X-API-Key': key },
    ]) {
      expect((await app.get('/v2/community/settings', { headers })).status).toBe(200);
    }
  });

  it('is stored as its SHA-256 only, and never shown again', async () => {
    const app = new Harness();
    const { rowId, key } = await app.community();
    const { results } = await env.DB.prepare('SELECT * FROM api_keys WHERE community_id = ?')
      .bind(rowId)
      .all();
    expect(results).toHaveLength(1);
    expect(JSON.stringify(results)).not.toContain(key.slice(3));
    await app.get('/v2/community/settings', { key });
    await app.settled();
    const list = await app.get('/v2/community/api-keys', { key });
    expect(list.body.data).toEqual({
      items: [
        {
          id: expect.stringMatching(UUID),
          name: 'First key',
          scopes: ALL_SCOPES,
          createdAt: '2026-04-15T00:00:00.000Z',
          lastUsedAt: '2026-04-15T00:00:00.000Z',
          expiresAt: null,
        },
      ],
      nextCursor: null,
    });
  });

  it('notes its use at most hourly', async () => {
    const app = new Harness();
    const { key } = await app.community();
    const use = () =>
      app.measure(async () => {
        await app.get('/v2/community/settings', { key });
        await app.settled();
      });
    expect((await use()).rowsWritten).toBe(1);
    app.clock.advance(59 * MINUTE);
    expect((await use()).rowsWritten).toBe(0);
    app.clock.advance(2 * MINUTE);
    expect((await use()).rowsWritten).toBe(1);
    const { body } = await app.get('/v2/community/api-keys', { key });
    expect(body.data.items[0].lastUsedAt).toBe('2026-04-15T01:01:00.000Z');
  });

  it('costs no query while this isolate knows it, for 30 seconds', async () => {
    const app = new Harness();
    const { key } = await app.community();
    const trips = async () =>
      (await app.measure(() => app.get(`/v2/community/accounts/${NIL}/activity/latest`, { key }))).trips;
    await trips();
    await app.settled();
    app.clock.advance(30_000);
    expect(await trips()).toBe(2);
    expect(await trips()).toBe(1);
    app.clock.advance(30_000);
    expect(await trips()).toBe(2);
  });

  it('that expires makes none that lives longer, and no service ID', async () => {
    const app = new Harness();
    const { key } = await app.community();
    const expiresAt = '2026-04-16T00:00:00.000Z';
    const mortal = await app.apiKey(key, ['admin'], { expiresAt });
    const make = (more: object) =>
      app.post('/v2/community/api-keys', { key: mortal, body: { name: 'x', scopes: ['admin'], ...more } });
    expect((await make({})).body.data.expiresAt).toBe(expiresAt);
    expect((await make({ expiresAt: '2026-04-15T12:00:00.000Z' })).status).toBe(201);
    const refused = await make({ expiresAt: '2026-04-16T00:00:00.001Z' });
    expect([refused.status, refused.body.code]).toEqual([409, 'OUTLIVES_CREDENTIAL']);
    expect(refused.body.detail).toContain(expiresAt);
    const service = { name: 'x', category: 'account-activity-reporting' };
    expect((await app.post('/v2/community/service-ids', { key: mortal, body: service })).status).toBe(409);
  });

  it('can be created with some scopes and an expiry, listed, and revoked', async () => {
    const app = new Harness();
    const { key } = await app.community();
    app.clock.advance(MINUTE);
    const created = await app.post('/v2/community/api-keys', {
      key,
      body: { name: 'Bot', scopes: ['sessions:read'], expiresAt: '2026-04-15T02:00:00+01:00' },
    });
    expect(created.status).toBe(201);
    expect(created.body.data).toEqual({
      id: expect.stringMatching(UUID),
      key: expect.stringMatching(/^rc_/),
      name: 'Bot',
      scopes: ['sessions:read'],
      createdAt: '2026-04-15T00:01:00.000Z',
      lastUsedAt: null,
      expiresAt: '2026-04-15T01:00:00.000Z',
    });
    const bot = created.body.data.key;
    const latest = () => app.get(`/v2/community/accounts/${NIL}/activity/latest`, { key: bot });
    expect((await latest()).status).toBe(404);
    expect((await app.get('/v2/community/settings', { key: bot })).status).toBe(403);

    const page = await app.get('/v2/community/api-keys?limit=1', { key });
    expect(page.body.data.items.map(({ name }: { name: string }) => name)).toEqual(['First key']);
    const next = await app.get(`/v2/community/api-keys?limit=1&cursor=${page.body.data.nextCursor}`, { key });
    expect(next.body.data).toMatchObject({ items: [{ name: 'Bot' }], nextCursor: null });

    const path = `/v2/community/api-keys/${created.body.data.id}`;
    const revoked = await app.delete(path, { key });
    expect([revoked.status, revoked.body.data]).toEqual([200, { revoked: true, id: created.body.data.id }]);
    expect((await latest()).status).toBe(401);
    expect((await app.delete(path, { key })).body).toMatchObject({ status: 404, code: 'API_KEY_NOT_FOUND' });
    expect((await app.get('/v2/community/api-keys', { key })).body.data.items).toHaveLength(1);
  });

  it('expires at its time, even where it is cached', async () => {
    const app = new Harness();
    const { key } = await app.community();
    const brief = await app.apiKey(key, ['admin'], { expiresAt: '2026-04-15T00:00:10Z' });
    expect((await app.get('/v2/community/settings', { key: brief })).status).toBe(200);
    app.clock.advance(10_000);
    expect((await app.get('/v2/community/settings', { key: brief })).status).toBe(401);
  });

  it.each([
    [{ scopes: ['admin'] }, 'name', 'is required'],
    [{ name: '', scopes: ['admin'] }, 'name', 'must have 1 to 100 characters'],
    [{ name: 'x', scopes: [] }, 'scopes', 'must have 1 to 13 items'],
    [{ name: 'x', scopes: 'admin' }, 'scopes', 'must be of type array'],
    [
      { name: 'x', scopes: ['root'] },
      'scopes.0',
      'must be one of sessions:read, sessions:write, sessions:correct, sessions:import, periods:write, servers:write, logs:read, logs:write, logs:delete, account-activity:read, account-activity:write, audit:read, admin',
    ],
    [
      { name: 'x', scopes: ['admin'], expiresAt: '2026-04-31T00:00:00Z' },
      'expiresAt',
      'must be an ISO 8601 date-time with an offset, such as 2026-04-15T00:00:00Z',
    ],
    [
      { name: 'x', scopes: ['admin'], expiresAt: '2026-04-14T23:00:00Z' },
      'expiresAt',
      'must be in the future',
    ],
  ])('%o is refused', async (input, path, message) => {
    const app = new Harness();
    const { key } = await app.community();
    const { status, body } = await app.post('/v2/community/api-keys', { key, body: input });
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ path, message }]);
  });
});

describe('settings', () => {
  const DEFAULTS = {
    autoCreateAccounts: true,
    idleTimeoutSeconds: 43200,
    heartbeatTimeoutSeconds: 600,
    maxSessionSeconds: 86400,
    heartbeatStepSeconds: 30,
    resetGraceSeconds: 3600,
    emptyReportStatus: 404,
    unconfirmedEnd: 'last-seen',
    timezone: 'UTC',
    sessionRetentionDays: null,
    logRetentionDays: null,
    accountActivityRetentionDays: null,
  };

  it('are read, and changed one by one', async () => {
    const app = new Harness();
    const { key } = await app.community();
    expect((await app.get('/v2/community/settings', { key })).body.data).toMatchObject(DEFAULTS);
    const patch = { idleTimeoutSeconds: 7200, timezone: 'Europe/Madrid', unconfirmedEnd: 'close-time' };
    const changed = await app.patch('/v2/community/settings', { key, body: patch });
    expect(changed.status).toBe(200);
    expect(changed.body.data).toMatchObject({ ...DEFAULTS, ...patch });
    expect((await app.get('/v2/community/settings', { key })).body.data).toEqual(changed.body.data);
    const unchanged = await app.patch('/v2/community/settings', { key, body: {} });
    expect(unchanged.body.data).toEqual(changed.body.data);
  });

  it.each([
    [{ idleTimeoutSeconds: 59 }, 'idleTimeoutSeconds', 'must be an integer from 60 to 31536000'],
    [
      { heartbeatTimeoutSeconds: 31536001 },
      'heartbeatTimeoutSeconds',
      'must be an integer from 60 to 31536000',
    ],
    [{ maxSessionSeconds: '600' }, 'maxSessionSeconds', 'must be an integer from 60 to 31536000'],
    [{ maxSessionSeconds: 60.5 }, 'maxSessionSeconds', 'must be an integer from 60 to 31536000'],
    [{ unconfirmedEnd: 'now' }, 'unconfirmedEnd', 'must be one of last-seen, close-time'],
    [{ timezone: 'Mars/Olympus' }, 'timezone', 'must be an IANA time zone, such as Europe/Madrid'],
    [{ timezone: '+01:00' }, 'timezone', 'must be an IANA time zone, such as Europe/Madrid'],
    [{ autoCreateAccounts: 1 }, 'autoCreateAccounts', 'must be of type boolean'],
  ])('%o is refused and changes nothing', async (bad, path, message) => {
    const app = new Harness();
    const { key } = await app.community();
    const { status, body } = await app.patch('/v2/community/settings', {
      key,
      body: { unconfirmedEnd: 'close-time', ...bad },
    });
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ path, message }]);
    expect((await app.get('/v2/community/settings', { key })).body.data).toMatchObject(DEFAULTS);
  });

  it.each([['idleTimeout'], ['__proto__'], ['constructor']])(
    'the unknown setting %s is refused',
    async (name) => {
      const app = new Harness();
      const { key } = await app.community();
      const { status, body } = await app.patch('/v2/community/settings', {
        key,
        body: `{"timezone": "Europe/Madrid", "${name}": 60}`,
      });
      expect(status).toBe(400);
      expect(body.errors[0].path).toBe(name);
      expect(body.errors[0].message).toContain('idleTimeoutSeconds');
      expect((await app.get('/v2/community/settings', { key })).body.data.timezone).toBe('UTC');
    },
  );
});

describe('communities', () => {
  const operator = { key: ADMIN_TOKEN };

  it('are created with a first key that has every scope', async () => {
    const app = new Harness();
    const created = await app.post('/admin/communities', {
      ...operator,
      body: { name: 'Night Shift RP', settings: { timezone: 'Europe/Madrid' } },
    });
    expect(created.status).toBe(201);
    expect(created.body.data).toEqual({
      id: expect.stringMatching(UUID),
      name: 'Night Shift RP',
      createdAt: '2026-04-15T00:00:00.000Z',
      settings: expect.objectContaining({ idleTimeoutSeconds: 43200, timezone: 'Europe/Madrid' }),
      quotas: expect.objectContaining({ apiKeys: 500, openSessions: 50000 }),
      apiKey: {
        id: expect.stringMatching(UUID),
        key: expect.stringMatching(/^rc_[0-9A-Za-z]{38}$/),
        name: 'First key',
        scopes: ALL_SCOPES,
        createdAt: '2026-04-15T00:00:00.000Z',
        lastUsedAt: null,
        expiresAt: null,
      },
    });
  });

  it('are listed, read, changed and deleted by the operator', async () => {
    const app = new Harness({ now: START + HOUR });
    const { id, key } = await app.community();
    const path = `/admin/communities/${id}`;
    const read = await app.get(path, operator);
    expect(read.body.data).toMatchObject({ id, name: 'Test community' });
    expect(read.text).not.toContain('"apiKey"');

    const all: { id: string }[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor && `&cursor=${cursor}`;
      const { body } = await app.get(`/admin/communities?limit=2${query}`, operator);
      expect(body.data.items.length).toBeLessThanOrEqual(2);
      all.push(...body.data.items);
      cursor = body.data.nextCursor;
    }
    expect(all.filter((community) => community.id === id)).toEqual([read.body.data]);
    expect(new Set(all.map((community) => community.id)).size).toBe(all.length);

    const changed = await app.patch(path, {
      ...operator,
      body: { name: 'Day Shift RP', settings: { idleTimeoutSeconds: 60 } },
    });
    expect(changed.body.data).toMatchObject({ name: 'Day Shift RP', settings: { idleTimeoutSeconds: 60 } });
    expect((await app.get('/v2/community/settings', { key })).body.data.idleTimeoutSeconds).toBe(60);

    await app.post('/v2/community/servers/1/activity', { key, body: { username: 'ana' } });
    expect((await app.delete(path, operator)).body.data).toEqual({ deleted: true, id });
    expect((await app.get('/v2/community/settings', { key })).status).toBe(401);
    for (const answer of [
      await app.get(path, operator),
      await app.patch(path, { ...operator, body: { name: 'x' } }),
      await app.delete(path, operator),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'COMMUNITY_NOT_FOUND']);
    }
  });

  it('leave nothing behind, once the scheduled trigger has purged them', async () => {
    const app = new Harness();
    const { id, rowId, key } = await app.community();
    const kept = await app.community();
    for (const holder of [key, kept.key]) {
      await app.post('/v2/community/servers/1/activity', { key: holder, body: { username: 'ana' } });
    }
    await app.delete(`/admin/communities/${id}`, operator);
    // On the free plan it takes a few runs.
    for (let run = 0; run < 3; run++) {
      app.clock.advance(HOUR);
      await app.cron();
    }
    const { results: tables } = await env.DB.prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%`community_id`%'",
    ).all<{ name: string }>();
    expect(tables.length).toBeGreaterThanOrEqual(4);
    const rowsOf = async (communityId: number) => {
      const counts = await env.DB.batch<{ n: number }>(
        tables.map(({ name }) =>
          env.DB.prepare(`SELECT count(*) AS n FROM ${name} WHERE community_id = ?`).bind(communityId),
        ),
      );
      return counts.reduce((sum, { results }) => sum + (results[0]?.n ?? 0), 0);
    };
    expect(await rowsOf(rowId)).toBe(0);
    expect(await rowsOf(kept.rowId)).toBeGreaterThanOrEqual(5);
    expect((await app.get(`/v2/community/settings`, { key: kept.key })).status).toBe(200);
    expect(await env.DB.prepare('SELECT 1 FROM communities WHERE id = ?').bind(rowId).first()).toBeNull();
  });

  it('refuse bad input and create nothing', async () => {
    const app = new Harness();
    for (const [body, path] of [
      [{}, 'name'],
      [{ name: 7 }, 'name'],
      [{ name: 'x', settings: { timezone: 'Nowhere' } }, 'settings.timezone'],
      [{ name: 'x', settings: { nope: 1 } }, 'settings.nope'],
    ] as const) {
      const answer = await app.post('/admin/communities', { ...operator, body });
      expect([answer.status, answer.body.errors[0].path]).toEqual([400, path]);
    }
  });
});

describe('the operator', () => {
  it("is nobody's API key, and an API key is not the operator", async () => {
    const app = new Harness();
    const { key } = await app.community();
    expect((await app.get('/admin/communities', { key })).status).toBe(401);
    expect((await app.get('/v2/community/settings', { key: ADMIN_TOKEN })).status).toBe(401);
  });

  it('without ADMIN_TOKEN: 503 and a log line that says what to set', async () => {
    const app = new Harness({ vars: { ADMIN_TOKEN: '' } });
    const answer = await app.get('/admin/communities', { key: '' });
    expect([answer.status, answer.body.code]).toEqual([503, 'UNAVAILABLE']);
    expect(app.logs).toEqual([{ event: 'admin_token_missing', set: 'wrangler secret put ADMIN_TOKEN' }]);
  });

  it('a weak secret is an error that says what to do', () => {
    expect(() => new Harness({ vars: { ADMIN_TOKEN: 'hunter2' } })).toThrow(
      'ADMIN_TOKEN has 7 characters and needs 32. Deployed: openssl rand -hex 32 | npx wrangler secret put ADMIN_TOKEN. On this machine: delete .dev.vars, and npm start writes a new one.',
    );
  });
});
