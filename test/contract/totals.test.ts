import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../helpers.ts';
import { ANA, BO, items, type Stored, setUpSummary, store } from '../summary.ts';

const at = (text: string) => Date.parse(text);
/** Sessions that were watched all the time. */
const watched = (account: string, server: number, start: string, end: string): Stored => ({
  account,
  server,
  start: at(start),
  end: at(end),
  heartbeat: at(start),
});
const LATER = at('2027-06-01T00:00:00Z');

describe('groups', () => {
  it('account,week: people and ISO weeks, with names, hours, and where the week begins and ends', async () => {
    const { app, key, id, record, summary } = await setUpSummary({ timezone: 'Europe/Madrid' }, LATER);
    await record(1, { accId: ANA, username: 'ana' });
    app.clock.advance(0);
    // Over New Year: 2026 has 53 weeks, the last of which ends on Sunday, 3 January.
    await store(id, [
      watched(ANA, 1, '2026-12-31T20:00:00Z', '2027-01-01T02:00:00Z'),
      watched(ANA, 2, '2027-01-03T22:00:00Z', '2027-01-04T01:30:00Z'),
      watched(BO, 1, '2027-01-04T10:00:00Z', '2027-01-04T10:20:00Z'),
    ]);
    const answer = await summary({
      from: '2026-12-28',
      to: '2027-01-10',
      groupBy: 'account,week',
      order: 'time',
    });
    const week53 = { week: '2026-W53', start: '2026-12-27T23:00:00.000Z', end: '2027-01-03T23:00:00.000Z' };
    const week1 = { week: '2027-W01', start: '2027-01-03T23:00:00.000Z', end: '2027-01-10T23:00:00.000Z' };
    const total = (seconds: number, hours: number, sessions: number) => ({
      seconds,
      hours,
      confirmedSeconds: seconds,
      unconfirmedSeconds: 0,
      watchedSeconds: seconds,
      sessions,
      distinctSeconds: seconds,
    });
    expect(answer.body.data).toEqual({
      items: [
        { accId: ANA, name: 'ana', ...week53, ...total(25_200, 7, 2) },
        { accId: ANA, name: 'ana', ...week1, ...total(9000, 2.5, 1) },
        { accId: BO, name: null, ...week1, ...total(1200, 0.33, 1) },
      ],
      nextCursor: null,
      from: '2026-12-27T23:00:00.000Z',
      to: '2027-01-10T23:00:00.000Z',
      timezone: 'Europe/Madrid',
    });
    const file = await app.get(
      '/v2/community/activity/summary?from=2026-12-28&to=2027-01-10&groupBy=account,week&order=time',
      { key, headers: { Accept: 'text/csv' } },
    );
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="hours.csv"');
    expect(file.text).toBe(
      [
        'accId,name,week,seconds,hours,confirmedSeconds,unconfirmedSeconds,watchedSeconds,sessions,distinctSeconds',
        `${ANA},ana,2026-W53,25200,7,25200,0,25200,2,25200`,
        `${ANA},ana,2027-W01,9000,2.5,9000,0,9000,1,9000`,
        `${BO},,2027-W01,1200,0.33,1200,0,1200,1,1200`,
        '',
      ].join('\r\n'),
    );
  });

  it('weeks begin as the setting says, and are then called by their first day', async () => {
    const { app, key, id, summary } = await setUpSummary({ weekStart: 'sunday' }, LATER);
    await store(id, [watched(ANA, 1, '2026-11-21T23:00:00Z', '2026-11-22T01:00:00Z')]);
    const week = { from: '2026-11-16', to: '2026-11-29', groupBy: 'week', order: 'time' };
    expect(items(await summary(week))).toMatchObject([
      {
        week: '2026-11-15',
        seconds: 3600,
        start: '2026-11-16T00:00:00.000Z',
        end: '2026-11-22T00:00:00.000Z',
      },
      {
        week: '2026-11-22',
        seconds: 3600,
        start: '2026-11-22T00:00:00.000Z',
        end: '2026-11-29T00:00:00.000Z',
      },
    ]);
    await app.patch('/v2/community/settings', { key, body: { weekStart: 'monday' } });
    expect(items(await summary(week))).toMatchObject([{ week: '2026-W47', seconds: 7200 }]);
  });

  it('each account by its own name, where a period has many sessions of a few', async () => {
    const { id, record, summary } = await setUpSummary({}, LATER);
    await record(1, { accId: ANA, username: 'ana' });
    await record(1, { accId: BO, username: 'bo' });
    const from = at('2026-11-16T00:00:00Z');
    await store(
      id,
      [ANA, BO].flatMap((account) =>
        Array.from({ length: 48 }, (_, index) => ({
          account,
          server: 1,
          start: from + index * HOUR,
          end: from + index * HOUR + 30 * MINUTE,
        })),
      ),
    );
    expect(items(await summary({ from: '2026-11-16', to: '2026-11-17' }))).toMatchObject([
      { accId: ANA, name: 'ana', sessions: 48 },
      { accId: BO, name: 'bo', sessions: 48 },
    ]);
  });

  it('months, and servers by their names', async () => {
    const { app, key, id, summary } = await setUpSummary({ timezone: 'America/New_York' }, LATER);
    await app.post('/v2/community/servers', { key, body: { servers: [{ id: 7, name: 'Night shift' }] } });
    await store(id, [watched(ANA, 7, '2026-11-01T02:00:00Z', '2026-11-01T05:00:00Z')]);
    expect(
      items(await summary({ from: '2026-10-01', to: '2026-11-30', groupBy: 'server,month', order: 'time' })),
    ).toMatchObject([
      { serverId: 7, serverName: 'Night shift', month: '2026-10', seconds: 7200 },
      { serverId: 7, serverName: 'Night shift', month: '2026-11', seconds: 3600 },
    ]);
  });

  it('the hours of the weekdays, for a heat map: all of them where asked', async () => {
    const { id, summary } = await setUpSummary({ timezone: 'Europe/Madrid' }, LATER);
    await store(id, [
      watched(ANA, 1, '2026-11-17T17:30:00Z', '2026-11-17T19:00:00Z'),
      watched(ANA, 1, '2026-11-24T17:00:00Z', '2026-11-24T18:00:00Z'),
    ]);
    const query = { from: '2026-11-16', to: '2026-11-29', groupBy: 'weekday-hour' };
    const total = { confirmedSeconds: 0, unconfirmedSeconds: 0, watchedSeconds: 0, sessions: 0 };
    expect(items(await summary(query))).toEqual([
      {
        weekday: 2,
        hourOfDay: 18,
        seconds: 5400,
        hours: 1.5,
        ...total,
        confirmedSeconds: 5400,
        watchedSeconds: 5400,
        sessions: 2,
      },
      {
        weekday: 2,
        hourOfDay: 19,
        seconds: 3600,
        hours: 1,
        ...total,
        confirmedSeconds: 3600,
        watchedSeconds: 3600,
        sessions: 1,
      },
    ]);
    const all = items(await summary({ ...query, fill: 'true', order: 'time', limit: 1000 }));
    expect(all).toHaveLength(168);
    expect(all[0]).toEqual({ weekday: 1, hourOfDay: 0, seconds: 0, hours: 0, ...total });
  });

  it('fill=true shows the days without any, of each person that has one', async () => {
    const { id, summary } = await setUpSummary({}, LATER);
    await store(id, [watched(ANA, 1, '2026-11-17T10:00:00Z', '2026-11-17T11:00:00Z')]);
    const query = {
      from: '2026-11-16',
      to: '2026-11-18',
      groupBy: 'account,day',
      fill: 'true',
      order: 'time',
    };
    expect(
      items(await summary(query)).map(({ accId, day, seconds }: Record<string, unknown>) => [
        accId,
        day,
        seconds,
      ]),
    ).toEqual([
      [ANA, '2026-11-16', 0],
      [ANA, '2026-11-17', 3600],
      [ANA, '2026-11-18', 0],
    ]);
    // A month that has only begun is filled to its end.
    const next = items(await summary({ from: '2027-06-01', to: '2027-06-30', groupBy: 'day', fill: 'true' }));
    expect(next).toHaveLength(30);
    // A calendar is in its own order; who wants the ranking says so.
    const days = (answer: unknown[]) => (answer as { day: string }[]).map(({ day }) => day.slice(-2));
    const { order: _, ...unordered } = query;
    expect(days(items(await summary(unordered)))).toEqual(['16', '17', '18']);
    expect(days(items(await summary({ ...unordered, order: 'most' })))).toEqual(['17', '16', '18']);
    expect(days(next).slice(0, 3)).toEqual(['01', '02', '03']);
  });
});

