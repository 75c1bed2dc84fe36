/**
 * What the public clients of the tracker's API send, request by request and in their order, from their start to a stop;
 * and what each of them reads of the answers. The same was tried with the clients themselves: docs/clients.md.
 */
import { describe, expect, it } from 'vitest';
import type { Answer } from '../harness.ts';
import { MINUTE, setUp } from '../helpers.ts';

/** An app, and the key that such a client is given. */
const setUpClient = async () => {
  const { app, key } = await setUp();
  const { body } = await app.post('/v2/community/api-keys', {
    key,
    body: { name: 'Game server', preset: 'game-server' },
  });
  return { app, adminKey: key, key: body.data.key as string };
};

describe("the vendor's game-server resource (Lua)", () => {
  /** As its HTTP helper sends: JSON of Lua, where an empty table is `[]`, and nothing at all for no body. */
  const connect = async () => {
    const { app, adminKey, key } = await setUpClient();
    const send = async (method: string, path: string, body?: string): Promise<Answer> => {
      app.clock.advance(1000);
      return app.request(method, `/v2/community/${path}`, {
        headers: {
          Authorization: `Bearer ${key}`,
          Accept: 'application/json',
          'X-User-Agent': 'SonoranCAD',
          ...(method !== 'GET' && { 'Content-Type': 'application/json' }),
        },
        ...(method !== 'GET' && { body: body ?? '' }),
      });
    };
    return { app, adminKey, send };
  };
  const MAY_GO_ON = [200, 201, 204];

  it('starts, sees a player come and go twice, and never sets its error flag', async () => {
    const { app, adminKey, send } = await connect();
    // The resource starts: no session of before is open any more.
    const reset = await send('POST', 'servers/1/activity/start');
    expect([reset.status, reset.body.data]).toEqual([200, []]);
    // It says which framework it has; this is not here, and that ends nothing: no 400 that speaks of key or community.
    const type = await send('PATCH', 'servers/1/type', '[]');
    expect([type.status, type.body.detail]).toEqual([404, 'There is nothing at this path.']);
    const version = await send('GET', 'sub-version');
    expect(MAY_GO_ON).toContain(version.status);
    expect(Number(version.body.data.subVersion)).toBe(5);
    // It names itself, where its number is not in the list.
    const servers = await send('GET', 'servers');
    expect(servers.body.data.servers.map(({ id }: { id: number }) => String(id))).not.toContain('1');
    const added = await send(
      'POST',
      'servers',
      '{"servers":[{"id":1,"name":"My Game Server","description":"Auto-created","ip":null,"port":30120,"type":"none"}]}',
    );
    expect(MAY_GO_ON).toContain(added.status);
    const pairs =
      '{"identifiers":[{"type":"hwid","value":"deadbeef"},{"type":"ip","value":"192.0.2.1"},{"type":"license","value":"aa11"},{"type":"steam","value":"110000100000001"},{"type":"discord","value":"111"},{"type":"fivem","value":"7"}]}';
    // The first time it connects, nobody knows the player yet, and the resource goes on without its identifiers.
    const unknown = await send('GET', 'accounts/search?discord=111');
    expect([unknown.status, unknown.body.data.items]).toEqual([200, []]);
    const joined = await send('POST', 'servers/1/activity', '{"discord":"111","forceStart":true}');
    expect([joined.status, joined.body.data.status]).toEqual([200, true]);
    app.clock.advance(5 * MINUTE);
    const left = await send('POST', 'servers/1/activity', '{"discord":"111","forceStop":true}');
    expect(left.body.data).toMatchObject({ id: joined.body.data.id, status: false });
    // The second time it is found, as exactly one, and what the platform knows is registered.
    const known = await send('GET', 'accounts/search?discord=111');
    expect(known.body.data.items).toHaveLength(1);
    const { accId } = known.body.data.items[0];
    const registered = await send('POST', `accounts/${accId}/identifiers`, pairs);
    expect([registered.status, registered.body.data]).toEqual([
      201,
      [
        { type: 'license', value: 'aa11' },
        { type: 'steam', value: '110000100000001' },
        { type: 'discord', value: '111' },
        { type: 'fivem', value: '7' },
      ],
    ]);
    expect((await send('POST', 'servers/1/activity', '{"discord":"111","forceStart":true}')).status).toBe(
      200,
    );
    // It starts anew: its number is in the list now, with one who is on; the reset answers that session.
    const again = await send('GET', 'servers');
    expect(again.body.data.servers).toMatchObject([{ id: 1, name: 'My Game Server', open: 1 }]);
    expect((await send('POST', 'servers/1/activity/start')).body.data).toHaveLength(1);
    const sessions = await app.get(`/v2/community/accounts/${accId}/activity/latest`, { key: adminKey });
    expect(sessions.body.data).toHaveLength(2);
  });

  it('a player without the identifier that is set gets an error that ends nothing', async () => {
    const { send } = await connect();
    const search = await send('GET', 'accounts/search');
    const start = await send('POST', 'servers/1/activity', '{"forceStart":true}');
    for (const { status, body } of [search, start]) {
      expect(status).toBe(400);
      expect(body.detail).not.toMatch(
        /INVALID COMMUNITY ID|INVALID API KEY|IS NOT ENABLED FOR THIS COMMUNITY/,
      );
    }
  });

  it('its older calls, with the key in the body', async () => {
    const { app, key } = await setUpClient();
    const call = (path: string, type: string, data: unknown) =>
      app.post(path, { body: { id: 'my-community', key, serverId: 1, data, type } });
    expect((await call('/general/get_sub_version', 'GET_SUB_VERSION', [])).text.slice(0, 1)).toBe('5');
    expect((await call('/servers/get_game_servers', 'GET_GAME_SERVERS', [])).body).toEqual({ servers: [] });
    const data = {
      discord: '111',
      identifiers: [
        { type: 'license', value: 'aa11' },
        { type: 'ip', value: '1' },
      ],
    };
    const early = await call('/game/identifiers', 'IDENTIFIERS', data);
    expect([early.status, early.text]).toEqual([400, 'ACCOUNT_NOT_FOUND']);
    await call('/servers/activity_tracker_start_stop', 'ACTIVITY_TRACKER_START_STOP', {
      serverId: 1,
      discord: '111',
      forceStart: true,
    });
    const registered = await call('/game/identifiers', 'IDENTIFIERS', data);
    expect([registered.status, registered.body]).toEqual([
      201,
      { success: true, data: [{ type: 'license', value: 'aa11' }] },
    ]);
    for (const path of ['/servers/gamestate', '/general/get_departments', '/events/rsvp']) {
      expect((await call(path, 'ANY', [])).status).toBe(404);
    }
  });
});

