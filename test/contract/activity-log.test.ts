import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { Harness } from '../harness.ts';
import { DAY, setUp } from '../helpers.ts';

const LOGS = '/api/v1/activity_log';
const LOCAL = 'http://localhost:50809';
const ENTRY = {
  platform: 'tiktok',
  serial: 'device_serial_123',
  action_type: 'post',
  action_detail: 'Published video successfully',
  username: 'user123',
  timestamp: 1707725000,
};
/** 1707725000 * 2^20: the first id of that second. */
const FIRST_ID = 1790679449600000;

const setUpLog = async (settings?: Record<string, unknown>) => {
  const { app, id, rowId: communityId, key } = await setUp(settings);
  const append = (body: unknown) => app.post(LOGS, { key, body });
  const list = (query = '') => app.get(`${LOGS}${query}`, { key });
  const ids = async (query = '') => (await list(query)).body.data.map((row: { id: number }) => row.id);
  const count = async (query = '') =>
    (await app.get(`${LOGS}/count${query}`, { key })).body.data.count as number;
  const wipe = () => app.delete(`${LOGS}/all`, { key });
  return { app, id, communityId, key, append, list, ids, count, wipe };
};

describe('the examples of the source', () => {
  it('add, get, count, delete one, delete all answer literally', async () => {
    const { app, key } = await setUpLog();
    const added = await app.post(LOGS, {
      key,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: JSON.stringify(ENTRY),
    });
    expect(added.status).toBe(200);
    expect(added.headers.get('content-type')).toBe('application/json');
    expect(added.headers.get('x-request-id')).toMatch(/.{10,}/);
    expect(added.body).toEqual({ code: 0, message: 'success', data: { id: FIRST_ID } });

    const listed = await app.get(`${LOGS}?platform=tiktok&limit=50&offset=0`, { key });
    expect(listed.status).toBe(200);
    expect(listed.headers.get('link')).toBeNull();
    expect(listed.body).toEqual({
      code: 0,
      message: 'success',
      data: [
        {
          id: FIRST_ID,
          platform: 'tiktok',
          serial: 'device_serial_123',
          action_type: 'post',
          action_detail: 'Published video successfully',
          username: 'user123',
          timestamp: 1707725000,
        },
      ],
    });

    const counted = await app.get(`${LOGS}/count?platform=tiktok`, { key });
    expect([counted.status, counted.body]).toEqual([
      200,
      { code: 0, message: 'success', data: { count: 1 } },
    ]);

    const deleted = await app.delete(`${LOGS}/${FIRST_ID}`, { key });
    expect([deleted.status, deleted.body]).toEqual([
      200,
      { code: 0, message: 'success', data: { deleted: true, id: FIRST_ID } },
    ]);

    const wiped = await app.delete(`${LOGS}/all`, { key });
    expect([wiped.status, wiped.body]).toEqual([
      200,
      { code: 0, message: 'success', data: { deleted: true, message: 'All activity logs deleted' } },
    ]);
  });

  it('leaves out what is absent as null, and takes now for the time', async () => {
    const { append, list } = await setUpLog();
    await append({
      platform: 'instagram',
      serial: 's',
      action_type: 'follow',
      colour: 'red',
      timestamp: null,
    });
    expect((await list()).body.data).toEqual([
      {
        id: expect.any(Number),
        platform: 'instagram',
        serial: 's',
        action_type: 'follow',
        action_detail: null,
        username: null,
        timestamp: Date.parse('2026-04-15T00:00:00Z') / 1000,
      },
    ]);
  });

  it('stores texts as they were sent', async () => {
    const { append, list } = await setUpLog();
    const odd = { action_detail: '  <b>&"\n\t☃ 𝒳 ñ', username: '' };
    await append({ ...ENTRY, ...odd });
    expect((await list()).body.data[0]).toMatchObject(odd);
  });
});

describe('batches', () => {
  it('answer for every entry; a bad one does not cost the others', async () => {
    const { append, ids } = await setUpLog();
    const answer = await append([
      ENTRY,
      { ...ENTRY, serial: '' },
      { ...ENTRY, timestamp: 1707724999 },
      'not an object',
      { ...ENTRY, timestamp: 1707725000000 },
      ENTRY,
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      code: 0,
      message: 'success',
      data: {
        accepted: 3,
        ids: [FIRST_ID, null, FIRST_ID - 2 ** 20, null, null, FIRST_ID + 1],
        rejected: [
          { index: 1, code: 40001, message: 'serial must have 1 to 128 characters.' },
          { index: 3, code: 40001, message: 'The request body must be a JSON object.' },
          {
            index: 4,
            code: 40001,
            message:
              'timestamp must be Unix seconds: an integer from 0 to 4102444800 (milliseconds have to be divided by 1000).',
          },
        ],
      },
    });
    expect(await ids()).toEqual([FIRST_ID + 1, FIRST_ID, FIRST_ID - 2 ** 20]);
  });

  it('come as {"entries": [...]} too', async () => {
    const { append, count } = await setUpLog();
    const answer = await append({ entries: [ENTRY, ENTRY] });
    expect(answer.body.data).toEqual({ accepted: 2, ids: [FIRST_ID, FIRST_ID + 1], rejected: [] });
    expect(await count()).toBe(2);
  });

  it('of bad entries only are no error of the call', async () => {
    const { append, count } = await setUpLog();
    const answer = await append([{}]);
    expect(answer.body.data).toEqual({
      accepted: 0,
      ids: [null],
      rejected: [{ index: 0, code: 40001, message: 'platform is required.' }],
    });
    expect(await count()).toBe(0);
  });

  it('have 1 to 1000 entries', async () => {
    const { append, count } = await setUpLog();
    for (const body of [[], Array(1001).fill(ENTRY), { entries: [] }]) {
      const answer = await append(body);
      expect(answer.status).toBe(400);
      expect(answer.body.message).toMatch(/must have 1 to 1000 items/);
    }
    expect(await count()).toBe(0);
    expect((await append(Array(1000).fill(ENTRY))).body.data.accepted).toBe(1000);
    expect(await count()).toBe(1000);
  });

  it('keep the good entries beside one that is far too large', async () => {
    const { append } = await setUpLog();
    const answer = await append([ENTRY, { ...ENTRY, action_detail: 'x'.repeat(900_000) }]);
    expect(answer.body.data).toEqual({
      accepted: 1,
      ids: [FIRST_ID, null],
      rejected: [{ index: 1, code: 40001, message: 'action_detail must have at most 4096 characters.' }],
    });
    const tooLarge = await append([ENTRY, { ...ENTRY, action_detail: 'x'.repeat(2 ** 20) }]);
    expect(tooLarge.status).toBe(413);
    expect(tooLarge.body).toEqual({
      code: 41301,
      message: 'The request body is larger than 1 MiB.',
      data: null,
    });
  });

  it('of the largest entries fit into D1', async () => {
    const { append, list } = await setUpLog();
    const big = { ...ENTRY, action_detail: '\u0001'.repeat(4096) };
    const answer = await append(Array(42).fill(big));
    expect(answer.body.data.accepted).toBe(42);
    expect((await list('?action_type=post')).body.data).toHaveLength(42);
  });
});

