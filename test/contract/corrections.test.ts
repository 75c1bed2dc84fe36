import { describe, expect, it } from 'vitest';
import { START } from '../harness.ts';
import { HOUR, iso, MINUTE, NIL, setUp } from '../helpers.ts';

const ACTIVITY = '/v2/community/servers/1/activity';

const setUpCorrections = async () => {
  const { app, key } = await setUp();
  const record = async (body: Record<string, unknown>, path = ACTIVITY) =>
    (await app.post(path, { key, body: { accId: NIL, ...body } })).body.data;
  /** A session from one minute to another. */
  const play = async (from: number, to: number, path = ACTIVITY) => {
    app.clock.set(START + from * MINUTE);
    await record({ forceStart: true }, path);
    app.clock.set(START + to * MINUTE);
    return record({ forceStop: true }, path);
  };
  const correct = (id: string, body: unknown) => app.patch(`/v2/community/activity/${id}`, { key, body });
  const declareVoid = (id: string, body: unknown) =>
    app.delete(`/v2/community/activity/${id}`, { key, body });
  const get = async (path: string) => (await app.get(`/v2/community/activity${path}`, { key })).body.data;
  return { app, key, record, play, correct, declareVoid, get };
};

describe('a correction', () => {
  it('changes the session, and keeps what it was, who changed it and why', async () => {
    const { app, key, record, get } = await setUpCorrections();
    const session = await record({ forceStart: true });
    app.clock.advance(13 * HOUR);
    await app.cron();
    const staffKey = await app.apiKey(key, ['sessions:correct'], { name: 'Staff panel' });
    const [staff] = (await app.get('/v2/community/api-keys', { key })).body.data.items.filter(
      ({ name }: { name: string }) => name === 'Staff panel',
    );
    const answer = await app.patch(`/v2/community/activity/${session.id}`, {
      key: staffKey,
      body: { end: '2026-04-15T02:00:00+01:00', reason: 'The camera says one o’clock' },
    });
    expect(answer.status).toBe(200);
    const corrected = {
      ...session,
      name: null,
      status: false,
      end: iso(HOUR),
      clearReason: null,
      lastSeen: iso(0),
      closeKind: 'stopped',
      unconfirmed: false,
      voidedAt: null,
      identifiers: [{ type: 'accId', value: NIL }],
    };
    expect(answer.body.data).toEqual(corrected);
    expect(await get(`/${session.id}`)).toEqual(corrected);
    const before = {
      start: iso(0),
      end: iso(0),
      closeKind: 'auto_closed',
      clearReason: 'Auto-closed: no activity for 12 h 0 min',
      voidedAt: null,
    };
    expect(await get(`/${session.id}/revisions`)).toEqual({
      items: [
        {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          action: 'corrected',
          at: iso(13 * HOUR),
          by: { kind: 'api-key', id: staff.id, name: 'Staff panel' },
          reason: 'The camera says one o’clock',
          before,
          after: { ...before, end: iso(HOUR), closeKind: 'stopped', clearReason: null },
        },
      ],
      nextCursor: null,
    });
  });

  it('of the start moves the session in history, and its id still finds it', async () => {
    const { play, correct, get } = await setUpCorrections();
    const first = await play(10, 20);
    const second = await play(30, 40);
    for (const start of [25, 2, 30]) {
      const { status, body } = await correct(second.id, { start: iso(start * MINUTE), reason: 'x' });
      // It would overlap the first one.
      if (start === 2) expect([status, body.code]).toEqual([409, 'SESSION_OVERLAPS']);
      else expect(body.data.start).toBe(iso(start * MINUTE));
    }
    const moved = await correct(second.id, { start: iso(0), end: iso(10 * MINUTE), reason: 'x' });
    expect(moved.body.data).toMatchObject({ id: second.id, start: iso(0), end: iso(10 * MINUTE) });
    expect(await get(`/${second.id}`)).toMatchObject({ start: iso(0) });
    expect((await get('')).items.map(({ id }: { id: string }) => id)).toEqual([first.id, second.id]);
    expect((await get(`/${second.id}/revisions`)).items).toHaveLength(3);
  });

  it('of an open session with an end stops it; without one, leaves it open', async () => {
    const { app, record, correct } = await setUpCorrections();
    app.clock.advance(HOUR);
    const open = await record({ forceStart: true });
    const started = await correct(open.id, { start: iso(30 * MINUTE), reason: 'was there before' });
    expect(started.body.data).toMatchObject({ status: true, start: iso(30 * MINUTE), closeKind: null });
    const stopped = await correct(open.id, { end: iso(45 * MINUTE), reason: 'left' });
    expect(stopped.body.data).toMatchObject({
      status: false,
      end: iso(45 * MINUTE),
      lastSeen: iso(45 * MINUTE),
      closeKind: 'stopped',
    });
    expect(await record({ forceStop: true })).toBeNull();
  });

  it('of the reason alone leaves the rest', async () => {
    const { record, correct } = await setUpCorrections();
    await record({ forceStart: true });
    const cleared = await record({ forceClear: true });
    const { body } = await correct(cleared.id, { clearReason: 'AFK', reason: 'x' });
    expect(body.data).toMatchObject({ clearReason: 'AFK', closeKind: 'cleared', end: cleared.end });
    expect((await correct(cleared.id, { clearReason: null, reason: 'x' })).body.data.clearReason).toBeNull();
  });

  it('of an unconfirmed end is final: no late heartbeat reopens it', async () => {
    const { app, key, record, correct } = await setUpCorrections();
    const session = await record({ forceStart: true });
    app.clock.advance(13 * HOUR);
    await app.cron();
    await correct(session.id, { end: iso(HOUR), reason: 'x' });
    const { body } = await app.post(`${ACTIVITY}/heartbeat`, { key, body: { accounts: [{ accId: NIL }] } });
    expect(body.data.results[0].status).toBe('no_session');
  });

  it('that would overlap another session of the account on the server is refused, and names it', async () => {
    const { play, record, correct, get } = await setUpCorrections();
    const first = await play(0, 10);
    const elsewhere = await play(10, 20, '/v2/community/servers/2/activity');
    const second = await play(20, 30);
    const open = await record({ forceStart: true });
    const refused = async (id: string, body: Record<string, unknown>, other: string) => {
      const answer = await correct(id, { ...body, reason: 'x' });
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({
        code: 'SESSION_OVERLAPS',
        detail: `The session would overlap the session ${other} of the same account and server.`,
      });
      expect((await get(`/${id}/revisions`)).items).toEqual([]);
    };
    await refused(first.id, { end: iso(20 * MINUTE + 1) }, second.id);
    await refused(second.id, { start: iso(10 * MINUTE - 1) }, first.id);
    await refused(open.id, { start: iso(25 * MINUTE) }, second.id);
    // Sessions may touch, and those of other servers do not count.
    expect((await correct(first.id, { end: iso(20 * MINUTE), reason: 'x' })).status).toBe(200);
    expect((await correct(elsewhere.id, { start: iso(0), reason: 'x' })).status).toBe(200);
  });

  it.each([
    [{ end: iso(0) }, 'reason', 'is required'],
    [{ end: iso(0), reason: '' }, 'reason', 'must have 1 to 500 characters'],
    [{ reason: 'x' }, '', 'must have at least one of start, end, clearReason'],
    [{ end: iso(HOUR + 1), reason: 'x' }, 'end', 'must not be in the future'],
    [{ start: iso(HOUR + 1), reason: 'x' }, 'start', 'must not be in the future'],
    [
      { start: '1969-12-31T23:59:59.999Z', reason: 'x' },
      'start',
      'must not be before 1970-01-01T00:00:00.000Z',
    ],
    [{ start: '0000-01-01T00:00:00Z', reason: 'x' }, 'start', 'must not be before 1970-01-01T00:00:00.000Z'],
    [{ end: null, reason: 'x' }, 'end', 'must be of type string'],
    [{ clearReason: 'x'.repeat(201), reason: 'x' }, 'clearReason', 'must have at most 200 characters'],
  ])('%o: 400', async (body, path, message) => {
    const { app, play, correct } = await setUpCorrections();
    const session = await play(0, 10);
    app.clock.set(START + HOUR);
    const answer = await correct(session.id, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ path, message }]);
  });

  it('to an end before the start: 400', async () => {
    const { play, correct, get } = await setUpCorrections();
    const session = await play(10, 20);
    for (const body of [{ end: iso(9 * MINUTE) }, { start: iso(15 * MINUTE), end: iso(14 * MINUTE) }]) {
      const answer = await correct(session.id, { ...body, reason: 'x' });
      expect([answer.status, answer.body.code]).toEqual([400, 'SESSION_ENDS_BEFORE_START']);
    }
    expect(await get(`/${session.id}/revisions`)).toEqual({ items: [], nextCursor: null });
  });

  it('of an unknown session, or of another community: 404', async () => {
    const { app, play, correct } = await setUpCorrections();
    const session = await play(0, 10);
    const other = await app.community();
    const body = { clearReason: 'x', reason: 'x' };
    for (const [key, id] of [
      [other.key, session.id],
      [other.key, NIL],
    ]) {
      const path = `/v2/community/activity/${id}`;
      expect((await app.patch(path, { key, body })).status).toBe(404);
      expect((await app.delete(path, { key, body })).status).toBe(404);
      expect((await app.get(`${path}/revisions`, { key })).status).toBe(404);
    }
    expect((await correct(session.id, body)).status).toBe(200);
  });

  it('is on the audit trail', async () => {
    const { app, key, play, correct, declareVoid } = await setUpCorrections();
    const session = await play(0, 10);
    await correct(session.id, { end: iso(5 * MINUTE), reason: 'left early' });
    await declareVoid(session.id, { reason: 'not him' });
    const query = new URLSearchParams({
      startDate: iso(0),
      endDate: iso(HOUR),
      type: 'ACCOUNT_CHANGED',
    });
    const { body } = await app.get(`/scr/api/activity?${query}`, { key });
    expect(body.records.map(({ message }: { message: string }) => message)).toEqual(
      expect.arrayContaining([
        `user First key corrected the session ${session.id}: left early`,
        `user First key voided the session ${session.id}: not him`,
      ]),
    );
  });

  it('and a call of its account at once: both happen, or one is told of the other', async () => {
    const { app, record, correct, get } = await setUpCorrections();
    const open = await record({ forceStart: true });
    app.clock.advance(HOUR);
    const [corrected] = await Promise.all([
      correct(open.id, { start: iso(-HOUR), reason: 'x' }),
      record({ forceStop: true }),
    ]);
    expect(corrected.status).toBe(200);
    expect(await get(`/${open.id}`)).toMatchObject({
      start: iso(-HOUR),
      closeKind: 'stopped',
      end: iso(HOUR),
    });
    expect((await get(`/${open.id}/revisions`)).items).toHaveLength(1);
  });

  it('of the clearReason alone is refused while it is open: the stop would lose it', async () => {
    const { app, record, correct } = await setUpCorrections();
    const open = await record({ forceStart: true });
    const answer = await correct(open.id, { clearReason: 'A test', reason: 'x' });
    expect([answer.status, answer.body.code, answer.body.detail]).toEqual([
      409,
      'SESSION_OPEN',
      `The session ${open.id} is still open, so it has no clearReason. Give an end too.`,
    ]);
    app.clock.advance(MINUTE);
    const ended = await correct(open.id, { clearReason: 'A test', end: iso(MINUTE), reason: 'x' });
    expect(ended.body.data).toMatchObject({ end: iso(MINUTE), clearReason: 'A test' });
  });
});

