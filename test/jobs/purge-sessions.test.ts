import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { purgeSessions } from '../../src/core/sessions/purge-sessions.ts';
import { withBudget } from '../../src/core/with-budget.ts';
import { Budget } from '../../src/db/budget.ts';
import { START } from '../harness.ts';
import { DAY, HOUR, setUp } from '../helpers.ts';

const setUpRetention = async (sessionRetentionDays: number | null) => {
  const { app, rowId: id, key, record: call } = await setUp({ sessionRetentionDays });
  const record = async (username: string, flags: Record<string, unknown>) =>
    (await call({ username, ...flags })).body.data;
  const list = async () =>
    (await app.get('/v2/community/activity?includeVoided=true', { key })).body.data.items.map(
      (session: { id: string }) => session.id,
    );
  return { app, id, key, record, list };
};

describe('retention of sessions', () => {
  it('removes what ended longer ago, with its corrections, and never what is open', async () => {
    const { app, id, key, record, list } = await setUpRetention(30);
    const open = await record('open', { forceStart: true });
    await record('old', { forceStart: true });
    await record('long', { forceStart: true });
    const old = await record('old', { forceStop: true });
    await app.patch(`/v2/community/activity/${old.id}`, { key, body: { clearReason: 'x', reason: 'x' } });
    app.clock.advance(2 * HOUR);
    const long = await record('long', { forceStop: true });
    // Seen as far as it matters here: the sweep would close it.
    await env.DB.prepare('UPDATE sessions SET last_seen_at = ? WHERE id = ?')
      .bind(START + 40 * DAY, open.id)
      .run();
    app.clock.set(START + 30 * DAY);
    await app.cron();
    expect(await list()).toEqual(expect.arrayContaining([open.id, old.id, long.id]));
    app.clock.advance(HOUR);
    await app.cron();
    expect((await list()).sort()).toEqual([open.id, long.id].sort());
    const { count } = (await env.DB.prepare(
      'SELECT count(*) AS count FROM session_revisions WHERE community_id = ?',
    )
      .bind(id)
      .first<{ count: number }>()) as { count: number };
    expect(count).toBe(0);
  });

  it('is off by default', async () => {
    const { app, record, list } = await setUpRetention(null);
    await record('old', { forceStart: true });
    await record('old', { forceStop: true });
    app.clock.advance(3650 * DAY);
    await app.cron();
    expect(await list()).toHaveLength(1);
  });

  it('works in bounded chunks, and goes on where it stopped', async () => {
    const { app, id, list } = await setUpRetention(1);
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40500)
       INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind)
       SELECT ?1, ?2 + i, 's-' || i, 1, 'a-' || (i % 100), ?2 + i, ?2 + i, 'stopped' FROM n`,
    )
      .bind(id, START - 10 * DAY)
      .run();
    const run = () =>
      purgeSessions(withBudget(app.jobContext(), new Budget({ statements: 100, requests: 0 })));
    const first = await run();
    // Three statements a chunk of 1000.
    expect(first.purgedSessions).toBeLessThanOrEqual(33_000);
    expect(first.isComplete).toBe(false);
    const second = await run();
    expect(first.purgedSessions + second.purgedSessions).toBe(40_500);
    expect(second.isComplete).toBe(true);
    expect(await run()).toEqual({ purgedSessions: 0, isComplete: true });
    expect(await list()).toEqual([]);
  }, 30_000);

  it('spares other communities', async () => {
    const here = await setUpRetention(1);
    const there = await setUpRetention(null);
    for (const { record } of [here, there]) {
      await record('ana', { forceStart: true });
      await record('ana', { forceStop: true });
    }
    here.app.clock.advance(2 * DAY);
    await here.app.cron();
    expect(await here.list()).toEqual([]);
    expect(await there.list()).toHaveLength(1);
  });
});
