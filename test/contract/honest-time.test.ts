/**
 * The examples of docs/honest-time.md, each played in four ways that must end in the same rows: as the calls come, without any
 * sweep and then with one at the end, with a sweep every five minutes, and (where each call has an id and its time) in any order and more than once. Times are on the 15th; those of the next day have 24 hours more.
 */
import { describe, expect, it } from 'vitest';
import { Harness } from '../harness.ts';
import { DAY, HOUR, MINUTE, NIL } from '../helpers.ts';

const DAY_START = Date.parse('2026-04-15T00:00:00.000Z');
const SOMEBODY_ELSE = '11111111-1111-4111-8111-111111111111';
const ACTIVITY = '/v2/community/servers/1/activity';

/** `10:00` or `10:01:02` in milliseconds after midnight; more than 24 hours are the next day. */
const clock = (time: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return hours * HOUR + minutes * MINUTE + seconds * 1000;
};

/** One call (or one run of the sweep) of an example. */
interface Step {
  /** When it happens, in milliseconds after midnight, and when it arrives: by default at once. */
  readonly at: number;
  readonly arrivesAt?: number;
  readonly kind: 'call' | 'reset' | 'heartbeat' | 'roster' | 'sweep';
  readonly body?: Record<string, unknown>;
  /** Whether the call says when it happened. */
  readonly isDated?: boolean;
  /** What it is answered with, as `outcomeOf` says it. */
  readonly answers?: unknown;
  /** Of a sweep: what its clock says. */
  readonly says?: number;
}

const call =
  (body: Record<string, unknown>) =>
  (time: string, more: Partial<Step> = {}): Step => ({
    at: clock(time),
    kind: 'call',
    body: { accId: NIL, ...body },
    ...more,
  });
const S = call({ forceStart: true });
const E = call({ forceStop: true });
const T = call({});
const clear = call({ forceClear: true });
const somebodyElse = call({ accId: SOMEBODY_ELSE, forceStart: true });
const Z = (time: string): Step => ({ at: clock(time), kind: 'reset', body: {} });
const roster = (time: string, isListed = true, more: Partial<Step> = {}): Step => ({
  at: clock(time),
  kind: 'roster',
  body: { accounts: isListed ? [{ accId: NIL }] : [] },
  ...more,
});
const heartbeat = (time: string, more: Partial<Step> = {}): Step => ({
  at: clock(time),
  kind: 'heartbeat',
  body: { accounts: [{ accId: NIL }] },
  ...more,
});
/** One a minute, both ends included. */
const each = (make: (time: string) => Step, from: string, to: string): Step[] => {
  const steps: Step[] = [];
  for (let at = clock(from); at <= clock(to); at += MINUTE) steps.push({ ...make('0:00'), at });
  return steps;
};
const R = (from: string, to: string) => each(roster, from, to);
const H = (from: string, to: string) => each(heartbeat, from, to);
const late = (step: Step, arrives: string): Step => ({ ...step, arrivesAt: clock(arrives), isDated: true });

/** The rows that an example ends in: `10:00–11:00 auto_closed`, an open one `16:00–`, and ` continues` where it does. */
interface Example {
  readonly n: number;
  readonly settings?: Record<string, unknown>;
  readonly steps: readonly Step[];
  readonly rows: readonly string[];
  /** Confirmed, unconfirmed and watched seconds. */
  readonly seconds: readonly [number, number, number];
  readonly reason?: string;
  /** When it is looked at; by default long after, so that every silence is over. */
  readonly until?: string;
}

const five = [...R('10:00', '11:00'), roster('16:00', true, { answers: { closed: 1, resumed: 1 } })];

