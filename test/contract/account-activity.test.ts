import { beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../harness.ts';
import { setUp } from '../helpers.ts';

let app: Harness;
let key: string;
const START_OF_APRIL_2014 = Date.parse('2014-04-01T16:58:39.184-05:00');

beforeEach(async () => {
  app = new Harness({ now: START_OF_APRIL_2014 });
  ({ key } = await app.community({ timezone: 'America/Bogota' }));
});

const report = (query: Record<string, string>, headers: Record<string, string> = {}) =>
  app.get(`/scr/api/activity?${new URLSearchParams(query)}`, { key, headers });
const APRIL = { startDate: '2014-04-01T00:00:00-05:00', endDate: '2014-05-01T00:00:00-05:00' };
const track = (body: Record<string, unknown>) =>
  app.post('/v2/community/servers/1/activity', { key, body }).then(({ status, text }) => {
    expect(status, text).toBe(200);
  });

describe('GET /scr/api/activity', () => {
  it('lists a login session as the source does', async () => {
    await track({ username: 'user_email_2@website.com', forceStart: true });
    app.clock.set(Date.parse('2014-04-01T17:40:47.134-05:00'));
    await track({ username: 'user_email_2@website.com', forceStop: true });
    const answer = await report({
      startDate: '2014-04-01T08:00:00.000-06:00',
      endDate: '2014-04-02T23:59:00.000-06:00',
      type: 'LOGINS',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.text).toBe(
      '{"records":[{"message":"user user_email_2@website.com opened a login session at 2014-04-01T16:58:39.184-05:00 and it was closed at 2014-04-01T17:40:47.134-05:00",' +
        '"time":"2014-04-01T16:58:39.184-05:00","timeStamp":"2014-04-01T16:58:39.184-05:00",' +
        '"endTime":"2014-04-01T17:40:47.134-05:00","type":"USER","user":"user_email_2@website.com"}]}',
    );
  });

  it('says of each session how it ended, and leaves cleared ones out', async () => {
    const at = (time: string) => app.clock.set(Date.parse(`2014-04-02T${time}-05:00`));
    at('10:00:00');
    await track({ username: 'ann', forceStart: true });
    await track({ username: 'bob', forceStart: true });
    at('10:00:01');
    await track({ username: 'ann', forceClear: true });
    await track({ username: 'bob', forceStart: true });
    at('10:00:02');
    await app.post('/v2/community/servers/1/activity/start', { key });
    at('10:00:03');
    await track({ discord: '123456789012345678', forceStart: true });
    await app.cron(Date.parse('2014-04-03T00:00:00-05:00'));
    at('10:00:04');
    await track({ accId: '00000000-0000-0000-0000-000000000001', forceStart: true });
    const { body } = await report({ ...APRIL, type: 'LOGINS' });
    expect(
      body.records.map(({ type, user, endTime }: Record<string, string>) => [type, user, endTime]),
    ).toEqual([
      ['SUPERSEDED', 'bob', '2014-04-02T10:00:00.000-05:00'],
      ['SERVER_RESET', 'bob', '2014-04-02T10:00:02.000-05:00'],
      ['SESSION_TIMEOUT', '123456789012345678', '2014-04-02T10:00:03.000-05:00'],
      ['USER_LOGIN', '00000000-0000-0000-0000-000000000001', undefined],
    ]);
    expect(body.records[3]).toEqual({
      message:
        'user 00000000-0000-0000-0000-000000000001 opened a login session at 2014-04-02T10:00:04.000-05:00',
      time: '2014-04-02T10:00:04.000-05:00',
      timeStamp: '2014-04-02T10:00:04.000-05:00',
      type: 'USER_LOGIN',
      user: '00000000-0000-0000-0000-000000000001',
    });
  });

  it('lists new accounts and administrative acts', async () => {
    app.clock.advance(1000);
    await track({ username: 'ann', discord: '123456789012345678' });
    app.clock.advance(1000);
    await app.patch('/v2/community/settings', { key, body: { maxSessionSeconds: 3600 } });
    const { body } = await report({ ...APRIL, type: 'USERS_JOINED,ACCOUNT_CHANGED' });
    expect(body.records).toEqual([
      expect.objectContaining({ type: 'COMMUNITY_CREATED', user: 'operator' }),
      {
        message: 'user ann joined at 2014-04-01T16:58:40.184-05:00',
        time: '2014-04-01T16:58:40.184-05:00',
        timeStamp: '2014-04-01T16:58:40.184-05:00',
        type: 'USER_JOINED',
        user: 'ann',
      },
      {
        message: 'user First key changed maxSessionSeconds from 86400 to 3600',
        time: '2014-04-01T16:58:41.184-05:00',
        timeStamp: '2014-04-01T16:58:41.184-05:00',
        type: 'SETTINGS_CHANGED',
        user: 'First key',
        activityName: 'maxSessionSeconds',
        activityType: 'SETTINGS',
        credentialId: expect.any(String),
        credentialKind: 'api-key',
        oldMaxSessionSeconds: '86400',
        newMaxSessionSeconds: '3600',
      },
    ]);
  });

  it('answers 404 with no records where there are none', async () => {
    const answer = await report({ ...APRIL, type: 'COMMENTS' });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({
      error: 'not_found',
      message: 'Activities with the specified parameters were not found.',
      records: [],
    });
  });

  it('answers any other method with 405', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await app.request(method, '/scr/api/activity', { key });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('GET');
      expect(answer.body).toEqual({
        error: 'method_not_allowed',
        message: 'The specified method is not allowed. Select GET method for this request.',
        requestId: expect.any(String),
      });
    }
  });

  it('is not confused by an extra parameter, even a repeated one', async () => {
    const query = `${new URLSearchParams({ ...APRIL, type: 'ACCOUNT_CHANGED' })}`;
    expect((await app.get(`/scr/api/activity?${query}&account=a&account=b`, { key })).status).toBe(200);
  });

  it('takes -00:00, Z, and a plus that arrived as a space', async () => {
    for (const [startDate, endDate] of [
      ['2014-04-01T00:00:00-00:00', '2014-04-30T00:00:00.000-00:00'],
      ['2014-04-01T00:00:00Z', '2014-04-30T00:00:00.123456Z'],
      ['2014-04-01T00:00:00.000 02:00', '2014-04-30T00:00:00.000 02:00'],
    ] as const) {
      const query = `startDate=${startDate.replace(' ', '+')}&endDate=${endDate.replace(' ', '+')}&type=ACCOUNT_CHANGED`;
      const answer = await app.get(`/scr/api/activity?${query}`, { key });
      expect([query, answer.status]).toEqual([query, 200]);
    }
  });
});