describe('days of a period', () => {
  it('are both in it, as long as they are in the zone', async () => {
    const { id, summary } = await setUpSummary({ timezone: 'Europe/Madrid' }, LATER);
    await store(id, [watched(ANA, 1, '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z')]);
    const { body } = await summary({ from: '2026-10-25', to: '2026-10-25' });
    expect([body.data.from, body.data.to]).toEqual(['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z']);
    expect(body.data.items[0].hours).toBe(25);
  });

  it('begin when there is no midnight, and where the clocks move by half an hour', async () => {
    const { summary } = await setUpSummary({}, LATER);
    const edges = async (timezone: string, from: string, to = from) => {
      const { body } = await summary({ from, to, timezone });
      return [body.data.from, body.data.to];
    };
    expect(await edges('America/Santiago', '2026-09-06')).toEqual([
      '2026-09-06T04:00:00.000Z',
      '2026-09-07T03:00:00.000Z',
    ]);
    expect(await edges('Australia/Lord_Howe', '2026-10-04')).toEqual([
      '2026-10-03T13:30:00.000Z',
      '2026-10-04T13:00:00.000Z',
    ]);
    expect(await edges('Pacific/Apia', '2011-12-29', '2011-12-31')).toEqual([
      '2011-12-29T10:00:00.000Z',
      '2011-12-31T10:00:00.000Z',
    ]);
  });

  it('that a zone skipped are refused, by name', async () => {
    const { summary } = await setUpSummary({}, LATER);
    const { status, body } = await summary({
      from: '2011-12-30',
      to: '2011-12-30',
      timezone: 'Pacific/Apia',
    });
    expect([status, body.errors]).toEqual([
      400,
      [{ path: 'from', message: 'is a day that the calendar of Pacific/Apia does not have' }],
    ]);
  });

  it('can be the first and the last that can be written', async () => {
    const { summary } = await setUpSummary({}, LATER);
    const days = async (from: string, to: string, timezone: string) => {
      const { body } = await summary({ from, to, timezone, groupBy: 'day', fill: 'true' });
      return [body.data.from, body.data.to, body.data.items.length];
    };
    expect(await days('9999-12-30', '9999-12-31', 'Europe/Madrid')).toEqual([
      '9999-12-29T23:00:00.000Z',
      '9999-12-31T23:00:00.000Z',
      2,
    ]);
    expect(await days('0000-01-01', '0000-01-02', 'UTC')).toEqual([
      '0000-01-01T00:00:00.000Z',
      '0000-01-03T00:00:00.000Z',
      0,
    ]);
  });
});

