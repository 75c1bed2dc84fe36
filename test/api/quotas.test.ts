/** The operator's limits of a community: at the limit, in every family, in batches and at the same time. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, type Answer, Harness } from '../harness.ts';
import { DAY, iso } from '../helpers.ts';

const setUp = async (quotas: Record<string, number | null>, settings: Record<string, unknown> = {}) => {
  const app = new Harness();
  const { body } = await app.post('/admin/communities', {
    key: ADMIN_TOKEN,
    body: { name: 'Small', settings, quotas },
  });
  const { id, apiKey } = body.data;
  const key: string = apiKey.key;
  const change = (patch: Record<string, unknown>) =>
    app.patch(`/admin/communities/${id}`, { key: ADMIN_TOKEN, body: { quotas: patch } });
  return { app, id, key, change };
};

const brief = ({ status, body }: Answer) => [status, body.code, body.message];
const ES = { 'Accept-Language': 'es' };

describe('quotas of a community', () => {
  it('are the operator’s: defaults, changed, set back with null, on record', async () => {
    const { app, id, key, change } = await setUp({});
    const path = `/admin/communities/${id}`;
    const defaults = {
      apiKeys: 500,
      serviceIds: 500,
      webhookEndpoints: 20,
      inboundWebhooks: 200,
      identifiersPerAccount: 200,
      logEntriesPerDay: 2_000_000,
      openSessions: 50_000,
    };
    expect((await app.get(path, { key: ADMIN_TOKEN })).body.data.quotas).toEqual(defaults);
    expect((await change({ openSessions: 7, apiKeys: 3 })).body.data.quotas).toEqual({
      ...defaults,
      openSessions: 7,
      apiKeys: 3,
    });
    expect((await change({ openSessions: null })).body.data.quotas).toEqual({ ...defaults, apiKeys: 3 });
    const report = await app.get(
      `/scr/api/activity?startDate=${iso(-1000)}&endDate=${iso(1000)}&type=ACCOUNT_CHANGED`,
      { key },
    );
    const messages = report.body.records.map(({ message }: { message: string }) => message);
    expect(messages.slice(1)).toEqual([
      'user operator changed apiKeys from 500 to 3, openSessions from 50000 to 7',
      'user operator changed openSessions from 7 to 50000',
    ]);
    expect(brief(await change({ opensessions: 7 }))).toEqual([
      400,
      'VALIDATION_FAILED',
      expect.stringMatching(/^quotas.opensessions is unknown/),
    ]);
    expect(brief(await change({ openSessions: -1 }))).toEqual([
      400,
      'VALIDATION_FAILED',
      'quotas.openSessions must be an integer from 0 to 1000000000.',
    ]);
    // A community does not set its own.
    const own = await app.patch('/v2/community/settings', { key, body: { openSessions: 9 } });
    expect(own.status).toBe(400);
  });

  it.each([
    [
      'apiKeys',
      '/v2/community/api-keys',
      { name: 'k', scopes: ['logs:read'] },
      'TOO_MANY_API_KEYS',
      'A community has at most 3 API keys. Revoke one first.',
      'Una comunidad tiene como máximo 3 claves de API. Revoque antes una.',
    ],
    [
      'serviceIds',
      '/v2/community/service-ids',
      { name: 's', category: 'account-activity-reporting' },
      'TOO_MANY_SERVICE_IDS',
      'A community has at most 3 service IDs. Delete one first.',
      'Una comunidad tiene como máximo 3 ID de servicio. Elimine antes uno.',
    ],
    [
      'webhookEndpoints',
      '/v2/community/webhook-endpoints',
      { url: 'https://example.com/hook', events: ['session.*'] },
      'TOO_MANY_WEBHOOK_ENDPOINTS',
      'A community has at most 3 webhook endpoints.',
      'Una comunidad tiene como máximo 3 destinos de webhook.',
    ],
    [
      'inboundWebhooks',
      '/v2/community/inbound-webhooks',
      {
        name: 'h',
        kind: 'activity-log',
        sender: 'custom',
        verification: { scheme: 'token', header: 'x-token' },
      },
      'TOO_MANY_INBOUND_WEBHOOKS',
      'A community has at most 3 inbound webhooks.',
      'Una comunidad tiene como máximo 3 webhooks entrantes.',
    ],
  ])(
    '%s: the fourth of three is refused, and six at once make no more',
    async (quota, path, body, code, en, es) => {
      const { app, key } = await setUp({ [quota]: 3 });
      const at = quota === 'apiKeys' ? 1 : 0;
      const answers = await Promise.all(Array.from({ length: 6 }, () => app.post(path, { key, body })));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(3 - at);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(3 + at);
      expect(brief(await app.post(path, { key, body }))).toEqual([409, code, en]);
      expect((await app.post(path, { key, body, headers: ES })).body.detail).toBe(es);
      const list = (await app.get(path, { key })).body.data;
      expect(list.items ?? list).toHaveLength(3);
    },
  );

  it('a revoked key makes room', async () => {
    const { app, key } = await setUp({ apiKeys: 2 });
    const make = () =>
      app.post('/v2/community/api-keys', { key, body: { name: 'k', scopes: ['logs:read'] } });
    const { id } = (await make()).body.data;
    expect((await make()).status).toBe(409);
    await app.delete(`/v2/community/api-keys/${id}`, { key });
    expect((await make()).status).toBe(201);
  });
});

describe('identifiers of an account', () => {
  const pairs = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => ({ type: 'steam', value: `s${from + n}` }));

  it('are registered until there is no room; the others are named, and a call of nothing else is refused', async () => {
    const { app, key } = await setUp({ identifiersPerAccount: 5 });
    const { accId } = (await app.post('/v2/community/servers/1/activity', { key, body: { apiId: 'a1' } }))
      .body.data;
    const add = (identifiers: unknown, headers = {}) =>
      app.post(`/v2/community/accounts/${accId}/identifiers`, { key, body: { identifiers }, headers });
    // It has two: its own id, and the apiId.
    const first = await add(pairs(0, 5));
    expect([first.status, first.body.data.length]).toEqual([201, 3]);
    expect(first.body.meta.refused).toEqual([
      { type: 'steam', value: 's3', accId: null },
      { type: 'steam', value: 's4', accId: null },
    ]);
    expect((await add(pairs(0, 3))).body.data).toHaveLength(3);
    expect(brief(await add(pairs(3, 5)))).toEqual([
      409,
      'TOO_MANY_IDENTIFIERS',
      'An account has at most 5 identifiers.',
    ]);
    expect((await add(pairs(3, 5), ES)).body.detail).toBe('Una cuenta tiene como máximo 5 identificadores.');
    const all = await Promise.all([add(pairs(3, 4)), add(pairs(4, 5)), add(pairs(5, 6))]);
    expect(all.map(({ status }) => status)).toEqual([409, 409, 409]);
    const { body } = await app.get(`/v2/community/accounts/${accId}/identifiers`, { key });
    // And its own id.
    expect(body.data).toHaveLength(5);
  });

  it('never cost a start: what comes beside is left out where a second of its kind has no room', async () => {
    const { app, key } = await setUp({ identifiersPerAccount: 3 });
    const start = (body: object) =>
      app.post('/v2/community/servers/1/activity', { key, body: { ...body, forceStart: true } });
    const { accId } = (await start({ apiId: 'a1', discord: 'd1' })).body.data;
    for (let n = 2; n < 6; n++) {
      const { status, body } = await start({ apiId: 'a1', discord: `d${n}` });
      expect([status, body.data.accId, body.data.status]).toEqual([200, accId, true]);
    }
    const { body } = await app.get(`/v2/community/accounts/${accId}/identifiers`, { key });
    expect(body.data.map(({ value }: { value: string }) => value).slice(1)).toEqual(['a1', 'd1']);
  });

  it('v1: one that has no room is refused in its dialect', async () => {
    const { app, key } = await setUp({ identifiersPerAccount: 2 });
    await app.post('/v2/community/servers/1/activity', { key, body: { apiId: 'a1' } });
    const { status, text } = await app.post('/game/identifiers', {
      body: { key, type: 'IDENTIFIERS', data: { apiId: 'a1', identifiers: pairs(0, 1) } },
    });
    expect([status, text]).toEqual([400, 'ACTIVITY_TRACKER_START_STOP_LOG_ERROR']);
  });
});

describe('entries of a day', () => {
  const entry = (n: number, more: object = {}) => ({
    platform: 'p',
    serial: `s${n}`,
    action_type: 'a',
    ...more,
  });
  const entries = (count: number, more: (n: number) => object = () => ({})) =>
    Array.from({ length: count }, (_, n) => entry(n, more(n)));

  it('a batch is stored as far as there is room; more is 429 until midnight, in both languages', async () => {
    const { app, key } = await setUp({ logEntriesPerDay: 10 });
    const append = (body: unknown, headers = {}) => app.post('/api/v1/activity_log', { key, body, headers });
    const count = async () => (await app.get('/api/v1/activity_log/count', { key })).body.data.count;
    expect((await append(entries(7))).body.data.accepted).toBe(7);
    const part = await append(entries(5));
    expect(part.status).toBe(200);
    expect(part.body.data.accepted).toBe(3);
    expect(part.body.data.ids.slice(3)).toEqual([null, null]);
    const message = 'The log takes 10 entries a day; it goes on in 86400 s, at midnight UTC.';
    expect(part.body.data.rejected).toEqual([
      { index: 3, code: 42901, message },
      { index: 4, code: 42901, message },
    ]);
    const refused = await app.measure(() => append(entry(0)));
    expect(refused.trips).toBe(0);
    expect([refused.result.status, refused.result.body]).toEqual([429, { code: 42901, message, data: null }]);
    expect(refused.result.headers.get('retry-after')).toBe('86400');
    expect((await append(entry(0), ES)).body.message).toBe(
      'El registro admite 10 entradas al día; sigue dentro de 86400 s, a medianoche UTC.',
    );
    // What is deleted was added all the same.
    await app.delete('/api/v1/activity_log/all', { key });
    expect((await append(entry(0))).status).toBe(429);
    expect(await count()).toBe(0);
    app.clock.advance(DAY);
    expect((await append(entries(4))).body.data.accepted).toBe(4);
    expect(await count()).toBe(4);
  });

  it('an entry that is there already is answered as before', async () => {
    const { app, key } = await setUp({ logEntriesPerDay: 2 });
    const body = entries(3, (n) => ({ event_id: `e${n}` }));
    const first = await app.post('/api/v1/activity_log', { key, body });
    expect(first.body.data.accepted).toBe(2);
    const again = await app.post('/api/v1/activity_log', { key, body });
    expect(again.body.data.ids).toEqual(first.body.data.ids);
  });

  it('calls at once never make more', async () => {
    const { app, key } = await setUp({ logEntriesPerDay: 50 });
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => app.post('/api/v1/activity_log', { key, body: entries(7) })),
    );
    const accepted = answers.reduce((sum, { body }) => sum + (body.data?.accepted ?? 0), 0);
    expect(accepted).toBe(50);
    expect((await app.get('/api/v1/activity_log/count', { key })).body.data.count).toBe(50);
  });

  it('another isolate that has seen nothing is told by the counters within a minute', async () => {
    const { app, id, key } = await setUp({ logEntriesPerDay: 100_000 });
    const append = () => app.post('/api/v1/activity_log', { key, body: entry(0) });
    expect((await append()).status).toBe(200);
    // What others have added.
    await env.DB.prepare(
      'UPDATE log_counters SET added = 100000 WHERE community_id = (SELECT id FROM communities WHERE public_id = ?)',
    )
      .bind(id)
      .run();
    expect((await append()).status).toBe(200);
    app.clock.advance(60_000);
    expect((await append()).status).toBe(200);
    expect((await append()).status).toBe(429);
  });
});

describe('open sessions', () => {
  const start = (app: Harness, key: string, name: string, more: object = {}) =>
    app.post('/v2/community/servers/1/activity', { key, body: { apiId: name, ...more } });

  it('one more than there may be is refused and leaves nothing; who leaves makes room', async () => {
    const { app, key } = await setUp({ openSessions: 2 });
    expect((await start(app, key, 'a')).status).toBe(200);
    expect((await start(app, key, 'b', { forceStart: true })).status).toBe(200);
    const message = 'A community has at most 2 open sessions at once.';
    expect(brief(await start(app, key, 'c'))).toEqual([409, 'TOO_MANY_OPEN_SESSIONS', message]);
    expect(brief(await start(app, key, 'c', { eventId: 'e1' }))).toEqual([
      409,
      'TOO_MANY_OPEN_SESSIONS',
      message,
    ]);
    const { body } = await app.post('/v2/community/servers/1/activity', {
      key,
      body: { apiId: 'c' },
      headers: ES,
    });
    expect(body.detail).toBe('Una comunidad tiene como máximo 2 sesiones abiertas a la vez.');
    const v1 = await app.post('/servers/activity_tracker_start_stop', {
      body: { key, type: 'ACTIVITY_TRACKER_START_STOP', data: { serverId: 1, apiId: 'c' } },
    });
    expect([v1.status, v1.text, v1.headers.get('x-error-detail')]).toEqual([
      400,
      'ACTIVITY_TRACKER_START_STOP_LOG_ERROR',
      message,
    ]);
    expect((await app.get('/v2/community/accounts', { key })).body.data.total).toBe(2);
    // A toggle that stops is no start.
    const stop = await start(app, key, 'a');
    expect([stop.status, stop.body.data.status]).toEqual([200, false]);
    app.clock.advance(10_000);
    expect((await start(app, key, 'c', { eventId: 'e1' })).body.data.status).toBe(true);
    // Who is on already starts anew.
    expect((await start(app, key, 'c', { forceStart: true })).status).toBe(200);
  });

  it('starts at once never make more', async () => {
    const { app, key } = await setUp({ openSessions: 5 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => start(app, key, `p${n}`, { forceStart: true })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    const { body } = await app.get('/v2/community/activity?status=open', { key });
    expect(body.data.items).toHaveLength(5);
  });

  it('those who are refused cost few rows', async () => {
    const { app, key, change } = await setUp({});
    const accounts = Array.from({ length: 900 }, (_, n) => ({ apiId: `p${n}` }));
    await app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts } });
    await change({ openSessions: 900 });
    expect((await start(app, key, 'x')).status).toBe(409);
    const { rowsRead, rowsWritten, result } = await app.measure(() => start(app, key, 'y'));
    expect([result.status, rowsWritten]).toEqual([409, 0]);
    expect(rowsRead).toBeLessThanOrEqual(20);
  });

  it('a roster keeps who is there, closes who is gone, and starts as many as have room', async () => {
    const { app, key } = await setUp({ openSessions: 4 });
    const roster = (names: string[]) =>
      app.put('/v2/community/servers/1/activity/roster', {
        key,
        body: { accounts: names.map((apiId) => ({ apiId })) },
      });
    expect((await roster(['a', 'b', 'c'])).body.data.started).toHaveLength(3);
    app.clock.advance(60_000);
    const { status, body } = await roster(['a', 'b', 'd', 'e', 'f']);
    expect(status).toBe(200);
    expect([body.data.open, body.data.started.length, body.data.closed.length]).toEqual([3, 1, 1]);
    const message = 'A community has at most 4 open sessions at once.';
    expect(body.data.rejected).toEqual([
      { index: 3, errors: [{ path: 'accounts.3', message }] },
      { index: 4, errors: [{ path: 'accounts.4', message }] },
    ]);
    app.clock.advance(60_000);
    const next = (await roster(['a', 'b', 'd', 'e', 'f'])).body.data;
    expect([next.open, next.started.length, next.rejected.length]).toEqual([4, 1, 1]);
  });

  it('of a batch of an inbound webhook, what has room is recorded', async () => {
    const { app, key } = await setUp({ openSessions: 2 });
    const { body: hook } = await app.post('/v2/community/inbound-webhooks', {
      key,
      body: {
        name: 'h',
        kind: 'tracker',
        sender: 'custom',
        verification: { scheme: 'token', header: 'x-token' },
      },
    });
    const { status, body } = await app.post(`/hooks/${hook.data.id}`, {
      headers: { 'X-Token': hook.data.secret },
      body: ['a', 'b', 'c'].map((apiId) => ({ serverId: 1, apiId, action: 'forceStart' })),
    });
    expect(status).toBe(200);
    expect([body.data.accepted, body.data.rejected + body.data.ignored]).toEqual([2, 1]);
    expect(body.data.results[2].code).toBe('TOO_MANY_OPEN_SESSIONS');
  });
});
