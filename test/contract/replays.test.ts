import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/client.ts';
import { Harness, START } from '../harness.ts';
import { DAY, HOUR, iso, MINUTE, NIL, SECOND, setUp } from '../helpers.ts';

const ACTIVITY = '/v2/community/servers/1/activity';

const setUpReplays = async (settings?: Record<string, unknown>) => {
  const { app, rowId: id, key, latest } = await setUp(settings);
  const record = (body: Record<string, unknown>, path = ACTIVITY) =>
    app.post(path, { key, body: { accId: NIL, ...body } });
  const reset = (body: unknown) => app.post(`${ACTIVITY}/start`, { key, body });
  return { app, id, key, record, reset, latest };
};

describe('a repeat of an eventId', () => {
  it('is answered as the first was, also after other calls, and changes nothing', async () => {
    const { app, record, latest } = await setUpReplays();
    const join = { eventId: 'join-1', forceStart: true, metadata: { job: 'medic' } };
    const leave = { eventId: 'leave-1', forceStop: true, metadata: { left: 'quit' } };
    const joined = await record(join);
    app.clock.advance(MINUTE);
    const left = await record(leave);
    expect(left.body.data).toEqual({
      ...joined.body.data,
      status: false,
      end: '2026-04-15T00:01:00.000Z',
      metadata: { job: 'medic', left: 'quit' },
    });
    const sessions = await latest();
    app.clock.advance(23 * HOUR);
    const again = await record(join);
    expect(again.status).toBe(200);
    expect(again.body).toEqual({
      success: true,
      data: joined.body.data,
      meta: { timestamp: '2026-04-15T23:01:00.000Z', path: ACTIVITY },
    });
    expect((await record(leave)).body.data).toEqual(left.body.data);
    expect(await latest()).toEqual(sessions);
  });

  it('of a call that did nothing does nothing', async () => {
    const { app, record, latest } = await setUpReplays();
    expect((await record({ eventId: 'e', forceStop: true })).body.data).toBeNull();
    app.clock.advance(MINUTE);
    await record({ forceStart: true });
    app.clock.advance(MINUTE);
    expect((await record({ eventId: 'e', forceStop: true })).body.data).toBeNull();
    expect((await latest())[0].status).toBe(true);
  });

  it('with another body is still that event: no account, no session', async () => {
    const { app, id, record } = await setUpReplays();
    const first = await record({ eventId: 'e', forceStart: true });
    app.clock.advance(MINUTE);
    const second = await record({ accId: undefined, username: 'someone', eventId: 'e' });
    expect(second.body.data).toEqual(first.body.data);
    const { results } = await env.DB.prepare('SELECT * FROM accounts WHERE community_id = ?').bind(id).all();
    expect(results.length).toBe(1);
  });

  it('belongs to one community', async () => {
    const { app, record } = await setUpReplays();
    const other = await app.community();
    const ours = await record({ eventId: 'e' });
    const theirs = await app.post(ACTIVITY, { key: other.key, body: { accId: NIL, eventId: 'e' } });
    expect(theirs.body.data.status).toBe(true);
    expect(theirs.body.data.id).not.toBe(ours.body.data.id);
  });

  it('of a server reset is answered with the same rows', async () => {
    const { app, record, reset } = await setUpReplays();
    await record({ forceStart: true, metadata: { job: 'medic' } });
    app.clock.advance(MINUTE);
    const first = await reset({ eventId: 'boot-1' });
    expect(first.body.data).toEqual([
      expect.objectContaining({
        status: false,
        start: iso(0),
        end: iso(MINUTE),
        clearReason: 'All server activity stopped that were in progress',
        metadata: { job: 'medic' },
      }),
    ]);
    app.clock.advance(MINUTE);
    const open = await record({ forceStart: true });
    const second = await reset({ eventId: 'boot-1' });
    expect(second.body.data).toEqual(first.body.data);
    app.clock.advance(MINUTE);
    expect((await record({ forceStop: true })).body.data.id).toBe(open.body.data.id);
  });

  // The repeat notes a reset at its own time, which late calls and heartbeats then take for another one.
  it('of a server reset without a time is no reset at the time of the repeat', async () => {
    const { app, record, reset, latest } = await setUpReplays();
    await reset({ eventId: 'restart' });
    app.clock.advance(MINUTE);
    await record({ forceStart: true, eventId: 'join' });
    app.clock.advance(MINUTE);
    await reset({ eventId: 'restart' });
    app.clock.advance(MINUTE);
    await record({ forceStop: true, eventId: 'leave', occurredAt: iso(30 * SECOND) });
    expect(await latest()).toMatchObject([{ start: iso(MINUTE), end: null }]);
  });

  // Its own note in `servers` is an event of the same instant, and by its key ("reset") goes before a later id.
  it.each(['restart', 'zzz'])('a server reset named %s answers with what it closed', async (eventId) => {
    const { app, record, reset } = await setUpReplays();
    const { id } = (await record({ forceStart: true })).body.data;
    app.clock.advance(MINUTE);
    expect((await reset({ eventId })).body.data).toMatchObject([{ id, end: iso(MINUTE) }]);
  });

  it.each(['0', 'r'])('a server reset named %s answers with what it closed', async (eventId) => {
    const { app, record, reset } = await setUpReplays();
    const { id } = (await record({ forceStart: true })).body.data;
    app.clock.advance(MINUTE);
    expect((await reset({ eventId })).body.data).toMatchObject([{ id, end: iso(MINUTE) }]);
  });

  it('that races itself happens once, with one answer', async () => {
    const { record, latest } = await setUpReplays();
    const answers = await Promise.all(Array.from({ length: 30 }, () => record({ eventId: 'toggle-1' })));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body.data]))).size).toBe(1);
    expect(await latest()).toEqual([answers[0]?.body.data]);
  });

  it('in the v1 dialect as well', async () => {
    const { app, key } = await setUpReplays();
    const call = () =>
      app.post('/servers/activity_tracker_start_stop', {
        body: {
          id: 'x',
          key,
          type: 'ACTIVITY_TRACKER_START_STOP',
          data: { serverId: 1, discord: '1', eventId: 'e', occurredAt: iso(-MINUTE) },
        },
      });
    const first = await call();
    expect(first.body.data).toMatchObject({ status: true, start: iso(-MINUTE) });
    app.clock.advance(MINUTE);
    expect((await call()).body).toEqual(first.body);
  });
});

