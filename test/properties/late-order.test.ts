/**
 * Calls that arrive late, in any order and more than once, between heartbeats or rosters that come as they happen: the rows are those
 * of the true order. (How often somebody looks in between does not matter either.)
 */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Harness, START } from '../harness.ts';
import { HOUR, MINUTE, NIL, SECOND } from '../helpers.ts';
import { atScale, SEED } from '../scale.ts';

const app = new Harness();
const BASE = '/v2/community/servers/1/activity';
const ACCOUNT = { accId: NIL };
/** The same, as rosters say it: with another job every half an hour, which begins another session. */
const listedAt = (at: number) => ({
  ...ACCOUNT,
  metadata: { job: at % HOUR < HOUR / 2 ? 'police' : 'taxi' },
});
const LATEST = 24 * HOUR;

/** Milliseconds after START. */
interface Visit {
  readonly start: number;
  readonly end: number;
  readonly isStopLost: boolean;
}

interface Call {
  readonly at: number;
  readonly body: Record<string, unknown>;
}

interface World {
  readonly visits: readonly Visit[];
  /** When the reporter looks. */
  readonly looks: readonly number[];
  readonly calls: readonly Call[];
}

/** A session; milliseconds after START. */
interface Row {
  readonly start: number;
  readonly seen: number;
  readonly end: number;
  readonly kind: string;
  readonly reason: string | null;
  readonly continues: number | null;
  readonly metadata: unknown;
}

interface Arrival {
  readonly at: number;
  readonly call: Call;
}

const delay = fc.constantFrom(0, 1, 3, 7, 12, 45, 180, 600).map((minutes) => minutes * MINUTE);

