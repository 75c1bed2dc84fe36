import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { START } from '../harness.ts';
import { DAY, HOUR } from '../helpers.ts';
import { atScale } from '../scale.ts';
import { ANA, items, setUpSummary } from '../summary.ts';

const SESSIONS = atScale({ full: 100_000, small: 20_000 });

describe('totals', () => {
  it(`a month of ${SESSIONS} sessions: about twice those are read, however many others there are`, async () => {
    const { app, id, summary } = await setUpSummary();
    const from = Date.parse('2026-03-01T00:00:00Z');
    const to = from + 30 * 24 * HOUR;
    const step = (to - from) / SESSIONS;
    // As many before the month and half as many behind it, from one minute to four hours long; a twentieth overlap another.
    const length = '60000 + (n * 7919 % 240) * 60000';
    await env.DB.prepare(
      `WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ${2.5 * SESSIONS - 1})
       INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind)
       SELECT ?1, ?2 + (n - ${SESSIONS}) * ?3, printf('%08x-0000-4000-8000-000000000000', n), n % 20 + 1,
         printf('%08x-0000-4000-8000-000000000000', (n - (n % 20 = 1)) * 7907 % 3000), ?2 + (n - ${SESSIONS}) * ?3,
         ?2 + (n - ${SESSIONS}) * ?3 + ${length}, CASE WHEN n % 10 = 0 THEN 'auto_closed' ELSE 'stopped' END FROM n`,
    )
      .bind(id, from, step)
      .run();
    const month = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const counted = await env.DB.prepare(
      'SELECT count(*) AS n FROM sessions WHERE community_id = ? AND started_at < ? AND ended_at > ?',
    )
      .bind(id, to, from)
      .first<number>('n');
    expect(counted).toBeGreaterThan(SESSIONS + SESSIONS / 500);
    await summary({ ...month, limit: 1 });
    for (const groupBy of [
      'account',
      'server',
      'day',
      'week',
      'month',
      'hour',
      'weekday-hour',
      'account,week',
    ]) {
      const cost = await app.measure(() => summary({ ...month, groupBy, timezone: 'Europe/Madrid' }));
      expect(cost.result.status).toBe(200);
      // A row for the session, one to sort it or to look for the account's next one; two for what overlaps, as a twentieth
      // does; and at most a fifth of a row to find out which way is cheaper (core/sessions/reaching-queries.ts).
      expect(cost.rowsRead, groupBy).toBeLessThanOrEqual(2.3 * (counted as number) + 700);
      expect(cost.rowsWritten).toBe(0);
      // One for the totals, one for the names of a page.
      expect(cost.trips).toBeLessThanOrEqual(2);
    }
    const total = await summary({ ...month, groupBy: 'server' });
    const sum = items(total).reduce((all: number, item: { sessions: number }) => all + item.sessions, 0);
    expect(sum).toBe(counted);
    await expectSameByWeek(summary, month);
  }, 60_000);

  it('of a community whose accounts come often: two rows a session at most, one by account and time', async () => {
    const { app, id, summary } = await setUpSummary();
    const [sessions, accounts] = [SESSIONS / 4, 100];
    const from = Date.parse('2026-03-01T00:00:00Z');
    const to = from + 30 * 24 * HOUR;
    await env.DB.prepare(
      `WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ${3 * sessions - 1})
       INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind)
       SELECT ?1, ?2 + n * ?3, printf('%08x-0000-4000-8000-000000000000', n), n % 7 + 1,
         printf('%08x-0000-4000-8000-000000000000', (n - (n % 20 = 1)) % ${accounts}), ?2 + n * ?3, ?2 + n * ?3 + 600000, 'stopped' FROM n`,
    )
      .bind(id, 2 * from - to, (to - from) / sessions)
      .run();
    const month = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    for (const [groupBy, rowsASession] of [
      ['account', 2.1],
      ['account,server', 2],
      ['server', 2],
      ['day', 2],
      ['account,day', 1],
      ['account,hour', 1],
    ] as const) {
      const cost = await app.measure(() => summary({ ...month, groupBy, timezone: 'Europe/Madrid' }));
      expect(cost.result.status).toBe(200);
      expect(cost.rowsRead, groupBy).toBeLessThanOrEqual(
        (rowsASession + 1 / 16) * sessions + 8 * accounts + 200,
      );
    }
    await expectSameByWeek(summary, month);
  }, 60_000);

  it('of more than 500,000 sessions are refused', async () => {
    const { id, summary } = await setUpSummary();
    await env.DB.prepare(
      `WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 500000)
       INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind)
       SELECT ?1, ?2 + n * 60000, printf('%08x-0000-4000-8000-000000000000', n), 1, ?3, ?2 + n * 60000,
         ?2 + n * 60000 + 30000, 'stopped' FROM n`,
    )
      .bind(id, START - 365 * DAY, ANA)
      .run();
    const year = await summary({
      from: new Date(START - 366 * DAY).toISOString(),
      to: new Date(START).toISOString(),
      groupBy: 'server',
    });
    expect([year.status, year.body.code, year.body.detail]).toEqual([
      400,
      'TOO_MANY_SESSIONS',
      'The period has more than 500000 sessions. Ask for shorter periods.',
    ]);
  }, 60_000);
});

type Summary = Awaited<ReturnType<typeof setUpSummary>>['summary'];

/** Expects each account's weeks, whose sessions come one by one, to come to what its sessions come to added up. */
const expectSameByWeek = async (summary: Summary, month: Record<string, string>): Promise<void> => {
  /** The seconds of each account in all pages. */
  const read = async (groupBy: string) => {
    const sums = new Map<string, number[]>();
    for (let cursor = ''; ; ) {
      const page = await summary({ ...month, groupBy, limit: 1000, ...(cursor && { cursor }) });
      for (const { accId, seconds, confirmedSeconds, watchedSeconds, distinctSeconds } of items(page)) {
        const sum = sums.get(accId) ?? [0, 0, 0, 0];
        sums.set(
          accId,
          [seconds, confirmedSeconds, watchedSeconds, distinctSeconds].map((each, at) => each + sum[at]),
        );
      }
      cursor = page.body.data.nextCursor;
      if (cursor === null) return sums;
    }
  };
  const [whole, weeks] = [await read('account'), await read('account,week')];
  expect(weeks.size).toBe(whole.size);
  expect([...whole.values()].some(([seconds = 0, , , distinct = 0]) => distinct < seconds - 60)).toBe(true);
  for (const [accId, sums] of whole) {
    // Each week is rounded to whole seconds.
    weeks
      .get(accId)
      ?.forEach((sum, at) => void expect(Math.abs(sum - (sums[at] ?? 0))).toBeLessThanOrEqual(6));
  }
};
