import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/db/client.ts';
import { Harness, START } from '../../harness.ts';
import { HOUR, MINUTE } from '../../helpers.ts';
import { Receivers } from '../../receivers.ts';

const ACC = '00000000-0000-7000-8000-00000000000a';
const EVENTS = ['session.*', 'server.*'];

/** A community with an endpoint, at 12:00. Times of calls are minutes before that. */
const setUpLateCalls = async (net = new Receivers()) => {
  net.app.clock.set(START + 12 * HOUR);
  const { key } = await net.endpoint({ events: EVENTS });
  net.received.length = 0;
  const noon = net.app.clock.now();
  const ago = (minutesAgo: number) => new Date(noon - minutesAgo * MINUTE).toISOString();
  const called = (minutesAgo: number, body: Record<string, unknown>) => ({
    accId: ACC,
    eventId: `${minutesAgo} ${JSON.stringify(body)}`,
    occurredAt: ago(minutesAgo),
    ...body,
  });
  return {
    net,
    key,
    ago,
    called,
    late: (minutesAgo: number, body: Record<string, unknown>) => net.activity(key, called(minutesAgo, body)),
    reset: async (body: Record<string, unknown>) => {
      const answer = await net.app.post('/v2/community/servers/1/activity/start', { key, body });
      await net.app.settled();
      return answer.body.data;
    },
    /** What was told, without what is random. */
    told: () =>
      net.received.map(({ body: { type, data } }) =>
        type === 'server.reset'
          ? { type, count: data.count }
          : { type, start: data.start, end: data.end, reason: data.clearReason },
      ),
    /** The sessions as somebody knows them who only ever heard the events: by id, the last that was said of each. */
    // biome-ignore lint/suspicious/noExplicitAny: a test asserts the whole of it literally.
    heard: (): Map<string, any> =>
      new Map(
        net.received.flatMap(({ body: { data } }) =>
          (data.sessions ?? [data]).map((session: { id: string }) => [session.id, session]),
        ),
      ),
    /** The sessions as they are, by id, in the form of the events. */
    rows: async () => {
      const { body } = await net.app.get(`/v2/community/activity?accId=${ACC}`, { key });
      return new Map(
        body.data.items.map((row: Record<string, unknown>) => {
          const { lastSeen, closeKind, unconfirmed, voidedAt, ...session } = row;
          return [session.id, session];
        }),
      );
    },
  };
};

