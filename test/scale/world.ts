/** A month on twenty servers (in small, six days), from a seed: what really happened, and which calls about it arrive when. */
import { DAY, MINUTE, SECOND } from '../helpers.ts';
import { atScale } from '../scale.ts';

export const SERVERS = 20;
export const DAYS = atScale({ full: 30, small: 6 });
export const VISITS = atScale({ full: 10_000, small: 2000 });
const STOPS_LOST = 0.3;
const ACCOUNTS_PER_SERVER = 12;
/** Every server is busy at the same time of the day, so that one test can walk through all of them by the minute. */
export const EVENING = 20 * 60 * MINUTE;
/** From the first join to the last leave, at most. */
export const EVENING_LENGTH = 25 * MINUTE;
const MAX_DELAY = MINUTE;

/** Somebody really was on a server. Instants are in milliseconds after the world's start. */
export interface Visit {
  readonly server: number;
  readonly account: string;
  readonly start: number;
  readonly end: number;
  /** When its stop is delivered first; undefined where no stop ever arrives. */
  readonly stopArrival: number | undefined;
}

interface Crash {
  readonly server: number;
  readonly at: number;
  readonly restartedAt: number;
  /** Whether the server says so, with a reset. */
  readonly isReset: boolean;
}

/** A call, as it arrives once. */
export interface Delivery {
  readonly server: number;
  readonly arrivesAt: number;
  readonly occurredAt: number;
  readonly eventId: string;
  readonly kind: 'start' | 'stop' | 'reset';
  readonly account: string;
}

export interface World {
  readonly visits: readonly Visit[];
  readonly crashes: readonly Crash[];
  readonly deliveries: readonly Delivery[];
}

/** mulberry32: small, fast, and the same everywhere. */
export const randomFrom = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export const createWorld = (seed: number): World => {
  const random = randomFrom(seed);
  const between = (min: number, max: number) => Math.floor(min + random() * (max - min));
  const visits: Visit[] = [];
  const crashes: Crash[] = [];
  const deliveries: Delivery[] = [];

  /** Sends a call: up to a minute late, and up to three times more; returns when it arrives first. */
  const send = (call: Omit<Delivery, 'arrivesAt' | 'eventId'>): number => {
    const eventId = `event-${deliveries.length}`;
    const copies = random() < 0.25 ? 1 + between(1, 4) : 1;
    const arrivals = Array.from(
      { length: copies },
      () => call.occurredAt + (random() < 0.3 ? 0 : between(0, MAX_DELAY)),
    );
    for (const arrivesAt of arrivals) deliveries.push({ ...call, eventId, arrivesAt });
    return Math.min(...arrivals);
  };

  for (let server = 1; server <= SERVERS; server++) {
    for (let day = 0; day < DAYS; day++) {
      const evening = day * DAY + EVENING;
      const crash = random() < 0.2 ? crashIn(server, evening, between, random) : undefined;
      if (crash) {
        crashes.push(crash);
        if (crash.isReset) send({ server, occurredAt: crash.restartedAt, kind: 'reset', account: '' });
      }
      const freeFrom = new Map(
        Array.from({ length: ACCOUNTS_PER_SERVER }, (_, n) => [`player-${server}-${n}`, 0]),
      );
      const perServer = VISITS / SERVERS;
      const count = Math.floor(((day + 1) * perServer) / DAYS) - Math.floor((day * perServer) / DAYS);
      const joins = Array.from({ length: count }, () => evening + between(0, 9 * MINUTE)).sort(
        (a, b) => a - b,
      );
      for (const join of joins) {
        const isDown = crash && join >= crash.at && join < crash.restartedAt;
        let start = isDown ? crash.restartedAt + between(1, 20 * SECOND) : join;
        // Who left last comes back first: often seconds after a stop that was lost.
        const [account, free] = [...freeFrom]
          .sort((a, b) => b[1] - a[1])
          .find(([, at]) => at <= start - 2 * SECOND) ??
          [...freeFrom].sort((a, b) => a[1] - b[1])[0] ?? ['', 0];
        start = Math.max(start, free + 2 * SECOND);
        if (crash && start >= crash.at && start < crash.restartedAt) start = crash.restartedAt + SECOND;
        const leave = start + between(20 * SECOND, 8 * MINUTE);
        const isCut = crash !== undefined && start < crash.at && leave >= crash.at;
        const end = isCut ? crash.at : leave;
        freeFrom.set(account, end);
        const call = { server, account };
        send({ ...call, occurredAt: start, kind: 'start' });
        const isStopLost = isCut || random() < STOPS_LOST;
        const stopArrival = isStopLost ? undefined : send({ ...call, occurredAt: end, kind: 'stop' });
        visits.push({ ...call, start, end, stopArrival });
      }
    }
  }
  deliveries.sort((a, b) => a.arrivesAt - b.arrivesAt);
  return { visits, crashes, deliveries };
};

/**
 * Either a watchdog restarts the server at once and it says so; or it is away for minutes and comes back silently. By
 * the contract a reset ends sessions at the reset: only a server with rosters knows that nobody left long before.
 */
const crashIn = (
  server: number,
  evening: number,
  between: (min: number, max: number) => number,
  random: () => number,
): Crash => {
  const at = evening + between(2 * MINUTE, 8 * MINUTE);
  const isReset = random() < 0.5 && sendsRosters(server);
  const down = isReset ? between(10 * SECOND, 50 * SECOND) : between(2 * MINUTE, 5 * MINUTE);
  return { server, at, restartedAt: at + down, isReset };
};

/** Half of the servers send rosters, the others heartbeats. */
export const sendsRosters = (server: number): boolean => server % 2 === 0;

/** Who is on a server at an instant; undefined while the server is down. */
export const onlineAt = (
  { visits, crashes }: World,
  server: number,
  at: number,
): readonly string[] | undefined => {
  if (crashes.some((crash) => crash.server === server && at >= crash.at && at < crash.restartedAt)) {
    return undefined;
  }
  return visits
    .filter((visit) => visit.server === server && visit.start <= at && visit.end > at)
    .map(({ account }) => account);
};