const EXAMPLES: readonly Example[] = [
  { n: 1, steps: [S('10:00'), E('11:00')], rows: ['10:00–11:00 stopped'], seconds: [3600, 0, 0] },
  { n: 2, steps: [S('10:00'), E('10:08')], rows: ['10:00–10:08 stopped'], seconds: [480, 0, 480] },
  {
    n: 3,
    steps: [...R('10:00', '11:00'), ...each((time) => roster(time, false), '11:01', '11:30')],
    rows: ['10:00–11:00 stopped'],
    seconds: [3600, 0, 3600],
  },
  {
    n: 4,
    steps: R('10:00', '11:00'),
    rows: ['10:00–11:00 auto_closed'],
    seconds: [3600, 0, 3600],
    reason: 'Auto-closed: no activity for 10 min',
  },
  {
    n: 5,
    steps: five,
    until: '16:05',
    rows: ['10:00–11:00 auto_closed', '16:00– continues'],
    seconds: [3600, 0, 3600],
  },
  {
    n: 6,
    steps: [S('10:00'), ...H('10:00', '11:00'), heartbeat('16:00', { answers: 'resumed' })],
    until: '16:05',
    rows: ['10:00–11:00 auto_closed', '16:00– continues'],
    seconds: [3600, 0, 3600],
  },
  {
    n: 7,
    steps: [roster('10:00'), roster('10:10'), roster('10:20')],
    until: '10:25',
    rows: ['10:00–'],
    seconds: [1200, 0, 1200],
  },
  {
    n: 8,
    steps: [roster('10:00'), roster('10:11')],
    until: '10:15',
    rows: ['10:00–10:00 auto_closed', '10:11– continues'],
    seconds: [0, 0, 0],
  },
  {
    n: 9,
    steps: [S('10:00'), ...H('10:30', '11:00'), E('11:00')],
    rows: ['10:00–11:00 stopped'],
    seconds: [3600, 0, 1800],
  },
  {
    n: 10,
    steps: [S('10:00'), ...H('10:01', '11:00'), E('11:05')],
    rows: ['10:00–11:05 stopped'],
    seconds: [3900, 0, 3900],
  },
  {
    n: 11,
    steps: [S('10:00'), ...H('10:01', '11:00'), E('12:00', { answers: '10:00–11:00' })],
    rows: ['10:00–11:00 auto_closed'],
    seconds: [3600, 0, 3600],
  },
  {
    n: 12,
    steps: [S('10:00'), S('13:00')],
    until: '13:05',
    rows: ['10:00–10:00 superseded', '13:00–'],
    seconds: [0, 0, 0],
  },
  {
    n: 13,
    steps: [S('10:00'), S('23:30')],
    until: '23:35',
    rows: ['10:00–10:00 auto_closed', '23:30–'],
    seconds: [0, 0, 0],
    reason: 'Auto-closed: no activity for 12 h 0 min',
  },
  { n: 14, steps: [S('10:00'), T('18:00')], rows: ['10:00–18:00 stopped'], seconds: [28_800, 0, 0] },
  {
    n: 15,
    steps: [S('10:00'), T('23:30')],
    until: '23:35',
    rows: ['10:00–10:00 auto_closed', '23:30–'],
    seconds: [0, 0, 0],
  },
  {
    n: 16,
    steps: [S('10:00'), E('23:00', { answers: '10:00–23:00' })],
    rows: ['10:00–23:00 stopped'],
    seconds: [46_800, 0, 0],
  },
  {
    n: 17,
    steps: [S('10:00'), E('34:30', { answers: null })],
    rows: ['10:00–10:00 auto_closed'],
    seconds: [0, 0, 0],
  },
  {
    n: 18,
    steps: [S('10:00'), clear('23:30', { answers: null })],
    rows: ['10:00–10:00 auto_closed'],
    seconds: [0, 0, 0],
  },
  {
    n: 19,
    steps: [...R('10:00', '11:00'), Z('31:00')],
    rows: ['10:00–11:00 auto_closed'],
    seconds: [3600, 0, 3600],
  },
  {
    n: 20,
    steps: [S('20:00'), somebodyElse('20:50'), Z('21:30')],
    rows: ['20:00–21:30 server_reset'],
    seconds: [0, 5400, 0],
  },
  {
    n: 21,
    steps: [S('20:00'), somebodyElse('20:50'), Z('31:00')],
    rows: ['20:00–20:50 server_reset'],
    seconds: [0, 3000, 0],
  },
  { n: 22, steps: [S('20:00'), Z('33:00')], rows: ['20:00–20:00 auto_closed'], seconds: [0, 0, 0] },
  {
    n: 23,
    steps: [...R('10:00', '11:00'), Z('11:05'), roster('11:06')],
    until: '11:10',
    rows: ['10:00–11:05 server_reset', '11:06–'],
    seconds: [3600, 300, 3600],
  },
  {
    n: 24,
    steps: [...five, late(E('11:08'), '16:02')],
    until: '16:05',
    rows: ['10:00–11:08 stopped', '16:00–'],
    seconds: [4080, 0, 4080],
  },
  {
    n: 25,
    steps: [...five, late(E('11:30', { answers: '10:00–11:00' }), '16:02')],
    until: '16:05',
    rows: ['10:00–11:00 auto_closed', '16:00– continues'],
    seconds: [3600, 0, 3600],
  },
  {
    n: 26,
    steps: [...five, late(S('13:00'), '16:02')],
    until: '16:05',
    rows: ['10:00–11:00 auto_closed', '13:00–'],
    seconds: [14_400, 0, 3600],
  },
  {
    n: 27,
    settings: { unconfirmedEnd: 'close-time' },
    steps: R('10:00', '11:00'),
    rows: ['10:00–11:10 auto_closed'],
    seconds: [3600, 600, 3600],
  },
  {
    n: 28,
    steps: [
      ...R('10:00', '11:00'),
      { at: clock('11:08'), kind: 'sweep', says: clock('11:20') },
      roster('11:09', true, { answers: { closed: 0, resumed: 0 } }),
    ],
    until: '11:15',
    rows: ['10:00–'],
    seconds: [4140, 0, 4140],
  },
  {
    n: 29,
    steps: [roster('10:00'), roster('10:01', false), E('10:01:02', { answers: null })],
    rows: ['10:00–10:00 stopped'],
    seconds: [0, 0, 0],
  },
  {
    n: 30,
    steps: [
      roster('10:00'),
      roster('10:01', false),
      late(E('10:00:40', { answers: '10:00–10:00:40' }), '10:01:02'),
    ],
    rows: ['10:00–10:00:40 stopped'],
    seconds: [40, 0, 40],
  },
  {
    n: 31,
    steps: R('10:00', '11:00').flatMap((step, index) => {
      const kept = { ...step, arrivesAt: clock('17:00') + index * 1000, isDated: true };
      return index === 30 ? [kept, { at: kept.arrivesAt, kind: 'sweep' as const }] : [kept];
    }),
    rows: ['10:00–11:00 auto_closed'],
    seconds: [3600, 0, 3600],
  },
];

