import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, NIL } from '../helpers.ts';
import { ANA, BO, setUpSummary, store } from '../summary.ts';

const PERIODS = '/v2/community/periods';
const at = (text: string) => Date.parse(text);
const NOW = '2026-12-02T09:00:00.000Z';

const setUpPeriods = async (settings: Record<string, unknown> = { timezone: 'Europe/Madrid' }) => {
  const { app, id, key, record, summary } = await setUpSummary(settings, at(NOW));
  const close = (to: string, note?: string) => app.post(PERIODS, { key, body: { to, note } });
  const get = async (path: string) => (await app.get(`${PERIODS}${path}`, { key })).body.data;
  /** A session of November that is stopped, and its id. */
  const shift = async (account: string, start: string, end: string) => {
    await store(id, [{ account, server: 1, start: at(start), end: at(end), heartbeat: at(start) }]);
    const row = await env.DB.prepare(
      'SELECT id FROM sessions WHERE community_id = ? AND account_id = ? AND started_at = ?',
    )
      .bind(id, account, at(start))
      .first<string>('id');
    // What is found by its id has to tell its start, or that it was moved.
    await env.DB.prepare('UPDATE sessions SET is_moved = 1 WHERE community_id = ? AND id = ?')
      .bind(id, row)
      .run();
    return row as string;
  };
  const questions = async (query = '') => (await get(`/questions${query}`)).items;
  return { app, id, key, record, summary, close, get, shift, questions };
};

describe('a closed period', () => {
  it('keeps its totals, with a hash, and says that they hold', async () => {
    const { app, key, close, get, shift } = await setUpPeriods();
    await shift(ANA, '2026-11-16T10:00:00Z', '2026-11-16T18:00:00Z');
    await shift(ANA, '2026-11-30T22:00:00Z', '2026-12-01T01:00:00Z');
    await shift(BO, '2026-11-20T10:00:00Z', '2026-11-20T10:20:00Z');
    const closed = await close('2026-11-30', 'November');
    expect(closed.status).toBe(201);
    const period = {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: 'closed',
      from: null,
      to: '2026-11-30T23:00:00.000Z',
      note: 'November',
      closedAt: NOW,
      closedBy: { kind: 'api-key', id: expect.any(String), name: 'First key' },
      reopenedAt: null,
      reopenedBy: null,
      accounts: 2,
      seconds: 33_600,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    };
    expect(closed.body.data).toEqual(period);
    const { id, hash } = closed.body.data;
    const total = (seconds: number, hours: number, sessions: number) => ({
      seconds,
      hours,
      confirmedSeconds: seconds,
      unconfirmedSeconds: 0,
      watchedSeconds: seconds,
      sessions,
    });
    expect(await get(`/${id}`)).toEqual({
      ...period,
      totals: {
        items: [
          { accId: ANA, name: null, ...total(32_400, 9, 2) },
          { accId: BO, name: null, ...total(1200, 0.33, 1) },
        ],
        nextCursor: null,
      },
    });
    expect(await get('')).toEqual({ items: [period], nextCursor: null });
    expect(await get(`/${id}/verify`)).toEqual({
      holds: true,
      hash,
      hashValid: true,
      differenceCount: 0,
      differences: [],
      openWhenClosed: [],
    });
    const file = await app.get(`${PERIODS}/${id}`, { key, headers: { Accept: 'text/csv' } });
    expect(file.text).toBe(
      [
        'accId,name,seconds,hours,confirmedSeconds,unconfirmedSeconds,watchedSeconds,sessions',
        `${ANA},,32400,9,32400,0,32400,2`,
        `${BO},,1200,0.33,1200,0,1200,1`,
        '',
      ].join('\r\n'),
    );
    const audit = await app.get(
      `/scr/api/activity?${new URLSearchParams({ startDate: '2026-12-02T00:00:00Z', endDate: '2026-12-03T00:00:00Z', type: 'ACCOUNT_CHANGED' })}`,
      { key },
    );
    expect(audit.body.records.map(({ message }: { message: string }) => message)).toContain(
      'user First key closed the period until 2026-11-30T23:00:00.000Z',
    );
  });

  it('begins where the one before ends; one that overlaps is refused by name', async () => {
    const { close } = await setUpPeriods();
    const october = await close('2026-10-31');
    const november = await close('2026-11-30');
    expect(november.body.data.from).toBe(october.body.data.to);
    for (const to of ['2026-11-30', '2026-11-15', '2026-10-31', '2026-05-01']) {
      const { status, body } = await close(to);
      expect([to, status, body.code]).toEqual([to, 409, 'PERIOD_OVERLAPS']);
    }
    expect((await close('2026-11-15')).body.detail).toBe(
      `The period ${november.body.data.id} is closed until 2026-11-30T23:00:00.000Z.`,
    );
    expect((await close('2026-12-01')).status).toBe(201);
  });

  it.each([
    ['2026-12-02', 'must not be in the future'],
    ['2026-12-02T09:00:00.001Z', 'must not be in the future'],
    ['1969-12-31T00:00:00Z', 'must be after 1970-01-01T00:00:00.000Z'],
    ['2026-11-31', 'must be a day, such as 2026-11-16, or an ISO 8601 date-time with an offset'],
    ['March', 'must be a day, such as 2026-11-16, or an ISO 8601 date-time with an offset'],
  ])('until %s: 400', async (to, message) => {
    const { close } = await setUpPeriods();
    const { status, body } = await close(to);
    expect([status, body.errors]).toEqual([400, [{ path: 'to', message }]]);
  });

  it('needs its own scope', async () => {
    const { app, key } = await setUpPeriods();
    const reader = await app.apiKey(key, ['sessions:read', 'sessions:write', 'sessions:correct']);
    const { status, body } = await app.post(PERIODS, { key: reader, body: { to: '2026-11-30' } });
    expect([status, body.detail]).toEqual([403, 'This credential lacks the scope periods:write.']);
    expect((await app.get(PERIODS, { key: reader })).status).toBe(200);
  });
});

