import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { INGESTED_TYPES } from '../../src/core/account-activity/activity-type.ts';
import { openDatabase } from '../../src/db/client.ts';
import { Harness } from '../harness.ts';
import { atScale } from '../scale.ts';

// Large answers on a machine that other tests share.
vi.setConfig({ testTimeout: 60_000 });

/** A year of them; in small, the 36 days around January. */
const RECORDS = atScale({ full: 1_000_000, small: 100_000 });
const CHUNK = Math.min(RECORDS, 250_000);
const YEAR = Date.parse('2025-01-01T00:00:00Z');
/** Spread evenly, a million to some 365 days, the categories in turn. */
const STEP_MS = 31_536;
const SESSIONS = 20_000;
const ACCOUNTS = 500;

const app = new Harness({ now: Date.parse('2026-04-15T00:00:00Z') });
let id: number;
let key: string;

beforeAll(async () => {
  ({ rowId: id, key } = await app.community());
  for (let from = 0; from < RECORDS; from += CHUNK) {
    await env.DB.prepare(
      `WITH RECURSIVE s(n) AS (SELECT CAST(?1 AS INTEGER) UNION ALL SELECT n + 1 FROM s WHERE n + 1 < ?1 + ?2)
       INSERT INTO account_activities (community_id, category, occurred_at, id, record)
       SELECT ?3, json_extract(?4, '$[' || (n % 13) || ']'), CAST(?5 + n * ?6 AS INTEGER),
         printf('%08x-0000-7000-8000-000000000000:0000', n),
         json_object('message', 'user u' || n || ': VIEW', 'time', 't' || n, 'timeStamp', 't' || n, 'type', 'VIEW',
           'user', 'u' || n)
       FROM s`,
    )
      .bind(from, CHUNK, id, JSON.stringify(INGESTED_TYPES), YEAR, STEP_MS)
      .run();
  }
  // Sessions of January, of accounts with two names each.
  await env.DB.prepare(
    `WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < ?1)
     INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind)
     SELECT ?2, ?3 + n * 100000, printf('%08d', n), 1, 'a' || (n % CAST(?4 AS INTEGER)), ?3, ?3 + n * 100000 + 60000, 'stopped' FROM s`,
  )
    .bind(SESSIONS, id, YEAR, ACCOUNTS)
    .run();
  await env.DB.prepare(
    `WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < ?1)
     INSERT INTO account_identifiers (community_id, kind, value, account_id)
     SELECT ?2, 'accId', 'a' || n, 'a' || n FROM s UNION ALL SELECT ?2, 'username', 'name-' || n, 'a' || n FROM s`,
  )
    .bind(ACCOUNTS, id)
    .run();
  await env.DB.prepare(
    `WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < ?1)
     INSERT INTO accounts (community_id, id, created_at, joined_as, name)
     SELECT ?2, 'a' || n, ?3 + n * 3600000, 'name-' || n, 'name-' || n FROM s`,
  )
    .bind(ACCOUNTS, id, YEAR)
    .run();
}, 120_000);

const JANUARY = { startDate: '2025-01-01T00:00:00Z', endDate: '2025-02-01T00:00:00Z' };
const pathOf = (query: Record<string, string>) =>
  `/scr/api/activity?${new URLSearchParams({ ...JANUARY, ...query })}`;

/** The report in January, with what it cost a warm credential. */
const measure = async (query: Record<string, string>) => {
  await app.get('/v2/community/settings', { key });
  const { result, ...cost } = await app.measure(() => app.get(pathOf(query), { key }));
  expect(result.status).toBe(200);
  return { ...cost, records: result.body.records as Record<string, string>[], headers: result.headers };
};

describe(`a report of 31 days among ${RECORDS} records`, () => {
  it.each(['PROCESSES_VIEWED', 'DECISION_SNAPSHOTS', 'USERS_JOINED'])(
    'of one type reads its records and at most 10 rows: %s',
    async (type) => {
      const { records, rowsRead, rowsWritten } = await measure({ type });
      expect(records.length).toBeGreaterThan(type === 'USERS_JOINED' ? 499 : 6_500);
      expect(rowsRead).toBeLessThanOrEqual(records.length + 10);
      expect(rowsWritten).toBe(0);
    },
  );

  it('of logins reads its sessions, each with its name, in a trip for 5000', async () => {
    const { records, rowsRead, trips } = await measure({ type: 'LOGINS' });
    expect(records).toHaveLength(SESSIONS);
    expect(records.at(-1)?.user).toBe('name-499');
    expect(trips).toBe(SESSIONS / 5000 + 1);
    // Of a page of 5000: the end of each of the 22 lists that it is merged from.
    expect(rowsRead).toBeLessThanOrEqual(2 * SESSIONS + 22 * (SESSIONS / 5000 + 1) + 10);
  });

  it('of all types reads at most twice its records', async () => {
    const type = 'LOGINS,USERS_JOINED,ACCOUNT_CHANGED,ITEMS_VIEWED,COMMENTS,ITEMS_CHANGED,SNAPSHOTS';
    const { records, rowsRead } = await measure({ type });
    expect(records.length).toBeGreaterThan(100_000);
    expect(rowsRead).toBeLessThanOrEqual(2 * records.length);
  });

  it('in pages reads a page at the same cost at any depth', async () => {
    const first = await measure({ type: 'PROCESSES_VIEWED', limit: '5000' });
    const cursor = /cursor=([^&>]+)/.exec(first.headers.get('link') ?? '')?.[1] as string;
    const deep = await measure({ type: 'PROCESSES_VIEWED', limit: '50', cursor });
    expect(deep.records).toHaveLength(50);
    expect([deep.trips, deep.rowsRead <= 60]).toEqual([1, true]);
  });
});

describe('a report of 100,000 records', () => {
  const TYPES = 'LOGINS,ITEMS_VIEWED,COMMENTS,ITEMS_CHANGED,SNAPSHOTS';

  it('is sent while it is read: a page only when the one before is gone, and no page is large', async () => {
    await app.get('/v2/community/settings', { key });
    let trips = 0;
    const counted = {
      prepare: (query: string) => env.DB.prepare(query),
      batch: (statements: D1PreparedStatement[]) => {
        trips += 1;
        return env.DB.batch(statements);
      },
    } as unknown as D1Database;
    const streaming = new Harness({ overrides: { db: openDatabase(counted) } });
    await streaming.get('/v2/community/settings', { key });
    trips = 0;
    const response = await streaming.fetch(pathOf({ type: TYPES }), {
      headers: { Authorization: `Bearer ${key}` },
    });
    expect(response.status).toBe(200);
    expect(trips).toBe(1);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const sizes: number[] = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      sizes.push(value.byteLength);
      // The end of the report is a part of its own.
      expect(trips).toBeLessThanOrEqual(sizes.length);
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(8_000_000);
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
  });
});
