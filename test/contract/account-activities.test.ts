import { beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../harness.ts';

let app: Harness;
let key: string;
beforeEach(async () => {
  app = new Harness();
  ({ key } = await app.community({ timezone: 'Europe/Madrid' }));
});

const PATH = '/v2/community/account-activities';
const post = (body: unknown) => app.post(PATH, { key, body });
const APRIL = { startDate: '2026-04-01T00:00:00Z', endDate: '2026-05-01T00:00:00Z' };
const report = (type: string, more: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  app.get(`/scr/api/activity?${new URLSearchParams({ ...APRIL, type, ...more })}`, { key, headers });
const VIEW = {
  category: 'PROCESSES_VIEWED',
  type: 'PROCESS_VIEWED',
  user: 'ann@example.com',
  time: '2026-04-10T09:30:00.000+02:00',
};
const recordsOf = async (type: string) => (await report(type)).body.records;

describe('POST /v2/community/account-activities', () => {
  it('records one, and the report lists it as it came', async () => {
    const answer = await post({
      ...VIEW,
      subType: 'DETAIL',
      time: '2026-04-10T09:30:00.1234567-00:00',
      endTime: '2026-04-10T11:31+02:00',
      message: 'ann looked',
      properties: { spaceName: 'People', activityName: 'Onboarding', 'x y': '' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({
      status: 'recorded',
      id: expect.stringMatching(/^[0-9a-f-]{36}:0000$/),
    });
    expect((await report('ITEMS_VIEWED')).text).toBe(
      '{"records":[{"message":"ann looked","time":"2026-04-10T09:30:00.1234567-00:00","timeStamp":"2026-04-10T09:30:00.1234567-00:00",' +
        '"endTime":"2026-04-10T11:31+02:00","type":"PROCESS_VIEWED","subType":"DETAIL","user":"ann@example.com",' +
        '"spaceName":"People","activityName":"Onboarding","x y":""}]}',
    );
  });

  it('makes a message where none came', async () => {
    await post(VIEW);
    expect(await recordsOf('PROCESSES_VIEWED')).toEqual([
      {
        message: 'user ann@example.com: PROCESS_VIEWED',
        time: VIEW.time,
        timeStamp: VIEW.time,
        type: 'PROCESS_VIEWED',
        user: 'ann@example.com',
      },
    ]);
  });

  it('has a result for each of many, and loses none for a bad one', async () => {
    const answer = await post([
      VIEW,
      { ...VIEW, category: 'ITEMS_VIEWED' },
      { ...VIEW, user: 'u'.repeat(10_000) },
      'nonsense',
      { ...VIEW, properties: { type: 'x', time: 'y', n: 1 } },
      { ...VIEW, endTime: '2026-04-10T07:29:59.999Z' },
      { ...VIEW, time: '2026-04-10T09:30:00' },
      { category: 'COMMENTS' },
      { ...VIEW, category: 'PROCESS_COMMENTS' },
    ]);
    const CATEGORIES =
      'must be one of PROCESSES_VIEWED, POLICIES_VIEWED, DECISIONS_VIEWED, SPACES_VIEWED, PROCESS_COMMENTS, DECISION_COMMENTS, PROCESSES_CHANGED, POLICIES_CHANGED, DECISIONS_CHANGED, SPACES_CHANGED, PROCESS_SNAPSHOTS, POLICY_SNAPSHOTS, DECISION_SNAPSHOTS';
    const rejected = (...errors: [path: string, message: string][]) => ({
      status: 'rejected',
      errors: errors.map(([path, message]) => ({ path, message })),
    });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({
      accepted: 2,
      results: [
        { status: 'recorded', id: expect.stringMatching(/:0000$/) },
        rejected(['category', CATEGORIES]),
        rejected(['user', 'must have 1 to 256 characters']),
        rejected(['', 'must be a JSON object']),
        rejected(
          ['properties.type', 'must not have a property named type'],
          ['properties.time', 'must not have a property named time'],
          ['properties.n', 'must be of type string'],
        ),
        rejected(['endTime', 'must not be before time']),
        rejected(['time', 'must be an ISO 8601 date-time with an offset, such as 2026-04-15T00:00:00Z']),
        rejected(
          ['category', CATEGORIES],
          ['type', 'is required'],
          ['user', 'is required'],
          ['time', 'is required'],
        ),
        { status: 'recorded', id: expect.stringMatching(/:0001$/) },
      ],
    });
    expect(await recordsOf('ITEMS_VIEWED,COMMENTS')).toHaveLength(2);
  });

  it.each(['LOGINS', 'USERS_JOINED', 'ACCOUNT_CHANGED'])(
    'takes no %s: Rollcall knows those itself',
    async (category) => {
      const answer = await post({ ...VIEW, category });
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].path).toBe('category');
    },
  );

  it('stores an event once, in a batch, across calls, and in calls at the same time', async () => {
    const event = (eventId: string, user = 'ann') => ({ ...VIEW, eventId, user });
    const first = await post([event('a'), event('a', 'eve'), event('b')]);
    const [a, again, b] = first.body.data.results;
    expect(again).toEqual({ status: 'duplicate', id: a.id });
    const second = await post([event('b', 'eve'), event('c')]);
    expect(second.body.data.results[0]).toEqual({ status: 'duplicate', id: b.id });
    const isolates = [app, new Harness(), new Harness()] as const;
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        (isolates[n % 3] as Harness).post(PATH, { key, body: [event('c'), event('d'), event(`e${n % 4}`)] }),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(Array(12).fill(200));
    const ids = results.flatMap(({ body }) => body.data.results.map(({ id }: { id: string }) => id));
    expect(new Set(ids).size).toBe(6);
    expect(await recordsOf('PROCESSES_VIEWED')).toHaveLength(3 + 5);
    expect((await app.get(`${PATH}/verify`, { key })).body.data.intact).toBe(true);
  });

  it('keeps the events of two communities apart', async () => {
    const other = await app.community();
    const mine = await post({ ...VIEW, eventId: 'a' });
    const theirs = await app.post(PATH, { key: other.key, body: { ...VIEW, eventId: 'a' } });
    expect(theirs.body.data.status).toBe('recorded');
    expect(theirs.body.data.id).not.toBe(mine.body.data.id);
    expect(await recordsOf('PROCESSES_VIEWED')).toHaveLength(1);
  });

  it('takes 1 to 1000, with any texts', async () => {
    expect((await post([])).body.errors).toEqual([{ path: '', message: 'must have 1 to 1000 items' }]);
    expect((await post(Array(1001).fill(VIEW))).status).toBe(400);
    const quotes = '"\\'.repeat(400);
    const full = await post(Array(600).fill({ ...VIEW, message: quotes }));
    expect(full.status, full.text.slice(0, 300)).toBe(200);
    expect(full.body.data.accepted).toBe(600);
    expect((await recordsOf('PROCESSES_VIEWED'))[599].message).toBe(quotes);
  });

  it('is one round trip without event ids, two with them', async () => {
    await app.get('/v2/community/settings', { key });
    const batch = Array.from({ length: 1000 }, (_, n) => ({ ...VIEW, user: `u${n}` }));
    const plain = await app.measure(() => post(batch));
    expect(plain.result.status).toBe(200);
    expect([plain.trips, plain.rowsWritten]).toEqual([1, 1000 + 2]);
    const withEvents = await app.measure(() => post(batch.map((item, n) => ({ ...item, eventId: `e${n}` }))));
    expect(withEvents.trips).toBe(2);
    expect(withEvents.rowsWritten).toBeLessThanOrEqual(2 * 1000 + 2);
  });
});

describe('the report of what came in', () => {
  const at = (time: string, category: string, user: string) => ({ ...VIEW, time, category, user });
  beforeEach(() =>
    post([
      at('2026-04-10T12:00:00+02:00', 'SPACES_VIEWED', 'c'),
      at('2026-04-10T10:00:00Z', 'PROCESSES_VIEWED', 'b'),
      at('2026-04-10T09:59:59.999Z', 'POLICY_SNAPSHOTS', 'a'),
      at('2026-04-10T10:00:00Z', 'PROCESSES_VIEWED', 'b2'),
      at('2026-04-10T18:00:00+14:00', 'DECISION_COMMENTS', '0'),
    ]),
  );
  const users = (answer: Awaited<ReturnType<typeof report>>) =>
    answer.body.records.map(({ user }: { user: string }) => user);

  it('is in the order of time, with any offsets, each record once', async () => {
    const all = await report('COMMENTS,ITEMS_VIEWED,SNAPSHOTS,PROCESSES_VIEWED,DECISION_COMMENTS');
    expect(users(all)).toEqual(['0', 'a', 'b', 'b2', 'c']);
  });

  it('comes in pages by Link, each record once', async () => {
    const seen: string[] = [];
    let path: string | undefined =
      `/scr/api/activity?${new URLSearchParams({ ...APRIL, type: 'ITEMS_VIEWED,SNAPSHOTS,COMMENTS', limit: '2' })}`;
    let pages = 0;
    while (path) {
      const answer = await app.get(path, { key });
      expect(answer.status).toBe(200);
      seen.push(...users(answer));
      pages += 1;
      path = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect([seen, pages]).toEqual([['0', 'a', 'b', 'b2', 'c'], 3]);
  });

  it('takes both ends of the period in', async () => {
    const exact = { startDate: '2026-04-10T09:59:59.999Z', endDate: '2026-04-10T10:00:00Z' };
    expect(users(await report('ITEMS_VIEWED,SNAPSHOTS', exact))).toEqual(['a', 'b', 'b2', 'c']);
  });

  it('comes as CSV, with formulas made harmless', async () => {
    await post({
      ...VIEW,
      time: '2026-04-11T00:00:00Z',
      category: 'SPACES_CHANGED',
      user: '=1+1',
      message: 'a "b", c',
      properties: { activityName: 'Home', spaceName: 'x', itemName: '=cmd' },
    });
    const answer = await report('SPACES_CHANGED', {}, { Accept: 'text/csv' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.headers.get('vary')).toContain('Accept');
    expect(answer.text).toBe(
      'message,time,timeStamp,endTime,type,subType,user,activityName,activityType,copiedFromProcessName,invitedByUserName,invitedUserName,newGoalName,newLaneName,newParentActivityName,newParentActivityType,oldActivityType,oldGoalName,oldLaneName,oldParentActivityName,oldParentActivityType,parentActivityName,parentGoalName,otherProperties\r\n' +
        '"a ""b"", c",2026-04-11T00:00:00Z,2026-04-11T00:00:00Z,,PROCESS_VIEWED,,\'=1+1,Home,,,,,,,,,,,,,,,,"{""spaceName"":""x"",""itemName"":""=cmd""}"\r\n',
    );
    expect((await report('PROCESSES_CHANGED', {}, { Accept: 'text/csv' })).status).toBe(404);
  });
});
