/** What a row weighs, its indexes included: the figures of docs/several-databases.md. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, setUp } from '../helpers.ts';

const bytes = async (): Promise<number> => (await env.DB.prepare('SELECT 1').all()).meta.size_after;
/** How much the database grows by, for each of `count`. */
const each = async (count: number, work: () => Promise<unknown>): Promise<number> => {
  const before = await bytes();
  await work();
  return Math.round(((await bytes()) - before) / count);
};

const PLAYERS = 500;
const player = (index: number) => ({
  discord: String(318_000_000_000_000_000 + index * 7919),
  username: `player${index}`,
});
const everybody = Array.from({ length: PLAYERS }, (_, index) => player(index));

it('accounts, sessions, log entries', async ({ annotate }) => {
  const { app, key } = await setUp();
  const roster = (accounts: unknown[]) =>
    app.put('/v2/community/servers/1/activity/roster', { key, body: { accounts } });
  const account = await each(PLAYERS, async () => {
    expect((await roster(everybody)).status).toBe(200);
    app.clock.advance(MINUTE);
    await roster([]);
  });
  const days = 8;
  const session = await each(PLAYERS * days, async () => {
    for (let day = 0; day < days; day++) {
      app.clock.advance(DAY - HOUR);
      await roster(everybody);
      app.clock.advance(HOUR);
      await roster([]);
    }
  });
  const batches = 8;
  const entry = await each(batches * 1000, async () => {
    for (let batch = 0; batch < batches; batch++) {
      app.clock.advance(MINUTE);
      const body = Array.from({ length: 1000 }, (_, index) => ({
        platform: 'tiktok',
        serial: `device_serial_${index % 100}`,
        action_type: ['start', 'post', 'follow'][index % 3],
        action_detail: 'Published video successfully',
        username: `user${index % 100}`,
      }));
      expect((await app.post('/api/v1/activity_log', { key, body })).status).toBe(200);
    }
  });
  // A new account comes with its first session. What is told of them in the guide is a little less than these bounds.
  expect({ account, session, entry }).toEqual({
    account: expect.toSatisfy((found: number) => found > 400 && found < 960),
    session: expect.toSatisfy((found: number) => found > 200 && found < 520),
    entry: expect.toSatisfy((found: number) => found > 80 && found < 190),
  });
  await annotate(`Bytes: ${account} an account with a session, ${session} a session, ${entry} a log entry`);
});
