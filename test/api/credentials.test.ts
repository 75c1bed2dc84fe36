/**
 * Every operation with every sort of credential: who may call what is decided by the operation's `access` alone. What
 * is asserted is worked out here, from scopes and credentials, not asked of the code that decides.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { families } from '../../src/api/index.ts';
import type { Family } from '../../src/api/kit/family.ts';
import { type AnyOperation, docsOf } from '../../src/api/kit/operation.ts';
import { newApiKey } from '../../src/core/access/api-key.ts';
import { PRESETS, SCOPES, SCOPES_OF_PRESET } from '../../src/core/access/scopes.ts';
import { ADMIN_TOKEN, Harness } from '../harness.ts';
import { NIL } from '../helpers.ts';

interface Credential {
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: nobody's. */
  readonly scopes: readonly string[] | undefined;
  readonly isOperator?: boolean;
}

const HERE = { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://rollcall.test' };
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

const app = new Harness();
const credentials = new Map<string, Credential>();
const tally = { tried: 0, failed: 0 };

beforeAll(async () => {
  const { key } = await app.community();
  const add = (name: string, credential: Credential) => credentials.set(name, credential);
  add('none', { headers: {}, scopes: undefined });
  add('no key', { headers: bearer('nonsense'), scopes: undefined });
  add('a key that nobody holds', { headers: bearer(newApiKey()), scopes: undefined });
  add('a token that nobody signed', { headers: bearer('eyJhbGciOiJub25lIn0.e30.'), scopes: undefined });
  add('a session that nobody signed', {
    headers: { ...HERE, Cookie: '__Host-rollcall=eyJhbGciOiJub25lIn0.e30.' },
    scopes: undefined,
  });
  for (const scope of SCOPES) {
    add(`scope ${scope}`, { headers: bearer(await app.apiKey(key, [scope])), scopes: [scope] });
  }
  for (const preset of PRESETS) {
    const answer = await app.post('/v2/community/api-keys', { key, body: { name: preset, preset } });
    add(`preset ${preset}`, { headers: bearer(answer.body.data.key), scopes: SCOPES_OF_PRESET[preset] });
  }
  add("another community's key", { headers: bearer((await app.community()).key), scopes: SCOPES });
  add('operator', { headers: bearer(ADMIN_TOKEN), scopes: undefined, isOperator: true });
  const revoked = await app.post('/v2/community/api-keys', { key, body: { name: 'x', scopes: ['admin'] } });
  await app.delete(`/v2/community/api-keys/${revoked.body.data.id}`, { key });
  add('a revoked key', { headers: bearer(revoked.body.data.key), scopes: undefined });
  const cookieOf = async (path: string, body: object) => {
    const answer = await app.post(path, { headers: HERE, body });
    return (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] as string;
  };
  const session = await cookieOf('/v2/community/console-session', { apiKey: key });
  add('console session', { headers: { ...HERE, Cookie: session }, scopes: SCOPES });
  add('console session from another origin', {
    headers: { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example', Cookie: session },
    scopes: undefined,
  });
  add("operator's session", {
    headers: { ...HERE, Cookie: await cookieOf('/admin/console-session', { adminToken: ADMIN_TOKEN }) },
    scopes: undefined,
    isOperator: true,
  });
});
afterAll(() => {
  // biome-ignore lint/suspicious/noConsole: what the run is for.
  console.log(`matrix: ${tally.tried} cells tried, ${tally.failed} failed`);
});

/** The refusal of a cell; undefined where the call is let in. */
const refusalOf = ({ access }: AnyOperation, { scopes, isOperator }: Credential): 401 | 403 | undefined => {
  if (access === 'public') return undefined;
  if (access === 'operator') return isOperator ? undefined : 401;
  if (scopes === undefined) return 401;
  return access === 'community' || scopes.includes(access.scope) ? undefined : 403;
};

const cells = families.flatMap((family) =>
  family.operations.map((operation): [string, Family, AnyOperation] => [
    docsOf(operation).operationId,
    family,
    operation,
  ]),
);

describe('each credential', () => {
  it.each(cells)('%s', async (_, family, operation) => {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (__, name: string) =>
      ['serverId', 'id', 'number'].includes(name) ? '1' : NIL,
    );
    for (const [name, credential] of credentials) {
      // Without the example's own key, where a family takes it from the body: the headers decide.
      const example = docsOf(operation).bodyExample;
      const body = family.keyInBody && typeof example === 'object' ? { ...example, key: undefined } : example;
      const { status } = await app.request(operation.method, path, {
        headers: credential.headers,
        ...(operation.body && { body }),
      });
      const refusal = refusalOf(operation, credential);
      tally.tried += 1;
      const isRight =
        operation.access === 'public'
          ? status < 500
          : refusal
            ? status === refusal
            : ![401, 403].includes(status) && status < 500;
      if (!isRight) tally.failed += 1;
      expect.soft({ name, isRight, status }).toEqual({ name, isRight: true, status });
    }
  });
});