describe('event_id', () => {
  it('makes a resend harmless, within a batch and across calls; the first wins', async () => {
    const { append, list, count } = await setUpLog();
    const first = await append({ ...ENTRY, event_id: 'e-1' });
    const again = await append({ ...ENTRY, platform: 'other', timestamp: 5, event_id: 'e-1' });
    expect(again.body).toEqual(first.body);
    const batch = await append([
      { ...ENTRY, event_id: 'e-2' },
      { ...ENTRY, event_id: 'e-1' },
      ENTRY,
      { ...ENTRY, action_type: 'like', event_id: 'e-2' },
      { ...ENTRY, serial: '', event_id: 'e-3' },
      { ...ENTRY, timestamp: 1, event_id: 'e-3' },
    ]);
    const [second, , plain, , , third] = batch.body.data.ids;
    expect(batch.body.data).toMatchObject({
      accepted: 5,
      ids: [second, FIRST_ID, plain, second, null, third],
    });
    expect(third).toBe(2 ** 20);
    expect(new Set([FIRST_ID, second, plain, third]).size).toBe(4);
    expect((await list()).body.data).toHaveLength(4);
    expect(await count()).toBe(4);
    expect(await count('?action_type=like')).toBe(0);
    expect(await count('?platform=other')).toBe(0);
  });

  it('is of one community, and free again once the entry is deleted', async () => {
    const one = await setUpLog();
    const other = await setUpLog();
    await one.append({ ...ENTRY, event_id: 'e' });
    await other.append([ENTRY, { ...ENTRY, event_id: 'e' }]);
    expect(await other.count()).toBe(2);
    await one.app.delete(`${LOGS}/${FIRST_ID}`, { key: one.key });
    expect((await one.append({ ...ENTRY, event_id: 'e' })).body.data.id).toBe(FIRST_ID + 1);
    await one.wipe();
    expect((await one.append({ ...ENTRY, event_id: 'e' })).body.data.id).toBe(FIRST_ID + 2);
    expect(await one.count()).toBe(1);
  });
});

describe('the list', () => {
  it('is newest first by timestamp, then id, and filters', async () => {
    const { append, ids, count } = await setUpLog();
    const made = await append([
      { ...ENTRY, timestamp: 100, platform: 'a', serial: 'x', action_type: 'post', username: 'u' },
      { ...ENTRY, timestamp: 300, platform: 'b', serial: 'x', action_type: 'like', username: 'v' },
      { ...ENTRY, timestamp: 200, platform: 'a', serial: 'y', action_type: 'like', username: 'u' },
      { ...ENTRY, timestamp: 200, platform: 'c', serial: 'y', action_type: 'post', username: null },
    ]);
    const [a, b, c, d] = made.body.data.ids as number[];
    for (const [query, expected] of [
      ['', [b, d, c, a]],
      ['?platform=a', [c, a]],
      ['?serial=x', [b, a]],
      ['?action_type=like', [b, c]],
      ['?platform=a&action_type=like', [c]],
      ['?platform=b&action_type=post', []],
      ['?platform=a&serial=y', [c]],
      ['?serial=y&action_type=post', [d]],
      ['?platform=a&serial=x&action_type=post', [a]],
      ['?platform=nothing', []],
      ['?serial=nothing', []],
      ['?action_type=nothing', []],
      ['?username=u', [c, a]],
      ['?username=', [b, d, c, a]],
      ['?platform=&serial=&action_type=post&from=', [d, a]],
      ['?username=u&action_type=like', [c]],
      ['?from=200', [b, d, c]],
      ['?to=200', [d, c, a]],
      ['?from=200&to=200', [d, c]],
      ['?from=200&to=200&platform=a', [c]],
      ['?from=201&to=200', []],
    ] as const) {
      expect(await ids(query), query).toEqual(expected);
      expect(await count(query), `count ${query}`).toBe(expected.length);
    }
  });

  it.each([
    ['', 9],
    ['?platform=p0', 5],
    ['?action_type=a0', 9],
    ['?serial=s', 9],
    ['?platform=p0&action_type=a0', 1],
    ['?from=1000&username=u', 9],
  ])('pages by Link through %s', async (query, total) => {
    const { app, key, append, ids } = await setUpLog();
    // More kinds of one action, and of one platform, than the merge has terms for.
    await append([
      ...Array.from({ length: 9 }, (_, n) => ({
        ...ENTRY,
        timestamp: 2000 - n,
        platform: `p${n}`,
        action_type: 'a0',
        serial: query === '?serial=s' ? 's' : `s${n}`,
        username: 'u',
      })),
      ...(query === '?platform=p0'
        ? Array.from({ length: 4 }, (_, n) => ({
            ...ENTRY,
            timestamp: 3000 - n,
            platform: 'p0',
            action_type: `b${n}`,
          }))
        : []),
      { ...ENTRY, timestamp: 999, username: 'w', platform: 'q', action_type: 'z' },
    ]);
    if (query === '') await app.delete(`${LOGS}/${999 * 2 ** 20}`, { key });
    const all = await ids(`${query || '?'}&limit=1000`);
    expect(all).toHaveLength(total);
    expect(all).toEqual([...all].sort((a, b) => b - a));
    const paged: number[] = [];
    let url: string | undefined = `${LOGS}${query || '?'}&limit=2`;
    while (url) {
      const page = await app.get(url, { key });
      paged.push(...page.body.data.map((row: { id: number }) => row.id));
      expect(page.body.data.length).toBeGreaterThan(0);
      const link: string | null = page.headers.get('link');
      url = link ? /^<https:\/\/rollcall\.test([^>]+)>; rel="next"$/.exec(link)?.[1] : undefined;
      expect(link === null || url !== undefined).toBe(true);
    }
    expect(paged).toEqual(all);
    expect(await ids(`${query || '?'}&limit=3&offset=2`)).toEqual(all.slice(2, 5));
    expect(await ids(`${query || '?'}&limit=3&offset=100`)).toEqual([]);
  });

  it('keeps a cursor to its community and its filters', async () => {
    const one = await setUpLog();
    const other = await setUpLog();
    await one.append([ENTRY, ENTRY]);
    const link = (await one.list('?platform=tiktok&limit=1')).headers.get('link') as string;
    const cursor = new URL(link.slice(1, link.indexOf('>'))).searchParams.get('cursor');
    expect(link).toBe(
      `<https://rollcall.test/api/v1/activity_log?platform=tiktok&limit=1&cursor=${cursor}>; rel="next"`,
    );
    expect(await one.ids(`?platform=tiktok&cursor=${cursor}`)).toEqual([FIRST_ID]);
    const refused = { code: 40001, message: 'The cursor does not belong to this list.', data: null };
    for (const query of [
      `?cursor=${cursor}`,
      `?platform=a&cursor=${cursor}`,
      '?cursor=nonsense',
      '?cursor=',
    ]) {
      const answer = await one.list(query);
      expect([answer.status, answer.body], query).toEqual([400, refused]);
    }
    expect((await other.list(`?platform=tiktok&cursor=${cursor}`)).body).toEqual(refused);
    expect((await one.list(`?platform=tiktok&cursor=${cursor}&offset=1`)).body.message).toBe(
      'offset cannot be combined with cursor.',
    );
  });
});

