import { describe, expect, it } from 'vitest';
import { type Answer, START } from '../harness.ts';
import { HOUR, MINUTE, NIL, setUp } from '../helpers.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ACTIVITY = '/v2/community/servers/1/activity';
const LATEST = `/v2/community/accounts/${NIL}/activity/latest`;

describe('the example of the source', () => {
  it('answers with the literal row and envelope', async () => {
    const { app, key } = await setUp();
    const answer = await app.post(ACTIVITY, {
      key,
      // As curl sends the source's example: JSON under a form's content type.
      headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: '{"accId":"00000000-0000-0000-0000-000000000000","forceStart":true}',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('x-request-id')).toMatch(/.{10,}/);
    expect(answer.body).toEqual({
      success: true,
      data: {
        id: expect.stringMatching(UUID),
        status: true,
        accId: '00000000-0000-0000-0000-000000000000',
        serverId: 1,
        start: '2026-04-15T00:00:00.000Z',
        end: null,
        clearReason: null,
        metadata: {},
      },
      meta: { timestamp: '2026-04-15T00:00:00.000Z', path: '/v2/community/servers/1/activity' },
    });
  });
});

describe('the flag table', () => {
  it('without a flag: starts, then stops', async () => {
    const { app, record } = await setUp();
    const started = await record({ accId: NIL });
    app.clock.advance(5 * MINUTE);
    const stopped = await record({ accId: NIL });
    expect(stopped.body.data).toEqual({
      ...started.body.data,
      status: false,
      end: '2026-04-15T00:05:00.000Z',
      clearReason: null,
    });
  });

  it('forceStart on an open session: supersedes it where it was last seen', async () => {
    const { app, key, record } = await setUp();
    const first = await record({ accId: NIL, forceStart: true });
    app.clock.advance(HOUR);
    const second = await record({ accId: NIL, forceStart: true });
    expect(second.body.data).toMatchObject({ status: true, start: '2026-04-15T01:00:00.000Z', end: null });
    const { body } = await app.get(LATEST, { key });
    expect(body.data).toEqual([
      second.body.data,
      {
        ...first.body.data,
        status: false,
        end: '2026-04-15T00:00:00.000Z',
        clearReason: 'Superseded by a new session',
      },
    ]);
  });

  it('forceStop: stops what is open, and does nothing where nothing is', async () => {
    const { app, record } = await setUp();
    const nothing = await record({ accId: NIL, forceStop: true });
    expect([nothing.status, nothing.body.data]).toEqual([200, null]);
    await record({ accId: NIL, forceStart: true });
    app.clock.advance(MINUTE);
    const stopped = await record({ accId: NIL, forceStop: true });
    expect(stopped.body.data).toMatchObject({
      status: false,
      start: '2026-04-15T00:00:00.000Z',
      end: '2026-04-15T00:01:00.000Z',
      clearReason: null,
    });
  });

  it("forceClear: clears with the body's reason or the default, and does nothing where nothing is open", async () => {
    const { app, record } = await setUp();
    expect((await record({ accId: NIL, forceClear: true })).body.data).toBeNull();
    await record({ accId: NIL });
    app.clock.advance(MINUTE);
    const byDefault = await record({ accId: NIL, forceClear: true });
    expect(byDefault.body.data).toMatchObject({
      status: false,
      end: '2026-04-15T00:01:00.000Z',
      clearReason: 'Cleared by request',
    });
    await record({ accId: NIL });
    const withReason = await record({ accId: NIL, forceClear: true, clearReason: 'Went AFK' });
    expect(withReason.body.data.clearReason).toBe('Went AFK');
  });

  it('forceClear with forceStart: clears and starts anew; starts where nothing is open', async () => {
    const { app, key, record } = await setUp();
    const first = await record({ accId: NIL, forceClear: true, forceStart: true });
    expect(first.body.data.status).toBe(true);
    app.clock.advance(MINUTE);
    const second = await record({ accId: NIL, forceClear: true, forceStart: true });
    expect(second.body.data).toMatchObject({ status: true, start: '2026-04-15T00:01:00.000Z' });
    const { body } = await app.get(LATEST, { key });
    expect(body.data[1]).toMatchObject({
      id: first.body.data.id,
      end: '2026-04-15T00:01:00.000Z',
      clearReason: 'Cleared by request',
    });
  });

  it.each([{ forceStart: true }, { forceClear: true }])('forceStop with %o: 400', async (flags) => {
    const { record } = await setUp();
    const answer = await record({ accId: NIL, forceStop: true, ...flags });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ path: 'forceStop', message: 'cannot be combined with forceStart, forceClear' }],
    });
  });
});

describe('server reset', () => {
  it.each([
    ['an empty body', undefined, undefined],
    ['{}', '{}', undefined],
    ['[]', '[]', 'application/json'],
  ])('closes all open sessions of the server, oldest first (%s)', async (_, body, type) => {
    const { app, key, record } = await setUp();
    const first = await record({ username: 'ana' });
    app.clock.advance(MINUTE);
    const second = await record({ username: 'bo' });
    const elsewhere = await record({ username: 'ana' }, 2);
    app.clock.advance(MINUTE);
    const answer = await app.post(`${ACTIVITY}/start`, {
      key,
      ...(body && { body }),
      ...(type && { headers: { 'Content-Type': type } }),
    });
    expect(answer.status).toBe(200);
    const closed = {
      status: false,
      end: '2026-04-15T00:02:00.000Z',
      clearReason: 'All server activity stopped that were in progress',
    };
    expect(answer.body.data).toEqual([
      { ...first.body.data, ...closed },
      { ...second.body.data, ...closed },
    ]);
    expect((await app.post(`${ACTIVITY}/start`, { key })).body.data).toEqual([]);
    const { accId } = elsewhere.body.data;
    const latest = await app.get(`/v2/community/accounts/${accId}/activity/latest?limit=1`, { key });
    expect(latest.body.data[0].status).toBe(true);
  });
});