describe('what would alter a second of it', () => {
  it('is refused, naming the period: corrections, voids, merges', async () => {
    const { app, key, close, get, shift, record } = await setUpPeriods();
    await record(1, { accId: ANA, forceStart: true });
    await record(1, { accId: ANA, forceStop: true });
    await record(1, { accId: BO, forceStart: true });
    await record(1, { accId: BO, forceStop: true });
    const inside = await shift(ANA, '2026-11-16T10:00:00Z', '2026-11-16T18:00:00Z');
    const across = await shift(ANA, '2026-11-30T22:00:00Z', '2026-12-01T01:00:00Z');
    const after = await shift(ANA, '2026-12-01T10:00:00Z', '2026-12-01T11:00:00Z');
    const { id, to } = (await close('2026-11-30')).body.data;
    const refusal = [
      409,
      'PERIOD_CLOSED',
      `This would change the period ${id}, which is closed until ${to}. Reopen it first.`,
    ];
    const correct = async (session: string, body: object) => {
      const answer = await app.patch(`/v2/community/activity/${session}`, {
        key,
        body: { ...body, reason: 'x' },
      });
      return answer.status === 200 ? 200 : [answer.status, answer.body.code, answer.body.detail];
    };
    const declareVoid = async (session: string) => {
      const answer = await app.delete(`/v2/community/activity/${session}`, { key, body: { reason: 'x' } });
      return answer.status === 200 ? 200 : [answer.status, answer.body.code, answer.body.detail];
    };
    expect(await correct(inside, { end: '2026-11-16T17:00:00Z' })).toEqual(refusal);
    expect(await correct(inside, { start: '2026-11-16T10:00:00.001Z' })).toEqual(refusal);
    expect(await declareVoid(inside)).toEqual(refusal);
    expect(await declareVoid(across)).toEqual(refusal);
    expect(await correct(across, { end: '2026-11-30T22:59:59.999Z' })).toEqual(refusal);
    expect(await correct(after, { start: '2026-11-30T22:59:59Z' })).toEqual([
      409,
      'SESSION_OVERLAPS',
      expect.any(String),
    ]);
    // What lies behind it may change: also of a session that began in it, and of one that touches it.
    expect(await correct(across, { end: to })).toBe(200);
    expect(await correct(across, { end: '2026-12-01T02:00:00Z' })).toBe(200);
    expect(await correct(after, { start: '2026-12-01T09:00:00Z' })).toBe(200);
    expect(await declareVoid(after)).toBe(200);
    // No second of it changes by a reason.
    expect(await correct(inside, { clearReason: 'x' })).toBe(200);
    const merge = await app.post(`/v2/community/accounts/${ANA}/merge`, { key, body: { into: BO } });
    expect([merge.status, merge.body.code, merge.body.detail]).toEqual(refusal);
    expect((await app.post(`/v2/community/accounts/${BO}/merge`, { key, body: { into: ANA } })).status).toBe(
      200,
    );
    expect((await get(`/${id}/verify`)).holds).toBe(true);
  });

  it('is possible once it is reopened, and what it was stays readable', async () => {
    const { app, key, close, get, shift } = await setUpPeriods();
    const session = await shift(ANA, '2026-11-16T10:00:00Z', '2026-11-16T18:00:00Z');
    const { id } = (await close('2026-11-30')).body.data;
    const reopened = await app.delete(`${PERIODS}/${id}`, { key, body: { reason: 'A shift was too long' } });
    expect(reopened.body.data).toMatchObject({
      id,
      status: 'reopened',
      reopenedAt: NOW,
      reopenedBy: { name: 'First key' },
    });
    const again = await app.delete(`${PERIODS}/${id}`, { key });
    expect([again.status, again.body.code]).toEqual([409, 'PERIOD_REOPENED']);
    const { status } = await app.patch(`/v2/community/activity/${session}`, {
      key,
      body: { end: '2026-11-16T17:00:00Z', reason: 'x' },
    });
    expect(status).toBe(200);
    expect((await get(`/${id}`)).totals.items).toMatchObject([{ hours: 8 }]);
    const verified = await get(`/${id}/verify`);
    expect([verified.holds, verified.hashValid]).toEqual([false, true]);
    expect(verified.differences).toMatchObject([
      { accId: ANA, reason: 'changed', stored: { hours: 8 }, now: { hours: 7 } },
    ]);
    expect((await close('2026-11-30')).body.data.seconds).toBe(7 * 3600);
    const audit = await app.get(
      `/scr/api/activity?${new URLSearchParams({ startDate: '2026-12-02T00:00:00Z', endDate: '2026-12-03T00:00:00Z', type: 'ACCOUNT_CHANGED' })}`,
      { key },
    );
    expect(audit.body.records.map(({ message }: { message: string }) => message)).toContain(
      'user First key reopened the period until 2026-11-30T23:00:00.000Z: A shift was too long',
    );
  });

  it('erasure and retention are never refused: names go, totals stay', async () => {
    const { app, key, record, close, get, shift } = await setUpPeriods();
    await record(2, { accId: ANA, username: 'ana' });
    await shift(ANA, '2026-11-16T10:00:00Z', '2026-11-16T18:00:00Z');
    await shift(BO, '2026-11-17T10:00:00Z', '2026-11-17T18:00:00Z');
    const { id } = (await close('2026-11-30')).body.data;
    expect((await get(`/${id}`)).totals.items).toMatchObject([{ name: 'ana', hours: 8 }, { hours: 8 }]);
    expect((await app.delete(`/v2/community/accounts/${ANA}?sessions=true`, { key })).status).toBe(200);
    expect((await get(`/${id}`)).totals.items).toMatchObject([
      { accId: ANA, name: null, hours: 8 },
      { hours: 8 },
    ]);
    const verified = await get(`/${id}/verify`);
    expect(verified).toMatchObject({ holds: true, hashValid: true, differenceCount: 1 });
    expect(verified.differences).toMatchObject([{ accId: ANA, reason: 'removed', now: { seconds: 0 } }]);
    await app.patch('/v2/community/settings', { key, body: { sessionRetentionDays: 1 } });
    app.clock.advance(DAY);
    await app.cron();
    expect((await get(`/${id}/verify`)).holds).toBe(true);
  });

  it('and a change behind our back shows', async () => {
    const { id: communityId, record, close, get, shift } = await setUpPeriods();
    await record(1, { accId: ANA });
    await shift(ANA, '2026-11-16T10:00:00Z', '2026-11-16T18:00:00Z');
    const { id } = (await close('2026-11-30')).body.data;
    await env.DB.prepare('UPDATE period_totals SET ms = ms + 1000 WHERE community_id = ?')
      .bind(communityId)
      .run();
    expect(await get(`/${id}/verify`)).toMatchObject({ holds: false, hashValid: false });
    await env.DB.prepare('UPDATE period_totals SET ms = ms - 1000 WHERE community_id = ?')
      .bind(communityId)
      .run();
    expect(await get(`/${id}/verify`)).toMatchObject({ holds: true });
    await env.DB.prepare('DELETE FROM sessions WHERE community_id = ?').bind(communityId).run();
    expect(await get(`/${id}/verify`)).toMatchObject({ holds: false, hashValid: true, differenceCount: 1 });
  });
});

