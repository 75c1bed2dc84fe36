import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Harness } from '../harness.ts';
import { HOUR, iso, MINUTE, NIL, SECOND, setUp } from '../helpers.ts';
import { Receivers } from '../receivers.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ACTIVITY = '/v2/community/servers/1/activity';

const setUpPresence = async (settings?: Record<string, unknown>) => {
  const { app, key, record: call, latest } = await setUp(settings);
  const record = async (body: Record<string, unknown>) => (await call(body)).body.data;
  const heartbeat = (...accounts: unknown[]) =>
    app.post(`${ACTIVITY}/heartbeat`, { key, body: { accounts } });
  const statuses = async (...accounts: unknown[]) =>
    (await heartbeat(...accounts)).body.data.results.map(({ status }: { status: string }) => status);
  const roster = (accounts: unknown[], more: Record<string, unknown> = {}) =>
    app.put(`${ACTIVITY}/roster`, { key, body: { accounts, ...more } });
  return { app, key, record, heartbeat, statuses, roster, latest };
};

describe('heartbeat', () => {
  it('answers per account, in order', async () => {
    const { app, record, heartbeat } = await setUpPresence();
    const started = await record({ accId: NIL, forceStart: true });
    app.clock.advance(MINUTE);
    const answer = await heartbeat({ username: 'nobody' }, { accId: NIL }, { accId: 'x' }, {}, 'ana');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      success: true,
      data: {
        results: [
          { status: 'no_session', accId: null, sessionId: null },
          { status: 'seen', accId: NIL, sessionId: started.id },
          {
            status: 'invalid',
            accId: null,
            sessionId: null,
            errors: [{ path: 'accounts.2.accId', message: 'must be a UUID (8-4-4-4-12 hexadecimal digits)' }],
          },
          {
            status: 'invalid',
            accId: null,
            sessionId: null,
            errors: [
              {
                path: 'accounts.3',
                message: 'must name the account by one of accId, apiId, discord, uniqueId, username',
              },
            ],
          },
          {
            status: 'invalid',
            accId: null,
            sessionId: null,
            errors: [{ path: 'accounts.4', message: 'must be a JSON object' }],
          },
        ],
      },
      meta: { timestamp: '2026-04-15T00:01:00.000Z', path: '/v2/community/servers/1/activity/heartbeat' },
    });
  });

  it('shortens the time until the session is missed, and is where it ends', async () => {
    const { app, record, heartbeat, latest } = await setUpPresence();
    await record({ accId: NIL, forceStart: true });
    app.clock.advance(MINUTE);
    await heartbeat({ accId: NIL });
    app.clock.advance(10 * MINUTE + SECOND);
    await app.sweep();
    expect(await latest(NIL)).toMatchObject([
      { status: false, end: iso(MINUTE), clearReason: 'Auto-closed: no activity for 10 min' },
    ]);
  });

  it('a minute apart, each is noted; sooner, at most every 30 seconds', async () => {
    const { app, record, heartbeat, latest } = await setUpPresence();
    await record({ accId: NIL, forceStart: true });
    await heartbeat({ accId: NIL });
    for (const seconds of [59, 20, 20]) {
      app.clock.advance(seconds * SECOND);
      await heartbeat({ accId: NIL });
    }
    app.clock.advance(HOUR);
    await app.sweep();
    expect(await latest(NIL)).toMatchObject([{ end: iso(99 * SECOND) }]);
  });

  it.each([true, false])(
    'after a silence begins a session that continues the one before (swept: %j)',
    async (isSwept) => {
      const { app, record, heartbeat, statuses, latest } = await setUpPresence();
      const started = await record({ accId: NIL, forceStart: true });
      await heartbeat({ accId: NIL });
      app.clock.advance(HOUR);
      if (isSwept) await app.sweep();
      // Named twice, it starts once.
      const { results } = (await heartbeat({ accId: NIL }, { accId: NIL })).body.data;
      const sessionId = results[0].sessionId;
      expect(results).toEqual(Array(2).fill({ status: 'resumed', accId: NIL, sessionId }));
      expect(await latest(NIL)).toEqual([
        { ...started, id: sessionId, start: iso(HOUR), continues: started.id },
        { ...started, status: false, end: iso(0), clearReason: 'Auto-closed: no activity for 10 min' },
      ]);
      expect(await statuses({ accId: NIL })).toEqual(['seen']);
    },
  );

  it('within the limit goes on with what a sweep by a faster clock has closed', async () => {
    const { app, record, heartbeat, latest } = await setUpPresence();
    const started = await record({ accId: NIL, forceStart: true });
    await heartbeat({ accId: NIL });
    await app.cron(app.clock.now() + 11 * MINUTE);
    expect(await latest(NIL)).toMatchObject([{ id: started.id, status: false }]);
    app.clock.advance(10 * MINUTE);
    expect((await heartbeat({ accId: NIL })).body.data.results).toEqual([
      { status: 'seen', accId: NIL, sessionId: started.id },
    ]);
    expect(await latest(NIL)).toEqual([started]);
  });

  it.each<
    [
      string,
      (
        app: Harness,
        record: (body: Record<string, unknown>) => Promise<unknown>,
        key: string,
      ) => Promise<unknown>,
    ]
  >([
    [
      'superseded',
      (_, record) =>
        record({ accId: NIL, forceStart: true }).then(() => record({ accId: NIL, forceStop: true })),
    ],
    ['stopped', (_, record) => record({ accId: NIL, forceStop: true })],
    ['cleared', (_, record) => record({ accId: NIL, forceClear: true })],
    ['reset', (app, _, key) => app.post(`${ACTIVITY}/start`, { key })],
    [
      'auto-closed before a server reset',
      async (app, _, key) => {
        app.clock.advance(13 * HOUR);
        await app.sweep();
        await app.post(`${ACTIVITY}/start`, { key });
      },
    ],
    [
      'auto-closed, but corrected since',
      async (app, record, key) => {
        const { id } = (await record({ accId: NIL, forceStop: true })) as { id: string };
        await record({ accId: NIL, forceStart: true });
        app.clock.advance(13 * HOUR);
        await app.sweep();
        const { items } = (await app.get(`/v2/community/activity?accId=${NIL}`, { key })).body.data;
        expect(items[1].id).toBe(id);
        const correction = { clearReason: 'Left early', reason: 'Seen leaving' };
        const answer = await app.patch(`/v2/community/activity/${items[0].id}`, { key, body: correction });
        expect(answer.status, answer.text).toBe(200);
      },
    ],
    [
      'auto-closed, but void',
      async (app, _, key) => {
        app.clock.advance(13 * HOUR);
        await app.sweep();
        const { items } = (await app.get(`/v2/community/activity?accId=${NIL}`, { key })).body.data;
        await app.request('DELETE', `/v2/community/activity/${items[0].id}`, {
          key,
          body: { reason: 'Not him' },
        });
      },
    ],
    [
      'auto-closed, but followed by another',
      async (app, record) => {
        app.clock.advance(13 * HOUR);
        await app.sweep();
        await record({ accId: NIL, forceStart: true });
        await record({ accId: NIL, forceStop: true });
      },
    ],
  ])('finds no session where it is %s', async (_, end) => {
    const { app, key, record, statuses, latest } = await setUpPresence();
    await record({ accId: NIL, forceStart: true });
    app.clock.advance(MINUTE);
    await end(app, record, key);
    const before = await latest(NIL);
    app.clock.advance(SECOND);
    expect(await statuses({ accId: NIL })).toEqual(['no_session']);
    expect(await latest(NIL)).toEqual(before);
  });

  it('of a session that began by a clock ahead of ours does not end it before its start', async () => {
    const { app, key, record, heartbeat } = await setUpPresence();
    const { id } = await record({ username: 'ana', forceStart: true, occurredAt: iso(MINUTE) });
    await heartbeat({ username: 'ana' });
    app.clock.advance(15 * MINUTE);
    await app.sweep();
    const { start, end } = (await app.get(`/v2/community/activity/${id}`, { key })).body.data;
    expect([start, end]).toEqual([iso(MINUTE), iso(MINUTE)]);
  });

  it('knows an account by each of its identifiers, and starts and creates nothing', async () => {
    const { app, key, record, statuses } = await setUpPresence();
    await record({ discord: '1', username: 'ana', forceStart: true });
    expect(await statuses({ username: 'ana' }, { discord: '1' }, { discord: '1' })).toEqual([
      'seen',
      'seen',
      'seen',
    ]);
    expect(await statuses({ accId: NIL })).toEqual(['no_session']);
    expect((await app.get(`/v2/community/accounts/${NIL}/activity/latest`, { key })).status).toBe(404);
  });
});