describe('identifiers', () => {
  it('each kind names one account; the first in the order of the contract decides', async () => {
    const { record } = await setUp();
    const ids: string[] = [];
    for (const body of [{ apiId: 'x' }, { discord: 'x' }, { uniqueId: 'x' }, { username: 'x' }]) {
      ids.push((await record({ ...body, forceStart: true })).body.data.accId);
    }
    expect(new Set(ids).size).toBe(4);
    const both = await record({ username: 'x', discord: 'x', forceStart: true });
    expect(both.body.data.accId).toBe(ids[1]);
  });

  it('a UUID is matched without regard to case, an integer like its digits', async () => {
    const { record } = await setUp();
    const upper = 'ABCDEF00-1111-2222-3333-444455556666';
    expect((await record({ accId: upper })).body.data.accId).toBe(upper.toLowerCase());
    expect((await record({ accId: upper.toLowerCase() })).body.data.status).toBe(false);
    const number = await record({ uniqueId: 42 });
    const digits = await record({ uniqueId: '42' });
    expect(digits.body.data.id).toBe(number.body.data.id);
  });

  it('a new account takes the identifiers that came and are free, and never one of another account', async () => {
    const { record } = await setUp();
    const owner = await record({ username: 'ana' });
    const { body } = await record({
      discord: '1',
      username: 'ana',
      apiId: null,
      uniqueId: 7,
      forceStart: true,
    });
    const accountOf = async (identifier: Record<string, unknown>) =>
      (await record({ ...identifier, forceStart: true })).body.data.accId;
    expect(await accountOf({ uniqueId: 7 })).toBe(body.data.accId);
    expect(await accountOf({ accId: body.data.accId })).toBe(body.data.accId);
    expect(await accountOf({ username: 'ana' })).toBe(owner.body.data.accId);
  });

  it('none: 400', async () => {
    const { record } = await setUp();
    const answer = await record({ forceStart: true });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toEqual({
      type: '/problems/validation-failed',
      title: 'Validation failed',
      status: 400,
      detail: 'The request body must name the account by one of accId, apiId, discord, uniqueId, username.',
      instance: '/v2/community/servers/1/activity',
      code: 'VALIDATION_FAILED',
      message: 'The request body must name the account by one of accId, apiId, discord, uniqueId, username.',
      requestId: answer.headers.get('x-request-id'),
      errors: [
        { path: '', message: 'must name the account by one of accId, apiId, discord, uniqueId, username' },
      ],
    });
  });

  it('an unknown account, where accounts are not created on the spot: 404', async () => {
    const { app, key, record } = await setUp({ autoCreateAccounts: false });
    const unknown = await record({ discord: '99', forceStart: true });
    expect(unknown.status).toBe(404);
    expect(unknown.body).toMatchObject({ code: 'ACCOUNT_NOT_FOUND', status: 404 });
    await app.patch('/v2/community/settings', { key, body: { autoCreateAccounts: true } });
    const created = await record({ discord: '99', forceStart: true });
    expect(created.status).toBe(200);
    await app.patch('/v2/community/settings', { key, body: { autoCreateAccounts: false } });
    expect((await record({ discord: '99', forceStop: true })).body.data.id).toBe(created.body.data.id);
  });
});

describe('metadata', () => {
  it('belongs to the session; what a stop brings is merged into it', async () => {
    const { record } = await setUp();
    const started = await record({ accId: NIL, metadata: { job: 'medic', nested: { a: 1 } } });
    expect(started.body.data.metadata).toEqual({ job: 'medic', nested: { a: 1 } });
    const stopped = await record({ accId: NIL, metadata: { left: 'timeout' } });
    expect(stopped.body.data.metadata).toEqual({ job: 'medic', nested: { a: 1 }, left: 'timeout' });
  });
});

describe('latest', () => {
  it('answers three sessions by default, newest first, of all servers or of one', async () => {
    const { app, key, record } = await setUp();
    for (const server of [1, 2, 1, 2, 1]) {
      await record({ accId: NIL, forceStart: true }, server);
      app.clock.advance(MINUTE);
    }
    const latest = (query: string) => app.get(`${LATEST}${query}`, { key });
    const minutes = ({ body }: Answer) =>
      body.data.map((row: { start: string }) => (Date.parse(row.start) - START) / MINUTE);
    expect(minutes(await latest(''))).toEqual([4, 3, 2]);
    expect(minutes(await latest('?type=activity&limit=100'))).toEqual([4, 3, 2, 1, 0]);
    expect(minutes(await latest('?serverId=2'))).toEqual([3, 1]);
  });

  it.each([
    ['type=clockin', 'type', 'must be activity; clock-ins are not tracked'],
    ['limit=0', 'limit', 'must be an integer from 1 to 100'],
    ['limit=101', 'limit', 'must be an integer from 1 to 100'],
    ['limit=1e1', 'limit', 'must be an integer from 1 to 100'],
    ['serverId=x', 'serverId', 'must be an integer of at least 1'],
    ['limit=1&limit=2', 'limit', 'must be given only once'],
  ])('%s: 400', async (query, path, message) => {
    const { app, key } = await setUp();
    const { status, body } = await app.get(`${LATEST}?${query}`, { key });
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ path, message }]);
  });

  it('of an unknown account: 404', async () => {
    const { app, key } = await setUp();
    const answer = await app.get(LATEST, { key });
    expect([answer.status, answer.body.code]).toEqual([404, 'ACCOUNT_NOT_FOUND']);
  });
});