describe('a void session', () => {
  it('is kept, but out of history unless asked for', async () => {
    const { app, key, play, declareVoid, get } = await setUpCorrections();
    const session = await play(0, 10);
    const answer = await declareVoid(session.id, { reason: 'Somebody else played' });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({
      id: session.id,
      closeKind: 'stopped',
      end: iso(10 * MINUTE),
      voidedAt: iso(10 * MINUTE),
    });
    expect((await get('')).items).toEqual([]);
    expect((await get('?includeVoided=true')).items).toMatchObject([{ id: session.id }]);
    expect(await get(`/${session.id}`)).toMatchObject({ voidedAt: iso(10 * MINUTE) });
    const latest = await app.get(`/v2/community/accounts/${NIL}/activity/latest`, { key });
    expect(latest.body.data).toEqual([]);
    expect((await get(`/${session.id}/revisions`)).items).toMatchObject([
      { action: 'voided', before: { voidedAt: null }, after: { voidedAt: iso(10 * MINUTE) } },
    ]);
  });

  it('once more changes nothing; corrected: 409', async () => {
    const { app, play, correct, declareVoid, get } = await setUpCorrections();
    const session = await play(0, 10);
    const first = await declareVoid(session.id, { reason: 'x' });
    app.clock.advance(HOUR);
    const second = await declareVoid(session.id, { reason: 'y' });
    expect(second.body.data).toEqual(first.body.data);
    const corrected = await correct(session.id, { clearReason: 'x', reason: 'x' });
    expect([corrected.status, corrected.body.code]).toEqual([409, 'SESSION_VOIDED']);
    expect((await get(`/${session.id}/revisions`)).items).toHaveLength(1);
  });

  it('that was open is cleared with it, and takes no place', async () => {
    const { app, record, correct, declareVoid } = await setUpCorrections();
    const open = await record({ forceStart: true });
    app.clock.advance(HOUR);
    const { body } = await declareVoid(open.id, { reason: 'Left running' });
    expect(body.data).toMatchObject({
      status: false,
      end: iso(0),
      closeKind: 'cleared',
      clearReason: 'Left running',
    });
    const next = await record({ forceStart: true });
    expect(next.status).toBe(true);
    expect((await correct(next.id, { start: iso(-HOUR), reason: 'x' })).status).toBe(200);
  });

  // The newest roster is taken for a sign of life of those who are known to have been in it, void or not.
  it('stays void after any late call', async () => {
    const { app, key, record, declareVoid, get } = await setUpCorrections();
    const roster = () =>
      app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts: [{ accId: NIL }] } });
    app.clock.set(START + HOUR);
    const [session] = (await roster()).body.data.started;
    app.clock.advance(10 * MINUTE);
    await roster();
    await declareVoid(session.id, { reason: 'It was somebody else' });
    await record({ forceStop: true, occurredAt: iso(30 * MINUTE) });
    expect((await get('')).items).toEqual([]);
  });

  it('needs a reason', async () => {
    const { play, declareVoid } = await setUpCorrections();
    const session = await play(0, 10);
    const { status, body } = await declareVoid(session.id, {});
    expect([status, body.errors]).toEqual([400, [{ path: 'reason', message: 'is required' }]]);
  });
});