describe('roster', () => {
  it('starts who is new, marks who is there, closes who is gone where it was last seen', async () => {
    const { app, key, record, roster } = await setUpPresence();
    const ana = await record({ username: 'ana', forceStart: true });
    app.clock.advance(MINUTE);
    const first = await roster([{ username: 'ana' }, { username: 'bo' }]);
    expect(first.status).toBe(200);
    const bo = first.body.data.started[0];
    expect(first.body).toEqual({
      success: true,
      data: {
        isApplied: true,
        isComplete: true,
        open: 2,
        started: [
          {
            id: expect.stringMatching(UUID),
            status: true,
            accId: expect.stringMatching(UUID),
            serverId: 1,
            start: '2026-04-15T00:01:00.000Z',
            end: null,
            clearReason: null,
            metadata: {},
          },
        ],
        resumed: [],
        closed: [],
        rejected: [],
        conflicts: [],
      },
      meta: { timestamp: '2026-04-15T00:01:00.000Z', path: '/v2/community/servers/1/activity/roster' },
    });
    app.clock.advance(MINUTE);
    await roster([{ username: 'bo' }, { username: 'ana' }]);
    app.clock.advance(MINUTE);
    const third = await roster([{ username: 'bo' }]);
    // Who is not in this roster was last seen in the one before.
    expect(third.body.data).toMatchObject({
      open: 1,
      started: [],
      closed: [{ ...ana, status: false, end: iso(2 * MINUTE), clearReason: null }],
    });
    app.clock.advance(MINUTE);
    const empty = await roster([]);
    expect(empty.body.data).toMatchObject({ open: 0, closed: [{ id: bo.id, end: iso(3 * MINUTE) }] });
    expect(
      (await app.get(`/v2/community/accounts/${bo.accId}/activity/latest`, { key })).body.data[0].status,
    ).toBe(false);
  });

  it('once more changes nothing', async () => {
    const { app, roster } = await setUpPresence();
    await roster([{ username: 'ana' }]);
    app.clock.advance(MINUTE);
    const again = () => roster([{ username: 'ana' }], { observedAt: iso(MINUTE) });
    await again();
    for (let i = 0; i < 2; i++) {
      expect((await again()).body.data).toMatchObject({
        isApplied: true,
        open: 1,
        started: [],
        resumed: [],
        closed: [],
      });
    }
  });

  it('older than one that is here changes nothing, and creates nobody', async () => {
    const { app, roster, statuses } = await setUpPresence();
    app.clock.advance(HOUR);
    await roster([{ username: 'ana' }], { observedAt: iso(HOUR) });
    const older = await roster([{ username: 'bo' }], { observedAt: iso(HOUR - 1) });
    expect(older.body.data).toEqual({
      isApplied: false,
      isComplete: true,
      open: 1,
      started: [],
      resumed: [],
      closed: [],
      rejected: [],
      conflicts: [],
    });
    expect(await statuses({ username: 'ana' }, { username: 'bo' })).toEqual(['seen', 'no_session']);
    expect((await roster([{ username: 'bo' }])).body.data.started[0].start).toBe(iso(HOUR));
  });

  it('that arrives late counts from its own time, and leaves alone what is known of later', async () => {
    const { app, record, roster, latest } = await setUpPresence();
    app.clock.advance(10 * MINUTE);
    const stopped = await record({ username: 'stopped', forceStart: true });
    const stayed = await record({ username: 'stayed', forceStart: true });
    app.clock.advance(2 * MINUTE);
    await record({ username: 'stopped', forceStop: true });
    const joined = await record({ username: 'joined', forceStart: true });
    const { body } = await roster([{ username: 'stopped' }, { username: 'new' }], {
      observedAt: iso(11 * MINUTE),
    });
    expect(body.data).toMatchObject({
      open: 2,
      started: [{ start: iso(11 * MINUTE) }],
      closed: [{ id: stayed.id, end: iso(10 * MINUTE) }],
    });
    expect(await latest(stopped.accId)).toMatchObject([{ end: iso(12 * MINUTE) }]);
    expect(await latest(joined.accId)).toEqual([joined]);
  });

  it('ahead of our clock counts from its arrival, and is still newer than what was observed before it', async () => {
    const { roster } = await setUpPresence();
    const ahead = await roster([{ username: 'ana' }], { observedAt: iso(MINUTE) });
    expect(ahead.body.data.started[0].start).toBe(iso(0));
    const before = await roster([], { observedAt: iso(MINUTE - 1) });
    expect(before.body.data).toMatchObject({ isApplied: false, open: 1 });
  });

  it('takes duplicates, and one account under two identifiers, for one', async () => {
    const { record, roster } = await setUpPresence();
    const ana = await record({ discord: '1', username: 'ana' });
    await record({ discord: '1', forceStop: true });
    const { body } = await roster([
      { username: 'ana' },
      { discord: '1' },
      { username: 'ana' },
      { discord: '2', username: 'bo' },
      { discord: '2' },
    ]);
    // Nobody called ana is on, so that the name alone is somebody else's.
    expect(body.data.open).toBe(3);
    expect(new Set(body.data.started.map(({ accId }: { accId: string }) => accId)).size).toBe(3);
    expect(body.data.started.map(({ accId }: { accId: string }) => accId)).toContain(ana.accId);
  });

  it('takes somebody new under several identifiers for one, in any order', async () => {
    const entries = [
      { username: 'ana' },
      { discord: '1', username: 'ana' },
      { discord: '2' },
      { apiId: 'steam:2', discord: '2' },
    ];
    for (const list of [entries, entries.toReversed()]) {
      const { app, key, roster } = await setUpPresence();
      const { body } = await roster(list);
      expect([body.data.open, body.data.started.length]).toEqual([2, 2]);
      const accounts = (await app.get('/v2/community/accounts', { key })).body.data;
      expect(accounts.total).toBe(2);
      expect((await roster(list)).body.data).toMatchObject({ open: 2, started: [], closed: [] });
    }
  });

  it('with an entry that names nobody starts and marks the others, and closes nobody', async () => {
    const { app, roster } = await setUpPresence();
    await roster([{ username: 'ana' }, { username: 'bo' }]);
    app.clock.advance(MINUTE);
    const { status, body } = await roster([{ username: 'cy' }, { username: '' }, { username: 'ana' }]);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      isApplied: true,
      isComplete: false,
      open: 3,
      closed: [],
      rejected: [
        {
          index: 1,
          errors: [
            {
              path: 'accounts.1',
              message: 'must name the account by one of accId, apiId, discord, uniqueId, username',
            },
          ],
        },
      ],
    });
    app.clock.advance(MINUTE);
    const { closed } = (await roster([{ username: 'cy' }])).body.data;
    expect(closed.map(({ end }: { end: string }) => end).sort()).toEqual([iso(0), iso(MINUTE)]);
  });

  it('with such an entry again closes who is gone, and says so on the server, once', async () => {
    const net = new Receivers();
    const { app } = net;
    const { key } = await net.endpoint({ events: ['server.*'] });
    const roster = (accounts: unknown[]) =>
      app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts } });
    const server = async () =>
      (await app.get('/v2/community/servers?include=all', { key })).body.data.servers[0];
    await roster([{ username: 'ana' }, { username: 'bo' }, { username: 'cy' }]);
    app.clock.advance(MINUTE);
    // Who is missing may be in the entry that says nothing.
    const first = await roster([{ username: 'ana' }, { discord: '' }]);
    expect(first.body.data).toMatchObject({ isComplete: false, open: 3, closed: [] });
    expect(await server()).toMatchObject({ unnamed: 1, incompleteSince: iso(MINUTE) });
    app.clock.advance(MINUTE);
    // A minute later that entry is the same, and who is missing still is gone.
    const second = await roster([{ username: 'ana' }, { discord: 7 }]);
    expect(second.body.data).toMatchObject({ isComplete: false, open: 1 });
    expect(second.body.data.closed.map(({ end }: { end: string }) => end)).toEqual([iso(0), iso(0)]);
    app.clock.advance(MINUTE);
    await roster([{ username: 'ana' }, {}]);
    await app.settled();
    expect(net.received.map(({ body }) => body)).toEqual([
      {
        type: 'server.roster_incomplete',
        timestamp: iso(MINUTE),
        data: { serverId: 1, unnamed: 1, since: iso(MINUTE) },
        actor: 'First key',
      },
    ]);
    app.clock.advance(MINUTE);
    await roster([{ username: 'ana' }]);
    expect(await server()).toMatchObject({ open: 1, unnamed: 0, incompleteSince: null });
    app.clock.advance(MINUTE);
    await roster([{ username: 'ana' }, {}]);
    await app.settled();
    expect(net.received).toHaveLength(2);
  });

  it('an entry of which something can be read is somebody: names are cut, bad identifiers left out', async () => {
    const { roster } = await setUpPresence();
    const { body } = await roster([
      { username: 'x'.repeat(500) },
      { discord: { id: 1 }, apiId: 'steam:1' },
      { apiId: 'y'.repeat(200), username: 'bo' },
    ]);
    expect(body.data).toMatchObject({ isComplete: true, open: 3, rejected: [] });
  });

  it.each([true, false])(
    'after a silence starts sessions that continue those before (swept: %j)',
    async (isSwept) => {
      const { app, key, roster } = await setUpPresence();
      const first = (await roster([{ username: 'ana' }, { username: 'bo' }])).body.data.started;
      app.clock.advance(HOUR);
      if (isSwept) await app.sweep();
      const { body } = await roster([{ username: 'ana' }]);
      const [ana] = body.data.resumed;
      expect(ana).toEqual({
        ...first[0],
        id: expect.stringMatching(UUID),
        start: iso(HOUR),
        continues: first[0].id,
      });
      expect(body.data).toMatchObject({ open: 1, started: [ana], resumed: [ana] });
      const ended = { status: false, end: iso(0), clearReason: 'Auto-closed: no activity for 10 min' };
      const { items } = (await app.get('/v2/community/activity?status=closed', { key })).body.data;
      expect(items).toHaveLength(2);
      for (const item of items) expect(item).toMatchObject({ ...ended, lastSeen: iso(0), unconfirmed: true });
      expect(body.data.closed).toHaveLength(isSwept ? 0 : 2);
    },
  );

  it('starts anew where the open session is too long silent and too old to be believed', async () => {
    const { app, record, roster } = await setUpPresence();
    const old = await record({ username: 'ana', forceStart: true });
    app.clock.advance(25 * HOUR);
    const { body } = await roster([{ username: 'ana' }]);
    expect(body.data).toMatchObject({
      open: 1,
      started: [{ start: iso(25 * HOUR) }],
      closed: [{ id: old.id, end: iso(0), clearReason: 'Auto-closed: no activity for 12 h 0 min' }],
    });
  });

  it('says whom it does not know, where accounts are not created on the spot', async () => {
    const { roster } = await setUpPresence({ autoCreateAccounts: false });
    const { body } = await roster([{ username: 'ana' }, { accId: 'x' }, { username: 'ana' }]);
    expect(body.data).toMatchObject({
      open: 0,
      started: [],
      rejected: [
        { index: 0, errors: [{ path: 'accounts.0', message: 'There is no account ana in this community.' }] },
        { index: 1, errors: [{ path: 'accounts.1.accId' }] },
      ],
    });
  });

  it('keeps servers and communities apart', async () => {
    const { app, key, roster } = await setUpPresence();
    const other = await app.community();
    await roster([{ username: 'ana' }]);
    const elsewhere = (path: string, accessKey: string) =>
      app.put(path, { key: accessKey, body: { accounts: [] } });
    expect((await elsewhere('/v2/community/servers/2/activity/roster', key)).body.data.closed).toEqual([]);
    expect((await elsewhere(`${ACTIVITY}/roster`, other.key)).body.data.closed).toEqual([]);
    expect((await roster([{ username: 'ana' }])).body.data).toMatchObject({ open: 1, started: [] });
  });
});

