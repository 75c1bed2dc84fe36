import { describe, expect, it } from 'vitest';
import { HOUR, iso, MINUTE, NIL, SECOND, setUp } from '../helpers.ts';

const LIST = '/v2/community/activity';

const setUpHistory = async (settings?: Record<string, unknown>) => {
  const { app, key, record: call } = await setUp(settings);
  const record = async (body: Record<string, unknown>, serverId = 1) =>
    (await call(body, serverId)).body.data;
  /** A session of a minute that begins now. */
  const play = async (body: Record<string, unknown>, serverId = 1) => {
    await record({ ...body, forceStart: true }, serverId);
    app.clock.advance(MINUTE);
    return record({ ...body, forceStop: true }, serverId);
  };
  const list = async (query = '') => (await app.get(`${LIST}${query}`, { key })).body.data;
  const ids = async (query: string): Promise<string[]> =>
    (await list(query)).items.map(({ id }: { id: string }) => id);
  return { app, key, record, play, list, ids };
};

const DAY_OR_INSTANT = 'must be a day, such as 2026-11-16, or an ISO 8601 date-time with an offset';

describe('presence', () => {
  it('tells who is on, since when, last seen when, with the identifiers', async () => {
    const { app, key, record, list } = await setUpHistory();
    const ana = await record({ discord: '1', username: 'ana', forceStart: true });
    app.clock.advance(MINUTE);
    await app.put('/v2/community/servers/1/activity/roster', {
      key,
      body: { accounts: [{ username: 'ana' }] },
    });
    app.clock.advance(MINUTE);
    const bo = await record({ username: 'bo', metadata: { job: 'medic' }, forceStart: true }, 2);
    await record({ username: 'cy', forceStart: true }, 2);
    await record({ username: 'cy', forceStop: true }, 2);
    const answer = await app.get(`${LIST}?status=open`, { key });
    expect(answer.status).toBe(200);
    const anaRow = {
      ...ana,
      name: 'ana',
      lastSeen: iso(MINUTE),
      closeKind: null,
      unconfirmed: false,
      voidedAt: null,
      identifiers: [
        { type: 'accId', value: ana.accId },
        { type: 'discord', value: '1' },
      ],
    };
    expect(answer.body).toEqual({
      success: true,
      data: {
        items: [
          {
            id: bo.id,
            status: true,
            accId: bo.accId,
            name: 'bo',
            serverId: 2,
            start: '2026-04-15T00:02:00.000Z',
            end: null,
            clearReason: null,
            metadata: { job: 'medic' },
            lastSeen: '2026-04-15T00:02:00.000Z',
            closeKind: null,
            unconfirmed: false,
            voidedAt: null,
            identifiers: [
              { type: 'accId', value: bo.accId },
              { type: 'username', value: 'bo' },
            ],
          },
          anaRow,
        ],
        nextCursor: null,
      },
      meta: { timestamp: '2026-04-15T00:02:00.000Z', path: '/v2/community/activity' },
    });
    const server = await app.get('/v2/community/servers/1/activity?status=open', { key });
    expect(server.body.data).toEqual({ items: [anaRow], nextCursor: null });
    const { identifiers, ...withoutIdentifiers } = anaRow;
    expect(await list('?status=open&serverId=1&includeIdentifiers=false')).toEqual({
      items: [withoutIdentifiers],
      nextCursor: null,
    });
    expect((await list(`?status=open&accId=${ana.accId}&serverId=2`)).items).toEqual([]);
  });

  it('of a server between two rosters, everybody was seen at the last one', async () => {
    const { app, key, list } = await setUpHistory();
    const roster = () =>
      app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts: [{ username: 'ana' }] } });
    await roster();
    app.clock.advance(MINUTE);
    await roster();
    app.clock.advance(SECOND);
    expect((await list('?status=open')).items[0].lastSeen).toBe(iso(MINUTE));
  });

  it('pages', async () => {
    const { app, record, list, ids } = await setUpHistory();
    for (let i = 0; i < 5; i++) {
      await record({ username: `player ${i}`, forceStart: true }, (i % 2) + 1);
      app.clock.advance(i % 2);
    }
    const all = await ids('?status=open');
    expect(all).toHaveLength(5);
    const first = await list('?status=open&limit=3');
    const second = await list(`?status=open&limit=3&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(all);
    expect(second.nextCursor).toBeNull();
  });
});

describe('history', () => {
  it('is filtered by account, server, time, status and close kind, newest first', async () => {
    const { app, key, play, record, ids } = await setUpHistory();
    const first = await play({ username: 'ana' });
    const second = await play({ username: 'bo' }, 2);
    const third = await play({ username: 'ana' }, 2);
    await record({ username: 'ana', forceStart: true });
    app.clock.advance(SECOND);
    const cleared = await record({ username: 'ana', forceClear: true });
    const open = await record({ username: 'bo', forceStart: true });
    expect(await ids('')).toEqual([open.id, cleared.id, third.id, second.id, first.id]);
    expect(await ids(`?accId=${first.accId.toUpperCase()}`)).toEqual([cleared.id, third.id, first.id]);
    expect(await ids('?serverId=2')).toEqual([third.id, second.id]);
    expect(await ids(`?serverId=2&accId=${first.accId}`)).toEqual([third.id]);
    expect(await ids(`?from=${second.start}&to=${cleared.start}`)).toEqual([third.id, second.id]);
    expect(await ids(`?from=${second.start}&to=${second.start}`)).toEqual([]);
    expect(await ids('?status=open')).toEqual([open.id]);
    expect(await ids('?status=closed&serverId=1')).toEqual([cleared.id, first.id]);
    expect(await ids('?closeKind=cleared')).toEqual([cleared.id]);
    expect(await ids('?closeKind=auto_closed')).toEqual([]);
    expect((await app.get('/v2/community/servers/2/activity', { key })).body.data.items).toHaveLength(2);
    const other = await app.community();
    expect((await app.get(LIST, { key: other.key })).body.data).toEqual({ items: [], nextCursor: null });
  });

  it('tells what is not certain', async () => {
    const { app, record, list } = await setUpHistory();
    await record({ accId: NIL, forceStart: true });
    app.clock.advance(13 * HOUR);
    await app.cron();
    expect((await list()).items).toMatchObject([
      { closeKind: 'auto_closed', unconfirmed: true, end: iso(0), lastSeen: iso(0) },
    ]);
    expect((await list()).items[0]).not.toHaveProperty('identifiers');
  });

  it('pages through sessions of one instant without losing or repeating any', async () => {
    const { app, record, list, ids } = await setUpHistory();
    for (let i = 0; i < 7; i++) {
      await record({ username: `player ${i}`, forceStart: true });
      await record({ username: `player ${i}`, forceStop: true });
      app.clock.advance(i % 3 === 0 ? 1 : 0);
    }
    const all = await ids('');
    for (const query of ['?limit=2', '?limit=2&serverId=1', '?limit=2&status=closed']) {
      const paged: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: { items: { id: string }[]; nextCursor: string | null } = await list(
          `${query}${cursor && `&cursor=${cursor}`}`,
        );
        paged.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      }
      expect(paged).toEqual(all);
    }
  });

  it('is a CSV file for whom asks so', async () => {
    const { app, key, play, record } = await setUpHistory();
    const played = await play({ username: 'ana', metadata: { job: 'medic, "chief"' } });
    await record({ accId: played.accId, forceStart: true });
    const cleared = await record({ accId: played.accId, forceClear: true, clearReason: '=1+1' });
    const answer = await app.get(LIST, { key, headers: { Accept: 'text/csv' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="activity.csv"');
    expect(answer.text).toBe(
      [
        'id,accId,name,serverId,serverName,start,end,localStart,localEnd,seconds,hours,lastSeen,closeKind,clearReason,unconfirmed,voidedAt,metadata',
        `${cleared.id},${played.accId},ana,1,,${iso(MINUTE)},${iso(MINUTE)},2026-04-15T00:01:00.000+00:00,2026-04-15T00:01:00.000+00:00,0,0,${iso(MINUTE)},cleared,'=1+1,false,,{}`,
        `${played.id},${played.accId},ana,1,,${iso(0)},${iso(MINUTE)},2026-04-15T00:00:00.000+00:00,2026-04-15T00:01:00.000+00:00,60,0.02,${iso(MINUTE)},stopped,,false,,"{""job"":""medic, \\""chief\\""""}"`,
        '',
      ].join('\r\n'),
    );
    const limited = await app.get(`${LIST}?limit=1`, { key, headers: { Accept: 'text/csv' } });
    expect(limited.text.split('\r\n')).toHaveLength(3);
    const [, url = ''] = /^<(.*)>; rel="next"$/.exec(limited.headers.get('link') ?? '') ?? [];
    const { pathname, search } = new URL(url);
    const rest = await app.get(`${pathname}${search}`, { key, headers: { Accept: 'text/csv' } });
    expect(rest.text).toContain(played.id);
    expect(rest.headers.get('link')).toBe(null);
  });

  it.each([
    ['from=2026-04-16T00:00:00Z&to=2026-04-15T00:00:00Z', 'to', 'must not be before from'],
    ['from=2026-04-16&to=2026-04-14', 'to', 'must not be before from'],
    ['from=2026-02-30', 'from', DAY_OR_INSTANT],
    ['to=20260415', 'to', DAY_OR_INSTANT],
    ['from=yesterday', 'from', DAY_OR_INSTANT],
    [
      'from=2011-12-30&timezone=Pacific/Apia',
      'from',
      'is a day that the calendar of Pacific/Apia does not have',
    ],
    ['accId=1', 'accId', 'must be a UUID (8-4-4-4-12 hexadecimal digits)'],
    ['serverId=0', 'serverId', 'must be an integer of at least 1'],
    ['status=on', 'status', 'must be one of open, closed'],
    ['closeKind=lost', 'closeKind', 'must be one of stopped, cleared, superseded, server_reset, auto_closed'],
    ['includeVoided=yes', 'includeVoided', 'must be one of true, false'],
    ['includeIdentifiers=no', 'includeIdentifiers', 'must be one of true, false'],
    ['limit=1001', 'limit', 'must be an integer from 1 to 1000'],
  ])('%s: 400', async (query, path, message) => {
    const { app, key } = await setUpHistory();
    const { status, body } = await app.get(`${LIST}?${query}`, { key });
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ path, message }]);
  });

  it('takes days, both of them included, in the zone of the community or of the query', async () => {
    const { app, key, play, ids } = await setUpHistory();
    await app.patch('/v2/community/settings', { key, body: { timezone: 'Europe/Madrid' } });
    // Midnight in Madrid is 22:00 UTC, until the clocks go back on 25 October.
    const starts = [
      '2026-10-24T21:59:59Z',
      '2026-10-24T22:00:00Z',
      '2026-10-25T22:59:00Z',
      '2026-10-25T23:00:00Z',
    ];
    const played: string[] = [];
    for (const start of starts) {
      app.clock.set(Date.parse(start));
      played.push((await play({ username: 'ana' })).id);
    }
    const [before, first, last, after] = played;
    expect(await ids('?from=2026-10-25&to=2026-10-25')).toEqual([last, first]);
    expect(await ids('?from=2026-10-25')).toEqual([after, last, first]);
    expect(await ids('?to=2026-10-24')).toEqual([before]);
    expect(await ids('?from=2026-10-25&to=2026-10-25&timezone=UTC')).toEqual([after, last]);
    expect(await ids('?from=2026-10-25&to=2026-10-25T22:30:00Z')).toEqual([first]);
    const ofServer = await app.get('/v2/community/servers/1/activity?from=2026-10-25&to=2026-10-25', { key });
    expect(ofServer.body.data.items.map(({ id }: { id: string }) => id)).toEqual([last, first]);
    const file = await app.get(`${LIST}?from=2026-10-25&to=2026-10-25`, {
      key,
      headers: { Accept: 'text/csv' },
    });
    expect(file.text.split('\r\n')).toHaveLength(4);
  });

  it('takes an offset whose + nobody escaped', async () => {
    const { app, key, play } = await setUpHistory();
    await play({ username: 'ana' });
    for (const path of [LIST, '/v2/community/servers/1/activity']) {
      const from = await app.get(`${path}?from=2026-04-15T02:00:00+02:00`, { key });
      expect([from.status, from.body.data.items.length]).toEqual([200, 1]);
      const before = await app.get(`${path}?to=2026-04-15T02:00:00+02:00`, { key });
      expect([before.status, before.body.data.items.length]).toEqual([200, 0]);
    }
    const period = 'from=2026-04-15T02:00:00+02:00&to=2026-04-15T03:00:00+02:00';
    expect((await app.get(`${LIST}/summary?${period}`, { key })).body.data.items).toHaveLength(1);
  });

  it("a cursor of another list, or of another community's: 400", async () => {
    const { app, key, play, list } = await setUpHistory();
    await play({ username: 'ana' });
    await play({ username: 'ana' });
    const { nextCursor } = await list('?limit=1');
    for (const query of [`?cursor=${nextCursor}&serverId=1`, '?cursor=x']) {
      const { status, body } = await app.get(`${LIST}${query}`, { key });
      expect([status, body.code]).toEqual([400, 'INVALID_CURSOR']);
    }
    const other = await app.community();
    expect((await app.get(`${LIST}?cursor=${nextCursor}`, { key: other.key })).status).toBe(400);
  });
});

