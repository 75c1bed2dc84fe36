import { describe, expect, it } from 'vitest';
import type { Answer, Harness } from '../harness.ts';
import { MINUTE, NIL, setUp } from '../helpers.ts';

const ANA = '11111111-1111-4111-8111-111111111111';
const BO = '22222222-2222-4222-8222-222222222222';
const ACCOUNTS = '/v2/community/accounts';

const setUpAccounts = async (settings?: Record<string, unknown>) => {
  // Webhooks reach nobody.
  const overrides = { fetch: async () => new Response(null, { status: 204 }) };
  const { app, rowId: communityId, key, record, latest } = await setUp(settings, { overrides });
  const get = (path: string) => app.get(`${ACCOUNTS}${path}`, { key });
  const erase = (accId: string, query = '') => app.delete(`${ACCOUNTS}/${accId}${query}`, { key });
  const merge = (accId: string, into: unknown) =>
    app.post(`${ACCOUNTS}/${accId}/merge`, { key, body: { into } });
  const add = (accId: string, identifiers: unknown) =>
    app.post(`${ACCOUNTS}/${accId}/identifiers`, { key, body: { identifiers } });
  return { app, communityId, key, record, get, latest, erase, merge, add };
};

const everything = { accId: ANA, apiId: 'steam:1', discord: '42', uniqueId: 1001, username: 'Ana' };
const account = {
  accId: ANA,
  name: 'Ana',
  uniqueId: 1001,
  accName: 'Ana',
  comName: 'Ana',
  activeApiIds: ['steam:1'],
  discordId: '42',
  sysStatus: true,
  comStatus: true,
  archived: false,
  banned: false,
  teamspeakId: null,
};
const nameless = {
  ...account,
  name: null,
  uniqueId: null,
  accName: null,
  comName: null,
  activeApiIds: [],
  discordId: null,
};
/** An identifier as the source lists it. */
const entity = (accId: string, type: string, value: string) => ({
  id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
  accId,
  type,
  value,
  refCount: 1,
  verified: true,
  metadata: {},
  flagId: null,
  createdAt: '2026-04-15T00:00:00.000Z',
  updatedAt: null,
});
const entities = [
  entity(ANA, 'accId', ANA),
  entity(ANA, 'apiId', 'steam:1'),
  entity(ANA, 'discord', '42'),
  entity(ANA, 'uniqueId', '1001'),
];
const details = {
  joinDate: '2026-04-15T00:00:00.000Z',
  lastLogin: '2026-04-15T00:00:00.000Z',
  owner: false,
  names: [{ name: 'Ana', since: '2026-04-15T00:00:00.000Z' }],
  identifiers: { idents: entities },
  conflicts: [],
  ranks: [],
  profileFields: { data: [] },
  clockData: { data: [] },
};

