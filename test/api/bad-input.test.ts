import { beforeAll, describe, expect, it } from 'vitest';
import type { Services } from '../../src/core/context.ts';
import { type Answer, Harness } from '../harness.ts';
import { NIL } from '../helpers.ts';

const ACTIVITY = '/v2/community/servers/1/activity';
const app = new Harness();
let key: string;
beforeAll(async () => {
  key = (await app.community()).key;
});

const send = (body: string, path = ACTIVITY) => app.post(path, { key, body });
const latest = async () =>
  (await app.get(`/v2/community/accounts/${NIL}/activity/latest?limit=100`, { key })).body.data ?? [];

const expectProblem = (answer: Answer, status: number, code: string, path?: string) => {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toMatchObject({
    status,
    code,
    detail: answer.body.message,
    instance: expect.any(String),
  });
  if (path !== undefined)
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
};

describe('a body', () => {
  it.each([['{'], ['{"accId": }'], ["{'accId': 1}"], ['nope'], ['{"a":1}{"b":2}'], ['\u0000']])(
    'that is broken JSON (%j): 400',
    async (body) => expectProblem(await send(body), 400, 'MALFORMED_JSON'),
  );

  it('that is not UTF-8: 400', async () => {
    const response = await app.fetch(ACTIVITY, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}` },
      body: new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
    });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
      400,
      'MALFORMED_JSON',
    ]);
  });

  it.each([['null'], ['[]'], ['[{"accId":"x"}]'], ['7'], ['"text"'], ['true'], ['']])(
    'whose root is %j: 400',
    async (body) => expectProblem(await send(body), 400, 'VALIDATION_FAILED', ''),
  );

  it('of more than 1 MiB: 413, with and without Content-Length', async () => {
    const large = JSON.stringify({ accId: NIL, forceStart: true, padding: 'x'.repeat(1024 * 1024) });
    expectProblem(await send(large), 413, 'BODY_TOO_LARGE');
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        const bytes = new TextEncoder().encode(large);
        for (let at = 0; at < bytes.length; at += 65_536) controller.enqueue(bytes.subarray(at, at + 65_536));
        controller.close();
      },
    });
    const streamed = await app.fetch(ACTIVITY, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}` },
      body: stream,
    });
    expect(streamed.status).toBe(413);
    expect(await streamed.json()).toMatchObject({ code: 'BODY_TOO_LARGE' });
  });

  it('of just 1 MiB is read', async () => {
    const head = `{"accId":"${NIL}","forceStop":true,"padding":"`;
    const body = `${head}${'x'.repeat(1024 * 1024 - head.length - 2)}"}`;
    expect(body).toHaveLength(1024 * 1024);
    expect((await send(body)).status).toBe(200);
  });

  it('that is nested as deep as it can be: refused where it would be stored, ignored elsewhere', async () => {
    const deep = '['.repeat(400_000) + ']'.repeat(400_000);
    expectProblem(
      await send(`{"accId":"${NIL}","metadata":{"a":${deep}}}`),
      400,
      'VALIDATION_FAILED',
      'metadata',
    );
    const shallowEnough = '['.repeat(1000) + ']'.repeat(1000);
    const refused = await send(`{"accId":"${NIL}","metadata":{"a":${shallowEnough}}}`);
    expectProblem(refused, 400, 'VALIDATION_FAILED', 'metadata');
    expect(refused.body.errors[0].message).toBe('must be nested at most 64 levels deep');
    expect((await send(`{"accId":"${NIL}","forceStop":true,"extra":${deep}}`)).status).toBe(200);
  });
});

