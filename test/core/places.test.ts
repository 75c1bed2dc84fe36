import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isApiKey, newApiKey, placeOfApiKey } from '../../src/core/access/api-key.ts';
import { isClientId, newClientId, placeOfClientId } from '../../src/core/access/service-id.ts';
import { placeOfId } from '../../src/core/places.ts';
import { databasesOf } from '../../src/env.ts';
import { crc32, toBase62 } from '../../src/lib/crypto.ts';
import { ADMIN_TOKEN, type Harness } from '../harness.ts';
import { NIL } from '../helpers.ts';
import { awayDatabase, setUpPlaces } from '../places.ts';
import { createInboundWebhook, sendStandard } from '../webhook-sender.ts';

const ADMIN = '/admin/communities';
const ACTIVITY = '/v2/community/servers/1/activity';

let app: Harness;
let zero: Awaited<ReturnType<Harness['community']>>;
let one: Awaited<ReturnType<Harness['community']>>;
const first = awayDatabase(env.DB);
const second = awayDatabase(env.SECOND_DB);

beforeAll(async () => {
  app = await setUpPlaces({
    first: first.database,
    second: second.database,
    overrides: { fetch: async () => new Response(null, { status: 204 }) },
  });
  zero = await app.community({}, 0);
  one = await app.community({}, 1);
});
afterEach(() => {
  first.away(false);
  second.away(false);
});

const rows = async (database: D1Database, table: string): Promise<number> =>
  (await database.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>('n')) ?? -1;

describe('what names a community says where it lives', () => {
  it('a key of place 0 as ever; of another one with its number, and a checksum that holds it', () => {
    expect(zero.key).toMatch(/^rc_[0-9A-Za-z]{38}$/);
    expect(one.key).toMatch(/^rc1_[0-9A-Za-z]{38}$/);
    expect(newApiKey(42)).toMatch(/^rc42_[0-9A-Za-z]{38}$/);
    expect([newApiKey(), newApiKey(1), newApiKey(42)].map(placeOfApiKey)).toEqual([0, 1, 42]);
    const random = 'A'.repeat(32);
    // Literally: the checksum is of the number and the characters together.
    expect(isApiKey(`rc7_${random}${toBase62(crc32(`7${random}`), 6)}`)).toBe(true);
    expect(isApiKey(`rc7_${random}${toBase62(crc32(random), 6)}`)).toBe(false);
    for (const mark of ['0', '01', '100', '-1', '1.', 'x']) {
      expect([mark, isApiKey(`rc${mark}_${random}${toBase62(crc32(mark + random), 6)}`)]).toEqual([
        mark,
        false,
      ]);
    }
  });

  it('client ids and ids of inbound webhooks do, too', () => {
    expect(newClientId(0)).toMatch(/^rcid_[0-9A-Za-z]{22}$/);
    expect(newClientId(3)).toMatch(/^rcid3_[0-9A-Za-z]{22}$/);
    expect([newClientId(0), newClientId(3), 'rcid0_', 'rc3_'].map(placeOfClientId)).toEqual([0, 3, -1, -1]);
    expect(isClientId(newClientId(99))).toBe(true);
    expect([NIL, `1_${NIL}`, `12_${NIL}`, `0_${NIL}`, `100_${NIL}`, ''].map(placeOfId)).toEqual([
      0, 1, 12, 0, 0, 0,
    ]);
  });

  it('a key that was moved to another place is nobody, at no query where there is no such place', async () => {
    const random = one.key.slice(4, 36);
    const moved = (mark: string) => `rc${mark}_${random}${toBase62(crc32(mark + random), 6)}`;
    expect(moved('1')).toBe(one.key);
    for (const mark of ['', '2', '99']) {
      const cost = await app.measure(() => app.get('/v2/community/servers', { key: moved(mark) }));
      expect([mark, cost.result.status, cost.trips]).toEqual([mark, 401, mark === '' ? 1 : 0]);
    }
  });

  it('guesses at other places are counted like all others, before a database is asked', async () => {
    const headers = { 'cf-connecting-ip': '192.0.2.77' };
    for (let guess = 0; guess < 100; guess++) {
      const { status } = await app.get('/v2/community/servers', { key: newApiKey(guess % 3), headers });
      expect(status).toBe(401);
    }
    const last = () => app.get('/v2/community/servers', { key: newApiKey(1), headers });
    expect((await last()).status).toBe(429);
    expect(await app.measure(last)).toMatchObject({ trips: 0, result: { status: 429 } });
  });
});

