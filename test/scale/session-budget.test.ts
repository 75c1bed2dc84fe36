import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { Harness, START } from '../harness.ts';
import { DAY } from '../helpers.ts';
import { atScale } from '../scale.ts';

/** The budgets of docs/guarantees.md, at a million closed sessions of one community (in small, a hundred thousand). */
const CLOSED = atScale({ full: 1_000_000, small: 100_000 });
const ACCOUNTS = CLOSED / 500;
const CHUNK = Math.min(CLOSED, 250_000);
const SERVERS = 20;

const app = new Harness();
let id: number;
let key: string;
const ACTIVITY = '/v2/community/servers/1/activity';
const record = (body: Record<string, unknown>) =>
  app.measure(() => app.post(ACTIVITY, { key, body: { apiId: 'api-7', ...body } }));
const accountId = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

beforeAll(async () => {
  ({ rowId: id, key } = await app.community());
  const series = (length: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${length - 1})`;
  const account = (n: string) => `printf('00000000-0000-7000-8000-%012d', ${n})`;
  await env.DB.batch([
    env.DB.prepare(
      `${series(ACCOUNTS)} INSERT INTO accounts (community_id, id, created_at) SELECT ?1, ${account('i')}, 0 FROM n`,
    ).bind(id),
    env.DB.prepare(
      `${series(ACCOUNTS)} INSERT INTO account_identifiers (community_id, kind, value, account_id)
       SELECT ?1, 'apiId', 'api-' || i, ${account('i')} FROM n`,
    ).bind(id),
    env.DB.prepare(
      `${series(ACCOUNTS)} INSERT INTO account_identifiers (community_id, kind, value, account_id)
       SELECT ?1, 'accId', ${account('i')}, ${account('i')} FROM n`,
    ).bind(id),
  ]);
  for (let from = 0; from < CLOSED; from += CHUNK) {
    await env.DB.prepare(
      `${series(CHUNK)}
       INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind)
       SELECT ?1, ?2 - (?3 + i) * 60000, printf('s-%07d', ?3 + i), (?3 + i) % ${SERVERS} + 1,
         ${account(`(?3 + i) % ${ACCOUNTS}`)}, ?2 - (?3 + i) * 60000, ?2 - (?3 + i) * 60000 + 1800000, 'stopped'
       FROM n`,
    )
      .bind(id, START - 3_600_000, from)
      .run();
  }
  // A warm credential; and the server's own sign of life, a row in five minutes at most.
  await app.post(ACTIVITY, { key, body: { apiId: 'api-1', forceStop: true } });
}, 180_000);

describe(`at ${CLOSED} closed sessions, with a warm credential`, () => {
  it.each([
    ['toggle that starts', {}, 6],
    ['toggle that stops', {}, 6],
    ['start', { forceStart: true }, 6],
    ['stop', { forceStop: true }, 6],
    ['stop where nothing is open', { forceStop: true }, 6],
    // What comes beside the id is looked at too: one row for it, and one for the first that comes beside another.
    ['start by account id', { accId: accountId(7), forceStart: true }, 8],
    ['stop by account id', { accId: accountId(7), forceStop: true }, 8],
  ])('%s: one trip, at most 6 rows read and 2 written', async (name, flags, rowsRead) => {
    app.clock.advance(1000);
    const cost = await record(flags);
    expect(cost.result.status).toBe(200);
    expect(cost.trips).toBe(1);
    expect(cost.rowsRead, name).toBeLessThanOrEqual(rowsRead);
    expect(cost.rowsWritten, name).toBeLessThanOrEqual(2);
  });

  it('a start that supersedes is a stop and a start: one trip, four rows written', async () => {
    await record({ forceStart: true });
    app.clock.advance(1000);
    const cost = await record({ forceStart: true });
    expect(cost.trips).toBe(1);
    expect(cost.rowsRead).toBeLessThanOrEqual(8);
    expect(cost.rowsWritten).toBe(4);
  });

  it('a new account adds its own rows', async () => {
    const cost = await record({ apiId: 'new', username: 'new', forceStart: true });
    expect(cost.trips).toBe(1);
    // The account, and each identifier (accId, apiId, username), in its table and its index.
    expect(cost.rowsWritten).toBeLessThanOrEqual(2 + 2 + 2 * 3);
  });

  it('a server reset reads and writes what it closes', async () => {
    await app.post(`${ACTIVITY}/start`, { key });
    for (let i = 0; i < 20; i++) await record({ apiId: `api-${i}`, forceStart: true });
    const cost = await app.measure(() => app.post(`${ACTIVITY}/start`, { key }));
    expect(cost.result.body.data).toHaveLength(20);
    expect(cost.trips).toBe(1);
    // And the server: when it was last heard of, and its note.
    expect(cost.rowsRead).toBeLessThanOrEqual(3 * 20 + 3);
    // Each row and its entry in the index by reach; and the server, which notes when it started anew.
    expect(cost.rowsWritten).toBeLessThanOrEqual(2 * 20 + 1);
  });

  it('totals of a day read its sessions', async () => {
    const summary = (from: number, to: number) =>
      app.get(
        `/v2/community/activity/summary?groupBy=server&from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`,
        { key },
      );
    const noon = START - 50 * DAY;
    const day = await app.measure(() => summary(noon, noon + DAY));
    // A session a minute, half an hour long: 30 reach over the beginning.
    const sessions = day.result.body.data.items.reduce(
      (sum: number, item: { sessions: number }) => sum + item.sessions,
      0,
    );
    expect(sessions).toBeGreaterThanOrEqual(24 * 60 + 29);
    // A session is read, and grouped; a seventh of a row at most tells which way is cheaper (core/sessions/reaching-queries.ts).
    expect([day.trips, day.rowsWritten]).toEqual([1, 0]);
    expect(day.rowsRead).toBeLessThanOrEqual(2.15 * sessions + 100);
  }, 60_000);

  it('the latest sessions of an account read what they show', async () => {
    const cost = await app.measure(() =>
      app.get(`/v2/community/accounts/${accountId(9)}/activity/latest?limit=100`, { key }),
    );
    expect(cost.result.body.data).toHaveLength(100);
    expect(cost.trips).toBe(1);
    expect(cost.rowsRead).toBeLessThanOrEqual(2 * 100 + 3);
  });

  it('the sweep reads what is open, not what is closed', async () => {
    const cost = await app.measure(() => app.cron());
    expect(cost.rowsRead).toBeLessThanOrEqual(200);
  });
});
