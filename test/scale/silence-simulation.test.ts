import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/core/access/actor.ts';
import { authenticateApiKey } from '../../src/core/access/authenticate.ts';
import { applyRoster } from '../../src/core/sessions/apply-roster.ts';
import { closeStale } from '../../src/core/sessions/close-stale.ts';
import { recordActivity } from '../../src/core/sessions/record-activity.ts';
import { recordHeartbeat } from '../../src/core/sessions/record-heartbeat.ts';
import { resetServer } from '../../src/core/sessions/reset-server.ts';
import { fixedClock } from '../../src/lib/clock.ts';
import { Harness, START } from '../harness.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../helpers.ts';
import { SEED } from '../scale.ts';
import {
  createSilentWorld,
  DAYS,
  type Delivery,
  INTERVAL,
  isOnTime,
  isWithin,
  LAST_LEAVE,
  LONG_FROM,
  type Reporter,
  SERVERS,
  shuffled,
  type Visit,
} from './silent-world.ts';
import { type Credited, creditedBy, type Policy, type Sign } from './usual-trackers.ts';

/** The defaults of `heartbeatTimeoutSeconds` and `idleTimeoutSeconds`, and the cron's period. */
const TIMEOUT = 10 * MINUTE;
const IDLE_TIMEOUT = DAY / 2;
const CRON = 5 * MINUTE;
/** The API refuses a time that is further ahead; such a client leaves it out. */
const MAX_AHEAD = MINUTE;
const REPLAY_AT = LAST_LEAVE + HOUR;

interface Recorded extends Credited {
  readonly kind: string | null;
  readonly continues: number;
}

interface SentRoster {
  readonly server: number;
  readonly observedAt: number;
  readonly accounts: readonly string[];
}

const app = new Harness();
const world = createSilentWorld(SEED);
const placeOf = ({ server, account }: { server: number; account: string }) => `${server} ${account}`;
const visitsByPlace = Map.groupBy(world.visits, placeOf);
/** What Rollcall took for a sign of life. */
const heard: Sign[] = [];
/** Rosters that changed nothing, since their clock was behind that of another one: by when they came. */
const overruled: Sign[] = [];
const rosters: SentRoster[] = [];
let recorded: Recorded[] = [];
let replayed: Recorded[] = [];
let isReplayedRosterApplied = false;
let timesRefused = 0;
let calls = 0;