const app = new Harness();
const iso = (at: number): string => new Date(DAY_START + at).toISOString();
const toClock = (time: string): string => {
  const at = Date.parse(time) - DAY_START;
  const [hours, minutes, seconds] = [at / HOUR, (at / MINUTE) % 60, (at / 1000) % 60].map((n) =>
    String(Math.floor(n)).padStart(2, '0'),
  );
  return seconds === '00' ? `${hours}:${minutes}` : `${hours}:${minutes}:${seconds}`;
};
const span = ({ start, end }: { start: string; end: string | null }) =>
  `${toClock(start)}–${end === null ? '' : toClock(end)}`;

/** A community of its own, and what can be done with it. */
const setUpExample = async ({ settings, until }: Example) => {
  app.clock.set(DAY_START);
  const { key } = await app.community(settings ?? {});
  const send = async (step: Step, more: Record<string, unknown> = {}) => {
    const path = { call: '', reset: '/start', heartbeat: '/heartbeat', roster: '/roster', sweep: '' }[
      step.kind
    ];
    const method = step.kind === 'roster' ? 'PUT' : 'POST';
    const answer = await app.request(method, `${ACTIVITY}${path}`, { key, body: { ...step.body, ...more } });
    expect(answer.status, answer.text).toBe(200);
    return answer.body.data;
  };
  const sweepAt = (at: number) => app.sweep(DAY_START + at);
  /** What is known at the end, after a last sweep or without any. */
  const state = async ({ isSwept = true } = {}) => {
    const end = until === undefined ? 3 * DAY : clock(until);
    app.clock.set(DAY_START + end);
    if (isSwept) await sweepAt(end);
    const { body } = await app.get(`/v2/community/activity?accId=${NIL}&limit=100`, { key });
    const items = body.data.items.toReversed();
    const ids = items.map(({ id }: { id: string }) => id);
    const rows = items.map(
      (
        item: { start: string; end: string | null; closeKind: string | null; continues?: string },
        n: number,
      ) => {
        if (item.continues !== undefined) expect(item.continues).toBe(ids[n - 1]);
        return [span(item), item.closeKind, item.continues && 'continues'].filter(Boolean).join(' ');
      },
    );
    const summary = await app.get(
      `/v2/community/activity/summary?accId=${NIL}&from=${iso(0)}&to=${iso(3 * DAY)}`,
      { key },
    );
    const [total] = summary.body.data.items;
    return {
      rows,
      seconds: [total.confirmedSeconds, total.unconfirmedSeconds, total.watchedSeconds],
      total: total.seconds,
      lastSeen: items.map((item: { lastSeen: string }) => toClock(item.lastSeen)),
      reasons: items.map(({ clearReason }: { clearReason: string | null }) => clearReason).filter(Boolean),
    };
  };
  return { send, sweepAt, state };
};

type World = Awaited<ReturnType<typeof setUpExample>>;

