import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { HOUR } from '../helpers.ts';
import { ANA, setUpSummary } from '../summary.ts';

const IMPORT = '/v2/community/activity/import';
const NOW = Date.parse('2026-12-02T09:00:00.000Z');

const setUpImport = async (settings: Record<string, unknown> = {}) => {
  const { app, id, key, record, summary } = await setUpSummary(settings, NOW);
  const bring = async (sessions: unknown[], more: object = {}) => {
    const { status, body, text } = await app.post(IMPORT, { key, body: { sessions, ...more } });
    expect(status, text).toBe(200);
    return body.data;
  };
  const file = (csv: string, query = '') =>
    app.post(`${IMPORT}${query}`, { key, headers: { 'Content-Type': 'text/csv' }, body: csv });
  const count = () =>
    env.DB.prepare('SELECT count(*) AS n FROM sessions WHERE community_id = ?').bind(id).first<number>('n');
  return { app, id, key, record, summary, bring, file, count };
};

const shift = (more: object = {}) => ({
  username: 'ana',
  serverId: 1,
  start: '2025-03-01T18:00:00Z',
  end: '2025-03-01T22:00:00Z',
  ...more,
});

describe('imported sessions', () => {
  it('are rows like any other, say where they come from, and tell no webhook', async () => {
    const { app, key, bring, summary } = await setUpImport();
    const endpoint = await app.post('/v2/community/webhook-endpoints', {
      key,
      body: { url: 'https://hooks.example.com/x', events: ['*'] },
    });
    const answer = await bring([shift({ metadata: { job: 'police' }, eventId: 'e1' })]);
    const [result] = answer.results;
    expect(answer).toEqual({
      dryRun: false,
      imported: 1,
      duplicates: 0,
      refused: 0,
      results: [{ index: 0, status: 'imported', id: expect.any(String), accId: expect.any(String) }],
    });
    const session = await app.get(`/v2/community/activity/${result.id}`, { key });
    expect(session.body.data).toMatchObject({
      id: result.id,
      accId: result.accId,
      serverId: 1,
      start: '2025-03-01T18:00:00.000Z',
      end: '2025-03-01T22:00:00.000Z',
      closeKind: 'stopped',
      unconfirmed: false,
      metadata: { job: 'police' },
      origin: 'import',
    });
    const servers = await app.get('/v2/community/servers?include=all', { key });
    expect(servers.body.data.servers).toMatchObject([{ id: 1, name: null, open: 0 }]);
    const totals = await summary({ from: '2025-03-01', to: '2025-03-31', 'metadata.job': 'police' });
    expect(totals.body.data.items).toMatchObject([{ name: 'ana', hours: 4, watchedSeconds: 0 }]);
    const deliveries = await app.get(`/v2/community/webhook-endpoints/${endpoint.body.data.id}/deliveries`, {
      key,
    });
    expect(deliveries.body.data.items).toEqual([]);
  });

  it('come once: by their event id, else by account, server and start', async () => {
    const { bring, count } = await setUpImport();
    const first = await bring([
      shift({ eventId: 'e1' }),
      shift({ start: '2025-03-02T18:00:00Z', end: '2025-03-02T19:00:00Z' }),
    ]);
    expect(first.imported).toBe(2);
    const again = await bring([
      shift({ eventId: 'e1', start: '2025-04-01T18:00:00Z', end: '2025-04-01T19:00:00Z' }),
      shift({ start: '2025-03-02T18:00:00Z', end: '2025-03-02T20:00:00Z' }),
      shift({ serverId: 2 }),
      shift({ serverId: 2 }),
      shift({ serverId: 3, eventId: 'e3' }),
      shift({ serverId: 4, eventId: 'e3' }),
    ]);
    expect(again.results.map(({ status }: { status: string }) => status)).toEqual([
      'duplicate',
      'duplicate',
      'imported',
      'duplicate',
      'imported',
      'duplicate',
    ]);
    expect(again.results[0].id).toBe(first.results[0].id);
    expect(await count()).toBe(4);
  });

  it('that overlap are refused by name, of the database and of the import itself; those that touch are not', async () => {
    const { bring, record, app } = await setUpImport();
    const [there] = (await bring([shift()])).results;
    await record(2, { username: 'ana', forceStart: true });
    app.clock.advance(HOUR);
    const { results } = await bring([
      shift({ start: '2025-03-01T21:59:59Z', end: '2025-03-01T23:00:00Z' }),
      shift({ start: '2025-03-01T17:00:00Z', end: '2025-03-01T18:00:00Z' }),
      shift({ start: '2025-03-01T22:00:00Z', end: '2025-03-01T23:00:00Z' }),
      shift({ start: '2025-03-01T22:30:00Z', end: '2025-03-01T23:30:00Z' }),
      shift({ start: '2025-03-01T17:30:00Z', end: '2025-03-01T23:59:00Z' }),
      shift({ serverId: 2, start: '2026-12-02T08:30:00Z', end: '2026-12-02T09:30:00Z' }),
    ]);
    const overlaps = (id: string) => ({
      status: 'refused',
      code: 'SESSION_OVERLAPS',
      message: `The session would overlap the session ${id} of the same account and server.`,
    });
    expect(results).toMatchObject([
      overlaps(there.id),
      { status: 'imported' },
      { status: 'imported' },
      overlaps('(item 2)'),
      overlaps(there.id),
      { status: 'refused', code: 'SESSION_OVERLAPS' },
    ]);
  });

  it('that overlap one of the same file or call are refused by its place, in either language', async () => {
    const { app, key } = await setUpImport();
    const sessions = [shift(), shift({ start: '2025-03-01T19:00:00Z' })];
    const csv = `username;serverId;start;end
ana;1;2025-03-01 18:00;2025-03-01 22:00
ana;1;2025-03-01 19:00;2025-03-01 22:00
`;
    const reasonOf = async (language: string, type: string, body: unknown) => {
      const headers = { 'Accept-Language': language, 'Content-Type': type };
      const answer = await app.post(`${IMPORT}?dryRun=true`, { key, headers, body });
      return answer.body.data.results[1].message;
    };
    expect(await reasonOf('en', 'text/csv', csv)).toBe(
      'The session would overlap the session (line 2) of the same account and server.',
    );
    expect(await reasonOf('es', 'text/csv', csv)).toBe(
      'La sesión se solaparía con la sesión (línea 2) de la misma cuenta y servidor.',
    );
    expect(await reasonOf('es', 'application/json', { sessions })).toBe(
      'La sesión se solaparía con la sesión (elemento 0) de la misma cuenta y servidor.',
    );
  });

  it('come once only if they came: what is refused takes no event id, and no time', async () => {
    const { bring, count } = await setUpImport();
    const { results } = await bring([
      shift(),
      shift({ start: '2025-03-01T20:00:00Z', end: '2025-03-02T04:00:00Z', eventId: 'e1' }),
      shift({ start: '2025-03-02T01:00:00Z', end: '2025-03-02T04:00:00Z' }),
      shift({ start: '2025-03-01T22:00:00Z', end: '2025-03-02T01:00:00Z', eventId: 'e1' }),
      shift({ start: '2025-03-01T17:00:00Z', end: '2025-03-01T23:00:00Z' }),
    ]);
    expect(results).toMatchObject([
      { status: 'imported' },
      { status: 'refused', message: expect.stringContaining('(item 0)') },
      { status: 'imported' },
      { status: 'imported' },
      { status: 'refused', message: expect.stringContaining('(item 0)') },
    ]);
    expect(await count()).toBe(3);
  });

  it.each([
    ['forceStart', { forceStart: true }],
    ['forceStop', { forceStop: true }],
    ['forceClear', { forceClear: true }],
    ['a toggle', {}],
    ['a reset', undefined],
  ])(
    'stay as somebody brought them, also where a late call says something else of their time: %s',
    async (_, flags) => {
      const { app, key, bring, record } = await setUpImport();
      const at = (hoursAgo: number) => new Date(NOW - hoursAgo * HOUR).toISOString();
      const [{ id }] = (await bring([shift({ start: at(12), end: at(10) })])).results;
      const event = { eventId: 'late', occurredAt: at(11) };
      if (flags) await record(1, { username: 'ana', ...flags, ...event });
      else await app.post('/v2/community/servers/1/activity/start', { key, body: event });
      const { body } = await app.get('/v2/community/activity', { key });
      expect(body.data.items).toMatchObject([{ id, start: at(12), end: at(10), closeKind: 'stopped' }]);
    },
  );

  it('one that is bad does not cost the others', async () => {
    const { bring } = await setUpImport({ timezone: 'Europe/Madrid' });
    const { results, imported, refused } = await bring([
      shift({ start: 'yesterday' }),
      shift({ end: '2025-03-01T17:00:00Z' }),
      shift({ end: '2027-01-01T00:00:00Z' }),
      shift({ serverId: 0 }),
      { serverId: 1, start: '2025-03-01T18:00:00Z', end: '2025-03-01T22:00:00Z' },
      'x',
      shift({ start: '2026-03-29 02:30', end: '2026-03-29 04:30' }),
      shift({ start: '2026-10-25 02:30', end: '2026-10-25 04:30' }),
      shift({ start: '03/04/2025 18:00', end: '03/04/2025 19:00' }),
      shift({ start: '2026-03-29 01:30', end: '2026-03-29 03:30' }),
    ]);
    expect([imported, refused]).toEqual([1, 9]);
    expect(results.map(({ message }: { message?: string }) => message)).toEqual([
      'start must be a date-time such as 2026-04-15T18:00:00Z, or 2026-04-15 18:00 in the time zone.',
      'end must not be before start.',
      'end must not be in the future.',
      'serverId must be an integer of at least 1.',
      'The request body must name the account by one of accId, apiId, discord, uniqueId, username.',
      expect.any(String),
      'start is a time that the clocks of Europe/Madrid skip; give an offset.',
      'start is a time that comes twice in Europe/Madrid; give an offset.',
      'start must be written 2026-04-15, or dates=dmy or dates=mdy must say the order of day and month.',
      undefined,
    ]);
  });

  it('a dry run says what would happen, and changes nothing', async () => {
    const { bring, count, id } = await setUpImport();
    await bring([shift()]);
    const dry = await bring([shift(), shift({ username: 'new' }), shift({ start: '2025-03-01T19:00:00Z' })], {
      dryRun: true,
    });
    expect(dry.dryRun).toBe(true);
    expect(dry.results.map(({ status }: { status: string }) => status)).toEqual([
      'duplicate',
      'imported',
      'refused',
    ]);
    expect(dry.results[1]).toEqual({ index: 1, status: 'imported', id: null, accId: null });
    expect(await count()).toBe(1);
    const accounts = await env.DB.prepare('SELECT count(*) AS n FROM accounts WHERE community_id = ?')
      .bind(id)
      .first('n');
    expect(accounts).toBe(1);
  });

  it('in a closed period are refused, naming it; unknown accounts too, where none are created', async () => {
    const { app, key, bring } = await setUpImport();
    const { body } = await app.post('/v2/community/periods', { key, body: { to: '2025-12-31' } });
    await app.patch('/v2/community/settings', { key, body: { autoCreateAccounts: false } });
    const { results } = await bring([
      shift(),
      shift({ start: '2026-01-01T00:00:00Z', end: '2026-01-01T01:00:00Z' }),
    ]);
    expect(results).toMatchObject([{ code: 'ACCOUNT_NOT_FOUND' }, { code: 'ACCOUNT_NOT_FOUND' }]);
    await app.patch('/v2/community/settings', { key, body: { autoCreateAccounts: true } });
    const after = await bring([
      shift(),
      shift({ start: '2026-01-01T00:00:00Z', end: '2026-01-01T01:00:00Z' }),
    ]);
    expect(after.results).toMatchObject([
      {
        status: 'refused',
        code: 'PERIOD_CLOSED',
        message: `This would change the period ${body.data.id}, which is closed until 2026-01-01T00:00:00.000Z. Reopen it first.`,
      },
      { status: 'imported' },
    ]);
  });

  it('on both sides of a closed period come in together', async () => {
    const { app, key, bring, count } = await setUpImport();
    const close = (to: string) => app.post('/v2/community/periods', { key, body: { to } });
    const october = (await close('2026-10-31')).body.data;
    const november = (await close('2026-11-30')).body.data;
    await app.delete(`/v2/community/periods/${october.id}`, { key });
    const { results } = await bring([
      shift({ start: '2026-10-31T18:00:00Z', end: '2026-11-01T00:00:00Z' }),
      shift({ start: '2026-11-16T18:00:00Z', end: '2026-11-16T18:00:00Z' }),
      shift({ start: '2026-12-01T00:00:00Z', end: '2026-12-01T00:00:00Z' }),
      shift({ start: '2026-12-01T18:00:00Z', end: '2026-12-01T22:00:00Z' }),
    ]);
    expect(results).toMatchObject([
      { status: 'imported' },
      { code: 'PERIOD_CLOSED', message: expect.stringContaining(november.id) },
      { status: 'imported' },
      { status: 'imported' },
    ]);
    expect(await count()).toBe(3);
  });

  it('by a name alone are of the only one who is called so; of several, none', async () => {
    const { record, bring } = await setUpImport();
    const ana = (await record(1, { discord: 'd1', username: 'ana', forceStart: true })).body.data;
    const first = await bring([shift()]);
    expect(first.results).toMatchObject([{ status: 'imported', accId: ana.accId }]);
    await record(1, { discord: 'd2', username: 'ana', forceStart: true });
    const { results } = await bring([shift({ start: '2025-03-02T18:00:00Z', end: '2025-03-02T19:00:00Z' })]);
    expect(results).toMatchObject([
      {
        status: 'refused',
        code: 'NAME_AMBIGUOUS',
        message: 'Several accounts are called ana. Name the account by another identifier.',
      },
    ]);
  });

  it('need their own scope, and at most 1000 come at once', async () => {
    const { app, key } = await setUpImport();
    const writer = await app.apiKey(key, ['sessions:write']);
    const refused = await app.post(IMPORT, { key: writer, body: { sessions: [shift()] } });
    expect([refused.status, refused.body.detail]).toEqual([
      403,
      'This credential lacks the scope sessions:import.',
    ]);
    for (const [sent, path, message] of [
      [{ sessions: [] }, 'sessions', 'must have 1 to 1000 items'],
      [{ sessions: Array(1001).fill(shift()) }, 'sessions', 'must have 1 to 1000 items'],
      [{}, 'sessions', 'is required'],
      [{ sessions: [shift()], dryRun: 'yes' }, 'dryRun', 'must be of type boolean'],
      [[shift()], '', 'must be a JSON object'],
    ] as const) {
      const { status, body } = await app.post(IMPORT, { key, body: sent });
      expect([status, body.errors]).toEqual([400, [{ path, message }]]);
    }
  });

  it('1000 take four trips, and one for the credential, which an import on the audit trail makes cold', async () => {
    const { app, key, bring } = await setUpImport();
    await bring([shift({ username: 'warm' })]);
    const sessions = Array.from({ length: 1000 }, (_, n) => {
      const start = Date.parse('2025-01-01T00:00:00Z') + Math.floor(n / 20) * 24 * HOUR;
      return {
        accId: `00000000-0000-4000-8000-${String(n % 20).padStart(12, '0')}`,
        serverId: 1,
        start: new Date(start).toISOString(),
        end: new Date(start + 8 * HOUR).toISOString(),
      };
    });
    const cost = await app.measure(() => app.post(IMPORT, { key, body: { sessions } }));
    expect(cost.result.body.data.imported).toBe(1000);
    expect(cost.trips).toBeLessThanOrEqual(5);
    // What is before those of an account is looked for twice; each is read from the list, written, and told.
    expect(cost.rowsRead).toBeLessThanOrEqual(3.5 * 1000);
    expect(cost.rowsWritten).toBeLessThanOrEqual(2 * 1000 + 100);
  });

  it('of people on four servers cost little more, also behind those of the call before', async () => {
    const { app, key, bring } = await setUpImport();
    const sessions = Array.from({ length: 2000 }, (_, n) => {
      const start = Date.parse('2025-01-01T00:00:00Z') + Math.floor(n / 20) * 12 * HOUR;
      return {
        accId: `00000000-0000-4000-8000-${String(n % 20).padStart(12, '0')}`,
        serverId: 1 + (Math.floor(n / 20) % 4),
        start: new Date(start).toISOString(),
        end: new Date(start + 8 * HOUR).toISOString(),
      };
    });
    await bring(sessions.slice(0, 1000));
    const cost = await app.measure(() => app.post(IMPORT, { key, body: { sessions: sessions.slice(1000) } }));
    expect(cost.result.body.data.imported).toBe(1000);
    expect(cost.rowsRead).toBeLessThanOrEqual(4 * 1000);
  });

  it('two at once: each is told what became of its own', async () => {
    const { app, key, count } = await setUpImport();
    const bringAll = (...groups: object[][]) =>
      Promise.all(
        groups.map(async (sessions) => {
          const { body } = await app.post(IMPORT, { key, body: { sessions } });
          return body.data.results.map(({ status, id }: { status: string; id?: string }) => [status, id]);
        }),
      );
    await bringAll([shift({ start: '2025-02-01T18:00:00Z', end: '2025-02-01T22:00:00Z' })]);
    const [first, second] = await bringAll(
      [
        shift({ end: '2025-03-01T20:00:00Z' }),
        shift({ start: '2025-03-02T18:00:00Z', end: '2025-03-02T20:00:00Z' }),
      ],
      [
        shift({ end: '2025-03-01T20:00:00Z' }),
        shift({ start: '2025-03-02T19:00:00Z', end: '2025-03-02T21:00:00Z' }),
        shift({ start: '2025-03-03T18:00:00Z', end: '2025-03-03T20:00:00Z' }),
      ],
    );
    expect(first).toEqual([
      ['imported', expect.any(String)],
      ['imported', expect.any(String)],
    ]);
    expect(second).toEqual([
      ['duplicate', first?.[0]?.[1]],
      ['refused', undefined],
      ['imported', expect.any(String)],
    ]);
    expect(await count()).toBe(4);
  });
});

