import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Harness, START } from '../harness.ts';

const PLAYERS = 500;
const SECOND = 1000;
const RESTART = START + 3_600_000;

interface Call {
  readonly username: string;
  readonly flag: 'forceStart' | 'forceStop';
  readonly eventId: string;
  readonly occurredAt: number;
}

/** Everybody leaves in the first half of the minute and comes back in the second. */
const storm: Call[] = Array.from({ length: PLAYERS }, (_, i) => `player-${i}`).flatMap((username, i) => [
  { username, flag: 'forceStop', eventId: `leave-${i}`, occurredAt: RESTART + i * 60 },
  { username, flag: 'forceStart', eventId: `join-${i}`, occurredAt: RESTART + 30 * SECOND + i * 60 },
]);

/** A community whose players have been there for an hour. */
const setUp = async () => {
  const app = new Harness();
  const { id, key } = await app.community();
  const post = (body: Record<string, unknown>) => app.post('/v2/community/servers/1/activity', { key, body });
  for (const { username } of storm.filter(({ flag }) => flag === 'forceStart')) {
    await post({ username, forceStart: true });
  }
  const send = async ({ username, flag, eventId, occurredAt }: Call) => {
    const at = new Date(occurredAt).toISOString();
    const { status, text } = await post({ username, [flag]: true, eventId, occurredAt: at });
    expect(status, text).toBe(200);
  };
  const rows = async () =>
    (
      await env.DB.prepare(
        `SELECT value AS username, started_at, ended_at, close_kind, clear_reason FROM sessions AS s
         JOIN account_identifiers AS i ON i.community_id = s.community_id AND i.account_id = s.account_id
           AND i.kind = 'username'
         WHERE s.community_id = ? ORDER BY username, started_at`,
      )
        .bind(id)
        .all()
    ).results;
  return { app, send, rows };
};

it('a restart storm, each call three times and shuffled, ends in the rows of the true order', {
  timeout: 300_000,
}, async () => {
  const calm = await setUp();
  for (const call of storm.toSorted((a, b) => a.occurredAt - b.occurredAt)) {
    calm.app.clock.set(call.occurredAt);
    await calm.send(call);
  }
  const expected = await calm.rows();
  expect(expected).toHaveLength(2 * PLAYERS);

  const [shuffled] = fc.sample(
    fc.shuffledSubarray([...storm, ...storm, ...storm], { minLength: 3 * storm.length }),
    { numRuns: 1, seed: 20_260_415 },
  ) as [Call[]];
  const stormy = await setUp();
  stormy.app.clock.set(RESTART + 60 * SECOND);
  // As a server sends them: several under way at once.
  for (let at = 0; at < shuffled.length; at += 10) {
    await Promise.all(shuffled.slice(at, at + 10).map(stormy.send));
  }
  expect(await stormy.rows()).toEqual(expected);
});