describe('bad input', () => {
  const GOOD = { ...APRIL, type: 'LOGINS' };
  const INSTANT = 'must be an ISO 8601 date-time with an offset, such as 2026-04-15T00:00:00Z';
  const TYPES =
    'must be a comma-separated list of LOGINS, PROCESSES_VIEWED, POLICIES_VIEWED, DECISIONS_VIEWED, SPACES_VIEWED, ITEMS_VIEWED, PROCESS_COMMENTS, DECISION_COMMENTS, COMMENTS, USERS_JOINED, PROCESSES_CHANGED, POLICIES_CHANGED, DECISIONS_CHANGED, SPACES_CHANGED, ACCOUNT_CHANGED, ITEMS_CHANGED, PROCESS_SNAPSHOTS, POLICY_SNAPSHOTS, DECISION_SNAPSHOTS, SNAPSHOTS';

  it.each([
    ['startDate', '', INSTANT],
    ['startDate', '2014-04-01', INSTANT],
    ['startDate', '2014-04-01T00:00:00', INSTANT],
    ['startDate', '2014-02-30T00:00:00Z', INSTANT],
    ['startDate', '2014-04-01T24:00:00Z', INSTANT],
    ['startDate', '10000-04-01T00:00:00Z', INSTANT],
    ['startDate', '2014-04-01T00:00:00+25:00', INSTANT],
    ['startDate', '2014-04-01T00:00:00.1234567890Z', INSTANT],
    ['endDate', '', INSTANT],
    ['endDate', APRIL.startDate, 'must be after startDate'],
    ['endDate', '2014-03-01T00:00:00Z', 'must be after startDate'],
    ['endDate', '2014-05-02T00:00:00.001-05:00', 'must be at most 31 days after startDate'],
    ['type', 'LOGINS, ,COMMENTS', TYPES],
    ['type', '', TYPES],
    ['type', 'LOGIN', TYPES],
    ['type', 'logins', TYPES],
    ['type', 'LOGINS,', TYPES],
    ['type', 'LOGINS,,COMMENTS', TYPES],
    ['limit', '0', 'must be an integer from 1 to 5000'],
    ['limit', '5001', 'must be an integer from 1 to 5000'],
    ['limit', '1e3', 'must be an integer from 1 to 5000'],
  ])('%s=%s: 400', async (name, value, message) => {
    const answer = await report({ ...GOOD, [name]: value });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      error: 'invalid_request',
      message: `${name} ${message}.`,
      errors: [{ path: name, message }],
      requestId: expect.any(String),
    });
  });

  it('exactly 31 days are fine', async () => {
    const { status } = await report({
      ...GOOD,
      endDate: '2014-05-02T00:00:00-05:00',
      type: 'ACCOUNT_CHANGED',
    });
    expect(status).toBe(200);
  });

  it.each(['startDate', 'endDate', 'type'])('%s missing or given twice: 400', async (name) => {
    const { [name]: value, ...others } = GOOD as Record<string, string>;
    const missing = await report(others);
    expect([missing.status, missing.body.message]).toEqual([400, `${name} is required.`]);
    // Several types are one list, however they are sent.
    if (name === 'type') return;
    const twice = await app.get(
      `/scr/api/activity?${new URLSearchParams(GOOD)}&${new URLSearchParams({ [name]: value as string })}`,
      { key },
    );
    expect([twice.status, twice.body.message]).toEqual([400, `${name} must be given only once.`]);
  });

  it('a cursor of another report, or none of ours: 400', async () => {
    await track({ username: 'ann', forceStart: true });
    const page = await report({ ...GOOD, type: 'ACCOUNT_CHANGED,USERS_JOINED', limit: '1' });
    const cursor = /cursor=([^&>]+)/.exec(page.headers.get('link') ?? '')?.[1] as string;
    expect(cursor).toBeTruthy();
    for (const query of [
      { ...GOOD, cursor },
      { ...GOOD, cursor: 'nonsense' },
    ]) {
      const answer = await report(query);
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_cursor']);
    }
  });
});