describe('deleting', () => {
  it('one: 404 where there is no such entry, not even in another community', async () => {
    const one = await setUpLog();
    const other = await setUpLog();
    await one.append(ENTRY);
    const answer = await other.app.delete(`${LOGS}/${FIRST_ID}`, { key: other.key });
    expect([answer.status, answer.body]).toEqual([
      404,
      { code: 40401, message: `There is no log entry ${FIRST_ID}.`, data: null },
    ]);
    expect(await one.count()).toBe(1);
    await one.app.delete(`${LOGS}/${FIRST_ID}`, { key: one.key });
    expect((await one.app.delete(`${LOGS}/${FIRST_ID}`, { key: one.key })).status).toBe(404);
    expect(await one.count()).toBe(0);
  });

  it('never gives an id again: not the newest of its second, not after a wipe, not after the purge', async () => {
    const { app, key, append, wipe } = await setUpLog();
    const next = async () => (await append(ENTRY)).body.data.id as number;
    expect([await next(), await next()]).toEqual([FIRST_ID, FIRST_ID + 1]);
    await app.delete(`${LOGS}/${FIRST_ID + 1}`, { key });
    expect(await next()).toBe(FIRST_ID + 2);
    await wipe();
    expect(await next()).toBe(FIRST_ID + 3);
    await wipe();
    await wipe();
    await app.cron();
    expect(await next()).toBe(FIRST_ID + 4);
    await wipe();
    await app.cron();
    await app.cron();
    expect(await next()).toBe(FIRST_ID + 5);
  });

  it('all: nothing of before is seen, and what comes late is', async () => {
    const { app, key, append, ids, count, wipe } = await setUpLog();
    await append([ENTRY, { ...ENTRY, timestamp: 4102444800 }]);
    await wipe();
    for (const query of [
      '',
      '?platform=tiktok',
      '?serial=device_serial_123',
      '?action_type=post',
      '?from=1',
    ]) {
      expect(await ids(query)).toEqual([]);
      expect(await count(query)).toBe(0);
    }
    expect((await app.delete(`${LOGS}/${FIRST_ID}`, { key })).status).toBe(404);
    // Older than all that was wiped, and in the same second as some of it.
    const late = await append([{ ...ENTRY, timestamp: 5 }, ENTRY]);
    const seen = [FIRST_ID + 1, 5 * 2 ** 20];
    expect(late.body.data.ids).toEqual([5 * 2 ** 20, FIRST_ID + 1]);
    expect(await ids()).toEqual(seen);
    await app.cron();
    expect(await ids()).toEqual(seen);
    expect(await count()).toBe(2);
    expect((await append({ ...ENTRY, timestamp: 4102444800 })).body.data.id).toBe(4102444800 * 2 ** 20 + 1);
  });

  it('all: is on record', async () => {
    const { communityId, wipe } = await setUpLog();
    await wipe();
    const record = await env.DB.prepare(
      'SELECT type, message FROM audit_records WHERE community_id = ? ORDER BY sequence DESC LIMIT 1',
    )
      .bind(communityId)
      .first();
    expect(record).toEqual({ type: 'LOGS_DELETED', message: 'user First key deleted all activity logs' });
  });

  it('all: purges in chunks, and leaves nothing behind but the newest wipe', async () => {
    const { app, communityId, append, wipe, count } = await setUpLog();
    for (let batch = 0; batch < 6; batch++) await append(Array(1000).fill({ ...ENTRY, timestamp: batch }));
    await wipe();
    await append(ENTRY);
    const rows = async (table: string) =>
      (await env.DB.prepare(`SELECT COUNT(*) AS n FROM ${table} WHERE community_id = ?`)
        .bind(communityId)
        .first('n')) as number;
    expect(await rows('log_entries')).toBe(6001);
    await app.cron();
    expect(await rows('log_entries')).toBe(1);
    expect(await rows('log_wipes')).toBe(1);
    expect(await rows('log_id_floors')).toBe(1);
    expect(app.logs.find(({ job }) => job === 'purge-log-entries')).toMatchObject({
      event: 'job_done',
      purgedEntries: 6000,
      isComplete: true,
    });
    await wipe();
    await app.cron();
    expect(await rows('log_entries')).toBe(0);
    expect(await rows('log_wipes')).toBe(1);
    expect(await count()).toBe(0);
  }, 30_000);
});

