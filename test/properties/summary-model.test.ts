import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Harness, START } from '../harness.ts';
import { HOUR, iso, MINUTE } from '../helpers.ts';
import { CLOCK_CHANGES, wallClock, ZONES } from '../lib/wall-clock.ts';
import { atScale } from '../scale.ts';
import { ANA, BO, items, type Stored, SUMMARY, store } from '../summary.ts';

const GROUPINGS = ['account', 'server', 'day', 'week', 'month', 'hour', 'weekday-hour'] as const;
type Grouping = (typeof GROUPINGS)[number];
type WeekStart = 'monday' | 'saturday' | 'sunday';

const DAY_MS = 86_400_000;
/** Minutes: the heartbeat timeout of the communities below. */
const TIMEOUT = 10;

/** Asks the wall clock once a minute of a zone: Intl is slow. */
const asked = new Map<string, string>();
const remembered = (zone: string, unit: 'day' | 'hour') => {
  const ask = wallClock(zone, unit);
  return (minute: number): string => {
    const key = `${zone} ${unit} ${minute}`;
    const name = asked.get(key) ?? ask(minute);
    asked.set(key, name);
    return name;
  };
};

/** What a minute is called, by the wall clock alone. */
const nameOf = (grouping: Grouping, zone: string, weekStart: WeekStart) => {
  const dayOf = remembered(zone, 'day');
  const hourOf = remembered(zone, 'hour');
  const weekOf = (day: string): string => {
    const date = Date.parse(`${day}T00:00:00Z`);
    const weekday = new Date(date).getUTCDay();
    const first = { monday: 1, saturday: 6, sunday: 0 }[weekStart];
    const start = date - ((weekday - first + 7) % 7) * DAY_MS;
    if (weekStart !== 'monday') return new Date(start).toISOString().slice(0, 10);
    // The week with the year's first Thursday is its first one.
    const year = new Date(start + 3 * DAY_MS).getUTCFullYear();
    let firstThursday = Date.UTC(year, 0, 1);
    while (new Date(firstThursday).getUTCDay() !== 4) firstThursday += DAY_MS;
    const number = 1 + (start + 3 * DAY_MS - firstThursday) / (7 * DAY_MS);
    return `${year}-W${String(number).padStart(2, '0')}`;
  };
  return (minute: number): Record<string, unknown> => {
    const day = dayOf(minute);
    switch (grouping) {
      case 'day':
        return { day };
      case 'week':
        return { week: weekOf(day) };
      case 'month':
        return { month: day.slice(0, 7) };
      case 'hour':
        return { hour: hourOf(minute) };
      case 'weekday-hour':
        return {
          weekday: new Date(`${day}T00:00:00Z`).getUTCDay() || 7,
          hourOfDay: Number(hourOf(minute).slice(11, 13)),
        };
      default:
        return {};
    }
  };
};

/** What is asked for. */
interface Query {
  readonly groupBy: readonly Grouping[];
  readonly zone: string;
  readonly weekStart: WeekStart;
  readonly from: number;
  readonly to: number;
  readonly accId?: string | undefined;
  readonly serverId?: number | undefined;
  readonly job?: string | undefined;
  readonly order: string;
}