describe('dates', () => {
  const report = async (query: string, settings = {}) => {
    const { app, key } = await setUp(settings);
    return app.get(`/scr/api/activity?${query}`, { key });
  };

  it.each([
    ['all of October in Madrid', '2026-10-01T00:00:00+02:00', '2026-11-01T00:00:00+01:00', true],
    ['an hour more than that', '2026-10-01T00:00:00+02:00', '2026-11-01T01:00:00+01:00', false],
    ['all of March in Madrid', '2026-03-01T00:00:00+01:00', '2026-04-01T00:00:00+02:00', true],
    [
      '31 days by the clock, which the calendar has as more',
      '2026-03-01T00:00:00+01:00',
      '2026-04-01T01:00:00+02:00',
      true,
    ],
    ['offsets without a colon', '2026-03-01T00:00:00-0600', '2026-04-01T00:00:00-0600', true],
    ['small letters', '2026-03-01t00:00:00z', '2026-03-02t00:00:00z', true],
    ['nine decimals', '2026-03-01T00:00:00.123456789Z', '2026-03-02T00:00:00.999999999Z', true],
    ['no seconds, and minus zero', '2026-03-01T00:00-00:00', '2026-03-02T00:00Z', true],
    ['the year 50', '0050-01-01T00:00:00Z', '0050-01-31T00:00:00Z', true],
  ])('%s', async (_, startDate, endDate, isTaken) => {
    const query = new URLSearchParams({ startDate, endDate, type: 'COMMENTS' });
    expect((await report(String(query))).status).toBe(isTaken ? 404 : 400);
    // A `+` that nobody escaped.
    expect((await report(`startDate=${startDate}&endDate=${endDate}&type=COMMENTS`)).status).toBe(
      isTaken ? 404 : 400,
    );
  });

  it('a type may have blanks around it, come twice, and come in several parameters', async () => {
    const { app, key } = await setUp();
    await app.post('/v2/community/servers/1/activity', { key, body: { username: 'ana', forceStart: true } });
    const path = '/scr/api/activity?startDate=2026-04-01T00:00:00Z&endDate=2026-05-01T00:00:00Z';
    const types = 'type=USERS_JOINED,%20LOGINS%20,USERS_JOINED&type=LOGINS';
    const { body } = await app.get(`${path}&${types}`, { key });
    expect(body.records.map(({ type }: { type: string }) => type).sort()).toEqual([
      'USER_JOINED',
      'USER_LOGIN',
    ]);
    for (const type of ['type=LOGINS&type=', 'type=,LOGINS', 'type=LOGINS,%20,COMMENTS']) {
      expect((await app.get(`${path}&${type}`, { key })).status, type).toBe(400);
    }
  });

  it('what a record shows as its time is the next startDate', async () => {
    const { app, key } = await setUp({ timezone: 'Asia/Kathmandu' });
    const times = ['2026-04-14T00:00:00.123456789+05:45', '2026-04-14T01:00:00-0600', '2026-04-14t02:00z'];
    const body = times.map((time) => ({ category: 'PROCESS_COMMENTS', type: 'X', user: 'ana', time }));
    expect((await app.post('/v2/community/account-activities', { key, body })).body.data.accepted).toBe(3);
    await app.post('/v2/community/servers/1/activity', { key, body: { username: 'ana', forceStart: true } });
    const query = (startDate: string) =>
      `/scr/api/activity?${new URLSearchParams({ startDate, endDate: '2026-04-16T00:00:00Z', type: 'COMMENTS,LOGINS' })}`;
    const first = await app.get(query('2026-04-01T00:00:00Z'), { key });
    expect(first.body.records).toHaveLength(4);
    for (const { time } of first.body.records) {
      expect((await app.get(query(time), { key })).status, time).toBe(200);
    }
  });
});