describe('where rosters come, every way to close a session knows when it was last seen', () => {
  const lastSeenOf = async (app: Harness, key: string, id: string) =>
    (await app.get(`/v2/community/activity/${id}`, { key })).body.data.lastSeen;
  const there = async () => {
    const here = await setUpPresence();
    const [ana] = (await here.roster([{ username: 'ana' }])).body.data.started;
    for (let minute = 1; minute <= 5; minute++) {
      here.app.clock.advance(MINUTE);
      await here.roster([{ username: 'ana' }]);
    }
    return { ...here, ana };
  };

  it('a new start', async () => {
    const { app, record, latest, ana } = await there();
    app.clock.advance(MINUTE);
    await record({ username: 'ana', forceStart: true });
    expect((await latest(ana.accId))[1]).toMatchObject({ id: ana.id, end: iso(5 * MINUTE) });
  });

  it('the scheduled job, neither too soon nor too late', async () => {
    const { app, latest, ana } = await there();
    app.clock.advance(10 * MINUTE);
    await app.sweep();
    expect((await latest(ana.accId))[0].status).toBe(true);
    app.clock.advance(1);
    await app.sweep();
    expect(await latest(ana.accId)).toMatchObject([
      { end: iso(5 * MINUTE), clearReason: 'Auto-closed: no activity for 10 min' },
    ]);
  });

  it('a server reset after the timeout', async () => {
    const { app, key, ana } = await there();
    app.clock.advance(HOUR);
    const { body } = await app.post(`${ACTIVITY}/start`, { key });
    expect(body.data).toMatchObject([
      { id: ana.id, end: iso(5 * MINUTE), clearReason: 'Auto-closed: no activity for 10 min' },
    ]);
    expect(await lastSeenOf(app, key, ana.id)).toBe(iso(5 * MINUTE));
  });

  it('a server reset', async () => {
    const { app, key, ana } = await there();
    app.clock.advance(MINUTE);
    await app.post(`${ACTIVITY}/start`, { key });
    expect(await lastSeenOf(app, key, ana.id)).toBe(iso(5 * MINUTE));
  });

  it('a correction', async () => {
    const { app, key, ana } = await there();
    app.clock.advance(HOUR);
    const body = { end: iso(30 * MINUTE), reason: 'The camera says so' };
    await app.patch(`/v2/community/activity/${ana.id}`, { key, body });
    expect(await lastSeenOf(app, key, ana.id)).toBe(iso(5 * MINUTE));
  });

  it('the account merged into one that came later', async () => {
    const { app, key, ana, record } = await there();
    app.clock.advance(MINUTE);
    const { accId } = await record({ username: 'anna', forceStart: true });
    await app.post(`/v2/community/accounts/${ana.accId}/merge`, { key, body: { into: accId } });
    expect(await lastSeenOf(app, key, ana.id)).toBe(iso(5 * MINUTE));
  });

  it('and a heartbeat after them notes no silence: a stop that comes late for it ends the one session', async () => {
    const { app, statuses, record, latest, ana } = await there();
    app.clock.advance(MINUTE);
    expect(await statuses({ username: 'ana' })).toEqual(['seen']);
    await record({ username: 'ana', forceStop: true, occurredAt: iso(3 * MINUTE) });
    expect(await latest(ana.accId)).toMatchObject([
      { status: true, start: iso(4 * MINUTE) },
      { id: ana.id, start: iso(0), end: iso(3 * MINUTE) },
    ]);
  });
});