/** What the sessions come to, minute by minute: the items of the answer, in any order. */
const modelOf = (sessions: readonly Stored[], query: Query): Record<string, unknown>[] => {
  const { groupBy, zone, weekStart, from, to, accId, serverId, job } = query;
  const names = groupBy.map((grouping) => nameOf(grouping, zone, weekStart));
  const namesOf = new Map<number, Record<string, unknown>>();
  const model = new Map<string, { item: Record<string, unknown>; sums: Record<string, number> }>();
  const covered = new Set<string>();
  for (const one of sessions) {
    const { account, server, start, end, kind, voided, heartbeat, silence, metadata } = one;
    const lastSeen = one.lastSeen ?? end ?? start;
    if (kind === 'cleared' || voided) continue;
    if ((accId && account !== accId) || (serverId && server !== serverId)) continue;
    if (job && metadata?.job !== job) continue;
    const until = end ?? lastSeen;
    const confirmedUntil = kind === 'stopped' ? until : Math.min(until, lastSeen);
    const second = heartbeat ?? lastSeen;
    const watchedFrom = second - start <= TIMEOUT * MINUTE ? start : second;
    const isSilent = (at: number) =>
      silence && silence[1] - silence[0] > TIMEOUT * MINUTE && at >= silence[0] && at < silence[1];
    const touched = new Set<unknown>();
    const add = (minute: number, seconds: number) => {
      const times = namesOf.get(minute) ?? Object.assign({}, ...names.map((name) => name(minute)));
      namesOf.set(minute, times);
      const item: Record<string, unknown> = {
        ...(groupBy.includes('account') && { accId: account }),
        ...(groupBy.includes('server') && { serverId: server }),
        ...times,
      };
      const name = JSON.stringify(item);
      const sums: Record<string, number> = model.get(name)?.sums ?? {};
      model.set(name, { item, sums });
      const plus = (field: string, value: number) => {
        sums[field] = (sums[field] ?? 0) + value;
      };
      plus('seconds', seconds);
      if (minute < confirmedUntil) plus('confirmed', seconds);
      if (minute >= watchedFrom && minute < lastSeen && minute < until && !isSilent(minute)) {
        plus('watched', seconds);
      }
      if (!touched.has(name)) plus('sessions', 1);
      if (!covered.has(`${account} ${minute}`)) plus('distinct', seconds);
      touched.add(name);
      if (seconds > 0) covered.add(`${account} ${minute}`);
    };
    if (start === until && start >= from && start < to) add(start, 0);
    for (let minute = Math.max(start, from); minute < Math.min(until, to); minute += MINUTE) add(minute, 60);
  }
  const hasDistinct = groupBy.includes('account') && !groupBy.includes('server');
  return [...model.values()].map(({ item, sums }) => {
    const { seconds = 0, confirmed = 0, watched = 0, sessions: count = 0, distinct = 0 } = sums;
    return {
      ...item,
      seconds,
      confirmedSeconds: confirmed,
      unconfirmedSeconds: seconds - confirmed,
      watchedSeconds: watched,
      sessions: count,
      ...(hasDistinct && { distinctSeconds: distinct }),
    };
  });
};

/** Asks for the totals, page by page, and compares them with the model. */
const check = async (app: Harness, key: string, sessions: readonly Stored[], query: Query) => {
  const { groupBy, from, to, accId, serverId, job, order, zone } = query;
  const isTimed = groupBy.some((grouping) => grouping !== 'account' && grouping !== 'server');
  const search = new URLSearchParams({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    groupBy: groupBy.join(','),
    timezone: zone,
    limit: '1000',
    ...(isTimed && { order }),
    ...(accId && { accId }),
    ...(serverId && { serverId: String(serverId) }),
    ...(job && { 'metadata.job': job }),
  });
  const all: Record<string, unknown>[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const answer = await app.get(`${SUMMARY}?${search}${cursor && `&cursor=${cursor}`}`, { key });
    all.push(...items(answer));
    cursor = answer.body.data.nextCursor;
  }
  const given = all.map(({ name, serverName, hours, start, end, ...item }) => item);
  const sorted = (list: readonly Record<string, unknown>[]) =>
    list.map((item) => JSON.stringify(item, Object.keys(item).sort())).sort();
  expect(sorted(given), groupBy.join(',')).toEqual(sorted(modelOf(sessions, query)));
  // In the order that was asked for.
  for (const [index, { start, seconds, hours }] of all.entries()) {
    const next = all[index + 1];
    expect(hours).toBe(Math.round((seconds as number) / 36) / 100);
    if (!next) continue;
    if (isTimed && order === 'time') {
      if (start) expect(String(next.start) >= String(start)).toBe(true);
    } else expect(next.seconds as number).toBeLessThanOrEqual(seconds as number);
  }
};

const minutes = (max: number) => fc.integer({ min: 0, max });
const session = fc.record({
  account: fc.constantFrom(ANA, BO),
  server: fc.constantFrom(1, 2, 3),
  // In minutes before the middle of the period, and as long as any step of the reach.
  before: fc.oneof(fc.integer({ min: -2000, max: 4000 }), fc.integer({ min: -2000, max: 100_000 })),
  length: fc.oneof(
    minutes(90),
    minutes(3000),
    fc.constantFrom(5, 10, 60, 61, 1280, 1281, 46_080, 46_081, 100_000),
  ),
  kind: fc.constantFrom('stopped', 'auto_closed', 'superseded', 'server_reset', 'cleared', null),
  voided: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  /** In minutes: from the last sight to the end, from the start to the first heartbeat, and a silence in between. */
  unseen: fc.oneof(fc.constant(0), minutes(200)),
  heartbeat: fc.oneof(fc.constant(undefined), minutes(30)),
  silence: fc.oneof(fc.constant(undefined), fc.tuple(minutes(100), minutes(60))),
  job: fc.constantFrom('police', 'medic'),
});
type Drawn = typeof session extends fc.Arbitrary<infer T> ? T : never;