describe('list', () => {
  it("answers in the public clients' shape", async () => {
    const { record, get } = await setUpAccounts();
    await record(everything);
    await record({ accId: BO });
    const { status, body } = await get('?skip=0&take=25&sysStatus=true');
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      data: { items: [account, { ...nameless, accId: BO }], nextCursor: null, total: 2, skip: 0, take: 25 },
      meta: { timestamp: '2026-04-15T00:00:00.000Z', path: ACCOUNTS },
    });
  });

  it('pages by skip and take, and on by cursor', async () => {
    const { record, get } = await setUpAccounts();
    const ids = Array.from({ length: 7 }, (_, n) => `0000000${n}-0000-4000-8000-000000000000`);
    for (const accId of ids) await record({ accId });
    const idsOf = ({ body }: Answer) => body.data.items.map(({ accId }: { accId: string }) => accId);
    const second = await get('?skip=2&take=2');
    expect(idsOf(second)).toEqual(ids.slice(2, 4));
    expect(second.body.data).toMatchObject({ total: 7, skip: 2, take: 2 });
    const third = await get(`?take=2&cursor=${second.body.data.nextCursor}`);
    expect(idsOf(third)).toEqual(ids.slice(4, 6));
    const last = await get(`?take=2&cursor=${third.body.data.nextCursor}`);
    expect(last.body.data).toEqual({ items: [{ ...nameless, accId: ids[6] }], nextCursor: null });
    expect((await get('?skip=7')).body.data).toEqual({
      items: [],
      nextCursor: null,
      total: 7,
      skip: 7,
      take: 25,
    });
  });

  it('knows no banned, archived or suspended accounts', async () => {
    const { record, get } = await setUpAccounts();
    await record(everything);
    for (const filter of ['sysStatus=false', 'comStatus=false', 'banned=true', 'archived=true']) {
      expect((await get(`?${filter}`)).body.data).toEqual({
        items: [],
        nextCursor: null,
        total: 0,
        skip: 0,
        take: 25,
      });
    }
    const all = 'sysStatus=true&comStatus=true&banned=false&archived=false';
    expect((await get(`?${all}`)).body.data.total).toBe(1);
  });

  it.each([
    ['take=0', 'take', 'must be an integer from 1 to 1000'],
    ['take=1001', 'take', 'must be an integer from 1 to 1000'],
    ['skip=-1', 'skip', 'must be an integer of at least 0'],
    ['banned=maybe', 'banned', 'must be one of true, false'],
    ['skip=1&cursor=x', 'cursor', 'cannot be combined with skip'],
  ])('%s: 400', async (query, path, message) => {
    const { get } = await setUpAccounts();
    const { status, body } = await get(`?${query}`);
    expect([status, body.errors]).toEqual([400, [{ path, message }]]);
  });

  it("a cursor of another community's list: 400", async () => {
    const ours = await setUpAccounts();
    const theirs = await setUpAccounts();
    for (const { record } of [ours, theirs]) {
      await record({ accId: ANA });
      await record({ accId: BO });
    }
    const { body } = await theirs.get('?take=1');
    const answer = await ours.get(`?cursor=${body.data.nextCursor}`);
    expect([answer.status, answer.body.code]).toEqual([400, 'INVALID_CURSOR']);
    expect((await theirs.get(`?cursor=${body.data.nextCursor}`)).status).toBe(200);
  });
});

describe('search', () => {
  it.each([
    `accId=${ANA}`,
    `accountId=${ANA.toUpperCase()}`,
    'apiId=steam:1',
    'discord=42',
    'uniqueId=1001',
    'username=Ana',
  ])('%s finds the account', async (query) => {
    const { record, get } = await setUpAccounts();
    await record(everything);
    await record({ username: 'Anabel', discord: '420' });
    expect((await get(`/search?${query}`)).body.data).toEqual({ items: [account], total: 1 });
  });

  it('finds nothing: an empty list', async () => {
    const { record, get } = await setUpAccounts();
    await record(everything);
    for (const query of ['username=bo', 'discord=1001', `accId=${NIL}`]) {
      expect((await get(`/search?${query}`)).body.data).toEqual({ items: [], total: 0 });
    }
  });

  it.each(['', '?username=Ana&discord=42', '?name=Ana'])('%j: 400', async (query) => {
    const { get } = await setUpAccounts();
    const { status, body } = await get(`/search${query}`);
    expect([status, body.errors]).toEqual([
      400,
      [
        {
          path: 'query',
          message: 'must have exactly one of accId, accountId, apiId, discord, uniqueId, username',
        },
      ],
    ]);
  });
});