const expectAnswer = (step: Step, data: unknown): void => {
  if (!('answers' in step)) return;
  if (step.kind === 'heartbeat') {
    const { results } = data as { results: { status: string; sessionId: string }[] };
    expect(results).toMatchObject([{ status: step.answers, sessionId: expect.any(String) }]);
  } else if (step.kind === 'roster') {
    const { closed, resumed } = data as { closed: unknown[]; resumed: { continues: string }[] };
    // A sweep may have closed it before.
    const { resumed: count } = step.answers as { closed: number; resumed: number };
    expect(closed.length).toBeLessThanOrEqual(1);
    expect(resumed).toHaveLength(count);
    for (const row of resumed) expect(row).toMatchObject({ status: true, continues: expect.any(String) });
  } else {
    expect(data && span(data as { start: string; end: string | null })).toEqual(step.answers);
  }
};

/** Plays the calls in the order of their arrival, with a sweep every `sweepMs` between the first and the last. */
const play = async (example: Example, sweepMs?: number) => {
  const world = await setUpExample(example);
  const steps = example.steps.toSorted((a, b) => (a.arrivesAt ?? a.at) - (b.arrivesAt ?? b.at));
  let nextSweep = Math.min(...steps.map(({ arrivesAt, at }) => arrivesAt ?? at));
  for (const step of steps) {
    const arrival = step.arrivesAt ?? step.at;
    if (sweepMs !== undefined) {
      // Only a sweep that finds something makes a difference: in a long silence, the first ones do.
      for (let n = 0; nextSweep <= arrival; nextSweep += sweepMs, n += 1)
        if (n < 6 || n % 12 === 0) await world.sweepAt(nextSweep);
    }
    app.clock.set(DAY_START + arrival);
    if (step.kind === 'sweep') {
      await world.sweepAt(step.says ?? arrival);
      continue;
    }
    const dated = step.kind === 'roster' ? { observedAt: iso(step.at) } : { occurredAt: iso(step.at) };
    const data = await world.send(step, step.isDated ? dated : {});
    expectAnswer(step, data);
  }
  return world;
};

const expected = ({ rows, seconds }: Example) => ({
  rows,
  seconds,
  total: seconds[0] + seconds[1],
});

/** Orders of the calls, each with repeats: all of them where there are few. */
const ordersOf = (count: number): number[][] => {
  if (count > 3) throw new Error('no example has so many calls with ids');
  const permutations = (rest: number[]): number[][] =>
    rest.length === 0
      ? [[]]
      : rest.flatMap((n) => permutations(rest.filter((m) => m !== n)).map((more) => [n, ...more]));
  return permutations(Array.from({ length: count }, (_, n) => n)).flatMap((order) => [
    [...order, ...order],
    [...order, ...order.toReversed()],
  ]);
};

describe.each(EXAMPLES)('example $n', (example) => {
  const check = (actual: Awaited<ReturnType<World['state']>>) => {
    expect(actual).toMatchObject(expected(example));
    if (example.reason !== undefined) expect(actual.reasons).toContain(example.reason);
  };

  it('with a sweep every five minutes', async () => {
    const world = await play(example, 5 * MINUTE);
    check(await world.state());
  });

  it('as the calls come: what no sweep has noticed may still show as open, at its last sight, until one comes', async () => {
    const world = await play(example);
    const actual = await world.state({ isSwept: false });
    for (const [index, row] of example.rows.entries()) {
      const [, start, end] = /^(.*)–(\S*) auto_closed$/.exec(row) ?? [];
      if (start === undefined || actual.rows[index] === row) expect(actual.rows[index]).toBe(row);
      else expect(actual.rows[index]).toBe(`${start}–`);
      // By close-time its end lies a timeout behind.
      if (end !== undefined && !example.settings) expect(actual.lastSeen[index]).toBe(end);
    }
    expect(actual.rows).toHaveLength(example.rows.length);
    const [confirmed, , watched] = example.seconds;
    expect([actual.seconds[0], actual.seconds[2]]).toEqual([confirmed, watched]);
    check(await world.state());
  });

  const isReplayable = example.steps.every(({ kind }) => kind === 'call' || kind === 'reset');
  if (isReplayable) {
    it('in any order, each call with its id and its time, and more than once', async () => {
      const last = Math.max(...example.steps.map(({ at }) => at));
      // A call is taken for 24 hours.
      const first = Math.min(...example.steps.map(({ at }) => at));
      for (const order of ordersOf(example.steps.length)) {
        const world = await setUpExample(example);
        for (const index of order) {
          const step = example.steps[index] as Step;
          app.clock.set(DAY_START + Math.min(Math.max(last, first) + 1000, step.at + DAY - 1000));
          await world.send(step, { eventId: `event-${index}`, occurredAt: iso(step.at) });
        }
        check(await world.state());
      }
    });
  }
});

it('all 31 are here', () => {
  expect(EXAMPLES.map(({ n }) => n)).toEqual(Array.from({ length: 31 }, (_, n) => n + 1));
});