/** The sessions that were drawn, around the instant `middle`; of one account on one server at most one open. */
const storedOf = (drawn: readonly Drawn[], middle: number): Stored[] => {
  const open = new Set<string>();
  return drawn.flatMap(({ before, length, kind, unseen, heartbeat, silence, job, ...rest }): Stored[] => {
    const start = middle - before * MINUTE;
    const end = start + length * MINUTE;
    const lastSeen = kind === null ? end : Math.max(start, end - unseen * MINUTE);
    const place = `${rest.account} ${rest.server}`;
    const common = {
      ...rest,
      start,
      lastSeen,
      heartbeat: heartbeat === undefined ? null : Math.min(start + heartbeat * MINUTE, lastSeen),
      silence:
        silence && ([start + silence[0] * MINUTE, start + (silence[0] + silence[1]) * MINUTE] as const),
      metadata: { job },
    };
    if (kind !== null) return [{ ...common, end, kind }];
    if (open.has(place)) return [];
    open.add(place);
    return [{ ...common, end: null, kind }];
  });
};

const period = fc.record({
  zone: fc.constantFrom(...ZONES),
  weekStart: fc.constantFrom<WeekStart>('monday', 'saturday', 'sunday'),
  accId: fc.constantFrom(undefined, undefined, ANA),
  serverId: fc.constantFrom(undefined, undefined, 2),
  job: fc.constantFrom(undefined, undefined, 'police'),
  order: fc.constantFrom('most', 'time'),
});

/** One grouping, or two in any order. */
const groupings = fc
  .uniqueArray(fc.constantFrom<Grouping>(...GROUPINGS), { minLength: 1, maxLength: 2 })
  .map((list) => [...list]);