describe('bad input', () => {
  it.each([
    ['heartbeat', {}, 'accounts', 'is required'],
    ['heartbeat', { accounts: { 0: {} } }, 'accounts', 'must be of type array'],
    [
      'heartbeat',
      { accounts: Array(1001).fill({ username: 'ana' }) },
      'accounts',
      'must have 0 to 1000 items',
    ],
    ['roster', {}, 'accounts', 'is required'],
    ['roster', { accounts: Array(1001).fill({ username: 'ana' }) }, 'accounts', 'must have 0 to 1000 items'],
    [
      'roster',
      { accounts: [], observedAt: 'now' },
      'observedAt',
      'must be an ISO 8601 date-time with an offset, such as 2026-04-15T00:00:00Z',
    ],
    [
      'roster',
      { accounts: [], observedAt: iso(MINUTE + 1) },
      'observedAt',
      'must be at most 24 hours ago and at most 60 seconds ahead',
    ],
    [
      'roster',
      { accounts: [], observedAt: iso(-24 * HOUR - 1) },
      'observedAt',
      'must be at most 24 hours ago and at most 60 seconds ahead',
    ],
  ])('%s %#: 400', async (operation, body, path, message) => {
    const { app, key } = await setUpPresence();
    const answer = await app.request(operation === 'roster' ? 'PUT' : 'POST', `${ACTIVITY}/${operation}`, {
      key,
      body,
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ path, message }]);
  });

  it('an empty heartbeat is legal', async () => {
    const { heartbeat } = await setUpPresence();
    expect((await heartbeat()).body.data).toEqual({ results: [] });
  });
});

