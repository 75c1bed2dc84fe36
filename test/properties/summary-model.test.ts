import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Harness } from '../harness.ts';
import { MINUTE } from '../helpers.ts';
import { CLOCK_CHANGES, wallClock, ZONES } from '../lib/wall-clock.ts';
import { atScale } from '../scale.ts';
import { ANA, BO, items, type Stored, SUMMARY, store } from '../summary.ts';

type Grouping = 'account' | 'server' | 'day' | 'week' | 'month' | 'hour' | 'weekday-hour';
type WeekStart = 'monday' | 'saturday' | 'sunday';

const DAY_MS = 86_400_000;
/** Minutes: the heartbeat timeout of the communities below. */
const TIMEOUT = 10;

/** What a minute is called, by the wall clock alone. */
const nameOf = (grouping: Grouping, zone: string, weekStart: WeekStart) => {
  const dayOf = wallClock(zone, 'day');
  const hourOf = wallClock(zone, 'hour');
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

describe('the totals, against a model that counts minute by minute', () => {
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
  const groupings = fc.oneof(
    fc
      .constantFrom<Grouping>('account', 'server', 'day', 'week', 'month', 'hour', 'weekday-hour')
      .map((one) => [one]),
    fc.uniqueArray(
      fc.constantFrom<Grouping>('account', 'server', 'day', 'week', 'month', 'hour', 'weekday-hour'),
      {
        minLength: 2,
        maxLength: 2,
      },
    ),
  );

  it('every grouping, zone, filter and period adds up', async () => {
    const app = new Harness({ now: Date.parse('2030-01-01T00:00:00Z') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(session, { maxLength: 12 }),
        fc.constantFrom(...CLOCK_CHANGES),
        fc.constantFrom(...ZONES),
        groupings,
        minutes(1500),
        fc.oneof(fc.integer({ min: 1, max: 1600 }), fc.integer({ min: 1, max: 20_000 })),
        fc.constantFrom(undefined, ANA),
        fc.constantFrom(undefined, 2),
        fc.record({
          weekStart: fc.constantFrom<WeekStart>('monday', 'saturday', 'sunday'),
          job: fc.constantFrom(undefined, undefined, 'police'),
          order: fc.constantFrom('most', 'time'),
        }),
        async (drawn, middle, zone, groupBy, before, length, accId, serverId, more) => {
          const { weekStart, job } = more;
          const { rowId: id, key } = await app.community({
            timezone: zone,
            weekStart,
            heartbeatTimeoutSeconds: TIMEOUT * 60,
          });
          const from = middle - before * MINUTE;
          const to = from + length * MINUTE;
          const open = new Set<string>();
          const sessions = drawn.flatMap(
            ({ before, length, kind, unseen, heartbeat, silence, job, ...rest }): Stored[] => {
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
                  silence &&
                  ([start + silence[0] * MINUTE, start + (silence[0] + silence[1]) * MINUTE] as const),
                metadata: { job },
              };
              if (kind !== null) return [{ ...common, end, kind }];
              if (open.has(place)) return [];
              open.add(place);
              return [{ ...common, end: null, kind }];
            },
          );
          await store(id, sessions);

          const names = groupBy.map((grouping) => nameOf(grouping, zone, weekStart));
          const model = new Map<string, Record<string, number> & { item: Record<string, unknown> }>();
          const covered = new Set<string>();
          for (const one of sessions) {
            const { account, server, start, end, kind, voided, heartbeat, silence, metadata } = one;
            const lastSeen = one.lastSeen as number;
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
              const item: Record<string, unknown> = {};
              groupBy.forEach((grouping, index) => {
                if (grouping === 'account') item.accId = account;
                else if (grouping === 'server') item.serverId = server;
                else Object.assign(item, names[index]?.(minute));
              });
              const name = JSON.stringify(item);
              const total = model.get(name) ?? {
                item,
                seconds: 0,
                confirmed: 0,
                watched: 0,
                sessions: 0,
                distinct: 0,
                first: minute,
              };
              model.set(name, total as never);
              const sum = total as unknown as Record<string, number>;
              const plus = (field: string, value: number) => {
                sum[field] = (sum[field] ?? 0) + value;
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
            for (let minute = Math.max(start, from); minute < Math.min(until, to); minute += MINUTE) {
              add(minute, 60);
            }
          }
          const hasDistinct = groupBy.includes('account') && !groupBy.includes('server');
          const expected = [...model.values()].map(
            ({ item, seconds, confirmed, watched, sessions, distinct }) => ({
              ...item,
              seconds,
              confirmedSeconds: confirmed,
              unconfirmedSeconds: (seconds as number) - (confirmed as number),
              watchedSeconds: watched,
              sessions,
              ...(hasDistinct && { distinctSeconds: distinct }),
            }),
          );

          const isTimed = groupBy.some((grouping) => grouping !== 'account' && grouping !== 'server');
          const query = new URLSearchParams({
            from: new Date(from).toISOString(),
            to: new Date(to).toISOString(),
            groupBy: groupBy.join(','),
            limit: '1000',
            ...(isTimed && { order: more.order }),
            ...(accId && { accId }),
            ...(serverId && { serverId: String(serverId) }),
            ...(job && { 'metadata.job': job }),
          });
          const all: Record<string, unknown>[] = [];
          for (let cursor: string | null = ''; cursor !== null; ) {
            const answer = await app.get(`${SUMMARY}?${query}${cursor && `&cursor=${cursor}`}`, { key });
            all.push(...items(answer));
            cursor = answer.body.data.nextCursor;
          }
          const given = all.map(({ name, serverName, hours, start, end, ...item }) => item);
          const sorted = (list: readonly Record<string, unknown>[]) =>
            list.map((item) => JSON.stringify(item, Object.keys(item).sort())).sort();
          expect(sorted(given)).toEqual(sorted(expected));
          // In the order that was asked for.
          for (const [index, { start, seconds, hours }] of all.entries()) {
            const next = all[index + 1];
            expect(hours).toBe(Math.round((seconds as number) / 36) / 100);
            if (!next) continue;
            if (isTimed && more.order === 'time') {
              if (start) expect(String(next.start) >= String(start)).toBe(true);
            } else expect(next.seconds as number).toBeLessThanOrEqual(seconds as number);
          }
        },
      ),
      { numRuns: atScale({ full: 300, small: 60 }) },
    );
  }, 120_000);
});