describe('a second that is full', () => {
  it('refuses what does not fit, and nothing else', async () => {
    const { communityId, append, count } = await setUpLog();
    const last = (ENTRY.timestamp + 1) * 2 ** 20 - 1;
    await env.DB.prepare(
      `INSERT INTO log_entries (community_id, generation, id, platform, serial, action_type)
       VALUES (?, 0, ?, 'p', 's', 'a')`,
    )
      .bind(communityId, last - 1)
      .run();
    const message = 'The log has no room left in the second 1707725000: it takes 1048576 entries a second.';
    const batch = await append([
      { ...ENTRY, event_id: 'e' },
      ENTRY,
      { ...ENTRY, timestamp: 7 },
      { ...ENTRY, event_id: 'e' },
    ]);
    expect(batch.body.data).toEqual({
      accepted: 3,
      ids: [last, null, 7 * 2 ** 20, last],
      rejected: [{ index: 1, code: 40001, message }],
    });
    const one = await append(ENTRY);
    expect([one.status, one.body]).toEqual([400, { code: 40001, message, data: null }]);
    expect((await append({ ...ENTRY, event_id: 'e' })).body.data).toEqual({ id: last });
    expect(await count('?platform=tiktok')).toBe(2);
  });
});

describe('at once', () => {
  it('100 appends in one second get 100 ids, one after the other', async () => {
    const { append, count } = await setUpLog();
    const answers = await Promise.all(Array.from({ length: 100 }, () => append(ENTRY)));
    const given = answers.map(({ body }) => body.data.id as number).sort((a, b) => a - b);
    expect(given).toEqual(Array.from({ length: 100 }, (_, n) => FIRST_ID + n));
    expect(await count()).toBe(100);
  });

  it('resends store once', async () => {
    const { append, count } = await setUpLog();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => append([ENTRY, { ...ENTRY, event_id: 'e' }])),
    );
    expect(new Set(answers.map(({ body }) => body.data.ids[1])).size).toBe(1);
    expect(await count()).toBe(21);
  });

  it('a batch is in or out when the log is wiped, never half', async () => {
    const { app, append, ids, count, wipe } = await setUpLog();
    const batches = await Promise.all(
      Array.from({ length: 30 }, (_, n) => (n % 7 === 3 ? wipe() : append(Array(20).fill(ENTRY)))),
    );
    const given = batches.flatMap(({ body }) => (body.data.ids ? [body.data.ids as number[]] : []));
    expect(new Set(given.flat()).size).toBe(given.length * 20);
    await Promise.all([app.cron(), app.cron()]);
    const left = new Set(await ids('?limit=1000'));
    for (const batch of given) expect([0, 20]).toContain(batch.filter((id) => left.has(id)).length);
    expect(left.size % 20).toBe(0);
    expect(await count()).toBe(left.size);
  });

  it('two runs of the job share the work', async () => {
    const { app, append, ids, count } = await setUpLog({ logRetentionDays: 1 });
    for (let batch = 0; batch < 11; batch++) await append(Array(1000).fill({ ...ENTRY, timestamp: batch }));
    const { body } = await append({ ...ENTRY, timestamp: app.clock.now() / 1000 });
    await Promise.all([app.cron(), app.cron()]);
    await app.cron();
    expect(await ids()).toEqual([body.data.id]);
    expect(await count()).toBe(1);
  }, 30_000);
});

describe('retention', () => {
  it('purges what is older than logRetentionDays, and nothing newer', async () => {
    const { app, key, append, ids, count } = await setUpLog({ logRetentionDays: 30 });
    const cutoff = (app.clock.now() - 30 * DAY) / 1000;
    const { body } = await append([
      { ...ENTRY, timestamp: cutoff - 1 },
      { ...ENTRY, timestamp: cutoff, platform: 'other' },
      { ...ENTRY, timestamp: 0, action_type: 'old' },
      { ...ENTRY, timestamp: cutoff + 1 },
    ]);
    const [, kept, , newest] = body.data.ids;
    await app.cron();
    expect(await ids()).toEqual([newest, kept]);
    expect(await count()).toBe(2);
    expect(await count('?action_type=old')).toBe(0);
    expect(await count('?platform=tiktok')).toBe(1);
    expect((await append({ ...ENTRY, timestamp: cutoff - 1 })).body.data.id).toBe((cutoff - 1) * 2 ** 20 + 1);
    await app.patch('/v2/community/settings', { key, body: { logRetentionDays: null } });
    app.clock.advance(100 * DAY);
    await app.cron();
    expect(await count()).toBe(3);
  });

  it.each([0, 1.5, '30', 36501])('is not %j days', async (logRetentionDays) => {
    const { app, key } = await setUpLog();
    const answer = await app.patch('/v2/community/settings', { key, body: { logRetentionDays } });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toBe('logRetentionDays must be an integer from 1 to 36500.');
  });
});