describe('one account', () => {
  it('is read with its identifiers', async () => {
    const { app, record, get } = await setUpAccounts();
    await record(everything);
    app.clock.advance(5 * MINUTE);
    await record({ accId: ANA });
    expect((await get(`/${ANA}`)).body.data).toEqual({ ...account, ...details });
    expect((await get(`/${ANA}/identifiers`)).body.data).toEqual(entities);
    expect((await get('/discord/42')).body.data).toEqual({ ...account, ...details });
    expect((await get('/discord/1001')).body.code).toBe('ACCOUNT_NOT_FOUND');
  });

  it("keeps a text that is no number as it is, and another community's account apart", async () => {
    const ours = await setUpAccounts();
    const theirs = await setUpAccounts();
    for (const [uniqueId, value] of [
      ['0042', '0042'],
      [-7, -7],
      ['99999999999999999999', '99999999999999999999'],
    ]) {
      const { body } = await ours.record({ uniqueId, forceStart: true });
      expect((await ours.get(`/${body.data.accId}`)).body.data.uniqueId).toBe(value);
      expect((await theirs.get(`/${body.data.accId}`)).status).toBe(404);
    }
  });

  it('unknown: 404 everywhere, and nothing is written', async () => {
    const { get, erase, merge, add, record } = await setUpAccounts();
    await record({ accId: BO });
    const answers = [
      await get(`/${ANA}`),
      await get(`/${ANA}/identifiers`),
      await add(ANA, [{ type: 'discord', value: '42' }]),
      await erase(ANA),
      await erase(ANA, '?sessions=true'),
      await merge(ANA, BO),
      await merge(BO, ANA),
    ];
    for (const { status, body } of answers) {
      expect([status, body.code, body.detail]).toEqual([
        404,
        'ACCOUNT_NOT_FOUND',
        `There is no account ${ANA} in this community.`,
      ]);
    }
    expect((await get('/search?discord=42')).body.data.total).toBe(0);
    expect((await get(`/${BO}`)).status).toBe(200);
  });

  it('a path that is no UUID: 400', async () => {
    const { get } = await setUpAccounts();
    const { status, body } = await get('/1');
    expect([status, body.errors]).toEqual([
      400,
      [{ path: 'accountId', message: 'must be a UUID (8-4-4-4-12 hexadecimal digits)' }],
    ]);
  });
});

