import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, iso, setUp } from '../helpers.ts';

/** The lines of an export by table, without the community and what each community has of its own. */
const linesOf = (file: string) => file.trimEnd().split('\n');
const rowsOf = (file: string, origin: string) =>
  linesOf(file).filter((line) => {
    const { table, row } = JSON.parse(line);
    return table !== 'community' && (table !== 'audit_records' || row.origin === origin);
  });

/** A community with some of everything, exported. */
const setUpSource = async () => {
  const { app, key, record } = await setUp({ timezone: 'Europe/Madrid' });
  const post = (path: string, body: unknown) => app.post(path, { key, body });
  await post('/v2/community/servers', { servers: [{ id: 1, name: 'Main' }] });
  const { id } = (await record({ discord: 'd1', username: 'ana', metadata: { job: 'police' } })).body.data;
  await record({ apiId: 'a2', username: 'bo' });
  await record({ apiId: 'a3', username: 'cy' });
  await record({ apiId: 'a3', discord: 'd1' });
  app.clock.advance(HOUR);
  await record({ discord: 'd1', username: 'anna' });
  await app.patch(`/v2/community/activity/${id}`, { key, body: { clearReason: 'x', reason: 'y' } });
  const entry = { platform: 'p', serial: 's', action_type: 'a' };
  await post('/api/v1/activity_log', [entry, { ...entry, username: 'ana', event_id: 'e1' }, entry]);
  await post('/api/v1/activity_log', entry);
  const [newest] = (await app.get('/api/v1/activity_log', { key })).body.data;
  await app.delete(`/api/v1/activity_log/${newest.id}`, { key });
  const viewed = { category: 'PROCESSES_VIEWED', type: 'USER', user: 'ana', time: iso(0) };
  await post('/v2/community/account-activities', [viewed, { ...viewed, eventId: 'v1', endTime: iso(HOUR) }]);
  await app.cron();
  app.clock.advance(DAY);
  const first = (await post('/v2/community/periods', { to: iso(HOUR / 2), note: 'early' })).body.data.id;
  await app.delete(`/v2/community/periods/${first}`, { key, body: { reason: 'again' } });
  const period = (await post('/v2/community/periods', { to: iso(2 * HOUR) })).body.data.id;
  await record({ apiId: 'a2', forceStop: true, occurredAt: iso(1.5 * HOUR), eventId: 'late' });
  const { id: origin } = JSON.parse(
    linesOf((await app.get('/v2/community/export', { key })).text)[0] ?? '{}',
  ).row;
  const file = (await app.get('/v2/community/export', { key })).text;
  return { app, key, id, origin, period, file };
};

/** Brings the lines in, so many a call; what became of them. */
const bringInto = async (
  { app }: Pick<Awaited<ReturnType<typeof setUpSource>>, 'app'>,
  key: string,
  lines: readonly string[],
  size = 7,
) => {
  const sums = { imported: 0, duplicates: 0, skipped: 0 };
  const refused: { line: number; table: string; code: string }[] = [];
  for (let start = 0; start < lines.length; start += size) {
    const body = lines.slice(start, start + size).join('\n');
    const answer = await app.post('/v2/community/import', { key, body });
    expect(answer.status, answer.text).toBe(200);
    const { data } = answer.body;
    for (const name of ['imported', 'duplicates', 'skipped'] as const) sums[name] += data[name];
    refused.push(
      ...data.refused.map((item: { line: number; table: string; code: string }) => ({
        ...item,
        line: item.line + start,
      })),
    );
  }
  return { ...sums, refused };
};