describe('CSV', () => {
  const csv = { Accept: 'text/csv' };

  it('has every row, and no cell that a spreadsheet would run', async () => {
    const { app, key, append } = await setUpLog();
    await append([
      { ...ENTRY, timestamp: 3, action_detail: '=HYPERLINK("http://evil")', username: '@u' },
      {
        ...ENTRY,
        timestamp: 2,
        action_detail: 'a "quoted", text\nof two lines',
        username: '+1',
        serial: '-1',
      },
      { ...ENTRY, timestamp: 1, action_detail: ' =1', username: null },
    ]);
    const answer = await app.get(LOGS, { key, headers: csv });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.headers.get('vary')).toContain('Accept');
    expect(answer.text).toBe(
      [
        'id,platform,serial,action_type,action_detail,username,timestamp',
        `3145728,tiktok,device_serial_123,post,"'=HYPERLINK(""http://evil"")",'@u,3`,
        `2097152,tiktok,'-1,post,"a ""quoted"", text\nof two lines",'+1,2`,
        `1048576,tiktok,device_serial_123,post,' =1,,1`,
        '',
      ].join('\r\n'),
    );
  });

  it('is streamed to the end without a limit, and pages with one', async () => {
    const { app, key, append } = await setUpLog();
    for (let batch = 0; batch < 6; batch++) await append(Array(1000).fill({ ...ENTRY, timestamp: batch }));
    const whole = await app.get(LOGS, { key, headers: csv });
    expect(whole.text.split('\r\n')).toHaveLength(1 + 6000 + 1);
    expect(whole.headers.get('link')).toBeNull();
    const page = await app.get(`${LOGS}?limit=2&action_type=post`, { key, headers: csv });
    expect(page.text.split('\r\n')).toHaveLength(1 + 2 + 1);
    expect(page.headers.get('link')).toContain('rel="next"');
  }, 30_000);

  it('is what the caller prefers, or JSON', async () => {
    const { app, key } = await setUpLog();
    for (const [accept, type] of [
      ['*/*', 'application/json'],
      ['text/html', 'application/json'],
      ['text/csv;q=0.5, application/json', 'application/json'],
      ['text/csv, */*;q=0.1', 'text/csv; charset=utf-8; header=present'],
    ] as const) {
      const answer = await app.get(LOGS, { key, headers: { Accept: accept } });
      expect(answer.headers.get('content-type'), accept).toBe(type);
    }
  });
});

describe('bad input', () => {
  it.each([
    ['?limit=1e3', 'limit must be an integer from 1 to 1000.'],
    ['?limit=%2B5', 'limit must be an integer from 1 to 1000.'],
    ['?limit=0', 'limit must be an integer from 1 to 1000.'],
    ['?limit=1001', 'limit must be an integer from 1 to 1000.'],
    ['?limit=', 'limit must be an integer from 1 to 1000.'],
    ['?limit=5&limit=6', 'limit must be given only once.'],
    ['?offset=-1', 'offset must be an integer of at least 0.'],
    ['?offset=9007199254740993', 'offset must be an integer from 0 to 9007199254740991.'],
    ['?platform=a&platform=b', 'platform must be given only once.'],
    [`?serial=${'x'.repeat(129)}`, 'serial must have 1 to 128 characters.'],
    ['?serial=%00', 'serial must not contain NUL characters or unpaired surrogates.'],
    [
      '?from=1707725000000',
      'from must be Unix seconds: an integer from 0 to 4102444800 (milliseconds have to be divided by 1000).',
    ],
    [
      '?to=tomorrow',
      'to must be Unix seconds: an integer from 0 to 4102444800 (milliseconds have to be divided by 1000).',
    ],
  ])('GET %s', async (query, message) => {
    const { list } = await setUpLog();
    const answer = await list(query);
    expect([answer.status, answer.body]).toEqual([400, { code: 40001, message, data: null }]);
  });

  it.each([
    ['{"platform":', 'The request body is not valid JSON.'],
    ['', 'The request body is required.'],
    ['null', 'The request body must be a JSON object.'],
    ['5', 'The request body must be a JSON object.'],
    ['{}', 'platform is required.'],
    [{ ...ENTRY, platform: 5 }, 'platform must be of type string.'],
    [{ ...ENTRY, action_type: 'x'.repeat(129) }, 'action_type must have 1 to 128 characters.'],
    [{ ...ENTRY, serial: 'a\0' }, 'serial must not contain NUL characters or unpaired surrogates.'],
    [
      '{"platform":"\\ud800","serial":"s","action_type":"a"}',
      'platform must not contain NUL characters or unpaired surrogates.',
    ],
    [{ ...ENTRY, username: 'x'.repeat(257) }, 'username must have at most 256 characters.'],
    [{ ...ENTRY, event_id: '' }, 'event_id must have 1 to 128 characters.'],
    [{ entries: 5 }, 'entries must be of type array.'],
    [
      { ...ENTRY, timestamp: 1707725000.5 },
      'timestamp must be whole Unix seconds, without a fraction: round 1707725000.5 to an integer.',
    ],
    ...[1707725000000, -1, -1.5, 1e300, '1707725000', 4102444801].map((timestamp) => [
      { ...ENTRY, timestamp },
      'timestamp must be Unix seconds: an integer from 0 to 4102444800 (milliseconds have to be divided by 1000).',
    ]),
  ] as [unknown, string][])('POST %j', async (body, message) => {
    const { append, count } = await setUpLog();
    const answer = await append(body);
    expect([answer.status, answer.body]).toEqual([400, { code: 40001, message, data: null }]);
    expect(await count()).toBe(0);
  });

  it.each([
    ...['abc', '1.5', '-1', '1e3', '%20'].map((id) => [id, 'of at least 0']),
    ['9007199254740993', 'from 0 to 9007199254740991'],
  ])('DELETE /%s', async (id, allowed) => {
    const { app, key } = await setUpLog();
    const answer = await app.delete(`${LOGS}/${id}`, { key });
    expect([answer.status, answer.body]).toEqual([
      400,
      { code: 40001, message: `id must be an integer ${allowed}.`, data: null },
    ]);
  });

  it.each([
    ['PUT', '', 'POST, GET, DELETE'],
    ['POST', '/count', 'GET'],
    ['DELETE', '/count', 'GET'],
    ['GET', '/all', 'DELETE'],
    ['GET', '/123', 'DELETE'],
  ])('%s %s is 405', async (method, path, allow) => {
    const { app, key } = await setUpLog();
    const answer = await app.request(method, `${LOGS}${path}`, { key });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(answer.body).toEqual({
      code: 40501,
      message: `This path does not take ${method}. It takes ${allow}.`,
      data: null,
    });
  });

  it('an unknown path is 404', async () => {
    const { app, key } = await setUpLog();
    const answer = await app.get(`${LOGS}/a/b`, { key });
    expect([answer.status, answer.body]).toEqual([
      404,
      { code: 40401, message: 'There is nothing at this path.', data: null },
    ]);
  });
});