describe('emptyReportStatus', () => {
  it('is 404, or 200 for clients that give up on a 404', async () => {
    const { app, key } = await setUp({ emptyReportStatus: 200 });
    const path =
      '/scr/api/activity?startDate=2026-04-01T00:00:00Z&endDate=2026-05-01T00:00:00Z&type=COMMENTS';
    const { status, body } = await app.get(path, { key });
    expect([status, body]).toEqual([200, { records: [] }]);
    const csv = await app.get(path, { key, headers: { Accept: 'text/csv' } });
    expect([csv.status, csv.text.split('\r\n').length]).toEqual([200, 2]);
    await app.patch('/v2/community/settings', { key, body: { emptyReportStatus: 404 } });
    app.clock.advance(60_000);
    expect((await app.get(path, { key })).status).toBe(404);
    const refused = await app.patch('/v2/community/settings', { key, body: { emptyReportStatus: 204 } });
    expect(refused.body.errors).toEqual([{ path: 'emptyReportStatus', message: 'must be one of 404, 200' }]);
  });
});

describe('user', () => {
  it('lists only the records that show this user, in pages and as a whole', async () => {
    const { app, key } = await setUp();
    for (const username of ['ana', 'bo', 'ana', 'bo', 'ana']) {
      app.clock.advance(60_000);
      await app.post('/v2/community/servers/1/activity', { key, body: { username, forceStart: true } });
    }
    const body = ['ana', 'bo', 'cy'].map((user) => ({
      category: 'PROCESS_COMMENTS',
      type: 'X',
      user,
      time: '2026-04-15T00:00:00Z',
    }));
    await app.post('/v2/community/account-activities', { key, body });
    const path =
      '/scr/api/activity?startDate=2026-04-01T00:00:00Z&endDate=2026-05-01T00:00:00Z&type=LOGINS,COMMENTS,USERS_JOINED,ACCOUNT_CHANGED';
    const ofAna = await app.get(`${path}&user=ana`, { key });
    const types = ofAna.body.records.map(({ type }: { type: string }) => type);
    expect(types).toEqual(['X', 'SUPERSEDED', 'USER_JOINED', 'SUPERSEDED', 'USER_LOGIN']);
    expect(new Set(ofAna.body.records.map(({ user }: { user: string }) => user))).toEqual(new Set(['ana']));

    const paged: unknown[] = [];
    let next: string | undefined = `${path}&user=ana&limit=2`;
    while (next) {
      const { body: page, headers } = await app.get(next, { key });
      paged.push(...page.records);
      next = /<([^>]+)>/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(paged).toEqual(ofAna.body.records);

    expect((await app.get(`${path}&user=nobody`, { key })).status).toBe(404);
    expect((await app.get(`${path}&user=`, { key })).body.records.length).toBeGreaterThan(7);
  });
});