describe('an export', () => {
  it('has everything, but no secret', async () => {
    const { app, key, file } = await setUpSource();
    const tables = new Set(linesOf(file).map((line) => JSON.parse(line).table));
    expect([...tables]).toEqual([
      'community',
      'accounts',
      'account_identifiers',
      'identifier_conflicts',
      'servers',
      'sessions',
      'session_revisions',
      'log_id_floors',
      'log_entries',
      'activity_batches',
      'account_activities',
      'periods',
      'period_totals',
      'period_open_sessions',
      'period_questions',
      'audit_records',
    ]);
    expect(file).not.toContain(key.slice(3));
    const { headers } = await app.get('/v2/community/export', { key });
    expect(headers.get('content-type')).toBe('application/x-ndjson');
  });

  it('imported elsewhere ends in the same rows, and in the same answers', async () => {
    const source = await setUpSource();
    const { app, key, id, origin, period, file } = source;
    const other = await app.community({ timezone: 'Europe/Madrid' });
    const lines = linesOf(file);
    expect(await bringInto(source, other.key, lines)).toEqual({
      imported: lines.length - 1,
      duplicates: 0,
      skipped: 1,
      refused: [],
    });
    const exported = (await app.get('/v2/community/export', { key: other.key })).text;
    expect(rowsOf(exported, origin)).toEqual(rowsOf(file, origin));

    const both = async (path: string) => {
      const [one, two] = [await app.get(path, { key }), await app.get(path, { key: other.key })];
      expect(two.status, two.text).toBe(200);
      expect(two.body.data).toEqual(one.body.data);
      return two.body.data;
    };
    expect(await both(`/v2/community/activity/${id}`)).toMatchObject({ id, name: 'anna', clearReason: 'x' });
    expect(await both('/api/v1/activity_log/count?platform=p')).toEqual({ count: 3 });
    await both('/api/v1/activity_log');
    await both('/v2/community/activity?limit=100');
    await both('/v2/community/accounts/search?username=ana');
    await both(`/v2/community/periods/${period}`);
    await both('/v2/community/periods');
    await both('/v2/community/periods/questions');
    expect(await both(`/v2/community/periods/${period}/verify`)).toMatchObject({
      holds: true,
      hashValid: true,
    });
    const report = `/scr/api/activity?startDate=${iso(-DAY)}&endDate=${iso(DAY)}&type=PROCESSES_VIEWED`;
    expect((await app.get(report, { key: other.key })).body).toEqual((await app.get(report, { key })).body);
  });

  it('twice, or from half way on, changes nothing more', async () => {
    const source = await setUpSource();
    const { app, file } = source;
    const other = await app.community();
    const lines = linesOf(file);
    const half = Math.ceil(lines.length / 2);
    await bringInto(source, other.key, lines.slice(0, half));
    expect(await bringInto(source, other.key, lines)).toMatchObject({
      imported: lines.length - half,
      duplicates: half - 1,
      refused: [],
    });
    const before = (await app.get('/v2/community/export', { key: other.key })).text;
    expect(await bringInto(source, other.key, lines, 50)).toMatchObject({
      imported: 0,
      duplicates: lines.length - 1,
      refused: [],
    });
    expect((await app.get('/v2/community/export', { key: other.key })).text).toBe(before);
    // And where it comes from, it is all there already.
    const again = await bringInto(source, source.key, lines, 50);
    expect(again).toMatchObject({ imported: 0, duplicates: lines.length - 1, refused: [] });
  });

  it('goes on from there, with both audit trails', async () => {
    const source = await setUpSource();
    const { app, origin, file } = source;
    const second = await app.community();
    await bringInto(source, second.key, linesOf(file), 50);
    await app.cron();
    const third = await app.community();
    const exported = (await app.get('/v2/community/export', { key: second.key })).text;
    expect((await bringInto(source, third.key, linesOf(exported), 50)).refused).toEqual([]);
    const again = (await app.get('/v2/community/export', { key: third.key })).text;
    for (const trail of [origin, second.id]) expect(rowsOf(again, trail)).toEqual(rowsOf(exported, trail));
  });
});