describe('language', () => {
  it.each([
    ['es', 'limit debe ser un entero de 1 a 1000.', 'es'],
    ['es-MX,es;q=0.9,en;q=0.8', 'limit debe ser un entero de 1 a 1000.', 'es'],
    ['en-GB', 'limit must be an integer from 1 to 1000.', 'en'],
    ['fr', 'limit must be an integer from 1 to 1000.', 'en'],
    ['de;q=0.9, es;q=0.5', 'limit debe ser un entero de 1 a 1000.', 'es'],
  ])('%s', async (language, message, spoken) => {
    const { app, key } = await setUpLog();
    const answer = await app.get(`${LOGS}?limit=0`, { key, headers: { 'Accept-Language': language } });
    expect(answer.body).toEqual({ code: 40001, message, data: null });
    expect(answer.headers.get('content-language')).toBe(spoken);
  });

  it('reaches the entries of a batch, and leaves success alone', async () => {
    const { app, key } = await setUpLog();
    const headers = { 'Accept-Language': 'es' };
    const answer = await app.post(LOGS, { key, headers, body: [ENTRY, { ...ENTRY, timestamp: 1e13 }] });
    expect(answer.body.message).toBe('success');
    expect(answer.body.data.rejected).toEqual([
      {
        index: 1,
        code: 40001,
        message:
          'timestamp debe indicar segundos Unix: un entero de 0 a 4102444800 (los milisegundos se dividen entre 1000).',
      },
    ]);
  });
});

describe('access', () => {
  it('needs the scope of the operation', async () => {
    const { app, key } = await setUpLog();
    const reader = await app.apiKey(key, ['logs:read']);
    expect((await app.get(LOGS, { key: reader })).status).toBe(200);
    const answer = await app.delete(`${LOGS}/all`, { key: reader });
    expect([answer.status, answer.body]).toEqual([
      403,
      { code: 40301, message: 'This credential lacks the scope logs:delete.', data: null },
    ]);
  });

  it('of a deployed Worker needs a credential: it has no ANONYMOUS_COMMUNITY', async () => {
    const app = new Harness({ vars: { ANONYMOUS_COMMUNITY: '' } });
    const answer = await app.get(LOGS);
    expect([answer.status, answer.body]).toEqual([
      401,
      {
        code: 40101,
        message: 'A valid credential is needed: an API key or an access token.',
        data: null,
      },
    ]);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    const { default: configuration } = await import('../../wrangler.toml?raw');
    expect(configuration).toContain('[[d1_databases]]');
    expect(configuration).not.toContain('ANONYMOUS_COMMUNITY');
  });

  it('of a local run needs none, for this family and for its community only', async () => {
    const { app: admin, id, key } = await setUpLog();
    const app = new Harness({ vars: { ANONYMOUS_COMMUNITY: id }, origin: LOCAL });
    expect((await app.post(LOGS, { body: ENTRY })).body.data).toEqual({ id: FIRST_ID });
    expect((await app.get(`${LOGS}/count`)).body.data).toEqual({ count: 1 });
    expect((await app.delete(`${LOGS}/all`)).status).toBe(200);
    expect((await admin.get(`${LOGS}/count`, { key })).body.data).toEqual({ count: 0 });
    // A credential that is wrong is not taken for none.
    expect((await app.get(LOGS, { key: 'rc_wrong' })).status).toBe(401);
    expect((await app.get('/v2/community/settings')).status).toBe(401);
    const unknown = new Harness({ vars: { ANONYMOUS_COMMUNITY: 'nobody' }, origin: LOCAL });
    expect((await unknown.get(LOGS)).status).toBe(401);
  });

  it.each([
    ['http://localhost:50809', {}, 200],
    ['http://127.0.0.1:50809', {}, 200],
    ['http://[::1]:50809', {}, 200],
    ['http://localhost:50809', { Origin: 'http://localhost:50809' }, 200],
    ['http://localhost:50809', { Origin: 'http://localhost:3000' }, 401],
    ['http://localhost:50809', { Origin: 'https://evil.example' }, 401],
    ['http://localhost:50809', { Origin: 'null' }, 401],
    ['http://evil.example:50809', {}, 401],
    ['http://localhost.evil.example:50809', {}, 401],
    ['https://rollcall.example.workers.dev', {}, 401],
  ])('of a local run lets no foreign page in: %s %j', async (origin, headers, status) => {
    const { app: admin, id, key } = await setUpLog();
    await admin.post(LOGS, { key, body: ENTRY });
    const app = new Harness({ vars: { ANONYMOUS_COMMUNITY: id }, origin });
    expect((await app.delete(`${LOGS}/all`, { headers })).status).toBe(status);
    const left = status === 200 ? 0 : 1;
    expect((await admin.get(`${LOGS}/count`, { key })).body.data).toEqual({ count: left });
  });
});

describe('license/check', () => {
  it('is what the clients of the source ask first', async () => {
    const { app, key } = await setUpLog();
    const { status, body } = await app.get('/api/v1/license/check?app=farm', { key });
    expect([status, body]).toEqual([
      200,
      {
        code: 0,
        message: 'success',
        data: { plan_name: 'Rollcall', api_enabled: true, device_limit: 2147483647 },
      },
    ]);
    expect((await app.get('/api/v1/license/check')).body).toEqual({
      code: 40101,
      message: expect.any(String),
      data: null,
    });
  });

  it('is of the family, as all of /api/v1/ is', async () => {
    const { app, key } = await setUpLog();
    for (const path of ['/api/v1', '/api/v1/devices', '/api/v1/activity_log/1/2']) {
      expect((await app.get(path, { key })).body, path).toEqual({
        code: 40401,
        message: 'There is nothing at this path.',
        data: null,
      });
    }
    const { status, headers, body } = await app.delete('/api/v1/license/check', { key });
    expect([status, headers.get('allow'), body.code]).toEqual([405, 'GET', 40501]);
  });
});

