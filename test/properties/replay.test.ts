import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Harness, START } from '../harness.ts';
import { SECOND } from '../helpers.ts';

const RUNS = { numRuns: 60 };
const TIMEOUT = 240_000;

/** A call of a history: `at` is in milliseconds after START. */
interface Call {
  readonly at: number;
  readonly eventId: string;
  /** Absent: a server reset. */
  readonly username?: string;
  readonly [field: string]: unknown;
}

const app = new Harness();

/** Sends the calls, each the way `send` says, to a community of their own; its sessions, without what is random. */
const play = async (
  calls: readonly Call[],
  send: (call: Call) => Record<string, unknown>,
  settings: Record<string, unknown> = {},
) => {
  app.clock.set(START);
  const { rowId: id, key } = await app.community(settings);
  for (const call of calls) {
    const path = `/v2/community/servers/1/activity${call.username ? '' : '/start'}`;
    const answer = await app.post(path, { key, body: send(call) });
    expect(answer.status, answer.text).toBe(200);
  }
  const { results } = await env.DB.prepare(
    `SELECT i.value AS username, s.started_at - ?2 AS start, s.last_seen_at - ?2 AS seen, s.ended_at - ?2 AS end,
       s.close_kind AS kind, s.clear_reason AS reason, s.metadata
     FROM sessions s JOIN account_identifiers i
       ON i.community_id = s.community_id AND i.account_id = s.account_id AND i.kind = 'username'
     WHERE s.community_id = ?1 ORDER BY 1, 2, 4, 5, 6, 7`,
  )
    .bind(id, START)
    .all<{ kind: string | null; metadata: string }>();
  return results.map((row) => ({ ...row, metadata: JSON.parse(row.metadata) }));
};

/** As it happens, by a client that knows neither field. */
const inTime = ({ at, eventId, ...body }: Call) => {
  app.clock.set(START + at);
  return body;
};

/** An hour later, with both fields. */
const late = ({ at, ...body }: Call) => {
  app.clock.set(START + 3_600_000);
  return { ...body, occurredAt: new Date(START + at).toISOString() };
};

const FLAGS = [
  {},
  { forceStart: true },
  { forceStop: true },
  { forceClear: true },
  { forceClear: true, forceStart: true, clearReason: 'AFK' },
];

/** Calls and resets of two accounts on one server, in the order of time. */
const history = (minGapSeconds: number) =>
  fc
    .array(
      fc.record({
        username: fc.constantFrom('ana', 'bo'),
        flags: fc.integer({ min: 0, max: FLAGS.length }),
        gap: fc.integer({ min: minGapSeconds, max: 300 }),
        metadata: fc.option(fc.record({ a: fc.constantFrom(1, null, { b: 2 }, { c: 3 }) }), {
          nil: undefined,
        }),
      }),
      { minLength: 1, maxLength: 8 },
    )
    .map((steps) => {
      let at = 0;
      return steps.map(({ username, flags, gap, metadata }, index): Call => {
        at += gap * SECOND;
        const event = { at, eventId: `event-${index}` };
        return flags === FLAGS.length
          ? event
          : { ...event, username, ...FLAGS[flags], ...(metadata && { metadata }) };
      });
    });

/** A history, and an order in which its calls arrive, each of them twice. */
const shuffledHistory = (minGapSeconds: number) =>
  history(minGapSeconds).chain((calls) =>
    fc.tuple(fc.constant(calls), fc.shuffledSubarray([...calls, ...calls], { minLength: calls.length * 2 })),
  );

describe('any order of arrival, with every call repeated, leads to the state of the true order', () => {
  it(
    'that calls without the fields lead to, sent as it happens',
    async () => {
      await fc.assert(
        fc.asyncProperty(shuffledHistory(1), async ([calls, shuffled]) => {
          expect(await play(shuffled, late)).toEqual(await play(calls, inTime));
        }),
        RUNS,
      );
    },
    TIMEOUT,
  );

  it(
    'where several happen in the same instant',
    async () => {
      const tied = shuffledHistory(0).map(
        ([calls, shuffled]) =>
          [calls, shuffled].map((list) =>
            list.map((call) => ({ ...call, at: Math.floor(call.at / 300_000) * 300_000 })),
          ) as [Call[], Call[]],
      );
      await fc.assert(
        fc.asyncProperty(tied, async ([calls, shuffled]) => {
          expect(await play(shuffled, late)).toEqual(await play(calls, late));
        }),
        RUNS,
      );
    },
    TIMEOUT,
  );

  it('where two of one instant are superseded at once, and a reset comes last', async () => {
    const starts = [1, 2].map(
      (n): Call => ({
        at: 300_000,
        eventId: `event-${n}`,
        username: 'ana',
        forceStart: true,
        metadata: { n },
      }),
    );
    const next: Call = {
      at: 900_000,
      eventId: 'event-4',
      username: 'ana',
      forceStart: true,
      metadata: { n: 3 },
    };
    const reset: Call = { at: 600_000, eventId: 'event-3' };
    const short = (rows: Awaited<ReturnType<typeof play>>) =>
      rows.map(({ kind, metadata }) => [kind, metadata]);
    // The ids of one instant are random: once in two times their order is that of the events by chance.
    for (let i = 0; i < 12; i++) {
      expect(short(await play([...starts, next, reset], late))).toEqual([
        ['superseded', { n: 1 }],
        ['server_reset', { n: 2 }],
        [null, { n: 3 }],
      ]);
    }
  });

  it(
    'where the silence between them is longer than the timeout',
    async () => {
      const settings = { idleTimeoutSeconds: 120, maxSessionSeconds: 300 };
      await fc.assert(
        fc.asyncProperty(shuffledHistory(1), async ([calls, shuffled]) => {
          expect(await play(shuffled, late, settings)).toEqual(await play(calls, late, settings));
        }),
        RUNS,
      );
    },
    TIMEOUT,
  );
});