describe('late calls tell each event once, as the rows end', () => {
  it('a start and a stop of the past, each three times', async () => {
    const { late, told, heard, rows, ago } = await setUpLateCalls();
    for (let n = 0; n < 3; n++) await late(30, { forceStart: true });
    for (let n = 0; n < 3; n++) await late(10, { forceStop: true });
    await late(30, { forceStart: true });
    expect(told()).toEqual([
      { type: 'session.started', start: ago(30), end: null, reason: null },
      { type: 'session.stopped', start: ago(30), end: ago(10), reason: null },
    ]);
    expect(heard()).toEqual(await rows());
  });

  // A session that is inserted closed tells its start and not its end: there is a trigger for updates only.
  it('the stop first', async () => {
    const { late, told, ago } = await setUpLateCalls();
    await late(10, { forceStop: true });
    await late(30, { forceStart: true });
    expect(told()).toMatchObject([
      { type: 'session.started', start: ago(30), reason: null },
      { type: 'session.stopped', start: ago(30), end: ago(10), reason: null },
    ]);
  });

  it('the same call ten times at once', async () => {
    const { net, key, called, told, ago } = await setUpLateCalls();
    const body = called(30, { forceStart: true });
    await Promise.all(Array.from({ length: 10 }, () => net.activity(key, body)));
    await net.app.settled();
    expect(told()).toEqual([{ type: 'session.started', start: ago(30), end: null, reason: null }]);
  });

  it('the same late call ten times at once', async () => {
    const { net, key, called, late, told, ago } = await setUpLateCalls();
    await late(60, { forceStart: true });
    await late(20, { forceStart: true });
    net.received.length = 0;
    const body = called(40, { forceStop: true });
    await Promise.all(Array.from({ length: 10 }, () => net.activity(key, body)));
    await net.app.settled();
    expect(told()).toEqual([{ type: 'session.corrected', start: ago(60), end: ago(40), reason: null }]);
  });

  it('a stop that repairs an auto-close', async () => {
    const { net, key, told, ago } = await setUpLateCalls();
    await net.activity(key, { accId: ACC, forceStart: true });
    net.app.clock.advance(13 * HOUR);
    await net.app.cron();
    net.app.clock.advance(5 * MINUTE);
    await net.app.cron();
    expect(net.types()).toEqual(['session.started', 'session.stale', 'session.auto_closed']);
    net.received.length = 0;
    const stop = { accId: ACC, forceStop: true, eventId: 'leave', occurredAt: ago(-60) };
    for (let n = 0; n < 3; n++) await net.activity(key, stop);
    expect(told()).toEqual([{ type: 'session.stopped', start: ago(0), end: ago(-60), reason: null }]);
  });

  it('a stop of a session that another one superseded corrects it', async () => {
    const { net, late, told, heard, rows, ago } = await setUpLateCalls();
    await late(60, { forceStart: true });
    await late(20, { forceStart: true });
    expect(net.types()).toEqual(['session.started', 'session.superseded', 'session.started']);
    net.received.length = 0;
    for (let n = 0; n < 2; n++) await late(40, { forceStop: true });
    expect(told()).toEqual([{ type: 'session.corrected', start: ago(60), end: ago(40), reason: null }]);
    expect([...heard().values()]).toEqual([[...(await rows()).values()][1]]);
    net.received.length = 0;
    await late(30, { forceClear: true });
    expect(told()).toEqual([]);
  });

  it('a clear before the stop corrects it', async () => {
    const { late, told, heard, rows, ago } = await setUpLateCalls();
    await late(60, { forceStart: true });
    await late(20, { forceStop: true });
    for (let n = 0; n < 2; n++) await late(40, { forceClear: true });
    expect(told().slice(2)).toEqual([
      { type: 'session.corrected', start: ago(60), end: ago(40), reason: 'Cleared by request' },
    ]);
    expect(heard()).toEqual(await rows());
  });

  it('a toggle between two others corrects the session and starts another one', async () => {
    const { late, told, heard, rows, ago } = await setUpLateCalls();
    await late(60, {});
    await late(20, {});
    await late(40, {});
    expect(told()).toEqual([
      { type: 'session.started', start: ago(60), end: null, reason: null },
      { type: 'session.stopped', start: ago(60), end: ago(20), reason: null },
      { type: 'session.corrected', start: ago(60), end: ago(40), reason: null },
      { type: 'session.started', start: ago(20), end: null, reason: null },
    ]);
    expect(heard()).toEqual(await rows());
  });

  // The session that the first of them started is no more, and nobody is told: to a receiver it stays open for ever.
  it('a toggle that turns the start of a session into its stop', async () => {
    const { late, heard, rows } = await setUpLateCalls();
    await late(20, {});
    await late(40, {});
    const open = [...heard().values()].filter(({ status }) => status);
    expect(await rows()).toHaveProperty('size', 1);
    expect(open).toEqual([]);
  });

  // The same: the roster's session is removed for another one, though somebody has been told its id.
  it('a join that arrives after the roster that saw its account', async () => {
    const { net, key, late, heard, rows } = await setUpLateCalls();
    const roster = { accounts: [{ accId: ACC }] };
    const { body } = await net.app.put('/v2/community/servers/1/activity/roster', { key, body: roster });
    await net.app.settled();
    await late(1, { forceStart: true });
    expect(heard()).toEqual(await rows());
    expect([...heard().keys()]).toEqual(body.data.started.map(({ id }: { id: string }) => id));
  });

  it('cut off between noting the call and writing its effect, by its repeat', async () => {
    const { net, key, called, late, told, ago } = await setUpLateCalls();
    await late(60, { forceStart: true });
    await late(20, { forceStart: true });
    net.received.length = 0;
    const batches = { left: 1 };
    const failing = new Harness({
      now: net.app.clock.now(),
      overrides: {
        db: openDatabase({
          prepare: (query: string) => env.DB.prepare(query),
          batch: (statements: D1PreparedStatement[]) => {
            if (batches.left-- <= 0) throw new Error('the network is gone');
            return env.DB.batch(statements);
          },
        } as unknown as D1Database),
        credentials: net.app.services.credentials,
      },
    });
    const body = called(40, { forceStop: true });
    const path = '/v2/community/servers/1/activity';
    expect((await failing.post(path, { key, body, expectsDefect: true })).status).toBe(500);
    expect(told()).toEqual([]);
    for (let n = 0; n < 2; n++) await net.activity(key, body);
    expect(told()).toEqual([{ type: 'session.corrected', start: ago(60), end: ago(40), reason: null }]);
  });

  it('calls of every kind in any order, each of them twice', { timeout: 240_000 }, async () => {
    const calls = fc
      .array(fc.constantFrom('forceStart', 'forceStop', 'forceClear', 'toggle'), {
        minLength: 1,
        maxLength: 7,
      })
      .map((flags) => flags.map((flag, index) => ({ minutesAgo: 60 - 7 * index, flag })))
      .chain((list) => fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }));
    await fc.assert(
      fc.asyncProperty(calls, async (list) => {
        const { net, late, heard, rows } = await setUpLateCalls();
        for (const { minutesAgo, flag } of list) await late(minutesAgo, { [flag]: true });
        const ids = net.received.flatMap(({ body }) =>
          body.type === 'session.started' ? [body.data.id] : [],
        );
        expect(heard()).toEqual(await rows());
        expect(new Set(ids)).toEqual(new Set(heard().keys()));
        expect(ids).toHaveLength(heard().size);
        // Nothing is told twice: each event says something else of its session than the one before.
        const last = new Map<string, string>();
        for (const { body, text } of net.received) {
          const row = JSON.stringify(body.data);
          if (body.type !== 'session.started') expect(last.get(body.data.id), text).not.toBe(row);
          last.set(body.data.id, row);
        }
      }),
      { numRuns: 40, seed: 5 },
    );
  });
});