describe('a late call', () => {
  it('counts from when it happened, the id of its session too', async () => {
    const { record } = await setUpReplays();
    const { body } = await record({ forceStart: true, occurredAt: '2026-04-14T23:30:00+00:00' });
    expect(body.data).toMatchObject({ status: true, start: '2026-04-14T23:30:00.000Z', end: null });
    expect(Number.parseInt(body.data.id.replace('-', '').slice(0, 12), 16)).toBe(START - 30 * MINUTE);
  });

  it('a stop repairs the end of the session that another one superseded', async () => {
    const { app, record, latest } = await setUpReplays();
    const first = await record({ forceStart: true });
    app.clock.advance(2 * HOUR);
    const second = await record({ forceStart: true });
    app.clock.advance(MINUTE);
    const stopped = await record({ forceStop: true, occurredAt: iso(HOUR) });
    const repaired = { ...first.body.data, status: false, end: iso(HOUR), clearReason: null };
    expect(stopped.body.data).toEqual(repaired);
    expect(await latest()).toEqual([second.body.data, repaired]);
  });

  it('a stop repairs the end of an auto-closed session, a newer session notwithstanding', async () => {
    const { app, record, latest } = await setUpReplays();
    await record({ forceStart: true });
    app.clock.set(START + 13 * HOUR);
    await app.cron();
    await record({ forceStart: true });
    app.clock.advance(SECOND);
    const stopped = await record({ forceStop: true, occurredAt: iso(11 * HOUR) });
    expect(stopped.body.data).toMatchObject({ start: iso(0), end: iso(11 * HOUR), clearReason: null });
    expect((await latest())[0]).toMatchObject({ status: true, start: iso(13 * HOUR) });
  });

  it('a start older than what is known opens nothing now', async () => {
    const { app, record, latest } = await setUpReplays();
    app.clock.advance(HOUR);
    await record({ forceStop: true, occurredAt: iso(50 * MINUTE) });
    const started = await record({ forceStart: true, occurredAt: iso(40 * MINUTE) });
    const closed = { status: false, start: iso(40 * MINUTE), end: iso(50 * MINUTE) };
    expect(started.body.data).toMatchObject(closed);
    expect(await latest()).toEqual([started.body.data]);
  });

  it('takes part with what calls without the fields left behind', async () => {
    const { app, record, latest } = await setUpReplays();
    await record({ forceStart: true, metadata: { n: 1 } });
    app.clock.advance(20 * MINUTE);
    await record({ forceClear: true, clearReason: 'AFK' });
    app.clock.advance(20 * MINUTE);
    await record({ forceStart: true, metadata: { n: 2 } });
    await record({ forceStop: true, occurredAt: iso(10 * MINUTE) });
    await record({ forceStart: true, occurredAt: iso(15 * MINUTE), metadata: { n: 3 } });
    expect(await latest()).toMatchObject([
      { start: iso(40 * MINUTE), end: null, metadata: { n: 2 } },
      { start: iso(15 * MINUTE), end: iso(20 * MINUTE), clearReason: 'AFK', metadata: { n: 3 } },
      { start: iso(0), end: iso(10 * MINUTE), clearReason: null, metadata: { n: 1 } },
    ]);
  });

  it('a reset closes what was open then', async () => {
    const { app, record, reset, latest } = await setUpReplays();
    await record({ forceStart: true });
    app.clock.advance(10 * MINUTE);
    await record({ forceStart: true, eventId: 'rejoin' });
    app.clock.advance(MINUTE);
    const answer = await reset({ occurredAt: iso(5 * MINUTE) });
    expect(answer.body.data).toMatchObject([{ start: iso(0), end: iso(5 * MINUTE) }]);
    expect(await latest()).toMatchObject([
      { start: iso(10 * MINUTE), status: true },
      { start: iso(0), clearReason: 'All server activity stopped that were in progress' },
    ]);
  });

  it('of a clock that is ahead ends no session before its start', async () => {
    const { record } = await setUpReplays();
    const { body } = await record({ forceStart: true, occurredAt: iso(30 * SECOND) });
    const stopped = await record({ forceStop: true });
    expect(stopped.body.data).toMatchObject({
      id: body.data.id,
      start: iso(30 * SECOND),
      end: iso(30 * SECOND),
    });
  });

  it('forty at once lead to what the true order leads to', async () => {
    const { app, record, latest } = await setUpReplays();
    app.clock.advance(HOUR);
    const calls = Array.from({ length: 40 }, (_, n) => ({ eventId: `e-${n}`, occurredAt: iso(n * SECOND) }));
    const { result: answers, trips } = await app.measure(() =>
      Promise.all(calls.toReversed().map((call) => record(call))),
    );
    // Whichever of them gets through first does the work of all.
    expect(trips).toBeLessThanOrEqual(6 * calls.length);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(await latest()).toMatchObject(
      Array.from({ length: 20 }, (_, n) => ({
        start: iso((38 - 2 * n) * SECOND),
        end: iso((39 - 2 * n) * SECOND),
      })),
    );
  }, 60_000);

  it('cut off between noting the call and writing its effect is made good by its repeat', async () => {
    const { app, key, record, latest } = await setUpReplays();
    await record({ forceStart: true });
    app.clock.advance(HOUR);
    await record({ forceStart: true });
    const batches = { left: 1 };
    const failing = new Harness({
      now: START + HOUR,
      overrides: {
        db: openDatabase({
          prepare: (query: string) => env.DB.prepare(query),
          batch: (statements: D1PreparedStatement[]) => {
            if (batches.left-- <= 0) throw new Error('the network is gone');
            return env.DB.batch(statements);
          },
        } as unknown as D1Database),
        credentials: app.services.credentials,
      },
    });
    const stop = { accId: NIL, forceStop: true, eventId: 'leave-1', occurredAt: iso(MINUTE) };
    expect((await failing.post(ACTIVITY, { key, body: stop, expectsDefect: true })).status).toBe(500);
    const repeated = await record(stop);
    expect(repeated.body.data).toMatchObject({ start: iso(0), end: iso(MINUTE), clearReason: null });
    expect((await latest())[1]).toEqual(repeated.body.data);
  });
});