describe('adding identifiers', () => {
  it('registers what a platform knows, and a name as the name', async () => {
    const { record, get, add } = await setUpAccounts();
    const { body } = await record({ discord: '42' });
    const { accId } = body.data;
    const pairs = [
      { type: 'username', value: 'Ana' },
      { type: 'uniqueId', value: 7 },
      { type: 'discord', value: '42' },
      { type: 'steam', value: '110000112345678' },
      { type: 'license2', value: 'f00' },
      { type: 'roblox', value: '987654321' },
      { type: 'roblox', value: '987654321' },
    ];
    const added = await add(accId, pairs);
    expect([added.status, added.body]).toEqual([
      201,
      {
        success: true,
        data: pairs.slice(0, 6).map(({ type, value }) => ({ type, value: String(value) })),
        meta: { timestamp: '2026-04-15T00:00:00.000Z', path: `${ACCOUNTS}/${accId}/identifiers` },
      },
    ]);
    expect((await record({ uniqueId: '7' })).body.data).toMatchObject({ accId, status: false });
    expect((await get(`/${accId}`)).body.data).toMatchObject({ name: 'Ana', uniqueId: 7, discordId: '42' });
    expect((await get(`/${accId}/identifiers`)).body.data).toEqual([
      entity(accId, 'accId', accId),
      entity(accId, 'discord', '42'),
      entity(accId, 'license2', 'f00'),
      entity(accId, 'roblox', '987654321'),
      entity(accId, 'steam', '110000112345678'),
      entity(accId, 'uniqueId', '7'),
    ]);
  });

  it('a bad pair, or one that another account has, costs none of the others', async () => {
    const { record, get, add } = await setUpAccounts();
    await record({ accId: ANA, discord: '42' });
    await record({ accId: BO });
    const answer = await add(BO, [
      { type: 'discord', value: '42' },
      { type: 'discord' },
      'discord',
      null,
      { type: 'accId', value: NIL },
      { type: 'called', value: '1 Bo' },
      { type: 'no such type!', value: '1' },
      { type: 'xbl', value: 'x'.repeat(129) },
      { type: 'xbl', value: '' },
      { type: 'xbl', value: '9' },
      { type: 'username', value: 'x'.repeat(200) },
    ]);
    expect(answer.status).toBe(201);
    expect(answer.body.data).toEqual([
      { type: 'xbl', value: '9' },
      { type: 'username', value: 'x'.repeat(128) },
    ]);
    expect(answer.body.meta.refused).toEqual([{ type: 'discord', value: '42', accId: ANA }]);
    expect((await get(`/${BO}`)).body.data.conflicts).toEqual([
      { type: 'discord', value: '42', accId: ANA, seenAt: '2026-04-15T00:00:00.000Z' },
    ]);
    expect((await get('/search?discord=42')).body.data.items[0].accId).toBe(ANA);
  });

  it('of addresses and hardware nothing is stored', async () => {
    const { app, record, add } = await setUpAccounts();
    await record({ accId: ANA });
    const answer = await add(ANA, [
      { type: 'ip', value: '192.0.2.77' },
      { type: 'hwid', value: 'c0ffee-hwid' },
      { type: 'HWID', value: 'c0ffee-hwid' },
      { type: 'fivem', value: '3' },
    ]);
    expect([answer.status, answer.body.data]).toEqual([201, [{ type: 'fivem', value: '3' }]]);
    expect(answer.body.meta.refused).toBe(undefined);
    for (const table of await tablesOf(app)) {
      const { results } = await app.services.db.$client.prepare(`SELECT * FROM ${table}`).all();
      expect(JSON.stringify(results), table).not.toMatch(/192\.0\.2\.77|c0ffee-hwid/);
    }
  });

  it('pages through many', async () => {
    const { app, key, record, add } = await setUpAccounts();
    await record({ accId: ANA });
    const ids = Array.from({ length: 100 }, (_, n) => `id ${String(n).padStart(2, '0')}`);
    await add(
      ANA,
      ids.map((value) => ({ type: 'apiId', value })),
    );
    const seen = [];
    for (let path: string | undefined = `${ACCOUNTS}/${ANA}/identifiers?limit=33`; path; ) {
      const { body, headers }: Answer = await app.get(path, { key });
      seen.push(...body.data.map(({ value }: { value: string }) => value));
      path = /^<https:\/\/rollcall\.test(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual([ANA, ...ids]);
  });

  it('a hundred of one kind do not hide the name', async () => {
    const { record, get, add } = await setUpAccounts();
    await record({ accId: ANA, username: 'Ana', uniqueId: 7 });
    for (const batch of [0, 1]) {
      const ids = Array.from({ length: 60 }, (_, n) => ({
        type: 'apiId',
        value: `steam:${batch}${n + 100}`,
      }));
      await add(ANA, ids);
    }
    const account = (await get(`/${ANA}`)).body.data;
    expect(account).toMatchObject({ accName: 'Ana', comName: 'Ana', uniqueId: 7 });
    expect(account.activeApiIds).toHaveLength(120);
    expect((await get('/search?username=Ana')).body.data.items).toMatchObject([{ accName: 'Ana' }]);
  });

  it('an empty list registers nothing', async () => {
    const { record, add } = await setUpAccounts();
    await record({ accId: ANA });
    for (const empty of [[], {}]) {
      const { status, body } = await add(ANA, empty);
      expect([status, body.data]).toEqual([201, []]);
    }
  });

  it.each([
    [undefined, 'identifiers', 'is required'],
    [Array(201).fill({ type: 'discord', value: '1' }), 'identifiers', 'must have 0 to 200 items'],
    ['discord', 'identifiers', 'must be of type array'],
  ])('%.30j: 400', async (identifiers, path, message) => {
    const { record, add } = await setUpAccounts();
    await record({ accId: ANA });
    const { status, body } = await add(ANA, identifiers);
    expect([status, body.errors]).toEqual([400, [{ path, message }]]);
  });
});

describe('erasure', () => {
  it('leaves the sessions under the bare id', async () => {
    const { record, get, latest, erase } = await setUpAccounts();
    await record(everything);
    await record(everything);
    const before = await latest(ANA);
    const { status, body } = await erase(ANA);
    expect([status, body.data]).toEqual([200, { deleted: true, accId: ANA, sessions: 'kept' }]);
    expect((await get(`/${ANA}`)).status).toBe(404);
    expect((await get('/search?username=Ana')).body.data.total).toBe(0);
    expect((await get('')).body.data.total).toBe(0);
    expect(await latest(ANA)).toEqual(before);
    expect((await erase(ANA)).status).toBe(404);
  });

  it.each([
    ['erased', ''],
    ['removed', '/identifiers/discord/42'],
  ])('who is listed again under a name that was %s is somebody new', async (_, path) => {
    const { app, key, get } = await setUpAccounts();
    const roster = () =>
      app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts: [{ discord: '42' }] } });
    const [first] = (await roster()).body.data.started;
    expect((await app.delete(`${ACCOUNTS}/${first.accId}${path}`, { key })).status).toBe(200);
    app.clock.advance(MINUTE);
    const { status, body } = await roster();
    expect([status, body.data.open]).toEqual([200, 1]);
    expect(body.data.started).toHaveLength(1);
    expect(body.data.started[0].accId).not.toBe(first.accId);
    expect(body.data.closed.map(({ id }: { id: string }) => id)).toEqual([first.id]);
    expect((await get('/search?discord=42')).body.data.total).toBe(1);
  });

  it('takes the sessions along where that is asked for, at once or later', async () => {
    const { record, get, erase } = await setUpAccounts();
    for (const accId of [ANA, BO]) {
      await record({ accId });
      await record({ accId }, 2);
    }
    const { body } = await erase(ANA, '?sessions=true');
    expect(body.data).toEqual({ deleted: true, accId: ANA, sessions: 'deleted' });
    expect((await get(`/${ANA}/activity/latest`)).status).toBe(404);
    expect((await get(`/${BO}/activity/latest`)).body.data).toHaveLength(2);
    await erase(BO, '?sessions=false');
    expect((await erase(BO, '?sessions=true')).body.data).toMatchObject({ accId: BO, sessions: 'deleted' });
    expect((await get(`/${BO}/activity/latest`)).status).toBe(404);
  });

  it('with the sessions, takes what was corrected in them along', async () => {
    const { app, communityId, record, erase } = await setUpAccounts();
    const { body } = await record({ accId: ANA, eventId: 'join 1', metadata: { job: 'medic' } });
    const db = app.services.db.$client;
    await db
      .prepare(
        `INSERT INTO session_revisions
           (community_id, session_id, id, created_at, action, actor_kind, actor_id, actor_name, reason, before, after)
         VALUES (?, ?, 'revision', 0, 'corrected', 'api-key', 'k', 'K', 'Ana asked for it', '{}', '{}')`,
      )
      .bind(communityId, body.data.id)
      .run();
    await erase(ANA, '?sessions=true');
    for (const table of await tablesOf(app)) {
      const { results } = await db.prepare(`SELECT * FROM ${table}`).all();
      expect(JSON.stringify(results), table).not.toContain(body.data.id);
    }
  });

  it('leaves no name behind in the database, but its record in the audit trail', async () => {
    const { app, key, communityId, record, erase, merge } = await setUpAccounts();
    const endpoint = await app.post('/v2/community/webhook-endpoints', {
      key,
      body: { url: 'https://hooks.example.com/', format: 'discord', events: ['*'] },
    });
    expect(endpoint.status).toBe(201);
    await record({ ...everything, username: 'Sought After', discord: 'd-sought', apiId: 'a-sought' });
    await record({ accId: BO, username: 'Also sought', forceStart: true });
    await merge(BO, ANA);
    await erase(ANA);
    const records = [];
    for (const table of await tablesOf(app)) {
      const { results } = await app.services.db.$client.prepare(`SELECT * FROM ${table}`).all();
      expect(JSON.stringify(results), table).not.toMatch(/sought/i);
      if (table === 'audit_records') records.push(...results);
    }
    expect(records).toContainEqual(
      expect.objectContaining({
        community_id: communityId,
        type: 'ACCOUNT_ERASED',
        message: `user First key erased the account ${ANA} without its sessions`,
      }),
    );
  });

  it('needs the scope admin, and a yes or a no', async () => {
    const { app, key, record, erase } = await setUpAccounts();
    await record(everything);
    const writer = await app.apiKey(key, ['sessions:read', 'sessions:write']);
    expect((await app.delete(`${ACCOUNTS}/${ANA}`, { key: writer })).status).toBe(403);
    expect((await erase(ANA, '?sessions=yes')).body.errors).toEqual([
      { path: 'sessions', message: 'must be one of true, false' },
    ]);
  });
});