describe('a reset with its own time and id', () => {
  // The note of the reset is published before its effect is worked out, and each of the two makes a message.
  it('is told once, with its sessions', async () => {
    const { late, reset, told, ago } = await setUpLateCalls();
    await late(30, { forceStart: true });
    await reset({ eventId: 'restart', occurredAt: ago(20) });
    expect(told().slice(1)).toEqual([{ type: 'server.reset', count: 1 }]);
  });

  it('and its time, repeated, tells nothing more', async () => {
    const { net, late, reset, ago } = await setUpLateCalls();
    await late(30, { forceStart: true });
    await reset({ eventId: 'restart', occurredAt: ago(20) });
    const before = net.received.length;
    for (let n = 0; n < 2; n++) await reset({ eventId: 'restart', occurredAt: ago(20) });
    expect(net.received).toHaveLength(before);
  });

  // The repeat notes a reset at the time of the repeat.
  it('without a time, repeated a minute later, tells nothing more', async () => {
    const { net, reset } = await setUpLateCalls();
    await reset({ eventId: 'restart' });
    const before = net.received.length;
    net.app.clock.advance(MINUTE);
    await reset({ eventId: 'restart' });
    expect(net.received).toHaveLength(before);
  });

  it('that closes what a newer start had superseded corrects it', async () => {
    const { net, late, reset, told, heard, rows, ago } = await setUpLateCalls();
    await late(60, { forceStart: true });
    await late(20, { forceStart: true });
    net.received.length = 0;
    await reset({ eventId: 'restart', occurredAt: ago(40) });
    expect(told().filter(({ type }) => type !== 'server.reset')).toEqual([
      {
        type: 'session.corrected',
        start: ago(60),
        end: ago(40),
        reason: 'All server activity stopped that were in progress',
      },
    ]);
    const [, first] = [...(await rows()).values()];
    expect([...heard().values()]).toEqual([first]);
  });
});