const play = async () => {
  const { rowId: id, key } = await app.community();
  const actor = await authenticateApiKey(app.services, key);
  if (!actor) throw new Error('the key is good');
  const at = (ms: number) => ({
    ...app.services,
    actor,
    clock: fixedClock(START + ms),
    defer: () => undefined,
  });
  const nameOf = (account: string) => [{ kind: 'username', value: account }] as const;
  const known = new Set<string>();
  /** The time that a client gives, if the API takes it. */
  const accepted = (claims: number, now: number): number | undefined => {
    if (claims <= now + MAX_AHEAD) return claims;
    timesRefused += 1;
    return undefined;
  };

  const deliver = async ({ server, kind, account, eventId, claims, arrivesAt }: Delivery) => {
    calls += 1;
    const time = accepted(claims, arrivesAt);
    if (!known.has(eventId)) {
      known.add(eventId);
      heard.push({ at: time ?? arrivesAt, server, kind, accounts: kind === 'reset' ? [] : [account] });
    }
    const occurredAt = time === undefined ? undefined : START + time;
    const event = { serverId: server, eventId, occurredAt };
    if (kind === 'reset') await resetServer(at(arrivesAt), event);
    else await recordActivity(at(arrivesAt), { ...event, account: nameOf(account), action: kind });
  };
  const beat = async (server: number, online: readonly string[], ms: number): Promise<string[]> => {
    calls += 1;
    const results = await recordHeartbeat(at(ms), { serverId: server, accounts: online.map(nameOf) });
    const unheard = online.filter((_, index) => results[index]?.status === 'no_session');
    const accounts = online.filter((account) => !unheard.includes(account));
    heard.push({ at: ms, server, kind: 'heartbeat', accounts });
    return unheard;
  };
  const list = async ({ server, observedAt, accounts }: SentRoster, now: number): Promise<boolean> => {
    calls += 1;
    const time = accepted(observedAt, now);
    const roster = {
      serverId: server,
      accounts: accounts.map((account) => ({ ref: nameOf(account) })),
      unnamed: 0,
    };
    const { isApplied } = await applyRoster(at(now), {
      ...roster,
      ...(time === undefined ? {} : { observedAt: START + time }),
    });
    const sign = { at: Math.min(time ?? now, now), server, kind: 'roster', accounts } as const;
    if (isApplied) heard.push(sign);
    else overruled.push({ ...sign, at: now });
    return isApplied;
  };
  const report = async ({ server, kind, skew }: Reporter, now: number) => {
    const there = world.visits.filter(
      (visit) => visit.server === server && visit.start <= now && visit.end > now,
    );
    const online = there.map(({ account }) => account);
    if (kind === 'roster') {
      const roster = { server, observedAt: now + skew, accounts: online };
      rosters.push(roster);
      await list(roster, now);
    } else if (online.length > 0) {
      // A heartbeat that finds no session is told so: the start is sent again, and then the heartbeat.
      const unheard = await beat(server, online, now);
      for (const { account, start } of there.filter((visit) => unheard.includes(visit.account))) {
        const call = world.deliveries.find(
          (one) =>
            one.server === server && one.account === account && one.kind === 'start' && one.claims === start,
        );
        if (call) await deliver({ ...call, arrivesAt: now });
      }
      if (unheard.length > 0) await beat(server, unheard, now);
    }
  };

  /** What reaches Rollcall from a server, in the order in which it does. */
  const arrivals = (server: number) => {
    const reports = world.reporters
      .filter((reporter) => reporter.server === server)
      .flatMap((reporter) =>
        Array.from({ length: LAST_LEAVE / INTERVAL }, (_, n) => n * INTERVAL + reporter.offset)
          .filter((now) => !reporter.downs.some((down) => isWithin(down, now)))
          .filter((now) => !world.deaths.some((death) => death.server === server && isWithin(death, now)))
          .map((now) => ({ now, run: () => report(reporter, now) })),
      );
    const deliveries = world.deliveries
      .filter((delivery) => delivery.server === server && delivery.arrivesAt < REPLAY_AT)
      .map((delivery) => ({ now: delivery.arrivesAt, run: () => deliver(delivery) }));
    return Map.groupBy(
      [...reports, ...deliveries].sort((a, b) => a.now - b.now),
      ({ now }) => Math.floor(now / CRON),
    );
  };
  const sweep = (now: number) => closeStale({ ...at(now), actor: SYSTEM });
  const queues = Array.from({ length: SERVERS }, (_, index) => arrivals(index + 1));
  for (let period = 0; period * CRON < REPLAY_AT; period++) {
    await sweep(period * CRON);
    await Promise.all(
      queues.map(async (queue) => {
        for (const { run } of queue.get(period) ?? []) await run();
      }),
    );
  }
  await sweep(LAST_LEAVE + DAY);
  recorded = await read(id);

  // Everything again that may still be sent, in any order: each call that names its event, and the old rosters.
  const isRecent = (claims: number) => claims >= REPLAY_AT - DAY;
  for (const delivery of shuffled(world.deliveries, SEED + 7)) {
    if (isRecent(delivery.claims)) await deliver({ ...delivery, arrivesAt: REPLAY_AT });
  }
  const newest = Math.max(...rosters.map(({ observedAt }) => observedAt));
  for (const roster of shuffled(rosters, SEED + 8).slice(0, 200)) {
    if (
      isRecent(roster.observedAt) &&
      roster.observedAt < newest - 2 * HOUR &&
      (await list(roster, REPLAY_AT))
    ) {
      isReplayedRosterApplied = true;
    }
  }
  replayed = await read(id);
};

const read = async (communityId: number): Promise<Recorded[]> => {
  const { results } = await env.DB.prepare(
    `SELECT s.server_id AS server, i.value AS account, s.started_at - ?2 AS start, s.ended_at - ?2 AS end,
       s.close_kind AS kind, s.continues_id IS NOT NULL AS continues
     FROM sessions s JOIN account_identifiers i
       ON i.community_id = s.community_id AND i.account_id = s.account_id AND i.kind = 'username'
     WHERE s.community_id = ?1 ORDER BY s.server_id, i.value, s.started_at, s.id`,
  )
    .bind(communityId, START)
    .all<Recorded>();
  return results;
};

const overlap = (a: Credited, b: Credited) =>
  Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));