describe('two places', () => {
  it('share nothing: the same names, numbers and calls in both', async () => {
    // Both are the first of their database, so their rows have the same number.
    expect([zero.rowId, one.rowId]).toEqual([1, 1]);
    const start = { accId: NIL, username: 'ana', forceStart: true };
    const inZero = await app.post(ACTIVITY, { key: zero.key, body: start });
    expect(inZero.status).toBe(200);
    expect((await app.get('/v2/community/activity', { key: one.key })).body.data.items).toEqual([]);
    expect((await app.get(`/v2/community/activity/${inZero.body.data.id}`, { key: one.key })).status).toBe(
      404,
    );
    // A roster's names are known in the community that has them, and nowhere else: here `apiId` is new in both.
    const server2 = '/v2/community/servers/2/activity';
    await app.post(server2, { key: one.key, body: { discord: '1', forceStart: true } });
    const roster = { accounts: [{ discord: '1', apiId: 'a1' }] };
    for (const { key } of [zero, one]) {
      const { body } = await app.put('/v2/community/servers/2/activity/roster', { key, body: roster });
      expect(body.data).toMatchObject({ open: 1, isApplied: true });
    }
    const stop = await app.post(server2, { key: one.key, body: { apiId: 'a1', forceStop: true } });
    expect(stop.body.data).toMatchObject({ status: false, serverId: 2 });
    expect(await rows(env.SECOND_DB, 'sessions')).toBe(1);
    expect(await rows(env.DB, 'sessions')).toBe(2);

    const inOne = await app.post(ACTIVITY, { key: one.key, body: start });
    expect(inOne.body.data.accId).toBe(NIL);
    expect(await rows(env.SECOND_DB, 'sessions')).toBe(2);
  });

  it('a call stays one trip, warm, and two, cold', async () => {
    const call = () => app.post(ACTIVITY, { key: one.key, body: { accId: NIL } });
    await call();
    const { trips } = await app.measure(call);
    expect(trips).toBe(1);
    app.clock.advance(31_000);
    expect((await app.measure(call)).trips).toBe(2);

    // A change of one community makes nobody of the same number ask anew.
    const inZero = () => app.post(ACTIVITY, { key: zero.key, body: { accId: NIL } });
    await inZero();
    await app.patch('/v2/community/settings', { key: one.key, body: { weekStart: 'sunday' } });
    expect([(await app.measure(inZero)).trips, (await app.measure(call)).trips]).toEqual([1, 2]);
  });

  it('what a community makes lives with it: keys, client ids, tokens, cookies, addresses of webhooks', async () => {
    const { key } = one;
    const made = await app.post('/v2/community/api-keys', {
      key,
      body: { name: 'Server', preset: 'viewer' },
    });
    expect(made.body.data.key).toMatch(/^rc1_/);
    expect((await app.get('/v2/community/activity', { key: made.body.data.key })).status).toBe(200);
    // Revoked at once here: its place's entry of the cache is the one that goes.
    await app.delete(`/v2/community/api-keys/${made.body.data.id}`, { key });
    expect((await app.get('/v2/community/activity', { key: made.body.data.key })).status).toBe(401);

    const service = await app.post('/v2/community/service-ids', {
      key,
      body: { name: 'BI', category: 'account-activity-reporting' },
    });
    const { clientId, clientSecret } = service.body.data;
    expect(clientId).toMatch(/^rcid1_/);
    const token = await app.post('/oauth/token', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`,
    });
    expect(token.status).toBe(200);
    const report =
      '/scr/api/activity?startDate=2026-04-14T00:00:00Z&endDate=2026-04-16T00:00:00Z&type=ACCOUNT_CHANGED';
    const records = (await app.get(report, { key: token.body.access_token })).body.records;
    expect(records.map(({ message }: { message: string }) => message)).toContainEqual(
      expect.stringContaining('created the service ID "BI"'),
    );
    const basic = `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
    expect((await app.get(report, { headers: { Authorization: basic } })).status).toBe(200);

    const origin = { Origin: 'https://rollcall.test' };
    const session = await app.post('/v2/community/console-session', {
      headers: origin,
      body: { apiKey: key },
    });
    expect(session.status).toBe(201);
    const [cookie = ''] = (session.headers.get('set-cookie') ?? '').split(';');
    const headers = { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' };
    app.clock.advance(31_000);
    const whose = await app.get('/v2/community/console-session', { headers });
    expect(whose.body.data.community.id).toBe(one.id);

    const hook = await createInboundWebhook(app, key);
    expect(hook.id).toMatch(/^1_[0-9a-f-]{36}$/);
    expect(hook.path).toBe(`/hooks/${hook.id}`);
    const before = await rows(env.DB, 'sessions');
    const join = { serverId: 9, accId: NIL, forceStart: true };
    expect((await sendStandard(app, hook, 'msg_1', join)).status).toBe(200);
    expect(await rows(env.DB, 'sessions')).toBe(before);
    const latest = await app.get(`/v2/community/accounts/${NIL}/activity/latest?serverId=9`, { key });
    expect(latest.body.data).toMatchObject([{ status: true, serverId: 9 }]);
    const { id } = hook;
    for (const wrong of [id.slice(2), `2_${id.slice(2)}`, `01_${id.slice(2)}`]) {
      const moved = { ...hook, id: wrong, path: `/hooks/${wrong}` };
      expect([wrong, (await sendStandard(app, moved, 'msg_2', join)).status]).toEqual([wrong, 401]);
    }
    const calls = await app.get(`/v2/community/inbound-webhooks/${id}/calls`, { key });
    const hub = await createInboundWebhook(app, key, { verification: { scheme: 'token' } });
    const ask = `?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${hub.secret}`;
    expect((await app.get(hub.path + ask)).text).toBe('1158201444');
    expect(calls.status, calls.text).toBe(200);
    expect(calls.body.data.items).toMatchObject([{ outcome: 'recorded', messageId: 'msg_1' }]);
  });

  it('an export of one goes into the other, with the same ids, and leaves what it is of', async () => {
    const from = await app.community({}, 0);
    const to = await app.community({}, 1);
    const body = { discord: '77', username: 'eva', forceStart: true };
    const started = (await app.post(ACTIVITY, { key: from.key, body })).body.data;
    app.clock.advance(60_000);
    await app.post(ACTIVITY, { key: from.key, body: { discord: '77', forceStop: true } });
    const file = await app.get('/v2/community/export', { key: from.key });
    const imported = await app.post('/v2/community/import', { key: to.key, body: file.text });
    expect(imported.status, imported.text).toBe(200);
    const read = async ({ key }: { key: string }) =>
      (await app.get(`/v2/community/activity/${started.id}`, { key })).body.data;
    expect(await read(to)).toMatchObject({ id: started.id, accId: started.accId, name: 'eva' });
    expect(await read(to)).toEqual(await read(from));
    // They go their own ways from then on.
    await app.delete(`/v2/community/activity/${started.id}`, { key: to.key, body: { reason: 'moved' } });
    expect(await read(from)).toMatchObject({ status: false, clearReason: null });
    for (const { id } of [from, to]) await app.delete(`${ADMIN}/${id}`, { key: ADMIN_TOKEN });
  });

  it('an Idempotency-Key is kept where the change is, also for the operator', async () => {
    const headers = { 'Idempotency-Key': 'create-1' };
    const create = (place: number) =>
      app.post(ADMIN, { key: ADMIN_TOKEN, headers, body: { name: 'Twice', place } });
    const made = await create(1);
    expect(made.status).toBe(201);
    const again = await create(1);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body.data).toEqual(made.body.data);
    expect((await create(0)).status).toBe(422);
    expect([await rows(env.DB, 'idempotency_keys'), await rows(env.SECOND_DB, 'idempotency_keys')]).toEqual([
      0, 1,
    ]);
    await app.delete(`${ADMIN}/${made.body.data.id}`, {
      key: ADMIN_TOKEN,
      headers: { 'Idempotency-Key': 'd' },
    });
    expect((await app.get(`${ADMIN}/${made.body.data.id}`, { key: ADMIN_TOKEN })).status).toBe(404);
  });
});

describe('the operator', () => {
  it('finds, changes and deletes a community of any place by its id', async () => {
    const key = ADMIN_TOKEN;
    expect((await app.get(`${ADMIN}/${zero.id}`, { key })).body.data).not.toHaveProperty('place');
    expect((await app.get(`${ADMIN}/${one.id}`, { key })).body.data.place).toBe(1);
    const changed = await app.patch(`${ADMIN}/${one.id}`, { key, body: { name: 'Second' } });
    expect(changed.body.data).toMatchObject({ id: one.id, name: 'Second', place: 1 });
    expect((await app.get(`${ADMIN}/${NIL}`, { key })).status).toBe(404);
    const { id } = await app.community({}, 1);
    expect((await app.delete(`${ADMIN}/${id}`, { key })).status).toBe(200);
    expect((await app.delete(`${ADMIN}/${id}`, { key })).status).toBe(404);
  });

  it('lists them all, place by place, by a cursor that says where it is', async () => {
    const key = ADMIN_TOKEN;
    const more = [await app.community({}, 0), await app.community({}, 1), await app.community({}, 1)];
    const pageThrough = async (query: string) => {
      const pages: string[][] = [];
      for (let cursor = ''; ; ) {
        const { body } = await app.get(`${ADMIN}?limit=2${query}${cursor}`, { key });
        pages.push(body.data.items.map(({ id }: { id: string }) => id));
        if (body.data.nextCursor === null) return pages;
        cursor = `&cursor=${body.data.nextCursor}`;
      }
    };
    const [inZero, ...inOne] = more.map(({ id }) => id);
    // The second page has the last of place 0 and the first of place 1, where there is one.
    expect(await pageThrough('')).toEqual([[zero.id, inZero], [one.id, inOne[0]], [inOne[1]]]);
    expect(await pageThrough('&place=0')).toEqual([[zero.id, inZero]]);
    expect(await pageThrough('&place=1')).toEqual([[one.id, inOne[0]], [inOne[1]]]);
    expect((await app.get(`${ADMIN}?place=2`, { key })).body.errors).toEqual([
      { path: 'place', message: 'must be an integer from 0 to 1' },
    ]);
    for (const { id } of more) await app.delete(`${ADMIN}/${id}`, { key });
  });

  it('says where a new one shall live; else it lives where there is most room', async () => {
    const create = async (more: object = {}) =>
      app.post(ADMIN, { key: ADMIN_TOKEN, body: { name: 'New', ...more } });
    expect((await create({ place: 1 })).body.data).toMatchObject({
      place: 1,
      apiKey: { key: expect.stringMatching(/^rc1_/) },
    });
    expect((await create({ place: 2 })).status).toBe(400);
    const fill = async (database: D1Database) =>
      void (await database.exec("INSERT INTO job_runs VALUES ('filler', 0, 0, hex(zeroblob(500000)))"));
    const empty = async (database: D1Database) =>
      void (await database.exec("DELETE FROM job_runs WHERE cron = 'filler'"));
    await fill(env.DB);
    expect((await create()).body.data.place).toBe(1);
    await env.SECOND_DB.exec("INSERT INTO job_runs VALUES ('filler', 0, 0, hex(zeroblob(900000)))");
    expect((await create()).body.data).not.toHaveProperty('place');
    // A place that does not answer has no room.
    first.away(true);
    expect((await create()).body.data.place).toBe(1);
    first.away(false);
    await empty(env.DB);
    await empty(env.SECOND_DB);
  });
});

describe('one of two that is away', () => {
  const call = (key: string) => app.post(ACTIVITY, { key, body: { accId: NIL } });

  it.each([
    [0, first],
    [1, second],
  ])(
    'place %d: its communities are asked to come back, the others notice nothing',
    async (place, database) => {
      const [gone, well] = place === 0 ? [zero, one] : [one, zero];
      for (const { key } of [gone, well]) expect((await call(key)).status).toBe(200);
      database.away(true);
      for (const isWarm of [true, false]) {
        if (!isWarm) app.clock.advance(31_000);
        const refused = await call(gone.key);
        expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
          503,
          'DATABASE_UNAVAILABLE',
          '1',
        ]);
        const cost = await app.measure(() => call(well.key));
        expect([cost.result.status, cost.trips]).toEqual([200, isWarm ? 1 : 2]);
      }
      const key = ADMIN_TOKEN;
      expect((await app.get(`${ADMIN}/${well.id}`, { key })).status).toBe(200);
      // It may live where nobody answers: that is no 404.
      expect((await app.get(`${ADMIN}/${gone.id}`, { key })).status).toBe(503);
      expect((await app.get(`${ADMIN}?place=${1 - place}`, { key })).status).toBe(200);
      expect((await app.get(ADMIN, { key })).status).toBe(503);
      // Whether a call with this key was carried out before, the place that is away may know.
      const headers = { 'Idempotency-Key': `while-${place}-is-away` };
      const body = { name: 'Once', place: 1 - place };
      expect((await app.post(ADMIN, { key, headers, body })).status).toBe(503);
      app.clock.advance(5_000);
      const health = await app.get('/healthz');
      expect([health.status, health.body]).toEqual([200, { status: 'degraded', unavailable: [place] }]);
      for (const path of ['/admin/status', '/admin/stats']) {
        const { databases } = (await app.get(path, { key })).body.data;
        expect(databases.map(({ available }: { available: boolean }) => available)).toEqual([
          place !== 0,
          place !== 1,
        ]);
      }
      database.away(false);
      app.clock.advance(5_000);
      expect((await app.get('/healthz')).body).toEqual({ status: 'ok' });
      expect((await call(gone.key)).status).toBe(200);
    },
  );

  it('or slow: large reads of the other one do not wait for it', async () => {
    const read = ({ key }: { key: string }) => app.get('/v2/community/account-activities/verify', { key });
    const release = app.services.largeReads.beside(1).take(app.clock.now());
    expect([(await read(zero)).status, (await read(one)).status]).toEqual([200, 429]);
    release?.();
    expect([(await read(zero)).status, (await read(one)).status]).toEqual([200, 200]);
  });

  it('both: the service is unavailable', async () => {
    first.away(true);
    second.away(true);
    app.clock.advance(5_000);
    expect((await app.get('/healthz')).status).toBe(503);
    expect((await app.get('/admin/status', { key: ADMIN_TOKEN })).status).toBe(503);
    expect((await app.post(ADMIN, { key: ADMIN_TOKEN, body: { name: 'x' } })).status).toBe(503);
    app.clock.advance(5_000);
  });
});

it('the bindings are numbered without a gap', () => {
  const { DB, SECOND_DB } = env;
  expect(databasesOf({ DB })).toEqual([DB]);
  expect(databasesOf({ DB, DB_1: SECOND_DB })).toEqual([DB, SECOND_DB]);
  expect(databasesOf({ DB, DB_1: undefined })).toEqual([DB]);
  expect(() => databasesOf({ DB, DB_2: SECOND_DB })).toThrow(
    'The D1 bindings must be DB, DB_1, DB_2 and so on',
  );
});