describe('calls of a game server', () => {
  it('that come late into it wait for a decision; accepted, they happen, and the totals follow', async () => {
    const { app, record, close, get, questions, key } = await setUpPeriods();
    app.clock.set(at('2026-11-30T20:00:00Z'));
    await record(1, { discord: 'd1', forceStart: true });
    app.clock.set(at('2026-11-30T21:00:00Z'));
    const first = (await record(1, { discord: 'd1', forceStop: true })).body.data;
    app.clock.set(at(NOW));
    const { id, hash } = (await close('2026-11-30')).body.data;
    app.clock.set(at('2026-12-01T10:00:00Z'));
    const late = {
      discord: 'd1',
      forceStart: true,
      eventId: 'join-1',
      occurredAt: '2026-11-30T22:00:00Z',
    };
    for (let n = 0; n < 2; n++) {
      const answer = await record(1, late);
      expect([answer.status, answer.body.data]).toEqual([200, null]);
    }
    app.clock.advance(1);
    await record(1, {
      discord: 'd1',
      forceStop: true,
      eventId: 'leave-1',
      occurredAt: '2026-11-30T22:30:00Z',
    });
    expect((await get(`/${id}/verify`)).holds).toBe(true);
    const open = await questions();
    expect(open).toEqual([
      {
        id: expect.any(String),
        periodId: id,
        at: '2026-12-01T10:00:00.000Z',
        occurredAt: '2026-11-30T22:00:00.000Z',
        serverId: 1,
        accId: first.accId,
        identifiers: [{ type: 'discord', value: 'd1' }],
        action: 'start',
        eventId: 'join-1',
        decision: null,
        decidedAt: null,
        decidedBy: null,
      },
      expect.objectContaining({ action: 'stop', eventId: 'leave-1' }),
    ]);
    for (const question of open) {
      const accepted = await app.post(`${PERIODS}/questions/${question.id}/accept`, { key });
      expect([accepted.status, accepted.body.data?.decision]).toEqual([200, 'accepted']);
      const again = await app.post(`${PERIODS}/questions/${question.id}/dismiss`, { key });
      expect([again.status, again.body.code]).toEqual([409, 'QUESTION_DECIDED']);
    }
    expect(await questions()).toEqual([]);
    expect(await questions('?status=all')).toMatchObject([
      { decision: 'accepted' },
      { decidedBy: 'First key' },
    ]);
    const after = await get(`/${id}`);
    expect(after.totals.items).toMatchObject([{ accId: first.accId, seconds: 5400, sessions: 2 }]);
    expect(after.hash).not.toBe(hash);
    expect((await get(`/${id}/verify`)).holds).toBe(true);
  });

  it('dismissed, they leave everything as it was', async () => {
    const { app, record, close, get, questions, key } = await setUpPeriods();
    app.clock.set(at('2026-12-01T10:00:00Z'));
    const { id, hash } = (await close('2026-11-30')).body.data;
    await record(1, { accId: NIL, forceStart: true, occurredAt: '2026-11-30T22:00:00Z' });
    const [question] = await questions();
    const dismissed = await app.post(`${PERIODS}/questions/${question.id}/dismiss`, { key });
    expect(dismissed.body.data).toMatchObject({ decision: 'dismissed', decidedBy: 'First key' });
    expect(await get(`/${id}`)).toMatchObject({ hash, accounts: 0 });
    const unknown = await app.post(`${PERIODS}/questions/${NIL}/accept`, { key });
    expect([unknown.status, unknown.body.code]).toEqual([404, 'QUESTION_NOT_FOUND']);
  });

  it('a session that is open across its end counts until it was last seen, also once it has ended', async () => {
    const { app, record, close, get, questions } = await setUpPeriods({ timezone: 'UTC' });
    app.clock.set(at('2026-11-30T22:00:00Z'));
    const open = (await record(1, { accId: ANA, forceStart: true })).body.data;
    app.clock.set(at('2026-12-01T00:30:00Z'));
    const { id } = (await close('2026-11-30')).body.data;
    expect((await get(`/${id}`)).totals.items).toMatchObject([{ accId: ANA, seconds: 0, sessions: 1 }]);
    app.clock.set(at('2026-12-01T02:00:00Z'));
    const stopped = (await record(1, { accId: ANA, forceStop: true })).body.data;
    expect([stopped.id, stopped.end]).toEqual([open.id, '2026-12-01T02:00:00.000Z']);
    expect(await questions()).toEqual([]);
    const verified = await get(`/${id}/verify`);
    expect(verified).toMatchObject({ holds: true, differenceCount: 0 });
    expect(verified.openWhenClosed).toEqual([
      { id: open.id, accId: ANA, countedUntil: '2026-11-30T22:00:00.000Z', uncountedSeconds: 7200 },
    ]);
  });

  it('that it ended before that is a question', async () => {
    const { app, record, close, get, questions, key } = await setUpPeriods({ timezone: 'UTC' });
    app.clock.set(at('2026-11-30T22:00:00Z'));
    const roster = () =>
      app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts: [{ accId: ANA }] } });
    for (let minute = 0; minute <= 150; minute += 5) {
      app.clock.set(at('2026-11-30T22:00:00Z') + minute * MINUTE);
      await roster();
    }
    const { id } = (await close('2026-11-30')).body.data;
    expect((await get(`/${id}`)).totals.items).toMatchObject([{ seconds: 7200 }]);
    app.clock.advance(MINUTE);
    // In time, but it takes the hours before the end of the period away.
    await record(1, { accId: ANA, forceClear: true });
    expect(await questions()).toMatchObject([{ action: 'clear', periodId: id }]);
    expect((await get(`/${id}/verify`)).holds).toBe(true);
  });

  it('a stop that silence ended long ago is believed only if no closed second changes', async () => {
    const { app, record, close, get, questions, key } = await setUpPeriods({ timezone: 'UTC' });
    app.clock.set(at('2026-11-30T22:00:00Z'));
    await record(1, { accId: ANA, forceStart: true });
    app.clock.set(at('2026-12-01T10:30:00Z'));
    await app.cron();
    const { id } = (await close('2026-11-30')).body.data;
    app.clock.advance(HOUR);
    await record(1, { accId: ANA, forceStop: true });
    const [question] = await questions();
    expect(question).toMatchObject({ action: 'stop', accId: ANA });
    expect((await get(`/${id}/verify`)).holds).toBe(true);
    await app.post(`${PERIODS}/questions/${question.id}/accept`, { key });
    expect((await get(`/${id}`)).totals.items).toMatchObject([{ accId: ANA, seconds: 7200 }]);
    expect((await get(`/${id}/verify`)).holds).toBe(true);
  });
});

