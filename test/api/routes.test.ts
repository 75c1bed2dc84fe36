import { beforeAll, describe, expect, it } from 'vitest';
import { families } from '../../src/api/index.ts';
import { type AnyOperation, docsOf } from '../../src/api/kit/operation.ts';
import { SCOPES } from '../../src/core/access/scopes.ts';
import { type Answer, Harness } from '../harness.ts';
import { NIL } from '../helpers.ts';

/** Operations that need no credential, each for its reason. */
const PUBLIC: Readonly<Record<string, string>> = {
  getAuthorizationServerMetadata: 'a client asks it before it has a token',
  issueToken: 'it checks the client itself, as RFC 6749 says',
  openConsoleSession: 'the key in its body is checked by itself',
  closeConsoleSession: 'it makes the browser forget a cookie, and nothing else',
  openOperatorSession: 'the token in its body is checked by itself',
  closeOperatorSession: 'it makes the browser forget a cookie, and nothing else',
  receiveCall: 'a call proves itself by the secret of its inbound webhook',
  answerChallenge: 'a hub proves itself by the token of the inbound webhook',
};

type Refusal = 401 | 403 | 404 | 405;

const expectProblem = (answer: Answer, status: Refusal) =>
  expect(answer.body).toMatchObject({
    status,
    code: { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 404: 'NOT_FOUND', 405: 'METHOD_NOT_ALLOWED' }[status],
    requestId: expect.any(String),
  });

/** How each family says 401, 403, 404 and 405. A new family adds its own. */
const ENVELOPES: Readonly<Record<string, (answer: Answer, status: Refusal) => void>> = {
  tracker: expectProblem,
  hooks: expectProblem,
  admin: expectProblem,
  'activity-log': (answer, status) =>
    expect(answer.body).toEqual({ code: status * 100 + 1, message: expect.any(String), data: null }),
  'account-activity': (answer, status) =>
    expect(answer.body).toEqual({
      error: { 401: 'unauthorized', 403: 'forbidden', 404: 'not_found', 405: 'method_not_allowed' }[status],
      message: expect.any(String),
      requestId: expect.any(String),
    }),
  oauth: (answer) =>
    expect(answer.body).toEqual({ error: 'invalid_request', error_description: expect.any(String) }),
  'tracker-v1': (answer, status) =>
    expect(answer.text).toBe(
      { 401: 'INVALID API KEY', 403: 'FORBIDDEN', 404: 'NOT_FOUND', 405: 'METHOD_NOT_ALLOWED' }[status],
    ),
};

/** A path with something plausible for each parameter. */
const pathOf = ({ path }: AnyOperation): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    ['serverId', 'id', 'number'].includes(name) ? '1' : NIL,
  );

const app = new Harness();
const send = (operation: AnyOperation, headers: Record<string, string> = {}): Promise<Answer> =>
  app.request(operation.method, pathOf(operation), {
    headers,
    // Without the example's own key, where a family takes it from the body: the headers decide.
    ...(operation.body && { body: { ...(docsOf(operation).bodyExample as object), key: undefined } }),
  });

for (const family of families) {
  const expectRefusal = (answer: Answer, status: Refusal) => {
    expect(answer.status).toBe(status);
    const expectEnvelope = ENVELOPES[family.name];
    if (!expectEnvelope) throw new Error(`Say how ${family.name} refuses, in ENVELOPES`);
    expectEnvelope(answer, status);
  };

  describe(`every route of ${family.name}`, () => {
    it.each(family.operations.map((operation) => [docsOf(operation).operationId, operation] as const))(
      '%s demands a credential',
      async (operationId, operation) => {
        if (operation.access === 'public') {
          expect(Object.keys(PUBLIC)).toContain(operationId);
          return;
        }
        for (const headers of [
          {},
          { Authorization: 'Bearer nonsense' },
          { Authorization: 'Basic !!!' },
          { Authorization: `Basic ${btoa('user:nonsense')}` },
          { Authorization: 'Negotiate abc' },
          { 'X-API-Key': `rc_${'0'.repeat(38)}` },
        ]) {
          const answer = await send(operation, headers);
          expectRefusal(answer, 401);
          expect(answer.headers.get('www-authenticate')).toContain('Bearer realm="rollcall"');
          expect(answer.headers.get('x-request-id')).toBeTruthy();
        }
      },
    );

    const scoped = family.operations.filter(({ access }) => typeof access === 'object');
    const keys = new Map<string, string>();
    beforeAll(async () => {
      const { key } = await app.community();
      for (const scope of SCOPES) {
        const others = SCOPES.filter((other) => other !== scope);
        keys.set(scope, await app.apiKey(key, others));
      }
    });
    it.each(scoped.map((operation) => [docsOf(operation).operationId, operation] as const))(
      '%s demands its scope',
      async (_, operation) => {
        const { scope } = operation.access as { scope: string };
        const answer = await send(operation, { Authorization: `Bearer ${keys.get(scope)}` });
        expectRefusal(answer, 403);
      },
    );

    it.each(family.prefixes)('below %s: 404 in its envelope', async (prefix) => {
      const answer = await app.get(`${prefix}/no/such/path`);
      expectRefusal(answer, 404);
    });

    it('another method on a known path: 405 with Allow', async () => {
      const methodsOf = (path: string) =>
        family.operations.filter((other) => other.path === path).map(({ method }) => method);
      for (const operation of family.operations) {
        const answer = await app.request('REPORT', pathOf(operation));
        expectRefusal(answer, 405);
        expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(methodsOf(operation.path).sort());
      }
    });
  });
}

describe('outside the families', () => {
  it('an unknown path: 404', async () => {
    const answer = await app.get('/nothing');
    expect(answer.status).toBe(404);
    expectProblem(answer, 404);
  });

  it('a browser may call from anywhere, and read what matters', async () => {
    const preflight = await app.request('OPTIONS', '/v2/community/servers/1/activity', {
      headers: {
        Origin: 'https://panel.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    const answer = await app.get('/healthz', { headers: { Origin: 'https://panel.example' } });
    expect(answer.headers.get('access-control-expose-headers')).toBe(
      'Link,RateLimit,RateLimit-Policy,Retry-After,X-D1-Bookmark,X-Request-Id',
    );
  });
});