describe('the totals, against a model that counts minute by minute', () => {
  it('every grouping, zone, filter and period adds up', async () => {
    const app = new Harness({ now: Date.parse('2030-01-01T00:00:00Z') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(session, { maxLength: 12 }),
        // So many in the middle of the period that they are read account by account (reaching-queries.ts).
        fc.oneof(fc.constant([]), fc.array(session, { minLength: 4, maxLength: 8 })),
        fc.constantFrom(...CLOCK_CHANGES),
        fc.uniqueArray(groupings, { minLength: 2, maxLength: 2, selector: String }),
        minutes(1500),
        fc.oneof(fc.integer({ min: 1, max: 1600 }), fc.integer({ min: 1, max: 20_000 })),
        period,
        async (drawn, crowd, middle, groups, before, length, more) => {
          const { rowId: id, key } = await app.community({
            timezone: more.zone,
            weekStart: more.weekStart,
            heartbeatTimeoutSeconds: TIMEOUT * 60,
          });
          const from = middle - before * MINUTE;
          const inMiddle = before - Math.floor(length / 2);
          const sessions = storedOf(
            [...drawn, ...crowd.map((one) => ({ ...one, before: inMiddle }))],
            middle,
          );
          await store(id, sessions);
          for (const groupBy of groups) {
            await check(app, key, sessions, { ...more, groupBy, from, to: from + length * MINUTE });
          }
        },
      ),
      { numRuns: atScale({ full: 300, small: 20 }) },
    );
  }, 120_000);

  const PAIRS = GROUPINGS.flatMap((one, index) => [
    [one],
    ...GROUPINGS.slice(index + 1).map((other) => [one, other]),
  ]);

  it.each(['Europe/Madrid', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'])(
    'each of the 28 groupings, in %s, where the clocks change, whichever way the sessions are read',
    async (zone) => {
      const app = new Harness({ now: Date.parse('2030-01-01T00:00:00Z') });
      const drawn = fc.sample(session, { numRuns: 20, seed: 42 });
      // The middle of a period of three days: a change of the clocks, the day that Apia skipped, or an ordinary day.
      const middle = Date.parse(
        zone === 'Pacific/Apia'
          ? '2011-12-30T10:00:00Z'
          : zone === 'Australia/Lord_Howe'
            ? '2026-04-04T15:00:00Z'
            : '2026-10-25T01:00:00Z',
      );
      for (const isCrowded of [false, true]) {
        const { rowId: id, key } = await app.community({
          timezone: zone,
          heartbeatTimeoutSeconds: TIMEOUT * 60,
        });
        const sessions = storedOf(
          drawn.map((one, index) => (isCrowded && index < 12 ? { ...one, before: index } : one)),
          middle,
        );
        await store(id, sessions);
        for (const groupBy of PAIRS) {
          await check(app, key, sessions, {
            groupBy,
            zone,
            weekStart: 'monday',
            from: middle - 36 * HOUR,
            to: middle + 36 * HOUR,
            order: 'most',
          });
        }
      }
    },
    120_000,
  );
});

describe('the totals of what calls have made', () => {
  const at = fc.integer({ min: 0, max: 600 });
  const account = fc.constantFrom(ANA, BO);
  const server = fc.constantFrom(1, 2);
  const step = fc.oneof(
    fc.record({
      call: fc.constant('flags'),
      account,
      server,
      at,
      flag: fc.constantFrom('forceStart', 'forceStop', 'forceClear', undefined),
      job: fc.constantFrom('police', 'medic'),
    }),
    fc.record({ call: fc.constant('heartbeat'), account, server, at }),
    fc.record({ call: fc.constant('roster'), account, server, at }),
    fc.record({ call: fc.constant('reset'), account, server, at }),
    fc.record({ call: fc.constant('correct'), account, server, at, pick: minutes(20), length: minutes(90) }),
    fc.record({ call: fc.constant('void'), account, server, at, pick: minutes(20) }),
  );

  it('are those of the rows, after late calls, corrections, voids, rosters and resets', async () => {
    const app = new Harness();
    let late = 0;
    let corrected = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 8, maxLength: 30 }),
        fc.uniqueArray(groupings, { minLength: 2, maxLength: 2, selector: String }),
        period,
        async (steps, groups, more) => {
          app.clock.set(START);
          const { rowId: id, key } = await app.community({
            timezone: more.zone,
            weekStart: more.weekStart,
            heartbeatTimeoutSeconds: TIMEOUT * 60,
          });
          const rows = async () =>
            (
              await env.DB.prepare(
                `SELECT s.*, (SELECT r.roster_seen_at FROM servers r
                   WHERE r.community_id = s.community_id AND r.server_id = s.server_id) AS roster_seen_at
                 FROM sessions s WHERE community_id = ? ORDER BY started_at, id`,
              )
                .bind(id)
                .all<Record<string, never>>()
            ).results;
          let now = 0;
          for (const [index, one] of steps.entries()) {
            // What is told of an earlier minute comes late.
            if (one.at >= now) now = one.at;
            else late += 1;
            app.clock.set(START + now * MINUTE);
            const activity = `/v2/community/servers/${one.server}/activity`;
            const happened = { eventId: `event-${index}`, occurredAt: iso(one.at * MINUTE) };
            const closed = (await rows()).filter(({ ended_at }) => ended_at !== null);
            if (one.call === 'flags' && 'flag' in one) {
              const flags = one.flag === undefined ? {} : { [one.flag]: true };
              const body = { accId: one.account, ...flags, ...happened, metadata: { job: one.job } };
              await app.post(activity, { key, body });
            } else if (one.call === 'heartbeat') {
              await app.post(`${activity}/heartbeat`, { key, body: { accounts: [{ accId: one.account }] } });
            } else if (one.call === 'roster') {
              const body = { accounts: [{ accId: one.account }], observedAt: iso(one.at * MINUTE) };
              await app.put(`${activity}/roster`, { key, body });
            } else if (one.call === 'reset') {
              await app.post(`${activity}/start`, { key, body: happened });
            } else if ('pick' in one && closed.length > 0) {
              const session = closed[one.pick % closed.length];
              const path = `/v2/community/activity/${session?.id}`;
              const end = Math.min(
                Number(session?.started_at) + ('length' in one ? one.length : 0) * MINUTE,
                START + now * MINUTE,
              );
              const answer =
                'length' in one
                  ? await app.patch(path, {
                      key,
                      body: { end: new Date(end).toISOString(), reason: 'camera' },
                    })
                  : await app.delete(path, { key, body: { reason: 'twice' } });
              if (answer.status === 200) corrected += 1;
            }
          }
          const sessions = (await rows()).map((row): Stored => {
            const number = (name: string): number | null => row[name] as unknown as number | null;
            const [start, end] = [number('started_at') as number, number('ended_at')];
            const roster = number('roster_seen_at') ?? 0;
            const lastSeen = Math.max(
              number('last_seen_at') as number,
              end === null && roster >= start ? roster : 0,
            );
            const [silent, resumed] = [number('silent_since'), number('resumed_at')];
            return {
              account: row.account_id as unknown as string,
              server: number('server_id') as number,
              start,
              end,
              lastSeen,
              kind: row.close_kind as unknown as string | null,
              voided: row.voided_at !== null,
              heartbeat: number('heartbeat_at'),
              silence: silent === null || resumed === null ? undefined : [silent, resumed],
              metadata: JSON.parse(row.metadata as unknown as string),
            };
          });
          for (const groupBy of groups) {
            await check(app, key, sessions, { ...more, groupBy, from: START - HOUR, to: START + 11 * HOUR });
          }
        },
      ),
      { numRuns: atScale({ full: 200, small: 12 }) },
    );
    // Or the property would be about little.
    expect(late).toBeGreaterThan(50);
    expect(corrected).toBeGreaterThan(10);
  }, 240_000);
});
