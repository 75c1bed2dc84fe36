import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../../src/db/migrations.ts';
import { CRONS } from '../../../src/jobs/index.ts';
import { VERSION } from '../../../src/version.ts';
import { ADMIN_TOKEN, Harness } from '../../harness.ts';

const STATUS = '/admin/status';

beforeEach(async () => {
  await env.DB.exec('DELETE FROM job_runs');
});

describe('the status of an installation', () => {
  it('tells what is set up, and which trigger last ran when', async () => {
    const app = new Harness();
    const before = await app.get(STATUS, { key: ADMIN_TOKEN });
    expect([before.status, before.body.data]).toEqual([
      200,
      {
        version: VERSION,
        migrations: { applied: MIGRATIONS, missing: [] },
        secrets: { ADMIN_TOKEN: true, TOKEN_SECRET: true },
        localSwitches: [],
        triggers: [],
        databases: [
          {
            place: 0,
            available: true,
            bytes: expect.any(Number),
            communities: expect.any(Number),
            migrations: { applied: MIGRATIONS, missing: [] },
            triggers: [],
          },
        ],
      },
    ]);
    const [often, hourly] = CRONS;
    await app.cron(app.clock.now() - 60_000, often);
    app.clock.advance(300_000);
    // Fired by hand for another time.
    await app.cron(app.clock.now() + 13 * 3_600_000, often);
    await app.cron(app.clock.now(), hourly);
    expect((await app.get(STATUS, { key: ADMIN_TOKEN })).body.data.triggers).toEqual([
      {
        cron: '*/5 * * * *',
        scheduledAt: '2026-04-15T13:05:00.000Z',
        ranAt: '2026-04-15T00:05:00.000Z',
        failedJobs: [],
      },
      {
        cron: '23 * * * *',
        scheduledAt: '2026-04-15T00:05:00.000Z',
        ranAt: '2026-04-15T00:05:00.000Z',
        failedJobs: [],
      },
    ]);
  });

  it('names the jobs that failed, until a run in which none does', async () => {
    const app = new Harness();
    await env.DB.exec('ALTER TABLE log_wipes RENAME TO log_wipes_away');
    await app.cron();
    await env.DB.exec('ALTER TABLE log_wipes_away RENAME TO log_wipes');
    const [, failed] = (await app.get(STATUS, { key: ADMIN_TOKEN })).body.data.triggers;
    // Where other tests have left a deleted community, its purge fails, too.
    expect(failed.failedJobs).toContain('purge-log-entries');
    await app.cron();
    const [, fine] = (await app.get(STATUS, { key: ADMIN_TOKEN })).body.data.triggers;
    expect(fine.failedJobs).toEqual([]);
  });

  it('shows a secret that is missing, switches of a local run, and a migration that is', async () => {
    const app = new Harness({
      vars: { TOKEN_SECRET: '', ANONYMOUS_COMMUNITY: 'demo', WEBHOOK_ALLOW_PRIVATE: 'true' },
    });
    await env.DB.exec("UPDATE d1_migrations SET name = 'other' WHERE id = 1");
    const { body } = await app.get(STATUS, { key: ADMIN_TOKEN });
    await env.DB.exec(`UPDATE d1_migrations SET name = '${MIGRATIONS[0]}' WHERE id = 1`);
    expect(body.data).toMatchObject({
      migrations: { applied: ['other', ...MIGRATIONS.slice(1)], missing: [MIGRATIONS[0]] },
      secrets: { ADMIN_TOKEN: true, TOKEN_SECRET: false },
      localSwitches: ['ANONYMOUS_COMMUNITY', 'WEBHOOK_ALLOW_PRIVATE'],
    });
  });

  it('is for the operator only, and a run that cannot be noted has run all the same', async () => {
    const app = new Harness();
    const { key } = await app.community();
    expect((await app.get(STATUS)).status).toBe(401);
    expect((await app.get(STATUS, { key })).status).toBe(401);
    await env.DB.exec('ALTER TABLE job_runs RENAME TO job_runs_away');
    await app.cron();
    await env.DB.exec('ALTER TABLE job_runs_away RENAME TO job_runs');
    expect(app.logs.map(({ event }) => event)).toEqual([
      ...Array(2).fill('job_done'),
      'run_not_noted',
      ...Array(8).fill('job_done'),
      'run_not_noted',
    ]);
  });
});
