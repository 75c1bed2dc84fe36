import { beforeAll, describe, expect, it } from 'vitest';
import { signAccessToken } from '../../src/core/access/access-token.ts';
import { ADMIN_TOKEN, type Answer, Harness, START } from '../harness.ts';

const app = new Harness();
const HERE = { 'Sec-Fetch-Site': 'same-origin' };
let key = '';
beforeAll(async () => {
  ({ key } = await app.community({ timezone: 'Europe/Madrid' }));
});

/** What a browser would send back. */
const cookieOf = (answer: Answer): string => answer.headers.get('set-cookie')?.split(';')[0] ?? '';

const signIn = async (apiKey: string, headers: Record<string, string> = HERE): Promise<string> => {
  const answer = await app.post('/v2/community/console-session', { headers, body: { apiKey } });
  expect(answer.status, answer.text).toBe(201);
  return cookieOf(answer);
};
const read = (cookie: string, headers: Record<string, string> = HERE, path = '/v2/community/settings') =>
  app.get(path, { headers: { Cookie: cookie, ...headers } });

describe('POST /v2/community/console-session', () => {
  it('exchanges a key for a cookie that scripts do not see', async () => {
    const answer = await app.post('/v2/community/console-session', { headers: HERE, body: { apiKey: key } });
    expect(answer.status).toBe(201);
    expect(answer.body.data).toEqual({
      community: { id: expect.any(String), name: 'Test community' },
      credential: {
        kind: 'api-key',
        id: expect.any(String),
        name: 'First key',
        scopes: expect.arrayContaining(['admin', 'sessions:read']),
        expiresAt: null,
      },
      timezone: 'Europe/Madrid',
      weekStart: 'monday',
    });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-rollcall=ey[\w-]+\.[\w-]+\.[\w-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.text).not.toContain(key);
  });

  it('opens every family, and GET says whose it is', async () => {
    const cookie = await signIn(key);
    for (const path of [
      '/v2/community/settings',
      '/api/v1/activity_log',
      '/scr/api/activity?startDate=2026-04-01T00:00:00Z&endDate=2026-04-20T00:00:00Z&type=ACCOUNT_CHANGED',
      '/v2/community/console-session',
    ]) {
      const answer = await read(`other=1; ${cookie}`, HERE, path);
      expect(answer.status, `${path} ${answer.text}`).toBe(200);
    }
  });

  it.each([
    ['a page of another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a page of another port or subdomain', { 'Sec-Fetch-Site': 'same-site' }],
    ['a link from elsewhere', { 'Sec-Fetch-Site': 'none' }],
    ['an older browser with another Origin', { Origin: 'https://evil.test' }],
    ['nobody that says whence', {}],
  ])('is not taken from %s', async (_, headers) => {
    const cookie = await signIn(key);
    const answer = await read(cookie, headers);
    expect(answer.status).toBe(401);
  });

  it('is taken from an older browser that names this very Origin', async () => {
    const cookie = await signIn(key);
    expect((await read(cookie, { Origin: 'https://rollcall.test' })).status).toBe(200);
  });

  it('signs nobody in from the page of another site', async () => {
    for (const headers of [{ 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'https://evil.test' }]) {
      const answer = await app.post('/v2/community/console-session', { headers, body: { apiKey: key } });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
  });

  it('refuses a wrong key without a dialog of the browser', async () => {
    const answer = await app.post('/v2/community/console-session', {
      headers: HERE,
      body: { apiKey: 'rc_nonsense' },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="rollcall"');
    const script = await app.get('/v2/community/settings', {
      headers: { ...HERE, 'Sec-Fetch-Mode': 'cors' },
    });
    expect(script.headers.get('www-authenticate')).toBe('Bearer realm="rollcall"');
    const program = await app.get('/v2/community/settings');
    expect(program.headers.get('www-authenticate')).toContain('Basic realm="rollcall"');
  });

  it('ends after 12 hours, and not before', async () => {
    const own = new Harness();
    const { key: ownKey } = await own.community();
    const answer = await own.post('/v2/community/console-session', {
      headers: HERE,
      body: { apiKey: ownKey },
    });
    const ask = () =>
      own.get('/v2/community/console-session', { headers: { ...HERE, Cookie: cookieOf(answer) } });
    own.clock.advance(12 * 3_600_000 - 1000);
    expect((await ask()).status).toBe(200);
    own.clock.advance(1000);
    expect((await ask()).status).toBe(401);
  });

  it('ends with its key: revoked, or expired', async () => {
    const marta = await app.apiKey(key, ['sessions:read'], {
      expiresAt: new Date(START + 60_000).toISOString(),
    });
    const answer = await app.post('/v2/community/console-session', {
      headers: HERE,
      body: { apiKey: marta },
    });
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=60;');

    const bo = await app.apiKey(key, ['admin']);
    const cookie = await signIn(bo);
    const { body } = await read(cookie, HERE, '/v2/community/console-session');
    const id = body.data.credential.id;
    expect((await read(cookie)).status).toBe(200);
    await app.delete(`/v2/community/api-keys/${id}`, { key });
    expect((await read(cookie)).status).toBe(401);
  });

  it('has the scopes of its key', async () => {
    const cookie = await signIn(await app.apiKey(key, ['logs:read']));
    const answer = await read(cookie);
    expect(answer.status).toBe(403);
    expect(answer.body.detail).toBe('This credential lacks the scope admin.');
    expect((await read(cookie, HERE, '/v2/community/console-session')).body.data.credential.scopes).toEqual([
      'logs:read',
    ]);
  });

  it('is its own kind: no bearer token, and no access token is one', async () => {
    const cookie = await signIn(key);
    const token = cookie.slice('__Host-rollcall='.length);
    expect((await app.get('/v2/community/settings', { key: token })).status).toBe(401);
    const { body } = await read(cookie, HERE, '/v2/community/console-session');
    const accessToken = await signAccessToken(
      'test-token-secret-00000000000000000000000',
      { serviceId: body.data.credential.id, communityId: 'x', clientId: 'x', scope: 'admin' },
      START,
      'x',
    );
    expect((await read(`__Host-rollcall=${accessToken}`)).status).toBe(401);
    for (const broken of ['', 'x', `${token.slice(0, -4)}AAAA`]) {
      expect((await read(`__Host-rollcall=${broken}`)).status).toBe(401);
    }
  });

  it('yields to a credential that was sent on purpose', async () => {
    const cookie = await signIn(key);
    const answer = await read(cookie, { ...HERE, Authorization: 'Bearer rc_nonsense' });
    expect(answer.status).toBe(401);
  });

  it('costs one trip cold, none warm beyond the call itself', async () => {
    const own = new Harness();
    const { key: ownKey } = await own.community();
    const answer = await own.post('/v2/community/console-session', {
      headers: HERE,
      body: { apiKey: ownKey },
    });
    await own.settled();
    const ask = () =>
      own.measure(() =>
        own.get('/v2/community/console-session', { headers: { ...HERE, Cookie: cookieOf(answer) } }),
      );
    expect((await ask()).trips).toBe(1);
    expect((await ask()).trips).toBe(0);
  });
});

describe('over plain http to another machine', () => {
  it('has a cookie without the prefix, and GET needs no header', async () => {
    const init = { method: 'POST', body: JSON.stringify({ apiKey: key }) };
    const answer = await app.fetchUrl('http://10.0.0.5:50809/v2/community/console-session', init);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^rollcall=ey\S+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    const ask = (method: string, headers: Record<string, string> = {}) =>
      app.fetchUrl('http://10.0.0.5:50809/v2/community/settings', {
        method,
        headers: { Cookie: cookie.split(';')[0] ?? '', ...headers },
        ...(method === 'PATCH' && { body: '{}' }),
      });
    expect((await ask('GET')).status).toBe(200);
    expect((await ask('PATCH')).status).toBe(401);
    expect((await ask('PATCH', { Origin: 'http://10.0.0.5:50809' })).status).toBe(200);
    expect((await ask('GET', { Origin: 'http://10.0.0.5:3000' })).status).toBe(401);
  });

  it('but on this machine the prefix is there', async () => {
    const init = { method: 'POST', body: JSON.stringify({ apiKey: key }) };
    for (const host of ['localhost:50809', '127.0.0.1:50809', '[::1]:50809']) {
      const answer = await app.fetchUrl(`http://${host}/v2/community/console-session`, init);
      expect(answer.headers.get('set-cookie'), host).toMatch(/^__Host-rollcall=.*; Secure$/);
    }
  });
});

it('DELETE makes the browser forget it', async () => {
  const answer = await app.delete('/v2/community/console-session');
  expect(answer.body.data).toEqual({ closed: true });
  expect(answer.headers.get('set-cookie')).toBe(
    '__Host-rollcall=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure',
  );
});

describe('/admin/console-session', () => {
  it('exchanges ADMIN_TOKEN for a cookie that opens /admin, and nothing of a community', async () => {
    const answer = await app.post('/admin/console-session', {
      headers: HERE,
      body: { adminToken: ADMIN_TOKEN },
    });
    expect(answer.status).toBe(201);
    expect(answer.body.data).toEqual({ operator: true });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-rollcall-operator=ey\S+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    );
    const cookie = cookieOf(answer);
    expect((await read(cookie, HERE, '/admin/communities')).status).toBe(200);
    expect((await read(cookie, HERE, '/admin/console-session')).body.data).toEqual({ operator: true });
    expect((await read(cookie, { 'Sec-Fetch-Site': 'same-site' }, '/admin/communities')).status).toBe(401);
    expect((await read(cookie)).status).toBe(401);
    const token = cookie.slice('__Host-rollcall-operator='.length);
    expect((await read(`__Host-rollcall=${token}`)).status).toBe(401);
  });

  it('a session of a community is not the operator', async () => {
    const cookie = await signIn(key);
    const token = cookie.slice('__Host-rollcall='.length);
    expect((await read(`__Host-rollcall-operator=${token}`, HERE, '/admin/communities')).status).toBe(401);
  });

  it('refuses a wrong token, and ends when ADMIN_TOKEN changes', async () => {
    const wrong = await app.post('/admin/console-session', { headers: HERE, body: { adminToken: 'x' } });
    expect(wrong.status).toBe(401);
    const before = await app.post('/admin/console-session', {
      headers: HERE,
      body: { adminToken: ADMIN_TOKEN },
    });
    const renewed = new Harness({ vars: { ADMIN_TOKEN: 'another-admin-token-00000000000000000000' } });
    const answer = await renewed.get('/admin/communities', {
      headers: { ...HERE, Cookie: cookieOf(before) },
    });
    expect(answer.status).toBe(401);
  });

  it('DELETE makes the browser forget it', async () => {
    const answer = await app.delete('/admin/console-session');
    expect(answer.headers.get('set-cookie')).toBe(
      '__Host-rollcall-operator=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure',
    );
  });
});
