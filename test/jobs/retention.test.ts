import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { CRONS } from '../../src/jobs/index.ts';
import wranglerToml from '../../wrangler.toml?raw';
import { Harness, START } from '../harness.ts';
import { DAY, HOUR } from '../helpers.ts';
import { addCommunities, left } from '../many-communities.ts';

const HOURLY = CRONS[1] as string;

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
  it('goes on where the free plan made it stop, and leaves nobody out', async () => {
    await addCommunities(30);
    const app = new Harness();
    let runs = 0;
    for (let rows = await left(); rows.some((count) => count > 0); rows = await left()) {
      const cost = await app.measure(() => app.cron(START + runs * HOUR, HOURLY));
      expect(cost.statements).toBeLessThanOrEqual(45);
      expect(++runs).toBeLessThanOrEqual(36);
    }
    // docs/plans.md says how long it takes: 25 statements a community, of some 35 that a run has for them.
    expect(runs).toBeGreaterThan(20);
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
    for (const cron of CRONS) {
      const cost = await app.measure(() => app.cron(START, cron));
      expect(cost.statements).toBeLessThanOrEqual(12);
      expect(cost.rowsRead).toBeLessThanOrEqual(100);
      // That the trigger ran: its row, and the first time its key.
      expect(cost.rowsWritten).toBeLessThanOrEqual(2);
    }
  });
});