describe('what people asked the log for', () => {
  const setUpMany = async () => {
    const log = await setUpLog();
    const { body } = await log.append(
      Array.from({ length: 12 }, (_, n) => ({
        platform: n % 3 === 0 ? 'instagram' : 'tiktok',
        serial: `device_${n % 4}`,
        action_type: ['post', 'like', 'follow', 'comment', 'view', 'share'][n % 6] as string,
        action_detail: n === 3 ? null : `Published Video ${n}`,
        username: n % 2 === 0 ? 'ana' : 'bo',
        timestamp: 1000 + n,
      })),
    );
    return { ...log, all: body.data.ids as number[] };
  };
  const pick = (all: number[], ...places: number[]) => places.map((place) => all[place]);

  it('several action types, in any combination, in both orders', async () => {
    const { ids, count, all } = await setUpMany();
    for (const [query, expected] of [
      ['action_type=post,like', [7, 6, 1, 0]],
      ['action_type=post,%20like%20,post', [7, 6, 1, 0]],
      ['action_type=post,like&order=asc', [0, 1, 6, 7]],
      ['action_type=post,like,follow,comment,view&order=asc&limit=3', [0, 1, 2]],
      ['action_type=post,like,follow,comment,view&limit=3', [10, 9, 8]],
      ['action_type=post,like&platform=tiktok', [7, 1]],
      ['action_type=post,like&serial=device_1', [1]],
      ['action_type=post,like&username=ana&from=1001', [6]],
      ['action_type=post,nosuch', [6, 0]],
      ['platform=instagram&order=asc', [0, 3, 6, 9]],
      ['platform=instagram&order=asc&limit=100&from=1001&to=1006', [3, 6]],
      ['order=asc&limit=2', [0, 1]],
      ['serial=device_2&order=asc', [2, 6, 10]],
    ] as [string, number[]][]) {
      expect(await ids(`?${query}`), query).toEqual(pick(all, ...expected));
    }
    expect(await count('?action_type=post,like')).toBe(4);
    expect(await count('?action_type=post,like&platform=tiktok&from=1001')).toBe(2);
    expect(await count('?action_type=post,like&serial=device_1')).toBe(1);
  });

  it.each(['', '&action_type=post,like,follow,comment,view', '&platform=tiktok', '&q=video'])(
    'pages forward as well as backward: %s',
    async (query) => {
      const { app, key, ids } = await setUpMany();
      for (const order of ['asc', 'desc']) {
        const whole = await ids(`?limit=1000&order=${order}${query}`);
        const paged: number[] = [];
        let path: string | undefined = `${LOGS}?limit=2&order=${order}${query}`;
        while (path) {
          const { headers, body } = await app.get(path, { key });
          paged.push(...body.data.map(({ id }: { id: number }) => id));
          const link = headers.get('link');
          path = link
            ? new URL(link.slice(1, link.indexOf('>'))).pathname +
              new URL(link.slice(1, link.indexOf('>'))).search
            : undefined;
        }
        expect(paged, order).toEqual(whole);
      }
    },
  );

  it('after_id: what is newer than an entry', async () => {
    const { ids, all } = await setUpMany();
    expect(await ids(`?after_id=${all[9]}`)).toEqual(pick(all, 11, 10));
    expect(await ids(`?after_id=${all[9]}&order=asc&limit=1`)).toEqual(pick(all, 10));
    expect(await ids(`?after_id=${all[9]}&platform=tiktok&order=asc`)).toEqual(pick(all, 10, 11));
    expect(await ids(`?after_id=${all[11]}`)).toEqual([]);
  });

  it('q: a text in action_detail, in either case', async () => {
    const { ids, list, all } = await setUpMany();
    expect(await ids('?q=video%201')).toEqual(pick(all, 11, 10, 1));
    expect(await ids('?q=VIDEO%201&username=bo&order=asc')).toEqual(pick(all, 1, 11));
    expect(await ids('?q=video&platform=instagram&action_type=post')).toEqual(pick(all, 6, 0));
    expect(await ids('?q=video&action_type=post,like&serial=device_1')).toEqual(pick(all, 1));
    expect(await ids('?q=%25')).toEqual([]);
    const { headers } = await list('?q=nothing');
    expect([headers.get('link'), headers.get('x-search-stopped-at')]).toEqual([null, null]);
  });

  it('q looks at 5000 entries a call, and says where it stopped', async () => {
    const { app, key, append, list } = await setUpLog();
    for (let n = 0; n < 6; n++) {
      await append(
        Array.from({ length: 1000 }, (_, m) => ({
          ...ENTRY,
          action_detail: n === 0 && m === 0 ? 'the needle' : 'hay',
          timestamp: 1000 + n,
        })),
      );
    }
    const first = await list('?q=needle&limit=10');
    expect([first.body.data, first.headers.get('x-search-stopped-at')]).toEqual([[], '1001']);
    const link = first.headers.get('link') as string;
    const next = new URL(link.slice(1, link.indexOf('>')));
    const second = await app.get(next.pathname + next.search, { key });
    expect(second.body.data.map(({ timestamp }: { timestamp: number }) => timestamp)).toEqual([1000]);
    expect([second.headers.get('link'), second.headers.get('x-search-stopped-at')]).toEqual([null, null]);
    const csv = await app.get(`${LOGS}?q=needle`, { key, headers: { Accept: 'text/csv' } });
    expect(csv.text.trim().split('\r\n')).toHaveLength(2);
  });

  it('what the count cannot answer is refused there, by name', async () => {
    const { app, key } = await setUpMany();
    for (const name of ['q', 'after_id']) {
      const { status, body } = await app.get(`${LOGS}/count?${name}=1`, { key });
      expect([status, body.message]).toEqual([400, `${name} cannot be counted; the list has it.`]);
    }
    expect((await app.get(`${LOGS}/count?limit=5&sort=x`, { key })).body.data).toEqual({ count: 12 });
  });

  it('devices: each serial with its last entry and its count', async () => {
    const { app, key, all } = await setUpMany();
    const { status, body } = await app.get(`${LOGS}/devices`, { key });
    expect(status).toBe(200);
    expect(body.data).toEqual(
      [0, 1, 2, 3].map((n) => ({
        serial: `device_${n}`,
        count: 3,
        count_is_exact: true,
        last_entry: expect.objectContaining({ id: all[8 + n], serial: `device_${n}`, timestamp: 1008 + n }),
      })),
    );
    const first = await app.get(`${LOGS}/devices?limit=3`, { key });
    expect(first.body.data).toHaveLength(3);
    const link = first.headers.get('link') as string;
    const next = new URL(link.slice(1, link.indexOf('>')));
    const rest = await app.get(next.pathname + next.search, { key });
    expect(rest.body.data.map(({ serial }: { serial: string }) => serial)).toEqual(['device_3']);
    expect(rest.headers.get('link')).toBeNull();
  });

  it('stats: counts by platform and action type, as deletions leave them', async () => {
    const { app, key, all } = await setUpMany();
    await app.delete(`${LOGS}/${all[0]}`, { key });
    const { body } = await app.get(`${LOGS}/stats`, { key });
    expect(body.data).toMatchObject({
      total: 11,
      is_complete: true,
      platforms: [
        { platform: 'tiktok', count: 8 },
        { platform: 'instagram', count: 3 },
      ],
    });
    const types = new Map(
      body.data.action_types.map((each: { action_type: string; count: number }) => [
        each.action_type,
        each.count,
      ]),
    );
    expect(Object.fromEntries(types)).toEqual({ like: 2, follow: 2, comment: 2, view: 2, share: 2, post: 1 });
    expect(body.data.kinds).toContainEqual({ platform: 'instagram', action_type: 'post', count: 1 });
  });
});

