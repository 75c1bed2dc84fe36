/**
 * Days on servers that are not heard of for minutes to hours, from a seed: what really happened, and which calls about it
 * arrive when. Instants are in milliseconds after the world's start.
 */
import { DAY, HOUR, MINUTE, SECOND } from '../helpers.ts';
import { atScale } from '../scale.ts';
import { randomFrom } from './world.ts';

export const SERVERS = 8;
export const DAYS = atScale({ full: 4, small: 1 });
const ACCOUNTS_PER_SERVER = 12;
const STOPS_LOST = 0.3;
const MAX_DELAY = MINUTE;
/** At least one outage is longer than this. */
export const LONG_FROM = 9 * HOUR;
const LONG = 10 * HOUR;
/** How often each reporter says who is on. */
export const INTERVAL = 2 * MINUTE;
/** Nobody is on any more. */
export const LAST_LEAVE = DAYS * DAY;

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Somebody really was on a server. */
export interface Visit {
  readonly server: number;
  readonly account: string;
  readonly start: number;
  readonly end: number;
}

/** A bot, or the game server itself, that says every `INTERVAL` who is on. */
export interface Reporter {
  readonly server: number;
  readonly kind: 'roster' | 'heartbeat';
  /** When in its interval. */
  readonly offset: number;
  /** How far its clock is ahead. */
  readonly skew: number;
  /** While it is down, people come and go. */
  readonly downs: readonly Stretch[];
}

/** The host dies without a word, and everybody is gone; hours later it is back. */
export interface Death extends Stretch {
  readonly server: number;
  /** Whether it then says that it starts anew. */
  readonly isReset: boolean;
}

/** A call, as it arrives once. */
export interface Delivery {
  readonly server: number;
  readonly arrivesAt: number;
  /** When it happened, by the clock of its sender. */
  readonly claims: number;
  readonly eventId: string;
  readonly kind: 'start' | 'stop' | 'reset';
  readonly account: string;
}

export interface SilentWorld {
  readonly visits: readonly Visit[];
  readonly reporters: readonly Reporter[];
  readonly deaths: readonly Death[];
  readonly deliveries: readonly Delivery[];
  readonly lostStops: number;
}

/** What is wrong with each server, beside what is wrong with all of them. */
const KINDS = {
  1: { by: 'heartbeat', bots: 1, botSkew: 0, hostSkew: 0, sendsCalls: true, keepsCalls: false },
  2: { by: 'roster', bots: 1, botSkew: 0, hostSkew: 0, sendsCalls: true, keepsCalls: true },
  3: { by: 'roster', bots: 1, botSkew: 0, hostSkew: 0, sendsCalls: false, keepsCalls: false },
  4: { by: 'roster', bots: 2, botSkew: 0, hostSkew: 0, sendsCalls: false, keepsCalls: false },
  5: { by: 'roster', bots: 2, botSkew: 1, hostSkew: 0, sendsCalls: true, keepsCalls: false },
  6: { by: 'roster', bots: 2, botSkew: -1, hostSkew: 0, sendsCalls: true, keepsCalls: true },
  7: { by: 'roster', bots: 1, botSkew: 0, hostSkew: 1, sendsCalls: true, keepsCalls: true },
  8: { by: 'roster', bots: 1, botSkew: 0, hostSkew: -1, sendsCalls: true, keepsCalls: false },
} as const;
const kindOf = (server: number) => KINDS[server as keyof typeof KINDS];

/** Whether all clocks of the server are right. */
export const isOnTime = (server: number): boolean => {
  const { botSkew, hostSkew } = kindOf(server);
  return botSkew === 0 && hostSkew === 0;
};

export const isWithin = ({ from, to }: Stretch, at: number): boolean => at >= from && at < to;