const tablesOf = async (app: Harness): Promise<string[]> => {
  const { results } = await app.services.db.$client
    .prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'",
    )
    .all<{ name: string }>();
  return results.map(({ name }) => name);
};

describe('merging', () => {
  it('moves names and sessions, and the id of the merged account names the other one', async () => {
    const { app, record, get, latest, merge } = await setUpAccounts();
    await record({ accId: BO, discord: '42', username: 'Bo' });
    app.clock.advance(MINUTE);
    await record({ accId: BO });
    await record({ accId: ANA, username: 'Ana' });
    const { status, body } = await merge(BO, ANA);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      accId: ANA,
      accName: 'Ana',
      discordId: '42',
      name: 'Ana',
      names: [
        { name: 'Ana', since: '2026-04-15T00:01:00.000Z' },
        { name: 'Bo', since: '2026-04-15T00:00:00.000Z' },
      ],
      identifiers: {
        idents: [
          { type: 'accId', value: ANA },
          { type: 'accId', value: BO },
          { type: 'discord', value: '42' },
        ],
      },
    });
    expect((await get(`/${BO}`)).body.data).toEqual(body.data);
    expect((await get('')).body.data.items.map(({ accId }: { accId: string }) => accId)).toEqual([ANA]);
    const sessions = await latest(BO);
    expect(sessions).toHaveLength(2);
    expect(sessions.map(({ accId }) => accId)).toEqual([ANA, ANA]);
    expect((await record({ accId: BO })).body.data).toMatchObject({ accId: ANA, status: false });
  });

  it('of two open sessions on a server, the newer one stays; none on another server is touched', async () => {
    const { app, key, record, latest, merge } = await setUpAccounts();
    const older = await record({ accId: BO });
    app.clock.advance(MINUTE);
    const newer = await record({ accId: ANA });
    const elsewhere = await record({ accId: BO }, 2);
    app.clock.advance(MINUTE);
    await merge(BO, ANA);
    const sessions = await latest(ANA);
    expect(sessions.find(({ id }) => id === older.body.data.id)).toEqual({
      ...older.body.data,
      accId: ANA,
      status: false,
      end: '2026-04-15T00:00:00.000Z',
      clearReason: 'Superseded by a new session',
    });
    expect(sessions.find(({ id }) => id === newer.body.data.id)).toEqual(newer.body.data);
    expect(sessions.find(({ id }) => id === elsewhere.body.data.id)).toEqual({
      ...elsewhere.body.data,
      accId: ANA,
    });
    const closed = await app.post('/v2/community/servers/1/activity/start', { key });
    expect(closed.body.data.map(({ id }: { id: string }) => id)).toEqual([newer.body.data.id]);
  });

  it('an older open session ends no later than the newer began, and not before it was last seen', async () => {
    const { app, key, record, latest, merge } = await setUpAccounts();
    const roster = (accId: string) =>
      app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts: [{ accId }] } });
    const older = await roster(BO);
    expect(older.status).toBe(200);
    app.clock.advance(2 * MINUTE);
    await roster(BO);
    app.clock.advance(MINUTE);
    const newer = await record({ accId: ANA });
    await merge(BO, ANA);
    const [open, closed] = await latest(ANA);
    expect(open).toEqual(newer.body.data);
    expect(closed).toMatchObject({
      start: '2026-04-15T00:00:00.000Z',
      end: '2026-04-15T00:02:00.000Z',
      clearReason: 'Superseded by a new session',
    });
  });

  it('an older open session that is closed where the newer began was not seen after its end', async () => {
    const { app, key, record, merge } = await setUpAccounts();
    await record({ accId: ANA, forceStart: true });
    app.clock.advance(10 * MINUTE);
    await record({ accId: BO, forceStart: true });
    app.clock.advance(10 * MINUTE);
    await app.post('/v2/community/servers/1/activity/heartbeat', {
      key,
      body: { accounts: [{ accId: ANA }] },
    });
    await merge(ANA, BO);
    const { body } = await app.get('/v2/community/activity?status=closed', { key });
    const [{ end, lastSeen }] = body.data.items;
    expect(lastSeen).toBe(end);
  });

  it('a repeat changes nothing and leaves no second record', async () => {
    const { app, communityId, record, merge } = await setUpAccounts();
    await record({ accId: BO });
    await record({ accId: ANA });
    const first = await merge(BO, ANA);
    const again = await merge(BO, ANA);
    const back = await merge(ANA, BO);
    expect([again.body.data, back.body.data]).toEqual([first.body.data, first.body.data]);
    const { results } = await app.services.db.$client
      .prepare("SELECT message FROM audit_records WHERE community_id = ? AND type = 'ACCOUNT_MERGED'")
      .bind(communityId)
      .all();
    expect(results).toEqual([{ message: `user First key merged the account ${BO} into ${ANA}` }]);
  });

  it('a call that was sent by the old id and arrives late lands on the session that has moved', async () => {
    const { app, record, latest, merge } = await setUpAccounts();
    await record({ accId: ANA }, 2);
    const started = await record({ accId: BO, eventId: 'join', occurredAt: '2026-04-15T00:00:00Z' });
    app.clock.advance(10 * MINUTE);
    await record({ accId: BO, eventId: 'rejoin', occurredAt: '2026-04-15T00:10:00Z', forceStart: true });
    await merge(BO, ANA);
    await record({ accId: BO, eventId: 'leave', occurredAt: '2026-04-15T00:05:00Z', forceStop: true });
    const session = (await latest(ANA)).find(({ id }) => id === started.body.data.id);
    expect(session).toMatchObject({ accId: ANA, end: '2026-04-15T00:05:00.000Z', clearReason: null });
    const again = await record({ accId: BO, eventId: 'join', occurredAt: '2026-04-15T00:00:00Z' });
    expect(again.body.data).toMatchObject({ id: started.body.data.id, status: true });
  });

  it('goes on through a chain, and erasure takes the whole of it', async () => {
    const { record, get, latest, merge, erase } = await setUpAccounts();
    for (const accId of [NIL, BO, ANA]) await record({ accId, username: accId.slice(0, 3) });
    await merge(NIL, BO);
    await merge(BO, ANA);
    expect((await get(`/${NIL}`)).body.data.accId).toBe(ANA);
    expect(await latest(NIL)).toHaveLength(3);
    expect((await erase(NIL)).body.data.accId).toBe(ANA);
    for (const accId of [NIL, BO, ANA]) expect((await get(`/${accId}`)).status).toBe(404);
    for (const name of ['000', '222', '111']) {
      expect((await get(`/search?username=${name}`)).body.data.total).toBe(0);
    }
  });

  it.each([
    [ANA, 'into', 'must be a different account'],
    ['x', 'into', 'must be a UUID (8-4-4-4-12 hexadecimal digits)'],
    [undefined, 'into', 'is required'],
    [7, 'into', 'must be of type string'],
  ])('into %j: 400', async (into, path, message) => {
    const { record, merge } = await setUpAccounts();
    await record({ accId: ANA });
    const { status, body } = await merge(ANA, into);
    expect([status, body.errors]).toEqual([400, [{ path, message }]]);
  });

  it('needs the scope admin', async () => {
    const { app, key } = await setUpAccounts();
    const writer = await app.apiKey(key, ['sessions:read', 'sessions:write']);
    const answer = await app.post(`${ACCOUNTS}/${ANA}/merge`, { key: writer, body: { into: BO } });
    expect(answer.status).toBe(403);
  });
});

