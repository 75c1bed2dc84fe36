import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Harness } from '../harness.ts';

/**
 * The activity log against a plain array: after any mix of calls the list, its pages and the counts are those of
 * the array, and no id is ever given twice.
 */
const LOGS = '/api/v1/activity_log';
const DAY_SECONDS = 86_400;
const MAX_RUNS_OF_JOB = 100;

interface Entry {
  readonly platform: string;
  readonly serial: string;
  readonly action_type: string;
  readonly username?: string | undefined;
  readonly timestamp?: number | undefined;
  readonly event_id?: string | undefined;
}
interface Row extends Entry {
  readonly id: number;
  readonly timestamp: number;
}
type Filter = Partial<
  Record<'platform' | 'serial' | 'action_type' | 'username' | 'from' | 'to', string | number>
>;

// Few values, so that kinds, seconds and events meet; more platforms than the merge of few kinds takes.
const platform = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const serial = fc.constantFrom('s1', 's2');
const actionType = fc.constantFrom('x', 'y');
const username = fc.constantFrom('u1', 'u2');
const second = fc.constantFrom(0, 1, 2, 65_536, 4_102_444_800);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const entry: fc.Arbitrary<Entry> = fc.record({
  platform,
  serial,
  action_type: actionType,
  username: maybe(username),
  timestamp: maybe(second),
  event_id: fc.option(fc.constantFrom('e1', 'e2', 'e3'), { nil: undefined, freq: 2 }),
});
const BAD = { platform: 'a', serial: '', action_type: 'x' };

const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('append' as const), entry }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('batch' as const),
      entries: fc.array(
        fc.oneof({ weight: 6, arbitrary: entry }, { weight: 1, arbitrary: fc.constant(BAD) }),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete' as const), nth: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wipe' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('job' as const),
      after: fc.constantFrom(0, 1, 2 * DAY_SECONDS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('retain' as const), days: fc.constantFrom(null, 1, 30) }),
  },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

const filter: fc.Arbitrary<Filter> = fc.record(
  { platform, serial, action_type: actionType, username, from: second, to: second },
  { requiredKeys: [] },
);

class Log {
  readonly app: Harness;
  readonly key: string;
  rows: Row[] = [];
  retentionDays: number | null = null;
  readonly #given = new Set<number>();

  constructor(app: Harness, key: string) {
    this.app = app;
    this.key = key;
  }

  now = () => Math.floor(this.app.clock.now() / 1000);

  async run(operation: Operation): Promise<void> {
    const { app, key } = this;
    switch (operation.kind) {
      case 'append': {
        const { body } = await app.post(LOGS, { key, body: operation.entry });
        this.#stored(operation.entry, body.data.id);
        return;
      }
      case 'batch': {
        const { body } = await app.post(LOGS, { key, body: operation.entries });
        const rejected = operation.entries.flatMap((given, index) => (given === BAD ? [index] : []));
        expect(body.data.rejected.map(({ index }: { index: number }) => index)).toEqual(rejected);
        expect(body.data.accepted).toBe(operation.entries.length - rejected.length);
        for (const [index, given] of operation.entries.entries()) {
          if (given === BAD) expect(body.data.ids[index]).toBeNull();
          else this.#stored(given, body.data.ids[index]);
        }
        return;
      }
      case 'delete': {
        const victim = this.rows[operation.nth];
        // No entry has this id: it is of a second that no call names.
        const { status } = await app.delete(`${LOGS}/${victim?.id ?? 7 * 2 ** 20}`, { key });
        expect(status).toBe(victim ? 200 : 404);
        this.rows = this.rows.filter((row) => row !== victim);
        return;
      }
      case 'wipe':
        await app.delete(`${LOGS}/all`, { key });
        this.rows = [];
        return;
      case 'job':
        app.clock.advance(operation.after * 1000);
        await app.cron();
        if (this.retentionDays !== null) {
          const cutoff = this.now() - this.retentionDays * DAY_SECONDS;
          // A run has not statements enough for the logs of all the communities before.
          const isLeft = async () =>
            (await app.get(`${LOGS}/count?to=${cutoff - 1}`, { key })).body.data.count > 0;
          for (let run = 1; run < MAX_RUNS_OF_JOB && (await isLeft()); run++) await app.cron();
          this.rows = this.rows.filter((row) => row.timestamp >= cutoff);
        }
        return;
      case 'retain':
        await app.patch('/v2/community/settings', { key, body: { logRetentionDays: operation.days } });
        this.retentionDays = operation.days;
        return;
      default:
        operation satisfies never;
    }
  }

  #stored(given: Entry, id: number): void {
    const first = given.event_id && this.rows.find((row) => row.event_id === given.event_id);
    if (first) {
      expect(id).toBe(first.id);
      return;
    }
    const timestamp = given.timestamp ?? this.now();
    expect(Math.floor(id / 2 ** 20)).toBe(timestamp);
    expect(this.#given).not.toContain(id);
    this.#given.add(id);
    this.rows.push({ ...given, id, timestamp });
    this.rows.sort((a, b) => b.timestamp - a.timestamp || b.id - a.id);
  }

  /** The log shows what the array has, counted and page by page. */
  async check(filter: Filter, limit: number): Promise<void> {
    const { from = 0, to = Number.POSITIVE_INFINITY, ...equal } = filter;
    const expected = this.rows.filter(
      (row) =>
        row.timestamp >= Number(from) &&
        row.timestamp <= Number(to) &&
        Object.entries(equal).every(([name, value]) => row[name as keyof Row] === value),
    );
    const query = new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)]));
    const counted = await this.app.get(`${LOGS}/count?${query}`, { key: this.key });
    expect(counted.body.data.count).toBe(expected.length);
    const listed: Row[] = [];
    let path: string | undefined = `${LOGS}?limit=${limit}&${query}`;
    while (path) {
      const { body, headers } = await this.app.get(path, { key: this.key });
      listed.push(...body.data);
      expect(body.data.length).toBe(Math.min(limit, expected.length - listed.length + body.data.length));
      path = /^<https:\/\/rollcall\.test([^>]+)>/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(listed.map((row) => [row.id, row.timestamp, row.platform, row.serial, row.action_type])).toEqual(
      expected.map((row) => [row.id, row.timestamp, row.platform, row.serial, row.action_type]),
    );
  }
}

it('is a plain array, for any mix of calls', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(operation, filter, fc.constantFrom(2, 5, 100)), { minLength: 1, maxLength: 14 }),
      async (steps) => {
        const app = new Harness();
        const log = new Log(app, (await app.community()).key);
        for (const [step, filter, limit] of steps) {
          await log.run(step);
          await log.check(filter, limit);
        }
        for (const filter of [{}, { platform: 'a' }, { serial: 's1' }, { action_type: 'x' }]) {
          await log.check(filter, 5);
        }
      },
    ),
    { numRuns: 60, endOnFailure: true },
  );
}, 240_000);