describe('bad input', () => {
  const WINDOW = 'must be at most 24 hours ago and at most 60 seconds ahead';
  const INSTANT = 'must be an ISO 8601 date-time with an offset, such as 2026-04-15T00:00:00Z';
  it.each([
    ['eventId', '', 'must have 1 to 128 characters'],
    ['eventId', 'x'.repeat(129), 'must have 1 to 128 characters'],
    ['eventId', 7, 'must be of type string'],
    ['eventId', 'a\0', 'must not contain NUL characters or unpaired surrogates'],
    ['occurredAt', iso(-24 * HOUR - 1), WINDOW],
    ['occurredAt', iso(MINUTE + 1), WINDOW],
    ['occurredAt', '2026-04-15T00:00:00', INSTANT],
    ['occurredAt', '2026-04-15', INSTANT],
    ['occurredAt', '2026-02-30T00:00:00Z', INSTANT],
    ['occurredAt', START, 'must be of type string'],
  ])('%s %j: 400, for a call and for a reset', async (field, value, message) => {
    const { record, reset, latest } = await setUpReplays();
    for (const send of [record, reset]) {
      const { status, body } = await send({ [field]: value });
      expect([status, body.code, body.errors]).toEqual([
        400,
        'VALIDATION_FAILED',
        [{ path: field, message }],
      ]);
    }
    expect((await reset('[]')).status).toBe(200);
    await expect(latest()).resolves.toBeUndefined();
  });

  it('the limits themselves, and null, are good', async () => {
    const { record } = await setUpReplays();
    for (const fields of [
      { occurredAt: iso(-24 * HOUR) },
      { occurredAt: iso(MINUTE) },
      { occurredAt: null, eventId: null },
      { eventId: 'x'.repeat(128) },
    ]) {
      expect((await record({ ...fields, forceStart: true })).status).toBe(200);
    }
  });

  it('an unknown account, where accounts are not created on the spot: 404, and nothing is noted', async () => {
    const { app, key, record } = await setUpReplays({ autoCreateAccounts: false });
    const call = { eventId: 'e', forceStart: true };
    const unknown = await record(call);
    expect([unknown.status, unknown.body.code]).toEqual([404, 'ACCOUNT_NOT_FOUND']);
    await app.patch('/v2/community/settings', { key, body: { autoCreateAccounts: true } });
    expect((await record(call)).body.data.status).toBe(true);
  });
});

