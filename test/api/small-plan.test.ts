/** What keeps a deployment within a small plan: fewer items a call, and a hint where one call could replace many. */

import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/env.ts';
import { MINUTE, setUp } from '../helpers.ts';

describe('MAX_BATCH', () => {
  it('bounds the lists of every call, in each dialect', async () => {
    const { app, key } = await setUp({}, { vars: { MAX_BATCH: '20' } });
    const accounts = Array.from({ length: 21 }, (_, n) => ({ apiId: `a${n}` }));
    const entries = accounts.map((_, n) => ({ platform: 'p', serial: `${n}`, action_type: 'a' }));
    const roster = '/v2/community/servers/1/activity/roster';
    const refused = await app.put(roster, { key, body: { accounts } });
    expect([refused.status, refused.body.errors]).toEqual([
      400,
      [{ path: 'accounts', message: 'must have 0 to 20 items' }],
    ]);
    expect((await app.put(roster, { key, body: { accounts: accounts.slice(1) } })).status).toBe(200);
    const log = await app.post('/api/v1/activity_log', { key, body: entries });
    expect([log.status, log.body]).toEqual([
      400,
      { code: 40001, message: 'The request body must have 0 to 20 items.', data: null },
    ]);
    expect((await app.post('/api/v1/activity_log', { key, body: { entries } })).status).toBe(400);
    expect((await app.post('/api/v1/activity_log', { key, body: entries.slice(1) })).status).toBe(200);
  });

  it('is a whole number of at least 20, or not set', () => {
    expect(readConfig({ ...env, MAX_BATCH: '' }).maxBatch).toBe(Number.POSITIVE_INFINITY);
    expect(readConfig({ ...env, MAX_BATCH: '200' }).maxBatch).toBe(200);
    expect(() => readConfig({ ...env, MAX_BATCH: '5' })).toThrow('MAX_BATCH is 5');
    expect(() => readConfig({ ...env, MAX_BATCH: 'many' })).toThrow('MAX_BATCH is many');
  });
});

describe('heartbeats one by one', () => {
  it('are answered with a hint from the eleventh of a server in a minute on, at no cost', async () => {
    const { app, key } = await setUp();
    const beat = (server = 1, accounts: object[] = [{ apiId: 'a' }]) =>
      app.post(`/v2/community/servers/${server}/activity/heartbeat`, { key, body: { accounts } });
    const hintOf = async (call: ReturnType<typeof beat>) => (await call).headers.get('x-hint');
    await app.post('/v2/community/servers/1/activity', { key, body: { apiId: 'a' } });
    for (let n = 0; n < 10; n++) expect(await hintOf(beat())).toBeNull();
    const { trips, rowsWritten, result } = await app.measure(() => beat());
    expect([trips, rowsWritten, result.headers.get('x-hint')]).toEqual([
      1,
      0,
      'PUT .../activity/roster once a minute says the same in one call',
    ]);
    expect(await hintOf(beat(2))).toBeNull();
    expect(await hintOf(beat(1, [{ apiId: 'a' }, { apiId: 'b' }]))).toBeNull();
    app.clock.advance(MINUTE);
    expect(await hintOf(beat())).toBeNull();
  });
});