describe('the audit trail of an import', () => {
  const setUpTarget = async () => {
    const source = await setUpSource();
    const other = await source.app.community();
    await bringInto(source, other.key, linesOf(source.file), 50);
    const verify = async () =>
      (await source.app.get('/v2/community/account-activities/verify', { key: other.key })).body.data;
    const change = (statement: string) => env.DB.prepare(statement).bind(other.rowId).run();
    source.app.clock.advance(HOUR);
    await source.app.cron();
    return { ...source, other, verify, change };
  };

  it('is verified with the own one', async () => {
    const { verify, file } = await setUpTarget();
    const links = linesOf(file).filter((line) => JSON.parse(line).table === 'audit_records').length;
    const { intact, checkedLinks, checkedRecords, firstBreak } = await verify();
    expect({ intact, firstBreak, checkedRecords }).toEqual({
      intact: true,
      firstBreak: null,
      checkedRecords: 2,
    });
    expect(checkedLinks).toBeGreaterThan(links);
  });

  it.each([
    ["UPDATE carried_audit_records SET message = 'x' WHERE community_id = ? AND sequence = 3", 3, 'changed'],
    ['DELETE FROM carried_audit_records WHERE community_id = ? AND sequence = 3', 3, 'missing'],
    [
      `DELETE FROM carried_audit_records WHERE community_id = ?1 AND sequence = (
        SELECT max(sequence) FROM carried_audit_records WHERE community_id = ?1)`,
      expect.any(Number),
      'missing',
    ],
  ])('%s is noticed', async (statement, sequence, problem) => {
    const { verify, change, origin } = await setUpTarget();
    await change(statement);
    const { intact, firstBreak } = await verify();
    expect([intact, firstBreak]).toEqual([
      false,
      {
        where: 'carried-trail',
        trailOf: origin,
        sequence,
        problem,
        ...(firstBreak.id && { id: expect.any(String) }),
      },
    ]);
  });

  it('is not taken where a record was changed, or one is left out', async () => {
    const source = await setUpSource();
    const other = await source.app.community();
    const trail = linesOf(source.file).filter((line) => JSON.parse(line).table === 'audit_records');
    const changed = trail.map((line, index) =>
      index === 1 ? line.replace('"user":"', '"user":"not ') : line,
    );
    expect((await bringInto(source, other.key, changed, 50)).refused).toEqual([
      { line: 2, table: 'audit_records', code: 'CHAIN_BROKEN' },
    ]);
  });
});

describe('an import', () => {
  it('leaves what is here as it is, and says what stays out', async () => {
    const source = await setUpSource();
    const { app, file } = source;
    const other = await app.community();
    await app.post('/v2/community/servers/9/activity', { key: other.key, body: { discord: 'd1' } });
    await app.post('/v2/community/servers', {
      key: other.key,
      body: { servers: [{ id: 1, name: 'Another' }] },
    });
    const { refused } = await bringInto(source, other.key, linesOf(file), 50);
    expect(refused.map(({ table, code }) => [table, code])).toEqual([
      ['account_identifiers', 'ROW_DIFFERS'],
      ['servers', 'ROW_DIFFERS'],
    ]);
  });

  it('alters no second of a period that is closed here', async () => {
    const source = await setUpSource();
    const { app, file } = source;
    const other = await app.community();
    await app.post('/v2/community/periods', { key: other.key, body: { to: iso(2 * HOUR) } });
    const { refused } = await bringInto(source, other.key, linesOf(file), 50);
    const sessions = linesOf(file).filter((line) => JSON.parse(line).table === 'sessions').length;
    expect(refused.map(({ table, code }) => `${table} ${code}`)).toEqual([
      ...Array(sessions).fill('sessions PERIOD_CLOSED'),
      'periods PERIOD_CLOSED',
    ]);
  });

  it.each([
    ['x', 'lines.0', 'must be a JSON object'],
    ['{"table":"sessions","row":{}}', 'lines.0.row.started_at', 'is required'],
    [
      '{"table":"servers","row":{"server_id":"1"}}',
      'lines.0.row.server_id',
      'must be of type the column server_id',
    ],
    ['', '', 'must have 1 to 2000 items'],
  ])('a line %j is refused', async (body, path, message) => {
    const { app, key } = await setUp();
    const answer = await app.post('/v2/community/import', { key, body });
    expect([answer.status, answer.body.errors]).toEqual([400, [{ path, message }]]);
  });
});