describe('what it costs', () => {
  it('in time: one trip; late: two; a repeat: one, and nothing written', async () => {
    const { app, record } = await setUpReplays();
    await record({ forceStart: true });
    await record({ forceStop: true });
    const measured = async (ms: number, eventId: string, flags = {}) => {
      const { result, ...cost } = await app.measure(() => record({ eventId, occurredAt: iso(ms), ...flags }));
      expect(result.status).toBe(200);
      return cost;
    };
    app.clock.advance(HOUR);
    // A warm credential.
    await record({ accId: undefined, username: 'ana' });
    const start = await measured(10 * MINUTE, 'a', { forceStart: true });
    const stop = await measured(20 * MINUTE, 'b', { forceStop: true });
    const late = await measured(15 * MINUTE, 'c', { forceStop: true });
    const repeat = await measured(15 * MINUTE, 'c', { forceStop: true });
    expect([start.trips, stop.trips, late.trips, repeat.trips]).toEqual([1, 1, 2, 1]);
    // A row and two index entries of the journal, and its answer, beside the three of a session.
    expect([start.rowsWritten, stop.rowsWritten, late.rowsWritten, repeat.rowsWritten]).toEqual([6, 6, 6, 0]);
    for (const cost of [start, stop]) expect(cost.rowsRead).toBeLessThanOrEqual(28);
    expect(late.rowsRead).toBeLessThanOrEqual(200);
    expect(repeat.rowsRead).toBeLessThanOrEqual(30);
  });
});

