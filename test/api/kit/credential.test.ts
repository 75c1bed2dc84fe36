/** docs/contracts.md, "Credentials". */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Harness } from '../../harness.ts';
import { setUp } from '../../helpers.ts';

const PATH = '/v2/community/api-keys';
const BASIC = ', Basic realm="rollcall", charset="UTF-8"';
const WRONG = `rc_${'0'.repeat(38)}`;
const basic = (pair: string) => `Basic ${btoa(pair)}`;

let app: Harness;
let key: string;
beforeAll(async () => {
  ({ app, key } = await setUp());
});

const ask = (headers: Record<string, string>) => app.get(PATH, { headers });

describe('a credential', () => {
  it.each<[string, (key: string) => Record<string, string>]>([
    ['Bearer', (good) => ({ Authorization: `Bearer ${good}` })],
    ['bearer, in small letters', (good) => ({ Authorization: `bearer  ${good} ` })],
    ['the password of Basic', (good) => ({ Authorization: basic(`x:${good}`) })],
    ['the user of Basic without a password', (good) => ({ Authorization: basic(`${good}:`) })],
    ['Basic without a colon', (good) => ({ Authorization: basic(good) })],
    ['X-API-Key', (good) => ({ 'X-API-Key': good })],
    ['X-API-Key beside an empty Bearer', (good) => ({ Authorization: 'Bearer ', 'X-API-Key': good })],
    ['X-API-Key beside an unknown scheme', (good) => ({ Authorization: 'Digest x', 'X-API-Key': good })],
    ['X-API-Key beside a Basic that is none', (good) => ({ Authorization: 'Basic ???', 'X-API-Key': good })],
    ['X-API-Key beside Basic without a colon', (good) => ({ Authorization: basic('me'), 'X-API-Key': good })],
    ['X-API-Key beside a bare key', (good) => ({ Authorization: good, 'X-API-Key': good })],
  ])('%s: 200', async (_, headers) => {
    expect((await ask(headers(key))).status).toBe(200);
  });

  it.each<[string, Record<string, string>, string]>([
    ['none', {}, `Bearer realm="rollcall"${BASIC}`],
    [
      'a wrong bearer token',
      { Authorization: `Bearer ${WRONG}` },
      `Bearer realm="rollcall", error="invalid_token"${BASIC}`,
    ],
    [
      'a wrong access token',
      { Authorization: 'Bearer eyJ9.eyJ9.x' },
      `Bearer realm="rollcall", error="invalid_token"${BASIC}`,
    ],
    ['a wrong password', { Authorization: basic(`x:${WRONG}`) }, `Bearer realm="rollcall"${BASIC}`],
    ['a wrong X-API-Key', { 'X-API-Key': WRONG }, `Bearer realm="rollcall"${BASIC}`],
    [
      'a script of a page',
      { 'Sec-Fetch-Mode': 'cors', Authorization: 'Bearer x' },
      'Bearer realm="rollcall", error="invalid_token"',
    ],
  ])('%s: 401 with its challenge, and never 400', async (_, headers, challenge) => {
    const answer = await ask(headers);
    expect([answer.status, answer.body.code, answer.headers.get('www-authenticate')]).toEqual([
      401,
      'UNAUTHENTICATED',
      challenge,
    ]);
  });

  it('that is a key without its scheme: 401 with a hint, in both languages', async () => {
    const hint = await ask({ Authorization: key });
    expect([hint.status, hint.body.code, hint.body.detail]).toEqual([
      401,
      'UNAUTHENTICATED',
      'The Authorization header has no scheme: write "Bearer " in front of the key.',
    ]);
    const spanish = await app.get(PATH, { headers: { Authorization: key, 'Accept-Language': 'es' } });
    expect(spanish.body.detail).toBe(
      'A la cabecera Authorization le falta el esquema: escriba "Bearer " delante de la clave.',
    );
  });

  it('without the scope: 403, which names it', async () => {
    const reader = await app.apiKey(key, ['sessions:read']);
    const { status, headers } = await ask({ Authorization: `Bearer ${reader}` });
    expect([status, headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer realm="rollcall", error="insufficient_scope", scope="admin"',
    ]);
  });
});