describe('rounding', () => {
  it('happens once, after the sum, and the parts still add up', async () => {
    const { id, summary } = await setUpSummary({}, LATER);
    // Three times 20 minutes and 10 seconds, of which the last one is confirmed for a minute.
    const shift = (hour: number): Stored =>
      watched(ANA, 1, `2026-11-17T0${hour}:00:00Z`, `2026-11-17T0${hour}:20:10Z`);
    const last = shift(3);
    await store(id, [shift(1), shift(2), { ...last, kind: 'server_reset', lastSeen: last.start + MINUTE }]);
    const sum = async (rounding: string) => {
      const [item] = items(await summary({ from: '2026-11-17', to: '2026-11-17', rounding }));
      return [item.seconds, item.hours, item.confirmedSeconds, item.unconfirmedSeconds];
    };
    expect(await sum('none')).toEqual([3630, 1.01, 2480, 1150]);
    expect(await sum('minute')).toEqual([3660, 1.02, 2460, 1200]);
    expect(await sum('quarter-hour')).toEqual([3600, 1, 2700, 900]);
  });
});

describe('filters', () => {
  it('an identifier, a server, a value in the metadata', async () => {
    const { app, record, summary } = await setUpSummary({}, at('2026-11-17T00:00:00Z'));
    await record(1, { accId: ANA, discord: 'd1', metadata: { job: 'police', rank: 3, onCall: true } });
    await record(2, { accId: BO, discord: 'd2', metadata: { job: 'medic' } });
    app.clock.advance(HOUR);
    await record(1, { accId: ANA });
    await record(2, { accId: BO });
    const who = async (query: Record<string, string>) =>
      items(await summary({ from: '2026-11-17', to: '2026-11-17', ...query })).map(
        ({ accId }: { accId: string }) => accId,
      );
    expect(await who({ discord: 'd1' })).toEqual([ANA]);
    expect(await who({ discord: 'd3' })).toEqual([]);
    expect(await who({ serverId: '2' })).toEqual([BO]);
    expect(await who({ 'metadata.job': 'police' })).toEqual([ANA]);
    expect(await who({ 'metadata.job': 'pol' })).toEqual([]);
    expect(await who({ 'metadata.rank': '3' })).toEqual([ANA]);
    expect(await who({ 'metadata.onCall': 'true' })).toEqual([ANA]);
    expect(await who({ 'metadata.nothing': 'x' })).toEqual([]);
  });

  it('a name: of whom was registered by it, else of the only one who is called so', async () => {
    const { app, key, record, summary } = await setUpSummary({}, at('2026-11-17T00:00:00Z'));
    await record(1, { accId: ANA, username: 'ana' });
    await record(2, { accId: BO, username: 'bo' });
    const day = { from: '2026-11-17', to: '2026-11-17' };
    const history = (name: string) => app.get(`/v2/community/activity?username=${name}`, { key });
    const who = async (name: string) =>
      [await summary({ ...day, username: name }), await history(name)].map((answer) =>
        items(answer).map(({ accId }: { accId: string }) => accId),
      );
    expect(await who('bo')).toEqual([[BO], [BO]]);
    expect(await who('cy')).toEqual([[], []]);
    await record(1, { accId: ANA, username: 'bo' });
    for (const { status, body } of [await summary({ ...day, username: 'bo' }), await history('bo')]) {
      expect([status, body.code, body.detail]).toEqual([
        409,
        'NAME_AMBIGUOUS',
        'Several accounts are called bo. Name the account by another identifier.',
      ]);
    }
    const { accId } = (await record(3, { username: 'bo', forceStart: true })).body.data;
    expect(await who('bo')).toEqual([[accId], [accId]]);
  });

  it('history knows the same value in the metadata', async () => {
    const { app, key, record } = await setUpSummary();
    await record(1, { accId: ANA, metadata: { job: 'police' } });
    await record(1, { accId: BO, metadata: { job: 'medic' } });
    const { body } = await app.get('/v2/community/activity?metadata.job=police', { key });
    expect(body.data.items.map(({ accId }: { accId: string }) => accId)).toEqual([ANA]);
  });
});