describe('one session', () => {
  it('is read by its id', async () => {
    const { app, key, play } = await setUpHistory();
    const session = await play({ username: 'ana' });
    const answer = await app.get(`${LIST}/${session.id.toUpperCase()}`, { key });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({
      ...session,
      name: 'ana',
      lastSeen: iso(MINUTE),
      closeKind: 'stopped',
      unconfirmed: false,
      voidedAt: null,
      identifiers: [
        { type: 'accId', value: session.accId },
        { type: 'username', value: 'ana' },
      ],
    });
  });

  it.each([
    ['an unknown one', () => '019d8e5a-2c00-7d3f-9b1e-3f2a1c0d4e5f'],
    ['the nil UUID', () => NIL],
    ['one of the largest', () => 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  ])('%s: 404', async (_, id) => {
    const { app, key } = await setUpHistory();
    const { status, body } = await app.get(`${LIST}/${id()}`, { key });
    expect([status, body.code]).toEqual([404, 'SESSION_NOT_FOUND']);
  });

  it("another community's: 404, and no UUID: 400", async () => {
    const { app, key, play } = await setUpHistory();
    const session = await play({ username: 'ana' });
    const other = await app.community();
    expect((await app.get(`${LIST}/${session.id}`, { key: other.key })).status).toBe(404);
    expect((await app.get(`${LIST}/1`, { key })).status).toBe(400);
  });
});

describe('by an identifier', () => {
  it('lists the sessions of whom it names, of nobody where it names nobody, and takes only one', async () => {
    const { app, key, record } = await setUp();
    await record({ apiId: 'steam:1', username: 'ana', forceStart: true });
    await record({ apiId: 'steam:2', discord: '80351110224678912', username: 'bo', forceStart: true });
    const list = async (query: string) => app.get(`/v2/community/activity?${query}`, { key });
    const names = async (query: string) =>
      (await list(query)).body.data.items.map(({ name }: { name: string }) => name);
    expect(await names('apiId=steam:1')).toEqual(['ana']);
    expect(await names('discord=80351110224678912')).toEqual(['bo']);
    expect(await names('status=open&apiId=steam:2')).toEqual(['bo']);
    expect(await names('apiId=steam:99')).toEqual([]);
    expect(await names('apiId=')).toHaveLength(2);
    const ofServer = await app.get('/v2/community/servers/1/activity?apiId=steam:1', { key });
    expect(ofServer.body.data.items).toHaveLength(1);
    const csv = await app.get('/v2/community/activity?apiId=steam:99', {
      key,
      headers: { Accept: 'text/csv' },
    });
    expect(csv.text.trim().split('\r\n')).toHaveLength(1);
    const both = await list('apiId=steam:1&discord=2');
    expect(both.body.errors).toEqual([{ path: 'discord', message: 'cannot be combined with apiId' }]);
    const misspelt = await list('apiid=steam:1');
    expect([misspelt.status, misspelt.body.errors[0].path]).toEqual([400, 'apiid']);
  });
});