describe('a join', () => {
  it.each([true, false])(
    'makes one session of two that a silence divides (the second open: %j)',
    async (isOpen) => {
      const { app, key, record, heartbeat } = await setUpPresence();
      const first = await record({ accId: NIL, forceStart: true });
      await heartbeat({ accId: NIL });
      app.clock.advance(HOUR);
      const second = (await heartbeat({ accId: NIL })).body.data.results[0].sessionId;
      app.clock.advance(5 * MINUTE);
      if (!isOpen) await record({ accId: NIL, forceStop: true });
      const path = `/v2/community/activity/${first.id}`;
      const { status, body } = await app.post(`${path}/join`, { key, body: { reason: 'The line was down' } });
      const end = isOpen ? null : iso(HOUR + 5 * MINUTE);
      expect([status, body.data]).toEqual([
        200,
        expect.objectContaining({
          id: first.id,
          start: iso(0),
          end,
          closeKind: isOpen ? null : 'stopped',
          status: isOpen,
        }),
      ]);
      const { items } = (await app.get(`/v2/community/activity?accId=${NIL}`, { key })).body.data;
      expect(items.map(({ id }: { id: string }) => id)).toEqual([first.id]);
      const seconds = isOpen ? 3600 : 3900;
      const summary = await app.get(`/v2/community/activity/summary?from=${iso(0)}&to=${iso(3 * HOUR)}`, {
        key,
      });
      expect(summary.body.data.items).toMatchObject([
        {
          seconds,
          confirmedSeconds: seconds,
          unconfirmedSeconds: 0,
          watchedSeconds: seconds - 3600,
          sessions: 1,
        },
      ]);
      for (const id of [first.id, second]) {
        const revisions = (await app.get(`/v2/community/activity/${id}/revisions`, { key })).body.data.items;
        expect(revisions).toMatchObject([{ action: 'joined', reason: 'The line was down' }]);
      }
      const again = await app.post(`${path}/join`, { key, body: { reason: 'Once more' } });
      expect([again.status, again.body.code]).toEqual([409, 'SESSION_NOT_CONTINUED']);
    },
  );

  it('is refused where the time between them is known to be something else', async () => {
    const { app, key, record, heartbeat } = await setUpPresence();
    const first = await record({ accId: NIL, forceStart: true });
    await heartbeat({ accId: NIL });
    app.clock.advance(HOUR);
    await heartbeat({ accId: NIL });
    const between = { accId: NIL, serverId: 1, start: iso(20 * MINUTE), end: iso(30 * MINUTE) };
    const brought = await app.post('/v2/community/activity/import', { key, body: { sessions: [between] } });
    const { id } = brought.body.data.results[0];
    const { status, body } = await app.post(`/v2/community/activity/${first.id}/join`, {
      key,
      body: { reason: 'The line was down' },
    });
    expect([status, body.code, body.detail]).toEqual([
      409,
      'SESSION_OVERLAPS',
      `The session would overlap the session ${id} of the same account and server.`,
    ]);
  });
});

describe('heartbeatStepSeconds', () => {
  it.each([
    [30, [true, true, true, true]],
    [110, [true, false, true, false]],
    // A quarter of the timeout (600 s) is the most.
    [3600, [true, false, false, true]],
  ])('of %i: of heartbeats a minute apart these are written', async (heartbeatStepSeconds, written) => {
    const { app, rowId, key, record } = await setUp({ heartbeatStepSeconds });
    const lastSeen = () =>
      env.DB.prepare('SELECT last_seen_at FROM sessions WHERE community_id = ?')
        .bind(rowId)
        .first<number>('last_seen_at');
    await record({ accId: NIL, forceStart: true });
    app.clock.advance(3 * MINUTE);
    const rows: boolean[] = [];
    for (const _ of written) {
      const before = await lastSeen();
      await app.post(`${ACTIVITY}/heartbeat`, { key, body: { accounts: [{ accId: NIL }] } });
      rows.push((await lastSeen()) !== before);
      app.clock.advance(MINUTE);
    }
    expect(rows).toEqual(written);
  });
});