export const createSilentWorld = (seed: number): SilentWorld => {
  const random = randomFrom(seed);
  const between = (min: number, max: number) => Math.floor(min + random() * (max - min));
  const skewOf = (sign: number) => sign * between(3 * MINUTE, 10 * MINUTE);
  const visits: Visit[] = [];
  const reporters: Reporter[] = [];
  const deaths: Death[] = [];
  const deliveries: Delivery[] = [];
  let lostStops = 0;

  for (let server = 1; server <= SERVERS; server++) {
    const { by, bots, botSkew, hostSkew, sendsCalls, keepsCalls } = kindOf(server);
    for (let bot = 0; bot < bots; bot++) {
      const downs: Stretch[] = [];
      /** A world without a long outage would be too easy: then the last server's reporter has one. */
      const isLongOneMissing = () =>
        server === SERVERS &&
        ![...reporters.flatMap((reporter) => reporter.downs), ...downs].some(
          ({ from, to }) => to - from > LONG_FROM,
        );
      let from = between(HOUR, 4 * HOUR);
      while (from < LAST_LEAVE) {
        // From 1 minute to 12 hours, as many short ones as long ones.
        const length = Math.round(MINUTE * 720 ** random());
        const to = Math.min(from + (isLongOneMissing() ? LONG : length), LAST_LEAVE);
        downs.push({ from, to });
        from = to + between(HOUR, 4 * HOUR);
      }
      const offset = bot * between(SECOND, 50 * SECOND) + server * SECOND;
      reporters.push({ server, kind: by, offset, skew: bot === 0 ? 0 : skewOf(botSkew), downs });
    }
    const hostClock = skewOf(hostSkew);
    const died: Death[] = [];
    for (let day = 0; day < DAYS; day++) {
      if (random() < 0.3) continue;
      const from = day * DAY + between(2 * HOUR, 12 * HOUR);
      died.push({ server, from, to: from + between(2 * HOUR, 9 * HOUR), isReset: random() < 0.7 });
    }
    deaths.push(...died);

    /** Sends a call: up to a minute late, up to four times; and only after the reporter's silence where the line was down. */
    const send = (at: number, kind: Delivery['kind'], account: string) => {
      const down = keepsCalls ? reporters.at(-1)?.downs.find((stretch) => isWithin(stretch, at)) : undefined;
      const isKept = down && !died.some(({ from }) => from >= at && from <= down.to + MAX_DELAY);
      const eventId = `event-${deliveries.length}`;
      const copies = random() < 0.25 ? between(2, 5) : 1;
      for (let copy = 0; copy < copies; copy++) {
        const arrivesAt = (isKept ? down.to : at) + (random() < 0.3 ? 0 : between(0, MAX_DELAY));
        deliveries.push({ server, arrivesAt, claims: at + hostClock, eventId, kind, account });
      }
    };
    for (const { to, isReset } of died) if (isReset) send(to, 'reset', '');
    for (let n = 0; n < ACCOUNTS_PER_SERVER; n++) {
      const account = `player-${server}-${n}`;
      let start = between(0, 2 * HOUR);
      while (start < LAST_LEAVE - HOUR) {
        const isShort = random() < 0.3;
        const leave = start + (isShort ? between(30 * SECOND, 10 * MINUTE) : between(10 * MINUTE, 5 * HOUR));
        const dead = died.find((death) => isWithin(death, start));
        if (dead) {
          start = dead.to + between(SECOND, 30 * MINUTE);
          continue;
        }
        const cut = died.find(({ from }) => from > start && from <= leave);
        const end = Math.min(cut?.from ?? leave, LAST_LEAVE);
        visits.push({ server, account, start, end });
        const isStopLost = cut !== undefined || random() < STOPS_LOST;
        if (isStopLost) lostStops += 1;
        if (sendsCalls) {
          send(start, 'start', account);
          if (!isStopLost) send(end, 'stop', account);
        }
        start = end + (random() < 0.3 ? between(2 * SECOND, 5 * MINUTE) : between(5 * MINUTE, 4 * HOUR));
      }
    }
  }
  deliveries.sort((a, b) => a.arrivesAt - b.arrivesAt);
  return { visits, reporters, deaths, deliveries, lostStops };
};

/** The same, in an order that the seed gives. */
export const shuffled = <T>(items: readonly T[], seed: number): T[] => {
  const random = randomFrom(seed);
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
};