describe('what it costs, however many were there before', () => {
  // It works out anew every account of the last two days, gone or not: dozens of rows each, and more with each call.
  it('a reset in time reads what is open', async () => {
    const { app, id, reset } = await setUpReplays();
    const numbers = JSON.stringify(Array.from({ length: 100 }, (_, n) => n));
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind)
         SELECT ?1, ?2 + value, 'session ' || value, 1, 'account ' || value, ?2 + value, ?2 + value, 'stopped'
         FROM json_each(?3)`,
      ).bind(id, START, numbers),
      env.DB.prepare(
        `INSERT INTO activity_calls (community_id, event_id, id, server_id, account_id, action, occurred_at, received_at,
           is_late, answer)
         SELECT ?1, 'join ' || value, 'session ' || value, 1, 'account ' || value, 'start', ?2 + value, ?2, 0, '[]'
         FROM json_each(?3)`,
      ).bind(id, START, numbers),
    ]);
    app.clock.advance(HOUR);
    const { result, rowsRead } = await app.measure(() => reset({ eventId: 'restart' }));
    expect(result.body.data).toEqual([]);
    expect(rowsRead).toBeLessThanOrEqual(1_000);
  });
});

describe('the journal', () => {
  it('forgets a call after two days, in bounded chunks, and as often as it is asked', async () => {
    const { app, id, record } = await setUpReplays();
    await record({ eventId: 'old' });
    app.clock.advance(24 * HOUR);
    await record({ eventId: 'young' });
    app.clock.advance(24 * HOUR + 1);
    await app.cron();
    await app.cron();
    const { results } = await env.DB.prepare('SELECT event_id FROM activity_calls WHERE community_id = ?')
      .bind(id)
      .all();
    expect(results).toEqual([{ event_id: 'young' }]);
  });
});

describe('a key for what comes late', () => {
  it('may be up to 31 days; every other one a day', async () => {
    const { app, key } = await setUp();
    const late = await app.apiKey(key, ['sessions:write'], { lateSeconds: 31 * 86_400 });
    const call = (by: string, days: number) =>
      app.post('/v2/community/servers/1/activity', {
        key: by,
        body: {
          accId: NIL,
          forceStart: true,
          occurredAt: new Date(app.clock.now() - days * DAY).toISOString(),
        },
      });
    expect((await call(late, 31)).body.data.start).toBe(iso(-31 * DAY));
    const tooLate = await call(late, 31.001);
    expect(tooLate.body.errors).toEqual([
      { path: 'occurredAt', message: 'must be at most 744 hours ago and at most 60 seconds ahead' },
    ]);
    expect((await call(key, 1.001)).body.errors).toEqual([
      { path: 'occurredAt', message: 'must be at most 24 hours ago and at most 60 seconds ahead' },
    ]);
    const keys = await app.get('/v2/community/api-keys', { key });
    expect(
      keys.body.data.items.map(({ lateSeconds }: { lateSeconds?: number }) => lateSeconds ?? null).sort(),
    ).toEqual([2_678_400, null]);
    const more = await app.post('/v2/community/api-keys', {
      key,
      body: { name: 'x', scopes: ['sessions:write'], lateSeconds: 2_678_401 },
    });
    expect(more.body.errors).toEqual([
      { path: 'lateSeconds', message: 'must be an integer from 60 to 2678400' },
    ]);
  });
});