describe('a field', () => {
  it.each([
    ['{"accId":"not-a-uuid"}', 'accId'],
    ['{"accId":7}', 'accId'],
    ['{"accId":"0000000000000000000000000000000"}', 'accId'],
    ['{"discord":123456789012345678}', 'discord'],
    [`{"apiId":"${'x'.repeat(129)}"}`, 'apiId'],
    ['{"apiId":"a\\u0000b"}', 'apiId'],
    ['{"apiId":"\\ud800"}', 'apiId'],
    ['{"username":7}', 'username'],
    ['{"uniqueId":1.5}', 'uniqueId'],
    ['{"uniqueId":9007199254740993}', 'uniqueId'],
    ['{"uniqueId":1e400}', 'uniqueId'],
    ['{"uniqueId":true}', 'uniqueId'],
    ['{"apiId":{"toString":"x"}}', 'apiId'],
    [`{"accId":"${NIL}","forceStart":"true"}`, 'forceStart'],
    [`{"accId":"${NIL}","forceStop":1}`, 'forceStop'],
    [`{"accId":"${NIL}","metadata":"x"}`, 'metadata'],
    [`{"accId":"${NIL}","metadata":[1]}`, 'metadata'],
    [`{"accId":"${NIL}","metadata":{"a":"${'x'.repeat(4096)}"}}`, 'metadata'],
    [`{"accId":"${NIL}","clearReason":"${'x'.repeat(201)}"}`, 'clearReason'],
    [`{"accId":"${NIL}","clearReason":"\\udc00"}`, 'clearReason'],
  ])('%s: 400 that names it', async (body, path) =>
    expectProblem(await send(body), 400, 'VALIDATION_FAILED', path),
  );

  it('each bad one is named, and nothing is recorded', async () => {
    const answer = await send(`{"accId":"${NIL}","discord":5,"forceStart":"yes","metadata":3}`);
    expect(answer.body.errors).toEqual([
      { path: 'discord', message: 'must be of type string' },
      { path: 'forceStart', message: 'must be of type boolean' },
      { path: 'metadata', message: 'must be a JSON object' },
    ]);
    expect(answer.body.detail).toBe('discord must be of type string.');
  });

  it('a missing body, or one that is no object, is named once', async () => {
    expect((await send('')).body.errors).toEqual([{ path: '', message: 'is required' }]);
    expect((await send(`[{"accId":"${NIL}"}]`)).body.errors).toEqual([
      { path: '', message: 'must be a JSON object' },
    ]);
    const nobody = 'must name the account by one of accId, apiId, discord, uniqueId, username';
    expect((await send('[]')).body.errors).toEqual([{ path: '', message: nobody }]);
  });

  it('that is too large a number is told how large it can be', async () => {
    const tooLarge = await send('{"uniqueId":9007199254740993}');
    expect(tooLarge.body.detail).toBe(
      'uniqueId must be a string, or an integer from -9007199254740991 to 9007199254740991.',
    );
    const server = (id: string) => send(`{"accId":"${NIL}"}`, `/v2/community/servers/${id}/activity`);
    expect((await server('9007199254740993')).body.detail).toBe(
      'serverId must be an integer from 1 to 9007199254740991.',
    );
    expect((await server('0')).body.detail).toBe('serverId must be an integer of at least 1.');
  });

  it('unknown flags and dangerous keys are ignored, and never written', async () => {
    const before = await latest();
    const answer = await send(
      `{"accId":"${NIL}","forceStart":true,"forceEverything":true,"__proto__":{"forceStop":true},"constructor":1,
        "metadata":{"__proto__":{"admin":true},"ok":"\\u0000\\ud800"}}`,
    );
    expect(answer.status).toBe(200);
    expect(answer.body.data.status).toBe(true);
    expect(Object.keys(answer.body.data)).toEqual([
      'id',
      'status',
      'accId',
      'serverId',
      'start',
      'end',
      'clearReason',
      'metadata',
    ]);
    expect(answer.text).toContain('"ok":"\\u0000\\ud800"');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(await latest()).toHaveLength(before.length + 1);
  });

  it('is explained in Spanish to who asks for it', async () => {
    const { headers, body } = await app.post(ACTIVITY, {
      key,
      headers: { 'Accept-Language': 'es-MX,es;q=0.9,en;q=0.5' },
      body: { accId: 'x' },
    });
    expect(headers.get('content-language')).toBe('es');
    expect(body.detail).toBe('accId debe ser un UUID (8-4-4-4-12 dígitos hexadecimales).');
  });
});

describe('a path', () => {
  it.each(['0', '-1', '1.5', '1e3', '+5', '01', 'x', '9007199254740993', '%20', '%00', "1'--"])(
    'with the server id %s: 400',
    async (serverId) =>
      expectProblem(
        await send(`{"accId":"${NIL}"}`, `/v2/community/servers/${serverId}/activity`),
        400,
        'VALIDATION_FAILED',
        'serverId',
      ),
  );

  it('with an account id that is none: 400', async () => {
    expectProblem(
      await app.get('/v2/community/accounts/%ff/activity/latest', { key }),
      400,
      'VALIDATION_FAILED',
      'accountId',
    );
  });
});

describe('when D1 is not there', () => {
  const broken = new Harness({
    overrides: {
      db: new Proxy({} as Services['db'], {
        get: () => {
          throw new Error('D1_ERROR: malformed secrets');
        },
      }),
    },
  });

  it('an operation answers 500 with the request id and nothing of the inside', async () => {
    const answer = await broken.post(ACTIVITY, {
      key,
      body: {},
      expectsDefect: true,
    });
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({
      code: 'INTERNAL_ERROR',
      requestId: answer.headers.get('x-request-id'),
    });
    expect(answer.text).not.toContain('secrets');
    expect(broken.logs[0]).toMatchObject({ event: 'defect', requestId: answer.body.requestId });
  });

  it('the health check says so', async () => {
    const answer = await broken.request('GET', '/healthz', { expectsDefect: true });
    expect([answer.status, answer.body]).toEqual([503, { status: 'unavailable' }]);
    const healthy = await app.measure(() => app.get('/healthz'));
    expect([healthy.result.status, healthy.result.body, healthy.trips]).toEqual([200, { status: 'ok' }, 1]);
  });
});
