import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { Harness } from '../../harness.ts';

const ACTIVITY = '/v2/community/servers/1/activity';

it('100 concurrent calls on one account leave at most one open session', async () => {
  const app = new Harness();
  const { rowId: id, key } = await app.community();
  const flags = [{}, { forceStart: true }, { forceStop: true }, { forceClear: true, forceStart: true }];
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      app.post(ACTIVITY, { key, body: { discord: '1', ...flags[i % flags.length] } }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
  const { results } = await env.DB.prepare(
    'SELECT count(*) AS total, count(*) FILTER (WHERE ended_at IS NULL) AS open FROM sessions WHERE community_id = ?',
  )
    .bind(id)
    .all<{ total: number; open: number }>();
  expect(results[0]?.open).toBeLessThanOrEqual(1);
  expect(results[0]?.total).toBeGreaterThanOrEqual(50);
  const accounts = await env.DB.prepare('SELECT count(*) AS n FROM accounts WHERE community_id = ?')
    .bind(id)
    .first<number>('n');
  expect(accounts).toBe(1);
});

it('an even number of concurrent toggles ends where it began', async () => {
  const app = new Harness();
  const { rowId: id, key } = await app.community();
  await Promise.all(Array.from({ length: 100 }, () => app.post(ACTIVITY, { key, body: { discord: '1' } })));
  const { results } = await env.DB.prepare(
    'SELECT count(*) AS total, count(*) FILTER (WHERE ended_at IS NULL) AS open FROM sessions WHERE community_id = ?',
  )
    .bind(id)
    .all();
  expect(results).toEqual([{ total: 50, open: 0 }]);
});

it('the database itself refuses a second open session', async () => {
  const app = new Harness();
  const { rowId: id, key } = await app.community();
  await app.post(ACTIVITY, { key, body: { discord: '1' } });
  await expect(
    env.DB.prepare(
      `INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at)
       SELECT community_id, started_at + 1, 'second', server_id, account_id, last_seen_at
       FROM sessions WHERE community_id = ?`,
    )
      .bind(id)
      .run(),
  ).rejects.toThrow('UNIQUE constraint failed');
});
