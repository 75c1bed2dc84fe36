import { SignJWT, UnsecuredJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../harness.ts';

const SECRET = new TextEncoder().encode('test-token-secret-00000000000000000000000');
/** Any operation that asks for `account-activity:read` or `admin`; the token's scopes decide which of the two. */
const REPORT =
  '/scr/api/activity?startDate=2026-04-01T00:00:00Z&endDate=2026-05-01T00:00:00Z&type=ACCOUNT_CHANGED';

let app: Harness;
let key: string;
beforeEach(async () => {
  app = new Harness();
  ({ key } = await app.community());
});

const newServiceId = async (category = 'account-activity-reporting') => {
  const { status, body, text } = await app.post('/v2/community/service-ids', {
    key,
    body: { name: 'Weekly report', category },
  });
  expect(status, text).toBe(201);
  return body.data as { id: string; clientId: string; clientSecret: string };
};
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const askToken = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  app.post('/oauth/token', { body: form(fields), headers });
const tokenOf = async ({ clientId, clientSecret }: { clientId: string; clientSecret: string }) => {
  const { body, text } = await askToken({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  expect(body.access_token, text).toBeTypeOf('string');
  return body.access_token as string;
};
const basic = (user: string, password: string) => ({ Authorization: `Basic ${btoa(`${user}:${password}`)}` });

describe('service IDs', () => {
  it('show their secret once', async () => {
    const created = await app.post('/v2/community/service-ids', {
      key,
      body: { name: 'Weekly report', category: 'account-activity-reporting' },
    });
    expect(created.status).toBe(201);
    expect(created.body.data).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Weekly report',
      category: 'account-activity-reporting',
      clientId: expect.stringMatching(/^rcid_[0-9A-Za-z]{22}$/),
      clientSecret: expect.stringMatching(/^rcs_[0-9A-Za-z]{40}$/),
      scopes: ['account-activity:read'],
      createdAt: '2026-04-15T00:00:00.000Z',
      rotatedAt: null,
      previousSecretExpiresAt: null,
    });
    const { clientSecret, ...rest } = created.body.data;
    const list = await app.get('/v2/community/service-ids', { key });
    expect(list.body.data).toEqual({ items: [rest], nextCursor: null });
  });

  it('refuse an unknown category and name the valid ones', async () => {
    const { status, body } = await app.post('/v2/community/service-ids', {
      key,
      body: { name: 'X', category: 'admin' },
    });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      {
        path: 'category',
        message:
          'must be one of artifact-authoring, artifact-reporting, account-activity-reporting, user-management, work-management',
      },
    ]);
  });

  it('have two valid secrets during the overlap of a rotation, and never three', async () => {
    const first = await newServiceId();
    const rotate = async (body: unknown) => {
      const answer = await app.post(`/v2/community/service-ids/${first.id}/rotate`, { key, body });
      expect(answer.status, answer.text).toBe(200);
      return answer.body.data as typeof first;
    };
    const works = async (clientSecret: string) =>
      (
        await askToken({
          grant_type: 'client_credentials',
          client_id: first.clientId,
          client_secret: clientSecret,
        })
      ).status;
    const second = await rotate({ overlapSeconds: 3600 });
    expect(await works(first.clientSecret)).toBe(200);
    expect(await works(second.clientSecret)).toBe(200);
    const third = await rotate({ overlapSeconds: 3600 });
    expect(await works(first.clientSecret)).toBe(401);
    expect(await works(second.clientSecret)).toBe(200);
    app.clock.advance(3_599_999);
    expect(await works(second.clientSecret)).toBe(200);
    app.clock.advance(1);
    expect(await works(second.clientSecret)).toBe(401);
    expect(await works(third.clientSecret)).toBe(200);
    const tooLong = await app.post(`/v2/community/service-ids/${first.id}/rotate`, {
      key,
      body: { overlapSeconds: 86_401 },
    });
    expect(tooLong.status).toBe(400);
  });

  it('are unknown to another community', async () => {
    const { id } = await newServiceId();
    const other = await app.community();
    for (const answer of [
      await app.delete(`/v2/community/service-ids/${id}`, { key: other.key }),
      await app.post(`/v2/community/service-ids/${id}/rotate`, { key: other.key }),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.body.code).toBe('SERVICE_ID_NOT_FOUND');
    }
  });
});

