import { describe, expect, it } from 'vitest';
import { MINUTE, NIL, setUp } from '../helpers.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const START_STOP = '/servers/activity_tracker_start_stop';
const SERVER_START = '/servers/activity_tracker_server_start';

const setUpV1 = async (settings?: Record<string, unknown>) => {
  const { app, key } = await setUp(settings);
  const startStop = (data: unknown, more: Record<string, unknown> = {}) =>
    app.post(START_STOP, { body: { id: 'any', key, type: 'ACTIVITY_TRACKER_START_STOP', data, ...more } });
  const serverStart = (data: unknown, more: Record<string, unknown> = {}) =>
    app.post(SERVER_START, {
      body: { id: 'any', key, type: 'ACTIVITY_TRACKER_SERVER_START', data, ...more },
    });
  return { app, key, startStop, serverStart };
};

describe('start and stop', () => {
  it('answers with the row in the v1 envelope', async () => {
    const { app, startStop } = await setUpV1();
    const started = await startStop({ serverId: 1, accId: NIL, forceStart: true });
    expect(started.status).toBe(200);
    expect(started.headers.get('content-type')).toBe('application/json');
    expect(started.body).toEqual({
      success: true,
      data: {
        id: expect.stringMatching(UUID),
        status: true,
        accId: NIL,
        serverId: 1,
        start: '2026-04-15T00:00:00.000Z',
        end: null,
        clearReason: null,
        metadata: {},
      },
    });
    app.clock.advance(5 * MINUTE);
    const stopped = await startStop({ serverId: 1, accId: NIL, forceStop: true });
    expect(stopped.body).toEqual({
      success: true,
      data: { ...started.body.data, status: false, end: '2026-04-15T00:05:00.000Z' },
    });
    expect((await startStop({ serverId: 1, accId: NIL, forceStop: true })).body).toEqual({
      success: true,
      data: null,
    });
  });

  it('is the same session as in /v2', async () => {
    const { app, key, startStop } = await setUpV1();
    const started = await startStop([{ serverId: '7', discord: '42', forceStart: true }]);
    const { body } = await app.post('/v2/community/servers/7/activity', {
      key,
      body: { discord: '42', forceClear: true, clearReason: 'Went AFK' },
    });
    expect(body.data).toMatchObject({ id: started.body.data.id, status: false, clearReason: 'Went AFK' });
  });

  it('does what the flags of /v2 do', async () => {
    const { startStop } = await setUpV1();
    const toggle = { serverId: 1, username: 'ana' };
    expect((await startStop(toggle)).body.data.status).toBe(true);
    expect((await startStop(toggle)).body.data.status).toBe(false);
    const started = await startStop({ ...toggle, metadata: { job: 'medic' } });
    const cleared = await startStop({ ...toggle, forceClear: true, forceStart: true });
    expect(started.body.data.metadata).toEqual({ job: 'medic' });
    expect(cleared.body.data).toMatchObject({ status: true, metadata: {} });
    expect(cleared.body.data.id).not.toBe(started.body.data.id);
  });
});

describe('server start', () => {
  it('closes what is open and answers with it', async () => {
    const { app, startStop, serverStart } = await setUpV1();
    const { body } = await startStop({ serverId: 1, accId: NIL });
    app.clock.advance(MINUTE);
    expect((await serverStart({ serverId: 1 })).body).toEqual({
      success: true,
      data: [
        {
          ...body.data,
          status: false,
          end: '2026-04-15T00:01:00.000Z',
          clearReason: 'All server activity stopped that were in progress',
        },
      ],
    });
    expect((await serverStart([{ serverId: 1 }])).body).toEqual({ success: true, data: [] });
  });
});

const INSTANT = 'an ISO 8601 date-time with an offset, such as 2026-04-15T00:00:00Z';