describe('the JavaScript SDK', () => {
  it('is set up, and does in a row what it can', async () => {
    const { app, key } = await setUpClient();
    const old = (path: string, type: string) =>
      app.post(path, {
        headers: { 'Content-Type': 'application/json' },
        body: { id: 'my-community', key, type, data: [] },
      });
    // From its constructor: an error here ends the program.
    const version = await old('/general/get_sub_version', 'GET_SUB_VERSION');
    expect([version.status, Number.parseInt(version.text, 10)]).toEqual([200, 5]);
    const servers = await old('/servers/get_game_servers', 'GET_GAME_SERVERS');
    expect(servers.headers.get('content-type')).toMatch(/^application\/json/);
    expect(servers.body.servers).toEqual([]);

    const call = (method: string, path: string, body?: unknown) =>
      app.request(method, `/v2/community/${path}`, {
        headers: {
          Accept: 'application/json',
          Authorization: `Bearer ${key}`,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body }),
      });
    /** It takes any 2xx as success, and reads `data`. */
    const data = async (method: string, path: string, body?: unknown) => {
      const answer = await call(method, path, body);
      expect([path, Math.floor(answer.status / 100)]).toEqual([path, 2]);
      return answer.body.data;
    };
    expect(await data('GET', 'sub-version')).toEqual({ subVersion: 5, tier: 'SonoranOne' });
    expect(await data('POST', 'servers/1/activity/start', {})).toEqual([]);
    const started = await data('POST', 'servers/1/activity', {
      discord: '222',
      username: 'Bo',
      forceStart: true,
    });
    const { items } = await data('GET', 'accounts/search?discord=222');
    const [{ accId }] = items;
    expect(items).toMatchObject([
      { accId: started.accId, accName: 'Bo', discordId: '222', activeApiIds: [] },
    ]);
    const pairs = [{ type: 'roblox', value: '987' }];
    expect(await data('POST', `accounts/${accId}/identifiers`, { identifiers: pairs })).toEqual(pairs);
    const identifiers = await data('GET', `accounts/${accId}/identifiers`);
    expect(identifiers.map(({ type }: { type: string }) => type)).toEqual(['accId', 'discord', 'roblox']);
    const account = await data('GET', `accounts/${accId}`);
    expect(account.identifiers.idents).toEqual(identifiers);
    expect(account).toMatchObject({ ranks: [], profileFields: { data: [] }, clockData: { data: [] } });
    expect(await data('GET', 'accounts/discord/222')).toEqual(account);
    expect((await data('GET', 'accounts?skip=0&take=5')).total).toBe(1);
    await data('POST', 'servers', { servers: [{ id: 2, name: 'Second', description: 'x' }] });
    expect((await data('PUT', 'servers', { servers: [{ id: 1, name: 'Main' }] })).servers).toHaveLength(1);
    expect((await data('GET', 'servers')).servers).toMatchObject([{ id: 1, name: 'Main' }]);
    const stopped = await data('POST', 'servers/1/activity', { discord: '222', forceStop: true });
    expect(stopped).toMatchObject({ id: started.id, status: false });
    expect(await data('GET', `accounts/${accId}/activity/latest?type=activity`)).toMatchObject([
      { id: started.id },
    ]);
    // What is not here: it reads `message` as the reason, and goes on.
    for (const [method, path] of [
      ['GET', 'departments'],
      ['GET', 'sessions/current?serverId=1'],
      ['GET', `accounts/${accId}/ranks`],
      ['PATCH', `accounts/${accId}/name`],
      ['POST', `accounts/${accId}/clock`],
      ['GET', 'servers/1/ace-config'],
    ] as const) {
      const answer = await call(method, path, method === 'GET' ? undefined : {});
      expect([path, answer.status, answer.body.message]).toEqual([
        path,
        404,
        'There is nothing at this path.',
      ]);
    }
    const account1 = await old('/general/get_com_account', 'GET_COM_ACCOUNT');
    expect([account1.status, account1.text]).toEqual([404, 'NOT_FOUND']);
  });
});

describe('the Python, C# and Lua SDKs', () => {
  it('start and stop by the account id, and read the whole envelope', async () => {
    const { app, key } = await setUpClient();
    // They send `Accept` and a body of JSON, and Python's urllib names itself.
    const call = (body: unknown) =>
      app.post('/v2/community/servers/1/activity', {
        key,
        headers: {
          Accept: 'application/json',
          'Content-Type': 'application/json',
          'User-Agent': 'Python-urllib/3.12',
        },
        body,
      });
    const accId = '00000000-0000-0000-0000-000000000000';
    const started = await call({ accId, forceStart: true });
    expect(Object.keys(started.body)).toEqual(['success', 'data', 'meta']);
    expect(Object.keys(started.body.data)).toEqual([
      'id',
      'status',
      'accId',
      'serverId',
      'start',
      'end',
      'clearReason',
      'metadata',
    ]);
    app.clock.advance(MINUTE);
    const stopped = await call({ accId, forceStop: true });
    expect(stopped.body.data).toMatchObject({ id: started.body.data.id, status: false });
  });
});