describe('a roster that was observed in it', () => {
  const setUpRosters = async () => {
    const tools = await setUpPeriods({ timezone: 'UTC' });
    const { app, key } = tools;
    const roster = async (observedAt: string, ...accIds: string[]) =>
      (
        await app.put('/v2/community/servers/1/activity/roster', {
          key,
          body: { accounts: accIds.map((accId) => ({ accId })), observedAt },
        })
      ).body.data;
    const sessions = async () =>
      (await app.get('/v2/community/activity?limit=100', { key })).body.data.items.map(
        ({ accId, start, end }: { accId: string; start: string; end: string | null }) =>
          `${accId === ANA ? 'ana' : 'bo'} ${start.slice(5, 16)}–${end?.slice(5, 16) ?? ''}`,
      );
    return { ...tools, roster, sessions };
  };

  it('is a question, once, and nothing changes', async () => {
    const { app, close, get, questions, roster, sessions } = await setUpRosters();
    app.clock.set(at('2026-12-01T00:30:00Z'));
    const { id } = (await close('2026-11-30')).body.data;
    for (let sent = 0; sent < 2; sent++) {
      expect(await roster('2026-11-30T23:50:00Z', ANA, BO)).toMatchObject({ isApplied: false, started: [] });
    }
    expect(await questions()).toEqual([
      {
        id: expect.any(String),
        periodId: id,
        at: '2026-12-01T00:30:00.000Z',
        occurredAt: '2026-11-30T23:50:00.000Z',
        serverId: 1,
        accId: null,
        identifiers: [
          { type: 'accId', value: ANA },
          { type: 'accId', value: BO },
        ],
        action: 'roster',
        eventId: 'roster 1 1796082600000',
        decision: null,
        decidedAt: null,
        decidedBy: null,
      },
    ]);
    expect(await sessions()).toEqual([]);
    expect(await roster('2026-12-01T00:10:00Z', ANA)).toMatchObject({ isApplied: true, open: 1 });
    // An older one than the newest changes nothing, and asks nothing.
    expect(await roster('2026-11-30T23:55:00Z', ANA)).toMatchObject({ isApplied: false });
    expect(await questions()).toHaveLength(1);
    expect((await get(`/${id}/verify`)).holds).toBe(true);
  });

  it('happens at its time where it is accepted, though newer ones have come since', async () => {
    const { app, key, close, get, questions, roster, sessions } = await setUpRosters();
    app.clock.set(at('2026-12-01T00:05:00Z'));
    const { id } = (await close('2026-11-30')).body.data;
    await roster('2026-11-30T23:58:00Z', ANA, BO);
    for (const minute of ['06', '07', '08', '09']) {
      app.clock.set(at(`2026-12-01T00:${minute}:00Z`));
      await roster(`2026-12-01T00:${minute}:00Z`, ANA);
    }
    expect(await sessions()).toEqual(['ana 12-01T00:06–']);
    const [question] = await questions();
    const accept = () => app.post(`${PERIODS}/questions/${question.id}/accept`, { key });
    expect((await accept()).body.data).toMatchObject({ action: 'roster', decision: 'accepted' });
    expect(await sessions()).toEqual(['ana 11-30T23:58–', 'bo 11-30T23:58–11-30T23:58']);
    expect((await get(`/${id}`)).totals.items).toMatchObject([
      { accId: ANA, seconds: 120, watchedSeconds: 120, sessions: 1 },
      { accId: BO, seconds: 0, sessions: 1 },
    ]);
    expect((await get(`/${id}/verify`)).holds).toBe(true);
    expect((await accept()).body.code).toBe('QUESTION_DECIDED');
  });

  it('of many people is accepted in several calls, each within the free plan', async () => {
    const { app, key, close, get, questions } = await setUpRosters();
    app.clock.set(at('2026-12-01T00:05:00Z'));
    const { id } = (await close('2026-11-30')).body.data;
    const accounts = ['a', 'b', 'c', 'd', 'e'].map((username) => ({ username }));
    const body = { accounts, observedAt: '2026-11-30T23:58:00Z' };
    await app.put('/v2/community/servers/1/activity/roster', { key, body });
    const [question] = await questions();
    const path = `${PERIODS}/questions/${question.id}`;
    const accept = async () => (await app.post(`${path}/accept`, { key })).body.data;
    const first = await accept();
    expect(first).toEqual({ ...question, remaining: 3 });
    // What has happened in part cannot be dismissed any more.
    const dismissed = await app.post(`${path}/dismiss`, { key });
    expect([dismissed.status, dismissed.body.code]).toEqual([409, 'QUESTION_DECIDED']);
    expect(await accept()).toMatchObject({ decision: null, remaining: 1 });
    const last = await accept();
    expect([last.decision, last.remaining]).toEqual(['accepted', undefined]);
    const { items } = (await get(`/${id}`)).totals;
    expect(items.map(({ sessions }: { sessions: number }) => sessions)).toEqual([1, 1, 1, 1, 1]);
    expect((await get(`/${id}/verify`)).holds).toBe(true);
  });

  it('keeps what it says of the sessions', async () => {
    const { app, key, close, questions } = await setUpRosters();
    const accounts = [
      { accId: ANA, metadata: { job: 'police' } },
      { accId: BO, metadata: { job: 'taxi' } },
    ];
    app.clock.set(at('2026-12-01T00:05:00Z'));
    await close('2026-11-30');
    await app.put('/v2/community/servers/1/activity/roster', {
      key,
      body: { accounts, observedAt: '2026-11-30T23:58:00Z' },
    });
    const [{ id }] = await questions();
    expect((await app.post(`${PERIODS}/questions/${id}/accept`, { key })).status).toBe(200);
    const { body } = await app.get('/v2/community/activity?metadata.job=police', { key });
    expect(body.data.items).toMatchObject([
      { accId: ANA, start: '2026-11-30T23:58:00.000Z', metadata: { job: 'police' } },
    ]);
  });

  it('may be as old as its key says', async () => {
    const { app, key, close, questions } = await setUpRosters();
    await close('2026-11-30');
    const late = await app.apiKey(key, ['sessions:write'], { lateSeconds: 31 * 86_400 });
    const send = (sender: string) =>
      app.put('/v2/community/servers/1/activity/roster', {
        key: sender,
        body: { accounts: [{ accId: ANA }], observedAt: '2026-11-10T10:00:00Z' },
      });
    expect((await send(key)).body.errors).toMatchObject([{ path: 'observedAt' }]);
    expect((await send(late)).body.data).toMatchObject({ isApplied: false });
    expect(await questions()).toMatchObject([{ action: 'roster', occurredAt: '2026-11-10T10:00:00.000Z' }]);
  });

  it('does not list somebody any more who is erased', async () => {
    const { app, key, record, close, questions, roster } = await setUpRosters();
    app.clock.set(at('2026-12-01T00:05:00Z'));
    await record(2, { accId: BO, discord: 'd-bo', forceStart: true });
    await close('2026-11-30');
    await roster('2026-11-30T23:58:00Z', ANA, BO);
    expect((await app.delete(`/v2/community/accounts/${BO}`, { key })).status).toBe(200);
    expect(await questions()).toMatchObject([{ identifiers: [{ type: 'accId', value: ANA }] }]);
  });

  it('is applied where it only sees who is on already', async () => {
    const { app, close, get, questions, roster } = await setUpRosters();
    app.clock.set(at('2026-11-30T23:55:00Z'));
    await roster('2026-11-30T23:55:00Z', ANA, BO);
    app.clock.set(at('2026-12-01T00:01:00Z'));
    const { id } = (await close('2026-11-30')).body.data;
    expect(await roster('2026-11-30T23:58:00Z', ANA)).toMatchObject({ isApplied: true, open: 1 });
    expect(await questions()).toEqual([]);
    expect((await get(`/${id}/verify`)).holds).toBe(true);
  });
});