describe('failures', () => {
  it('no key, or a wrong one: 401, and never a 400', async () => {
    const { app } = await setUpV1();
    const type = 'ACTIVITY_TRACKER_START_STOP';
    const wrong = `rc_${'0'.repeat(38)}`;
    for (const path of [START_STOP, SERVER_START]) {
      for (const body of [
        undefined,
        {},
        [],
        { type },
        { key: wrong, type },
        { key: 7 },
        { key: null, id: 'x' },
      ]) {
        const answer = await app.post(path, { body });
        expect([answer.status, answer.text], `${path} ${JSON.stringify(body)}`).toEqual([
          401,
          'INVALID API KEY',
        ]);
        expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
        expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      }
    }
  });

  it('takes the credential of the headers where the body has none', async () => {
    const { app, key } = await setUpV1();
    const body = { type: 'ACTIVITY_TRACKER_SERVER_START', data: { serverId: 1 } };
    expect((await app.post(SERVER_START, { key, body })).body).toEqual({ success: true, data: [] });
    expect((await app.post(SERVER_START, { headers: { 'X-API-Key': key }, body })).status).toBe(200);
    expect((await app.post(SERVER_START, { key, body: { ...body, key: 'wrong' } })).status).toBe(401);
  });

  it('a key without the scope: 403', async () => {
    const { app, key } = await setUpV1();
    const reader = await app.apiKey(key, ['sessions:read']);
    const answer = await app.post(SERVER_START, {
      body: { key: reader, type: 'ACTIVITY_TRACKER_SERVER_START', data: { serverId: 1 } },
    });
    expect([answer.status, answer.text]).toEqual([403, 'FORBIDDEN']);
  });

  it.each([undefined, null, 7, 'ACTIVITY_TRACKER_SERVER_START', 'activity_tracker_start_stop'])(
    'type %j: INVALID REQUEST TYPE',
    async (type) => {
      const { startStop } = await setUpV1();
      const answer = await startStop({ serverId: 1, accId: NIL }, { type });
      expect([answer.status, answer.text]).toEqual([400, 'INVALID REQUEST TYPE']);
    },
  );

  it('an unknown account, where accounts are not created on the spot: ACCOUNT_NOT_FOUND', async () => {
    const { startStop } = await setUpV1({ autoCreateAccounts: false });
    const answer = await startStop({ serverId: 1, username: 'Žofia' });
    expect([answer.status, answer.text]).toEqual([400, 'ACCOUNT_NOT_FOUND']);
    expect(answer.headers.get('x-error-detail')).toBe('There is no account ?ofia in this community.');
  });

  it.each([
    [undefined, 'data is required.'],
    ['x', 'data must be a JSON object.'],
    [[], 'data.serverId is required.'],
    [[{ serverId: 1, accId: NIL }, {}], 'data must be a JSON object, or an array with one.'],
    [
      { serverId: 1, accId: NIL, occurredAt: '2020-01-01T00:00:00Z' },
      'data.occurredAt must be at most 24 hours ago and at most 60 seconds ahead.',
    ],
    [{ serverId: 1, accId: NIL, occurredAt: '2020' }, `data.occurredAt must be ${INSTANT}.`],
    [{ accId: NIL }, 'data.serverId is required.'],
    [{ serverId: 0, accId: NIL }, 'data.serverId must be an integer of at least 1.'],
    [{ serverId: '1.5', accId: NIL }, 'data.serverId must be an integer of at least 1.'],
    [{ serverId: 1 }, 'data must name the account by one of accId, apiId, discord, uniqueId, username.'],
    [{ serverId: 1, accId: 'x' }, 'data.accId must be a UUID (8-4-4-4-12 hexadecimal digits).'],
    [
      { serverId: 1, accId: NIL, forceStop: true, forceStart: true },
      'data.forceStop cannot be combined with forceStart, forceClear.',
    ],
  ])('data %j: the log error, and what is wrong beside it', async (data, detail) => {
    const { app, key, startStop } = await setUpV1();
    const answer = await startStop(data);
    expect([answer.status, answer.text]).toEqual([400, 'ACTIVITY_TRACKER_START_STOP_LOG_ERROR']);
    expect(answer.headers.get('x-error-detail')).toBe(detail);
    const latest = await app.get(`/v2/community/accounts/${NIL}/activity/latest`, { key });
    expect(latest.status).toBe(404);
  });

  it('broken JSON, an unknown path, another method', async () => {
    const { app, key } = await setUpV1();
    const broken = await app.post(START_STOP, { key, body: '{"type":' });
    expect([broken.status, broken.text]).toEqual([400, 'ACTIVITY_TRACKER_START_STOP_LOG_ERROR']);
    const unknown = await app.post('/servers/gamestate', { key, body: {} });
    expect([unknown.status, unknown.text]).toEqual([404, 'NOT_FOUND']);
    const get = await app.get(START_STOP, { key });
    expect([get.status, get.text, get.headers.get('allow')]).toEqual([405, 'METHOD_NOT_ALLOWED', 'POST']);
  });
});

describe('what a client asks before anything else', () => {
  it('the edition: a digit as plain text; in /v2 an object', async () => {
    const { app, key } = await setUpV1();
    const v1 = await app.post('/general/get_sub_version', {
      body: { id: 'any', key, type: 'GET_SUB_VERSION', data: [] },
    });
    expect([v1.status, v1.headers.get('content-type'), v1.text]).toEqual([
      200,
      'text/plain; charset=UTF-8',
      '5',
    ]);
    const v2 = await app.get('/v2/community/sub-version', { key });
    expect([v2.status, v2.body]).toEqual([
      200,
      {
        success: true,
        data: { subVersion: 5, tier: 'SonoranOne' },
        meta: { timestamp: '2026-04-15T00:00:00.000Z', path: '/v2/community/sub-version' },
      },
    ]);
    expect((await app.post('/general/get_sub_version', { body: { type: 'GET_SUB_VERSION' } })).status).toBe(
      401,
    );
    const wrong = await app.post('/general/get_sub_version', { body: { key, type: 'NO_SUCH' } });
    expect([wrong.status, wrong.text]).toEqual([400, 'INVALID REQUEST TYPE']);
  });

  it('the servers, without an envelope', async () => {
    const { app, key } = await setUpV1();
    const servers = (data: unknown) =>
      app.post('/servers/get_game_servers', { body: { id: 'any', key, type: 'GET_GAME_SERVERS', data } });
    expect((await servers([])).body).toEqual({ servers: [] });
    await app.post('/v2/community/servers', { key, body: { servers: [{ id: 2, name: 'Two' }] } });
    expect((await servers({})).body).toEqual({ servers: [{ id: 2, name: 'Two', description: '' }] });
  });

  it.each(['/general/get_com_account', '/servers/full_whitelist', '/game/nothing', '/general', '/game'])(
    '%s, which is not here, is 404 in plain text',
    async (path) => {
      const { app, key } = await setUpV1();
      const { status, headers, text } = await app.post(path, {
        body: { id: 'any', key, type: 'ANY', data: [] },
      });
      expect([status, headers.get('content-type'), text]).toEqual([
        404,
        'text/plain; charset=UTF-8',
        'NOT_FOUND',
      ]);
    },
  );
});