describe('POST /oauth/token', () => {
  it('answers as RFC 6749 §5.1', async () => {
    const { clientId, clientSecret } = await newServiceId();
    const answer = await askToken({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toEqual({
      access_token: expect.stringMatching(/^ey[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'bearer',
      expires_in: 3600,
      scope: 'account-activity:read',
    });
  });

  it.each([
    ['client_secret_post', oauth.ClientSecretPost],
    ['client_secret_basic', oauth.ClientSecretBasic],
  ])('hands an independent client library a token that works: %s', async (_, authentication) => {
    const { clientId, clientSecret } = await newServiceId();
    const server = { issuer: 'https://rollcall.test', token_endpoint: 'https://rollcall.test/oauth/token' };
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      { client_id: clientId },
      authentication(clientSecret),
      { scope: 'account-activity:read' },
      {
        [oauth.customFetch]: (url: string, init: { body?: unknown; headers?: unknown; method?: string }) =>
          app.fetch(new URL(url).pathname, {
            method: init.method as string,
            headers: init.headers as Record<string, string>,
            body: String(init.body),
          }),
      },
    );
    const token = await oauth.processClientCredentialsResponse(server, { client_id: clientId }, response);
    expect(token).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope: 'account-activity:read' });
    expect((await app.get(REPORT, { key: token.access_token })).status).toBe(200);
  });

  it.each([
    ['no grant_type', {}, 400, 'invalid_request', 'grant_type is required.'],
    ['an empty grant_type', { grant_type: '' }, 400, 'unsupported_grant_type', expect.any(String)],
    ['another grant_type', { grant_type: 'password' }, 400, 'unsupported_grant_type', expect.any(String)],
    ['no client', { grant_type: 'client_credentials' }, 401, 'invalid_client', expect.any(String)],
    [
      'an unknown client',
      { grant_type: 'client_credentials', client_id: 'rcid_0000000000000000000000', client_secret: 'x' },
      401,
      'invalid_client',
      expect.any(String),
    ],
  ])('refuses %s as RFC 6749 §5.2', async (_, fields, status, error, description) => {
    const answer = await askToken(fields as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toEqual({ error, error_description: description });
    expect(answer.headers.has('www-authenticate')).toBe(status === 401);
  });

  it('refuses a parameter given twice, two ways of authentication, and a scope beyond the category', async () => {
    const { clientId, clientSecret } = await newServiceId();
    const twice = await app.post('/oauth/token', { body: 'grant_type=a&grant_type=b' });
    expect([twice.status, twice.body.error]).toEqual([400, 'invalid_request']);
    const both = await askToken(
      { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret },
      basic(clientId, clientSecret),
    );
    expect([both.status, both.body.error]).toEqual([400, 'invalid_request']);
    const scope = await askToken(
      { grant_type: 'client_credentials', scope: 'account-activity:read admin' },
      basic(clientId, clientSecret),
    );
    expect([scope.status, scope.body.error]).toEqual([400, 'invalid_scope']);
    const get = await app.get('/oauth/token');
    expect([get.status, get.headers.get('allow'), get.body.error]).toEqual([405, 'POST', 'invalid_request']);
  });

  it('answers 503 without TOKEN_SECRET, and says in the log what to set', async () => {
    const { clientId, clientSecret } = await newServiceId();
    const token = await tokenOf({ clientId, clientSecret });
    const bare = new Harness({ vars: { TOKEN_SECRET: '' } });
    const issued = await bare.post('/oauth/token', {
      body: form({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }),
    });
    expect([issued.status, issued.body.error]).toEqual([503, 'temporarily_unavailable']);
    expect((await bare.get(REPORT, { key: token })).status).toBe(503);
    expect(bare.logs).toContainEqual({
      event: 'token_secret_missing',
      set: 'wrangler secret put TOKEN_SECRET',
    });
  });
});

describe('an access token', () => {
  it('is verified without a query once its service ID is known', async () => {
    const token = await tokenOf(await newServiceId());
    await app.get(REPORT, { key: token });
    const second = await tokenOf(await newServiceId());
    await app.get(REPORT, { key: second });
    const { trips } = await app.measure(() => app.get(`${REPORT},`, { key: second }));
    expect(trips).toBe(0);
  });

  it('expires after an hour and a minute', async () => {
    const token = await tokenOf(await newServiceId());
    app.clock.advance(3_659_000);
    expect((await app.get(REPORT, { key: token })).status).toBe(200);
    app.clock.advance(1_000);
    expect((await app.get(REPORT, { key: token })).status).toBe(401);
  });

  it.each(['artifact-authoring', 'artifact-reporting', 'user-management', 'work-management'])(
    'of category %s does not open the report',
    async (category) => {
      const client = await newServiceId(category);
      const { status, body } = await app.get(REPORT, { key: await tokenOf(client) });
      expect(status).toBe(403);
      expect(body).toMatchObject({
        error: 'forbidden',
        message: 'This credential lacks the scope account-activity:read.',
      });
      expect((await app.get(REPORT, { headers: basic(client.clientId, client.clientSecret) })).status).toBe(
        403,
      );
    },
  );

  it('does not open what its scopes do not name', async () => {
    const token = await tokenOf(await newServiceId());
    expect((await app.get('/v2/community/settings', { key: token })).status).toBe(403);
  });

  it('stops working within 60 s of the deletion of its service ID, in other isolates too', async () => {
    const client = await newServiceId();
    const token = await tokenOf(client);
    const elsewhere = new Harness();
    expect((await elsewhere.get(REPORT, { key: token })).status).toBe(200);
    const deleted = await app.delete(`/v2/community/service-ids/${client.id}`, { key });
    expect(deleted.body.data).toEqual({ deleted: true, id: client.id });
    expect((await app.get(REPORT, { key: token })).status).toBe(401);
    elsewhere.clock.advance(60_000);
    expect((await elsewhere.get(REPORT, { key: token })).status).toBe(401);
    expect(
      (await elsewhere.get(REPORT, { headers: basic(client.clientId, client.clientSecret) })).status,
    ).toBe(401);
  });

  it('is refused when forged', async () => {
    const { id, clientId, clientSecret } = await newServiceId();
    const token = await tokenOf({ clientId, clientSecret });
    const [head = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    expect(claims.sub).toBe(id);
    const signed = (more: object, { secret = SECRET, alg = 'HS256', typ = 'at+jwt' } = {}) =>
      new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg, typ }).sign(secret);
    expect((await app.get(REPORT, { key: await signed({}) })).status).toBe(200);
    const other = await app.community();
    const forged: Record<string, string> = {
      'alg none': new UnsecuredJWT(claims).encode(),
      'another key': await signed({}, { secret: new TextEncoder().encode('x'.repeat(41)) }),
      'another algorithm': await signed({}, { alg: 'HS512' }),
      'another type': await signed({}, { typ: 'JWT' }),
      'another audience': await signed({ aud: 'elsewhere' }),
      'another issuer': await signed({ iss: 'elsewhere' }),
      'another community': await signed({ community: other.id }),
      'no subject': await signed({ sub: undefined }),
      'no expiry': await signed({ exp: undefined }),
      'not yet valid': await signed({ nbf: claims.exp }),
      'no signature': `${head}.${payload}.`,
      'a changed payload': `${head}.${btoa(JSON.stringify({ ...claims, scope: 'admin' })).replaceAll('=', '')}.${signature}`,
      rubbish: 'ey.ey.ey',
    };
    for (const [name, jwt] of Object.entries(forged)) {
      const { status, headers } = await app.get(REPORT, { key: jwt });
      expect([name, status, headers.has('www-authenticate')]).toEqual([name, 401, true]);
    }
  });

  it('is not needed: client id and secret work as Basic credentials', async () => {
    const { clientId, clientSecret } = await newServiceId();
    expect((await app.get(REPORT, { headers: basic(clientId, clientSecret) })).status).toBe(200);
    expect((await app.get(REPORT, { headers: basic(clientId, 'rcs_wrong') })).status).toBe(401);
    expect((await app.get(REPORT, { headers: basic('anything', key) })).status).toBe(200);
  });
});

describe('/.well-known/oauth-authorization-server', () => {
  it('says where tokens come from (RFC 8414)', async () => {
    const { status, headers, body } = await app.get('/.well-known/oauth-authorization-server');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(body).toEqual({
      issuer: 'https://rollcall.test',
      token_endpoint: 'https://rollcall.test/oauth/token',
      response_types_supported: [],
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      scopes_supported: ['account-activity:read'],
      service_documentation: 'https://rollcall.test/docs',
    });
  });

  it.each([
    ['client_secret_post', client.ClientSecretPost],
    ['client_secret_basic', client.ClientSecretBasic],
  ])('openid-client discovers it, and gets a token by %s', async (_, authentication) => {
    const { clientId, clientSecret } = await newServiceId();
    const config = await client.discovery(
      new URL('https://rollcall.test'),
      clientId,
      undefined,
      authentication(clientSecret),
      {
        algorithm: 'oauth2',
        [client.customFetch]: (url, options) => app.fetchUrl(url, options as RequestInit),
      },
    );
    const token = await client.clientCredentialsGrant(config, { scope: 'account-activity:read' });
    expect([token.token_type, token.scope, token.expires_in]).toEqual([
      'bearer',
      'account-activity:read',
      3600,
    ]);
    expect((await app.get(REPORT, { key: token.access_token })).status).toBe(200);
  });
});
