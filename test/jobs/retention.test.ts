import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { CRONS } from '../../src/jobs/index.ts';
import wranglerToml from '../../wrangler.toml?raw';
import { Harness, START } from '../harness.ts';
import { DAY, HOUR } from '../helpers.ts';

const HOURLY = CRONS[1] as string;

/** So many communities that keep everything for a day, each with a session and a log entry from ten days before START. */
const addCommunities = async (count: number): Promise<void> => {
  await env.DB.batch([
    env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO communities (public_id, name, created_at, session_retention_days, log_retention_days,
         account_activity_retention_days, sessions_due_at, log_due_at, account_activity_due_at)
       SELECT 'many-' || i, 'Many', 0, 1, 1, 1, 0, 0, 0 FROM n`,
    ).bind(count),
    env.DB.prepare(
      `INSERT INTO sessions (community_id, account_id, started_at, id, server_id, last_seen_at, ended_at, close_kind)
       SELECT id, 'acc', ?1, 'ses-' || id, 1, ?1 + 1, ?1 + 1, 'stopped' FROM communities WHERE public_id LIKE 'many-%'`,
    ).bind(START - 10 * DAY),
    env.DB.prepare(
      `INSERT INTO log_entries (community_id, generation, id, platform, serial, action_type)
       SELECT id, 0, ?1, 'p', 's', 'a' FROM communities WHERE public_id LIKE 'many-%'`,
    ).bind(Math.floor((START - 10 * DAY) / 1000) * 2 ** 20),
    env.DB.prepare(
      `INSERT INTO account_activities (community_id, category, occurred_at, id, record)
       SELECT id, 'PROCESSES_VIEWED', ?1, 'act-' || id, '{}' FROM communities WHERE public_id LIKE 'many-%'`,
    ).bind(START - 10 * DAY),
  ]);
};

const left = async (): Promise<number[]> => {
  const counts = await env.DB.batch<{ n: number }>(
    ['sessions', 'log_entries', 'account_activities'].map((table) =>
      env.DB.prepare(
        `SELECT count(*) AS n FROM ${table} WHERE community_id IN (SELECT id FROM communities WHERE public_id LIKE 'many-%')`,
      ),
    ),
  );
  return counts.map(({ results }) => results[0]?.n ?? -1);
};

beforeEach(async () => {
  await env.DB.batch(
    [
      'sessions',
      'log_entries',
      'account_activities',
      'communities',
      'audit_records',
      'webhook_endpoints',
    ].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
});

it('wrangler.toml fires what there are jobs for', () => {
  for (const cron of CRONS) expect(wranglerToml).toContain(`"${cron}"`);
});

describe('retention', () => {
  it('keeps its promise to each of 500 communities, run by run', async () => {
    await addCommunities(500);
    const app = new Harness({ vars: { MAX_STATEMENTS: '1000' } });
    const before = await left();
    expect(before).toEqual([500, 500, 500]);
    let runs = 0;
    let now = START;
    for (let rows = before; rows.some((count) => count > 0); rows = await left()) {
      expect(runs++).toBeLessThan(30);
      await app.cron(now, HOURLY);
      now += HOUR;
    }
    expect(app.logs.filter(({ event }) => event === 'job_failed')).toEqual([]);
  });

  it('goes on where the free plan made it stop, and leaves nobody out', async () => {
    await addCommunities(30);
    const app = new Harness();
    const seen: number[][] = [];
    for (let run = 0; run < 30; run++) {
      const cost = await app.measure(() => app.cron(START + run * HOUR, HOURLY));
      expect(cost.statements).toBeLessThanOrEqual(45);
      seen.push(await left());
    }
    expect(seen[0]).not.toEqual([0, 0, 0]);
    expect(seen.at(-1)).toEqual([0, 0, 0]);
  });

  it('looks in time at an entry that came late', async () => {
    const app = new Harness();
    const { key } = await app.community({ logRetentionDays: 10 });
    const count = async () => (await app.get('/api/v1/activity_log/count', { key })).body.data.count;
    await app.cron(START, HOURLY);
    const late = Math.floor((START - 9 * DAY) / 1000);
    const entry = { platform: 'p', serial: 's', action_type: 'a', timestamp: late };
    await app.post('/api/v1/activity_log', { key, body: entry });
    await app.cron(START + HOUR, HOURLY);
    expect(await count()).toBe(1);
    await app.cron(START + DAY + HOUR, HOURLY);
    expect(await count()).toBe(0);
  });
});

describe('an idle trigger', () => {
  it.each([1, 60, 10_000])('costs the same with %d communities that have a retention', async (count) => {
    await addCommunities(count);
    await env.DB.batch([
      ...['sessions', 'log_entries', 'account_activities'].map((table) =>
        env.DB.prepare(`DELETE FROM ${table}`),
      ),
      env.DB.prepare(
        'UPDATE communities SET sessions_due_at = ?1, log_due_at = ?1, account_activity_due_at = ?1',
      ).bind(START + DAY),
    ]);
    const app = new Harness();
    for (const cron of CRONS.slice(1)) {
      const cost = await app.measure(() => app.cron(START, cron));
      expect(cost.statements).toBeLessThanOrEqual(12);
      expect(cost.rowsRead).toBeLessThanOrEqual(100);
      // That the trigger ran.
      expect(cost.rowsWritten).toBeLessThanOrEqual(1);
    }
  });
});