const world = fc
  .record({
    visits: fc.array(
      fc.record({
        before: fc.oneof(fc.integer({ min: 2, max: 90 }), fc.integer({ min: 90, max: 3000 })),
        lasts: fc.oneof(fc.integer({ min: 2, max: 300 }), fc.integer({ min: 300, max: 7000 })),
        isStopLost: fc.integer({ min: 0, max: 2 }).map((n) => n === 0),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    interval: fc.constantFrom(1, 2, 4),
    resets: fc.array(fc.integer({ min: 1, max: 240 }), { maxLength: 1 }),
    outages: fc.array(
      fc.record({ from: fc.integer({ min: 0, max: 200 }), lasts: fc.constantFrom(3, 8, 11, 25, 70) }),
      { maxLength: 4 },
    ),
  })
  .map(({ visits: spells, interval, outages, resets }): World => {
    let now = 0;
    const visits = spells.map(({ before, lasts, isStopLost }) => {
      // No two things happen at once: reports come at whole minutes.
      const start = now + before * SECOND + 137;
      now = start + lasts * SECOND + 291;
      return { start, end: now, isStopLost };
    });
    const isOut = (at: number) =>
      outages.some(({ from, lasts }) => at >= from * MINUTE && at < (from + lasts) * MINUTE);
    const looks = Array.from({ length: Math.ceil(now / MINUTE) + 5 }, (_, minute) => minute * MINUTE)
      .filter((at) => at % (interval * MINUTE) === 0)
      .filter((at) => !isOut(at));
    const calls = visits.flatMap(({ start, end, isStopLost }, index): Call[] => [
      { at: start, body: { forceStart: true, metadata: { visit: index }, eventId: `start-${index}` } },
      ...(isStopLost
        ? []
        : [{ at: end, body: { forceStop: true, metadata: { bye: index }, eventId: `stop-${index}` } }]),
    ]);
    for (const minute of resets) calls.push({ at: minute * MINUTE + 23_417, body: { eventId: 'reset' } });
    return { visits, looks, calls };
  });

/** The same calls, each once or twice, late. */
const withArrivals = world.chain((one) =>
  fc.tuple(...one.calls.map(() => fc.array(delay, { minLength: 1, maxLength: 2 }))).map((delays) => ({
    world: one,
    arrivals: one.calls.flatMap((call, index) =>
      (delays[index] ?? [0]).map((ms): Arrival => ({ at: call.at + ms, call })),
    ),
  })),
);

type Reporter = 'heartbeat' | 'roster';

const play = async (
  { visits, looks, calls }: World,
  arrivals: readonly Arrival[],
  reporter: Reporter,
  sweeps: boolean,
) => {
  const { rowId, key } = await app.community();
  const send = async ({ at, body }: Call, now: number) => {
    app.clock.set(START + now);
    const isReset = body.eventId === 'reset';
    const answer = await app.post(isReset ? `${BASE}/start` : BASE, {
      key,
      body: { ...(isReset ? {} : ACCOUNT), ...body, occurredAt: new Date(START + at).toISOString() },
    });
    expect(answer.status, answer.text).toBe(200);
  };
  const beat = async (now: number) => {
    app.clock.set(START + now);
    const answer = await app.post(`${BASE}/heartbeat`, { key, body: { accounts: [ACCOUNT] } });
    return answer.body.data.results[0].status as string;
  };
  const look = async (now: number) => {
    const index = visits.findIndex(({ start, end }) => start <= now && end > now);
    app.clock.set(START + now);
    if (reporter === 'roster') {
      await app.put(`${BASE}/roster`, { key, body: { accounts: index < 0 ? [] : [listedAt(now)] } });
    } else if (index >= 0 && (await beat(now)) === 'no_session') {
      // The client is told so, and sends the start again.
      const call = calls.find(({ body }) => body.eventId === `start-${index}`);
      if (call) await send(call, now);
      await beat(now);
    }
  };
  const events = [
    ...arrivals.map(({ at, call }) => ({ at, run: () => send(call, at) })),
    ...looks.map((at) => ({ at, run: () => look(at) })),
    ...(sweeps ? looks.map((at) => ({ at: at + 1, run: () => app.sweep(START + at) })) : []),
  ].sort((a, b) => a.at - b.at);
  for (const { run } of events) await run();
  app.clock.set(START + 3 * LATEST);
  await app.sweep();
  const { results } = await env.DB.prepare(
    `SELECT started_at - ?2 AS start, last_seen_at - ?2 AS seen, ended_at - ?2 AS end, close_kind AS kind,
       clear_reason AS reason, (SELECT b.started_at - ?2 FROM sessions b WHERE b.community_id = s.community_id
         AND b.account_id = s.account_id AND b.id = s.continues_id) AS continues, metadata
     FROM sessions s WHERE community_id = ?1 ORDER BY 1, 2, 3`,
  )
    .bind(rowId, START)
    .all<Row & { metadata: string }>();
  const rows: Row[] = results.map((row) => ({ ...row, metadata: JSON.parse(row.metadata) }));
  const { body } = await app.get('/v2/community/activity/summary?from=2026-04-01&to=2026-04-30', { key });
  return { rows, totals: body.data };
};

/** The default of `heartbeatTimeoutSeconds`. */
const TIMEOUT = 10 * MINUTE;

/**
 * A late start or reset between two heartbeats takes somebody for seen then. Of heartbeats it is known from when until when they came, but not each of them: a session that a late start supersedes between
 * two of them may end at that start, and not at the first.
 */
const withSameEnds = (rows: readonly Row[], others: readonly Row[]) =>
  rows.map((row, index) => {
    const other = others[index];
    const isNear =
      other && row.kind === other.kind && row.seen >= other.seen && row.seen - other.seen <= TIMEOUT;
    if (row.kind === 'superseded' && isNear) return { ...row, end: other.end, seen: other.seen };
    return row.kind === 'server_reset' && isNear ? { ...row, seen: other.seen } : row;
  });

const check = async (reporter: Reporter, sweeps: boolean) =>
  fc.assert(
    fc.asyncProperty(withArrivals, async ({ world: one, arrivals }) => {
      const inTime = one.calls.map((call) => ({ at: call.at, call }));
      const expected = await play(one, inTime, reporter, false);
      const found = await play(one, arrivals, reporter, sweeps);
      const rows = reporter === 'heartbeat' ? withSameEnds(found.rows, expected.rows) : found.rows;
      expect(rows).toEqual(expected.rows);
      if (JSON.stringify(found.rows) === JSON.stringify(rows)) expect(found.totals).toEqual(expected.totals);
    }),
    { seed: SEED, numRuns: atScale({ full: 150, small: 8 }), endOnFailure: true },
  );

describe('late calls between reports that come in time lead to the state of the true order', () => {
  it('heartbeats', () => check('heartbeat', false), 600_000);
  it('heartbeats, with a sweep after each', () => check('heartbeat', true), 600_000);
  it('rosters', () => check('roster', false), 600_000);
  it('rosters, with a sweep after each', () => check('roster', true), 600_000);
});