const lengthOf = ({ start, end }: Credited) => end - start;
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** How far each visit's hours are off: what was credited though nobody was there, and what was not though somebody was. */
const errorsOf = (credited: readonly Credited[]) => {
  const byPlace = Map.groupBy(credited, placeOf);
  return [...visitsByPlace].flatMap(([place, visits]) => {
    const sessions = byPlace.get(place) ?? [];
    const beside = new Map<Visit, number>(visits.map((visit) => [visit, 0]));
    for (const session of sessions) {
      // It is the fault of the visit that it is most of; else of the one that is nearest.
      const distance = (visit: Visit) =>
        overlap(session, visit) > 0 ? -overlap(session, visit) : Math.abs(session.start - visit.start);
      const owner = visits.reduce((best, visit) => (distance(visit) < distance(best) ? visit : best));
      const excess = lengthOf(session) - sum(visits.map((visit) => overlap(session, visit)));
      beside.set(owner, (beside.get(owner) ?? 0) + excess);
    }
    return visits.map((visit) => {
      const missed = lengthOf(visit) - sum(sessions.map((session) => overlap(session, visit)));
      return { visit, beside: beside.get(visit) ?? 0, missed };
    });
  });
};

const signsByPlace = () =>
  Map.groupBy(
    heard.flatMap(({ accounts, ...sign }) => accounts.map((account) => ({ ...sign, account }))),
    placeOf,
  );
const isSighting = ({ kind }: Pick<Sign, 'kind'>) => kind === 'roster' || kind === 'heartbeat';

/** The milliseconds of a session between two signs of its life that are further apart than its limit then. */
const silentIn = (session: Credited, signs: readonly Pick<Sign, 'at' | 'kind'>[]): number => {
  const sightings = signs
    .filter(isSighting)
    .map(({ at }) => at)
    .filter((at) => at >= session.start && at <= session.end)
    .sort((a, b) => a - b);
  const [first = Number.POSITIVE_INFINITY] = sightings;
  const times = [session.start, ...sightings, session.end];
  return sum(
    times.slice(1).map((at, index) => {
      const from = times[index] ?? at;
      return at - from > (from >= first ? TIMEOUT : IDLE_TIMEOUT) ? at - from : 0;
    }),
  );
};

const silentSeconds = (credited: readonly Credited[]): number => {
  const signs = signsByPlace();
  return Math.round(
    sum(credited.map((session) => silentIn(session, signs.get(placeOf(session)) ?? []))) / SECOND,
  );
};

const percentiles = (errors: readonly number[]) => {
  const sorted = errors.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) / SECOND);
  return { p50: at(0.5), p99: at(0.99), largest: at(1) };
};

const figuresOf = (credited: readonly Credited[]) => {
  const errors = errorsOf(credited);
  const hours = (numbers: readonly number[]) => Math.round(sum(numbers) / (HOUR / 10)) / 10;
  return {
    sessions: credited.length,
    errorSeconds: percentiles(errors.map(({ beside, missed }) => beside + missed)),
    creditedThoughNobodyWasThere: percentiles(errors.map(({ beside }) => beside)),
    sameWhereClocksAreRight: percentiles(
      errors.filter(({ visit }) => isOnTime(visit.server)).map(({ beside }) => beside),
    ),
    notCreditedThoughSomebodyWas: percentiles(errors.map(({ missed }) => missed)),
    whereAReportCameInEachInterval: percentiles(
      errors.filter(({ visit }) => wasWatched(visit)).map(({ beside, missed }) => beside + missed),
    ),
    hoursCreditedThoughNobodyWasThere: hours(errors.map(({ beside }) => beside)),
    hoursNotCreditedThoughSomebodyWas: hours(errors.map(({ missed }) => missed)),
    secondsInsideSilences: silentSeconds(credited),
  };
};

/** Whether all clocks were right, and all reporters there, from the report before the visit to the one after it. */
const wasWatched = ({ server, start, end }: Visit): boolean =>
  isOnTime(server) &&
  ![
    ...world.reporters.flatMap((one) => one.downs.map((down) => ({ ...down, server: one.server }))),
    ...world.deaths,
  ].some((gap) => gap.server === server && gap.from <= end + INTERVAL && gap.to >= start - INTERVAL);

const creditedByUsual = (policy: Policy) =>
  [...Map.groupBy(heard, ({ server }) => server).values()].flatMap((signs) =>
    creditedBy(policy, signs, { timeout: TIMEOUT, idleTimeout: IDLE_TIMEOUT, cron: CRON }),
  );

