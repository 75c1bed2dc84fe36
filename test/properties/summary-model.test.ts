import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Harness } from '../harness.ts';
import { MINUTE } from '../helpers.ts';
import { CLOCK_CHANGES, wallClock, ZONES } from '../lib/wall-clock.ts';
import { ANA, BO, items, type Stored, SUMMARY, store } from '../summary.ts';

describe('the totals, against a model that counts minute by minute', () => {
  const ACCOUNTS = [ANA, BO];
  const minutes = (max: number) => fc.integer({ min: 0, max });
  const session = fc.record({
    account: fc.constantFrom(...ACCOUNTS),
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
  });

  it('every grouping, zone, filter and period adds up', async () => {
    const app = new Harness({ now: Date.parse('2030-01-01T00:00:00Z') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(session, { maxLength: 12 }),
        fc.constantFrom(...CLOCK_CHANGES),
        fc.constantFrom(...ZONES),
        fc.constantFrom('account', 'server', 'day', 'hour'),
        minutes(1500),
        fc.integer({ min: 1, max: 1600 }),
        fc.constantFrom(undefined, ANA),
        fc.constantFrom(undefined, 2),
        async (drawn, middle, zone, groupBy, before, length, accId, serverId) => {
          const { rowId: id, key } = await app.community({ timezone: zone });
          const from = middle - before * MINUTE;
          const to = from + length * MINUTE;
          const open = new Set<string>();
          const sessions = drawn.flatMap(({ before, length, kind, ...rest }): Stored[] => {
            const start = middle - before * MINUTE;
            const end = start + length * MINUTE;
            const place = `${rest.account} ${rest.server}`;
            if (kind !== null) return [{ ...rest, start, end, kind }];
            if (open.has(place)) return [];
            open.add(place);
            return [{ ...rest, start, end: null, lastSeen: end }];
          });
          await store(id, sessions);

          const label = groupBy === 'day' || groupBy === 'hour' ? wallClock(zone, groupBy) : undefined;
          const model = new Map<string | number, Record<string, unknown> & { seconds: number }>();
          const covered = new Set<string>();
          for (const { account, server, start, end, lastSeen, kind, voided } of sessions) {
            if (kind === 'cleared' || voided) continue;
            if ((accId && account !== accId) || (serverId && server !== serverId)) continue;
            const until = end ?? (lastSeen as number);
            const touched = new Set<unknown>();
            const add = (minute: number, seconds: number) => {
              const name = label?.(minute) ?? (groupBy === 'account' ? account : server);
              const total = model.get(name) ?? { seconds: 0, unconfirmed: 0, sessions: 0, distinct: 0 };
              model.set(name, total);
              total.seconds += seconds;
              if (kind === 'auto_closed' || kind === 'superseded') (total.unconfirmed as number) += seconds;
              if (!touched.has(name)) (total.sessions as number) += 1;
              if (!covered.has(`${account} ${minute}`)) (total.distinct as number) += seconds;
              touched.add(name);
              if (seconds > 0) covered.add(`${account} ${minute}`);
            };
            if (start === until && start >= from && start < to) add(start, 0);
            for (let minute = Math.max(start, from); minute < Math.min(until, to); minute += MINUTE) {
              add(minute, 60);
            }
          }
          const expected = [...model]
            .map(([name, { seconds, unconfirmed, sessions, distinct }]) => ({
              [{ account: 'accId', server: 'serverId', day: 'day', hour: 'hour' }[groupBy] as string]: name,
              seconds,
              confirmedSeconds: seconds - (unconfirmed as number),
              unconfirmedSeconds: unconfirmed,
              sessions,
              ...(groupBy === 'account' && { distinctSeconds: distinct }),
              name,
            }))
            .sort((a, b) => b.seconds - a.seconds || (a.name < b.name ? -1 : 1))
            .map(({ name, ...item }) => item);

          const query = new URLSearchParams({
            from: new Date(from).toISOString(),
            to: new Date(to).toISOString(),
            groupBy,
            limit: '1000',
            ...(accId && { accId }),
            ...(serverId && { serverId: String(serverId) }),
          });
          const answer = await app.get(`${SUMMARY}?${query}`, { key });
          expect(items(answer)).toEqual(expected);
        },
      ),
      { numRuns: 80 },
    );
  }, 60_000);
});