describe('a CSV file', () => {
  it('with comma or semicolon, BOM, CRLF, quotes and a formula', async () => {
    const { file, app, key } = await setUpImport({ timezone: 'Europe/Madrid' });
    const csv = [
      '\ufeffusername;serverId;start;end;metadata.job',
      `"'=1+1;x";1;2025-03-01 18:00;2025-03-01 22:00;police`,
      '',
      'bo;1;2025-03-01T18:00:00Z;2025-03-01T20:00:00Z;',
      'cy;x;2025-03-01 18:00;2025-03-01 22:00;',
      'di;1;2025-03-01 18:00;2025-03-01 22:00;a;b',
    ].join('\r\n');
    const { status, body } = await file(csv);
    expect([status, body.data.imported, body.data.refused]).toEqual([200, 2, 2]);
    expect(body.data.results).toMatchObject([
      { index: 0, line: 2, status: 'imported' },
      { index: 1, line: 4, status: 'imported' },
      { index: 2, line: 5, status: 'refused', message: 'serverId must be an integer of at least 1.' },
      { index: 3, line: 6, status: 'refused', message: 'line has 6 cells, and there are 5 columns.' },
    ]);
    const list = await app.get('/v2/community/activity', { key });
    expect(list.body.data.items).toMatchObject([
      { start: '2025-03-01T18:00:00.000Z', metadata: {} },
      { start: '2025-03-01T17:00:00.000Z', metadata: { job: 'police' } },
    ]);
    const names = await app.get('/v2/community/accounts/search?username=%3D1%2B1%3Bx', { key });
    expect(names.body.data.items ?? names.body.data).toHaveLength(1);
  });

  it('with dates as they are written in Spain or in America, and one server for all', async () => {
    const { file, app, key } = await setUpImport({ timezone: 'Europe/Madrid' });
    const csv = `accId,start,end\n${ANA},03/04/2025 18:00,03/04/2025 22:00\n`;
    const { body } = await file(csv, '?dates=dmy&serverId=7&timezone=Europe/Madrid');
    expect(body.data.imported).toBe(1);
    expect((await file(csv, '?dates=mdy&serverId=7')).body.data.imported).toBe(1);
    const list = await app.get('/v2/community/activity?serverId=7', { key });
    expect(list.body.data.items).toMatchObject([
      { start: '2025-04-03T16:00:00.000Z', end: '2025-04-03T20:00:00.000Z' },
      { start: '2025-03-04T17:00:00.000Z', end: '2025-03-04T21:00:00.000Z' },
    ]);
  });

  it('with offsets behind times as databases write them, so that the hour that comes twice can be told', async () => {
    const { file, app, key } = await setUpImport({ timezone: 'Europe/Madrid' });
    const csv = [
      'username,serverId,start,end',
      'ana,1,2025-10-26 02:30+02:00,2025-10-26 02:30:00 +0100',
      'ana,1,2025-10-27 02:30:00.123456+02,2025-10-27 03:30:00-05',
      'bo,1,2025-10-26 02:30,2025-10-26 04:00Z',
    ].join('\n');
    const { body } = await file(csv);
    expect(body.data.results).toMatchObject([
      { status: 'imported' },
      { status: 'imported' },
      { status: 'refused', message: 'start is a time that comes twice in Europe/Madrid; give an offset.' },
    ]);
    const list = await app.get('/v2/community/activity', { key });
    expect(list.body.data.items).toMatchObject([
      { start: '2025-10-27T00:30:00.123Z', end: '2025-10-27T08:30:00.000Z' },
      { start: '2025-10-26T00:30:00.000Z', end: '2025-10-26T01:30:00.000Z' },
    ]);
  });

  const COLUMNS =
    'accId, apiId, discord, uniqueId, username, serverId, start, end, eventId, metadata, metadata.{key}';
  it.each([
    ['name,serverId,start,end\nx,1,a,b', 'name', `is no column of an import; those are ${COLUMNS}`],
    ['username,start,end\nx,a,b', 'serverId', `is a column that is missing; known are ${COLUMNS}`],
    ['serverId,start,end\n1,a,b', 'username', `is a column that is missing; known are ${COLUMNS}`],
    ['username,username,serverId,start,end\n', 'username', 'must be given only once'],
    [
      'username,serverId,start,end\n',
      '',
      'must have a line with the columns and 1 to 1000 lines of sessions',
    ],
    ['username,serverId,start,end\n"ana,1,a,b\n', '', 'has a quotation mark in line 2 that is not closed'],
    ['', 'start', `is a column that is missing; known are ${COLUMNS}`],
    ['\ufffd\ufffdu\0s\0e\0r', '', 'has characters that are not UTF-8; save the file as UTF-8'],
  ])('%j: 400', async (csv, path, message) => {
    const { file } = await setUpImport();
    const { status, body } = await file(csv);
    expect([status, body.errors]).toEqual([400, [{ path, message }]]);
  });

  it('tells of a line what is wrong in it, and takes the others', async () => {
    const { file } = await setUpImport();
    const times = '2025-03-01 18:00;2025-03-01 22:00';
    const { body } = await file(
      [
        'username;serverId;start;end;metadata;metadata.job;;',
        `ana;1;${times};"{""rank"":3}";police;;`,
        // As a spreadsheet writes it that knows nothing of UTF-8.
        `Jos\ufffd;1;${times};;;;`,
        `bo;1;${times};rank 3;;;`,
        `cy;1;${times};[3];police;;`,
      ].join('\r\n'),
    );
    expect(body.data.results).toMatchObject([
      { line: 2, status: 'imported' },
      {
        line: 3,
        status: 'refused',
        message: 'username has characters that are not UTF-8; save the file as UTF-8.',
      },
      { line: 4, status: 'refused', message: 'metadata must be a JSON object.' },
      { line: 5, status: 'refused', message: 'metadata must be a JSON object.' },
    ]);
  });

  it('takes back the apostrophe of our own files, before every character that they have it for', async () => {
    const { file, app, key } = await setUpImport();
    const csv = `username,serverId,start,end\n'\uff1dcmd,1,2025-03-01 18:00,2025-03-01 22:00\n`;
    expect((await file(csv)).body.data.imported).toBe(1);
    const { body } = await app.get('/v2/community/activity', { key });
    expect(body.data.items[0].name).toBe('\uff1dcmd');
  });

  it('of 10 MB: 413', async () => {
    const { file } = await setUpImport();
    const { status } = await file(`username,serverId,start,end\n${'x'.repeat(10_000_000)}`);
    expect(status).toBe(413);
  });
});
