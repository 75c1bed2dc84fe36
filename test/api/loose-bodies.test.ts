/** docs/contracts.md, "Bodies from game servers are loose". */
import { describe, expect, it } from 'vitest';
import { families } from '../../src/api/index.ts';
import { NIL, setUp } from '../helpers.ts';

const ACTIVITY = '/v2/community/servers/1/activity';
const encoder = new TextEncoder();

describe('a body', () => {
  it('takes [] for an object: as metadata, as an account, as settings', async () => {
    const { app, key, record } = await setUp();
    expect((await record({ accId: NIL, metadata: [] as never })).body.data.metadata).toEqual({});
    const heartbeat = await app.post(`${ACTIVITY}/heartbeat`, {
      key,
      body: { accounts: [[], { accId: NIL }] },
    });
    expect(heartbeat.body.data.results.map(({ status }: { status: string }) => status)).toEqual([
      'invalid',
      'seen',
    ]);
    expect((await app.patch('/v2/community/settings', { key, body: [] })).status).toBe(200);
    const created = await app.post('/v2/community/service-ids', { key, body: [] });
    expect(created.body.errors.map(({ path }: { path: string }) => path)).toEqual(['name', 'category']);
  });

  it('takes {} for a list: a roster that says nobody is here', async () => {
    const { app, key, record } = await setUp();
    await record({ accId: NIL, forceStart: true });
    const { body } = await app.put(`${ACTIVITY}/roster`, { key, body: { accounts: {} } });
    expect(body.data).toMatchObject({ isComplete: true, open: 0, closed: [{ accId: NIL }] });
    const log = await app.post('/api/v1/activity_log', { key, body: { entries: {} } });
    expect(log.body.message).toBe('entries must have 1 to 1000 items.');
    const scopes = await app.post('/v2/community/api-keys', { key, body: { name: 'x', scopes: {} } });
    expect(scopes.body.errors).toEqual([
      { path: 'scopes', message: expect.stringContaining('must have 1 to') },
    ]);
  });

  it('takes [] for an object and {} for a list in the other dialects, too', async () => {
    const { app, key } = await setUp();
    const v1 = await app.post('/servers/activity_tracker_start_stop', {
      body: {
        key,
        type: 'ACTIVITY_TRACKER_START_STOP',
        data: [{ serverId: '1.0', username: 'ana', accId: '', apiId: null, discord: '', metadata: [] }],
      },
    });
    expect(v1.body.data).toMatchObject({ status: true, serverId: 1, metadata: {} });
    const activity = {
      category: 'COMMENTS',
      type: 'X',
      user: 'ana',
      time: '2026-04-15T00:00:00Z',
      properties: [],
    };
    const recorded = await app.post('/v2/community/account-activities', {
      key,
      body: { ...activity, category: 'PROCESS_COMMENTS' },
    });
    expect(recorded.body.data.status).toBe('recorded');
  });

  it('has identifiers that are empty or null for absent ones', async () => {
    const { record } = await setUp();
    const { status, body } = await record({
      accId: null,
      apiId: '',
      discord: '',
      uniqueId: '',
      username: 'ana',
      forceStart: true,
    });
    expect([status, body.data.status]).toEqual([200, true]);
    const nobody = await record({ accId: '', apiId: null, discord: '' });
    expect(nobody.body.errors).toEqual([
      { path: '', message: expect.stringContaining('must name the account') },
    ]);
  });

  it('has 1.0 for an integer, and so has a path', async () => {
    const { app, key } = await setUp();
    const first = await app.post('/v2/community/servers/1.0/activity', {
      key,
      body: '{"uniqueId":1001.0,"forceStart":true}',
    });
    const second = await app.post(ACTIVITY, { key, body: '{"uniqueId":"1001"}' });
    expect([first.body.data.serverId, second.body.data.id]).toEqual([1, first.body.data.id]);
  });

  it('that is not quite UTF-8 is taken with its replacement character, by any type', async () => {
    const { app, key } = await setUp();
    for (const type of [undefined, 'application/json', 'application/x-www-form-urlencoded', 'text/plain']) {
      const cut = encoder.encode('{"username":"Zo\u00eb","forceStart":true}').filter((byte) => byte !== 0xab);
      const response = await app.fetch(ACTIVITY, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}`, ...(type && { 'Content-Type': type }) },
        body: cut,
      });
      expect(response.status, type).toBe(200);
    }
    const { body } = await app.get('/v2/community/accounts', { key });
    expect(body.data.items.map(({ accName }: { accName: string }) => accName)).toEqual(['Zo\ufffd']);
  });

  it('may begin with a byte order mark', async () => {
    const { app, key } = await setUp();
    for (const type of ['application/json', 'application/octet-stream']) {
      const response = await app.fetch(ACTIVITY, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': type },
        body: encoder.encode(`\ufeff{"accId":"${NIL}","forceStart":true}`),
      });
      expect(response.status, type).toBe(200);
    }
  });

  it('whose sender hangs up is an incomplete one: 400, and no defect', async () => {
    const { app, key } = await setUp();
    for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
      const body = new ReadableStream({
        start: (controller) => {
          controller.enqueue(encoder.encode('{"accId":'));
          controller.error(new Error('Network connection lost.'));
        },
      });
      for (const path of [ACTIVITY, '/api/v1/activity_log', '/oauth/token', `/hooks/${NIL}`]) {
        const [mine] = body.locked ? [undefined] : [body];
        if (!mine) break;
        const response = await app.fetch(path, {
          method: 'POST',
          headers: { Authorization: `Bearer ${key}`, 'Content-Type': type },
          body: mine,
        });
        expect([response.status, await response.text()]).toEqual([
          400,
          expect.stringContaining('did not arrive whole'),
        ]);
      }
    }
    expect(app.logs).toEqual([]);
  });
});

/** The objects and lists of a schema, however deep. */
// biome-ignore lint/suspicious/noExplicitAny: a walk over any schema.
const containersOf = (schema: any, path = ''): [string, any][] => {
  if (!schema || typeof schema !== 'object') return [];
  const below = [
    ...(schema.pipe ?? []).slice(1).flatMap((part: unknown) => containersOf(part, path)),
    ...Object.entries(schema.entries ?? {}).flatMap(([name, entry]) =>
      containersOf(entry, `${path}.${name}`),
    ),
    ...(schema.options ?? []).flatMap((option: unknown) => containersOf(option, path)),
    ...containersOf(schema.wrapped, path),
    ...(schema.type === 'array' ? containersOf(schema.item, `${path}[]`) : []),
    ...containersOf(schema.metadata?.jsonSchema?.items, `${path}[]`),
  ];
  const isContainer = ['object', 'strict_object', 'loose_object', 'record', 'array'].includes(schema.type);
  return [...(isContainer ? [[path, schema] as [string, unknown]] : []), ...below];
};

describe('every operation with a body', () => {
  const bodies = families.flatMap(({ operations }) =>
    operations.flatMap(({ method, path, body, bodyEncoding }) =>
      body && bodyEncoding !== 'form' ? [[`${method} ${path}`, body] as const] : [],
    ),
  );

  it.each(bodies)('%s: its objects take [], its lists take {}', (_, body) => {
    for (const [path, schema] of containersOf(body)) {
      const isList = schema.type === 'array';
      const result = schema['~run']({ value: isList ? {} : [] }, {});
      const refused = (result.issues ?? []).filter(
        // biome-ignore lint/suspicious/noExplicitAny: an issue of valibot.
        (issue: any) => issue.path === undefined && issue.kind === 'schema',
      );
      expect(refused, `${path || 'the body'} (${schema.type})`).toEqual([]);
      // To valibot's own object any array is one.
      if (!isList)
        expect(schema['~run']({ value: [1] }, {}).issues, `${path}: [1] is no object`).toBeDefined();
    }
  });
});