describe('files', () => {
  const period = '/v2/community/activity/summary?from=2026-11-17&to=2026-11-17';

  it('for a spreadsheet of a region: semicolon and decimal comma where it has one, BOM, CRLF, no formula', async () => {
    const { app, key, id, record } = await setUpSummary({}, LATER);
    await record(1, { accId: ANA, username: '=1+1;"x"' });
    await store(id, [watched(ANA, 1, '2026-11-17T10:00:00Z', '2026-11-17T17:30:00Z')]);
    const file = (query: string) => app.get(`${period}${query}`, { key, headers: { Accept: 'text/csv' } });
    const spanish = await file('&csv=spreadsheet&locale=es-ES');
    const columns =
      'accId;name;seconds;hours;confirmedSeconds;unconfirmedSeconds;watchedSeconds;sessions;distinctSeconds';
    // `text()` takes a byte-order mark off.
    const bytes = await app.fetch(`${period}&csv=spreadsheet&locale=es-ES`, {
      headers: { Authorization: `Bearer ${key}`, Accept: 'text/csv' },
    });
    expect([...new Uint8Array(await bytes.arrayBuffer()).slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(spanish.text.replace('\ufeff', '')).toBe(
      `${columns}\r\n${ANA};"'=1+1;""x""";27000;7,5;27000;0;27000;1;27000\r\n`,
    );
    const mexican = await file('&csv=spreadsheet&locale=es-MX');
    expect(mexican.text.replace('\ufeff', '')).toBe(
      `${columns.replaceAll(';', ',')}\r\n${ANA},"'=1+1;""x""",27000,7.5,27000,0,27000,1,27000\r\n`,
    );
  });

  it('of the sessions has names, lengths and local times', async () => {
    const { app, key, record } = await setUpSummary(
      { timezone: 'Europe/Madrid' },
      at('2026-10-25T00:30:00Z'),
    );
    await app.post('/v2/community/servers', { key, body: { servers: [{ id: 1, name: 'Main' }] } });
    await record(1, { accId: ANA, username: 'ana' });
    app.clock.advance(HOUR);
    const { id } = (await record(1, { accId: ANA })).body.data;
    const file = async (query: string) =>
      (await app.get(`/v2/community/activity?${query}`, { key, headers: { Accept: 'text/csv' } })).text
        .replace('\ufeff', '')
        .split('\r\n');
    expect(await file('')).toEqual([
      'id,accId,name,serverId,serverName,start,end,localStart,localEnd,seconds,hours,lastSeen,closeKind,clearReason,unconfirmed,voidedAt,metadata',
      `${id},${ANA},ana,1,Main,2026-10-25T00:30:00.000Z,2026-10-25T01:30:00.000Z,2026-10-25T02:30:00.000+02:00,2026-10-25T02:30:00.000+01:00,3600,1,2026-10-25T01:30:00.000Z,stopped,,false,,{}`,
      '',
    ]);
    expect((await file('csv=spreadsheet&locale=es-ES'))[1]).toContain(
      ';2026-10-25 02:30:00;2026-10-25 02:30:00;3600;1;',
    );
  });

  it('406 where there is none, unless the caller takes JSON too', async () => {
    const { app, key } = await setUpSummary();
    const get = (accept: string) => app.get('/v2/community/settings', { key, headers: { Accept: accept } });
    const { status, body } = await get('text/csv');
    expect([status, body.code, body.detail]).toEqual([
      406,
      'NOT_ACCEPTABLE',
      'This path has no CSV: accept application/json.',
    ]);
    expect((await get('text/csv, application/json;q=0.5')).status).toBe(200);
    expect((await get('text/csv, */*')).status).toBe(200);
    expect((await get('text/html')).status).toBe(200);
  });
});

describe('bad input', () => {
  const period = { from: '2026-11-16', to: '2026-11-29' };
  const GROUPS = 'account, server, day, week, month, hour, weekday-hour';
  const grouping = `must be one or two different ones of ${GROUPS}, with a comma between`;
  it.each([
    [{ ...period, groupBy: 'account,account' }, 'groupBy', grouping],
    [{ ...period, groupBy: 'account,day,hour' }, 'groupBy', grouping],
    [{ ...period, groupBy: 'account, day' }, 'groupBy', grouping],
    [{ ...period, order: 'time' }, 'order', 'needs groupBy=day'],
    [{ ...period, fill: 'true' }, 'fill', 'needs groupBy=day'],
    [{ ...period, rounding: 'hour' }, 'rounding', 'must be one of none, minute, quarter-hour'],
    [{ ...period, locale: 'x' }, 'locale', 'must be a language and region, such as es-ES'],
    [{ ...period, discord: '1', accId: ANA }, 'discord', 'cannot be combined with accId'],
    [{ from: '2026-11-29', to: '2026-11-16' }, 'to', 'must be after from'],
    [{ from: '2026-01-01', to: '2027-01-02' }, 'to', 'must be at most 366 days after from'],
    [
      { ...period, 'metadata.a"b': 'x' },
      'metadata',
      'must be metadata.key=value: a key of 1 to 64 characters without quotes, and a value of at most 256',
    ],
  ])('%j: 400', async (query, path, message) => {
    const { summary } = await setUpSummary({}, LATER);
    const { status, body } = await summary(query as Record<string, string>);
    expect([status, body.errors]).toEqual([400, [{ path, message }]]);
  });

  it('two values in the metadata: 400', async () => {
    const { summary } = await setUpSummary({}, LATER + DAY);
    const { status, body } = await summary({ ...period, 'metadata.a': 'x', 'metadata.b': 'y' });
    expect([status, body.errors]).toEqual([
      400,
      [{ path: 'metadata.b', message: 'must be given only once' }],
    ]);
  });
});