describe('DELETE with a filter', () => {
  it('deletes what the filter names, counts exactly, and never gives an id again', async () => {
    const { app, key, append, count, ids } = await setUpLog();
    await append([
      { ...ENTRY, platform: 'a', action_type: 'x', timestamp: 100 },
      { ...ENTRY, platform: 'a', action_type: 'y', timestamp: 100 },
      { ...ENTRY, platform: 'b', action_type: 'x', timestamp: 100, username: null },
      { ...ENTRY, platform: 'b', action_type: 'z', timestamp: 200 },
    ]);
    const remove = async (query: string) => (await app.delete(`${LOGS}?${query}`, { key })).body.data;
    expect(await remove('platform=a&action_type=x,z')).toEqual({ deleted: 1, hasMore: false });
    expect(await count()).toBe(3);
    expect(await count('?platform=a')).toBe(1);
    expect(await remove('action_type=x')).toEqual({ deleted: 1, hasMore: false });
    expect(await remove('platform=nosuch')).toEqual({ deleted: 0, hasMore: false });
    expect(await remove('to=150')).toEqual({ deleted: 1, hasMore: false });
    expect(await ids()).toHaveLength(1);
    const again = await append({ ...ENTRY, timestamp: 100 });
    expect(again.body.data.id).toBe(100 * 2 ** 20 + 3);
    const audit = await app.get(
      '/scr/api/activity?startDate=2026-04-01T00:00:00Z&endDate=2026-05-01T00:00:00Z&type=ACCOUNT_CHANGED',
      { key },
    );
    const messages = audit.body.records.map(({ message }: { message: string }) => message);
    expect(messages.filter((message: string) => message.includes('activity logs'))).toEqual([
      expect.stringContaining('deleted activity logs with platform=a, action_type=x,z'),
      expect.stringContaining('deleted activity logs with action_type=x'),
      expect.stringContaining('deleted activity logs with to=150'),
    ]);
  });

  it('is bounded, and goes on where it ended', async () => {
    const { app, key, append, count } = await setUpLog();
    for (let n = 0; n < 6; n++) {
      await append(
        Array.from({ length: 1000 }, () => ({ ...ENTRY, platform: n < 3 ? 'p' : 'q', timestamp: n })),
      );
    }
    const remove = async () => (await app.delete(`${LOGS}?serial=${ENTRY.serial}`, { key })).body.data;
    expect(await remove()).toEqual({ deleted: 5000, hasMore: true });
    expect([await count(), await count('?platform=p'), await count('?platform=q')]).toEqual([1000, 0, 1000]);
    expect(await remove()).toEqual({ deleted: 1000, hasMore: false });
    expect([await count(), (await app.get(`${LOGS}/stats`, { key })).body.data.total]).toEqual([0, 0]);
  });

  it.each([
    ['', 'query must have at least one of platform, serial, action_type, username, from, to.'],
    ['?platform=', 'platform must not be empty in a deletion.'],
    ['?platform=a&serial=', 'serial must not be empty in a deletion.'],
    ['?plattform=a', 'plattform is unknown; known are platform, serial, action_type, username, from, to.'],
    ['?platform=a&q=x', 'q is unknown; known are platform, serial, action_type, username, from, to.'],
    ['?platform=a&limit=1', 'limit is unknown; known are platform, serial, action_type, username, from, to.'],
  ])('%s: 400, and nothing is gone', async (query, message) => {
    const { app, key, append, count } = await setUpLog();
    await append({ ...ENTRY, platform: 'a' });
    const answer = await app.delete(`${LOGS}${query}`, { key });
    expect([answer.status, answer.body]).toEqual([400, { code: 40001, message, data: null }]);
    expect((await app.delete(`${LOGS}?platform=a`, { key, body: { serial: 'x' } })).status).toBe(400);
    expect(await count()).toBe(1);
  });
});