describe(`${DAYS} days of ${world.visits.length} sessions on servers that fall silent for hours`, () => {
  beforeAll(play, 900_000);

  it('is as bad as it should be', () => {
    expect(world.lostStops / world.visits.length).toBeGreaterThan(0.3);
    const downs = world.reporters.flatMap((reporter) => reporter.downs.map(({ from, to }) => to - from));
    expect(Math.min(...downs)).toBeLessThan(5 * MINUTE);
    expect(Math.max(...downs)).toBeGreaterThan(LONG_FROM);
    expect(Math.max(...downs)).toBeLessThanOrEqual(12 * HOUR);
    expect(world.deaths.filter(({ isReset }) => isReset).length).toBeGreaterThan(1);
    expect(timesRefused).toBeGreaterThan(0);
    expect(overruled.length).toBeGreaterThan(0);
  });

  it('credits not one second inside a silence that is longer than the limit', () => {
    const signs = signsByPlace();
    expect(recorded.filter((session) => silentIn(session, signs.get(placeOf(session)) ?? []) > 0)).toEqual(
      [],
    );
    // The same check finds what the usual ways credit.
    expect(silentSeconds(creditedByUsual('noticed'))).toBeGreaterThan(0);
    expect(silentSeconds(creditedByUsual('reopened'))).toBeGreaterThan(0);
  });

  it('splits no session where signs of life came in time', () => {
    expect(splitInTime(heard)).toEqual([]);
  });

  it('is off by an interval at each end at most, where a report came in each', () => {
    const errors = errorsOf(recorded).filter(({ visit }) => wasWatched(visit));
    // In some worlds reporters are down most of the time; there must be enough to tell.
    expect(errors.length).toBeGreaterThan(world.visits.length / 20);
    expect(errors.filter(({ beside, missed }) => beside + missed > 2 * INTERVAL)).toEqual([]);
  });

  it('has each session closed, and never two of an account on a server at once', () => {
    for (const [index, session] of recorded.entries()) {
      expect(session.kind).not.toBeNull();
      const next = recorded[index + 1];
      if (next && placeOf(next) === placeOf(session)) expect(session.end).toBeLessThanOrEqual(next.start);
    }
  });

  it('changes nothing when everything is sent again in any order', () => {
    expect(isReplayedRosterApplied).toBe(false);
    expect(replayed).toEqual(recorded);
  });

  it('says how far the hours are off', () => {
    const summary = {
      calls,
      visits: world.visits.length,
      stopsLost: world.lostStops,
      outages: world.reporters.flatMap(({ downs }) => downs).length,
      hostsThatDied: world.deaths.length,
      kinds: Object.fromEntries(
        [...Map.groupBy(recorded, ({ kind }) => kind)].map(([kind, { length }]) => [kind, length]),
      ),
      continued: recorded.filter(({ continues }) => continues === 1).length,
      splitInTime: splitInTime(heard).length,
      splitWhereOnlyAClockBehindSpoke: splitInTime(overruled).length,
      rollcall: figuresOf(recorded),
      closedWhenNoticed: figuresOf(creditedByUsual('noticed')),
      reopenedByTheNextSighting: figuresOf(creditedByUsual('reopened')),
    };
    // biome-ignore lint/suspicious/noConsole: docs/guarantees.md quotes these figures.
    console.log(`silences: ${JSON.stringify(summary, null, 2)}`);
  });
});

/** The sessions that silence ended, though one of these signs tells of the account within the limit after its last sight. */
const splitInTime = (signs: readonly Sign[]): Recorded[] => {
  const own = signsByPlace();
  const sightings = signs.filter(isSighting);
  return recorded
    .filter(({ kind }) => kind === 'auto_closed')
    .filter((session) => {
      const { start, end, server, account } = session;
      const isWatched = own
        .get(placeOf(session))
        ?.some((sign) => isSighting(sign) && sign.at >= start && sign.at <= end);
      const limit = isWatched ? TIMEOUT : IDLE_TIMEOUT;
      // Where a roster misses the account in between, it has left and come back.
      const missed = heard.filter(({ kind, accounts }) => kind === 'roster' && !accounts.includes(account));
      return sightings.some(
        (sign) =>
          sign.server === server &&
          sign.at > end &&
          sign.at <= end + limit &&
          sign.accounts.includes(account) &&
          !missed.some((roster) => roster.server === server && roster.at > end && roster.at < sign.at),
      );
    });
};