describe('cost', () => {
  it('a page by cursor reads the page, at any depth; search and get one account', async () => {
    const { app, communityId, get } = await setUpAccounts();
    const db = app.services.db.$client;
    await db.batch([
      db
        .prepare(
          `WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 4999)
           INSERT INTO accounts (community_id, id, created_at, name, names)
           SELECT ?, printf('%08x-0000-4000-8000-000000000000', n), 0, 'name ' || n,
             json_array(json_array('name ' || n, 'name ' || n, 0)) FROM n`,
        )
        .bind(communityId),
      db
        .prepare(
          `INSERT INTO account_identifiers (community_id, kind, value, account_id)
           SELECT community_id, kind.value, accounts.id, accounts.id FROM accounts, json_each('["accId","discord"]') AS kind
           WHERE community_id = ?`,
        )
        .bind(communityId),
    ]);
    const { body } = await get('?skip=4000&take=50');
    const page = await app.measure(() => get(`?take=50&cursor=${body.data.nextCursor}`));
    expect(page.result.body.data.items).toHaveLength(50);
    expect([page.trips, page.rowsWritten]).toEqual([1, 0]);
    expect(page.rowsRead).toBeLessThanOrEqual(5 * 50 + 10);
    const search = await app.measure(() => get('/search?username=NAME%204095'));
    expect(search.result.body.data.total).toBe(1);
    expect(search.trips).toBe(1);
    expect(search.rowsRead).toBeLessThanOrEqual(10);
  });
});
