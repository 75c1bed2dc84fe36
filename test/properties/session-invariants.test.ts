/** Any calls, in time or late, twice or once: what must hold of the rows after every single call. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Harness, START } from '../harness.ts';
import { HOUR, MINUTE, SECOND } from '../helpers.ts';

const SERVER = '/v2/community/servers/1/activity';
const app = new Harness();

const FLAGS = {
  toggle: {},
  start: { forceStart: true },
  stop: { forceStop: true },
  clear: { forceClear: true },
  'clear-and-start': { forceClear: true, forceStart: true },
} as const;
type Flag = keyof typeof FLAGS;

const step = fc.record({
  kind: fc.constantFrom(
    ...(Object.keys(FLAGS) as Flag[]),
    ...(['heartbeat', 'roster', 'roster', 'reset', 'cron'] as const),
  ),
  username: fc.constantFrom('ana', 'bo'),
  /** Since the step before. */
  gap: fc.constantFrom(0, 1, 30 * SECOND, 61 * SECOND, 4 * MINUTE, 11 * MINUTE, HOUR, 13 * HOUR),
  /** How late it arrives, if it says when it happened. */
  late: fc.constantFrom(
    undefined,
    undefined,
    0,
    1,
    20 * SECOND,
    59 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
  ),
  hasEventId: fc.boolean(),
  listed: fc.subarray(['ana', 'bo']),
});
type Step = Parameters<Parameters<typeof step.map>[0]>[0];

const toRequest = ({ kind, username, late, hasEventId, listed }: Step, index: number) => {
  const time = late === undefined ? undefined : new Date(app.clock.now() - late).toISOString();
  const event = { ...(hasEventId && { eventId: `event-${index}` }), ...(time && { occurredAt: time }) };
  switch (kind) {
    case 'heartbeat':
      return { method: 'POST', path: `${SERVER}/heartbeat`, body: { accounts: [{ username }] } };
    case 'roster': {
      const accounts = listed.map((name) => ({ username: name }));
      return { method: 'PUT', path: `${SERVER}/roster`, body: { accounts, observedAt: time } };
    }
    case 'reset':
      return { method: 'POST', path: `${SERVER}/start`, body: event };
    default:
      return { method: 'POST', path: SERVER, body: { username, ...FLAGS[kind as Flag], ...event } };
  }
};

interface Row {
  id: string;
  account_id: string;
  started_at: number;
  last_seen_at: number;
  ended_at: number | null;
}

const rowsOf = async (communityId: number): Promise<Row[]> => {
  const { results } = await env.DB.prepare(
    'SELECT * FROM sessions WHERE community_id = ? ORDER BY account_id, started_at, id',
  )
    .bind(communityId)
    .all();
  return results as unknown as Row[];
};

const expectSound = (rows: readonly Row[]): void => {
  for (const [index, row] of rows.entries()) {
    const end = row.ended_at ?? Number.POSITIVE_INFINITY;
    expect(row.last_seen_at).toBeGreaterThanOrEqual(row.started_at);
    expect(row.last_seen_at).toBeLessThanOrEqual(end);
    // Sorted by their start: no session of an account begins before the one before has ended.
    const next = rows[index + 1];
    if (next?.account_id === row.account_id && next.started_at < (next.ended_at ?? end))
      expect(next.started_at).toBeGreaterThanOrEqual(end);
  }
};

it('no two sessions overlap, none ends before it was last seen, and a repeat changes nothing', {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
      app.clock.set(START + 48 * HOUR);
      const { rowId: id, key } = await app.community();
      for (const [index, one] of steps.entries()) {
        app.clock.advance(one.gap);
        if (one.kind === 'cron') {
          await app.sweep();
          continue;
        }
        const { method, path, body } = toRequest(one, index);
        const answer = await app.request(method, path, { key, body });
        expect(answer.status, answer.text).toBe(200);
        const rows = await rowsOf(id);
        expectSound(rows);
        // A reset that is repeated without its time is another one (test/contract/replays.test.ts).
        const isRepeatable = 'eventId' in body && (one.kind !== 'reset' || one.late !== undefined);
        if (!isRepeatable) continue;
        const repeat = await app.request(method, path, { key, body });
        expect(repeat.body.data).toEqual(answer.body.data);
        expect(await rowsOf(id)).toEqual(rows);
      }
    }),
    { numRuns: 80, seed: 5 },
  );
});
