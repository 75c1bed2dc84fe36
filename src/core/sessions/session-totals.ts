/** Adds up the time of sessions by account, server, day or hour. Pure, and in memory bounded by the groups. */
import { type CalendarSpan, calendarSpans } from '../../lib/calendar-spans.ts';
import { confirmedUntil, countedUntil, type Lifetime, watchedWithin } from './rules.ts';

export const GROUPINGS = ['account', 'server', 'day', 'hour'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What of a session decides how its time counts. */
export interface CountedSession extends Lifetime {
  readonly accountId: string;
  readonly serverId: number;
}

/** The total of one account, server, day or hour. */
export interface SessionTotal {
  /** The account's id, the server's id, or the label of a day or an hour (lib/calendar-spans.ts). */
  readonly key: string | number;
  /** Each session's time in full: who is on two servers at once gets both. */
  readonly ms: number;
  /** Beyond what was seen (rules.ts). */
  readonly unconfirmedMs: number;
  /** Between signs of life that are no further apart than the heartbeat timeout. */
  readonly watchedMs: number;
  /** The time in which at least one session was there. Only kept by account. */
  readonly distinctMs: number;
  /** How many sessions reach into it, those without a length included. */
  readonly sessions: number;
}

type Sum = { -readonly [K in keyof SessionTotal]: SessionTotal[K] } & {
  /** Until when the account's time is in `distinctMs`. */
  coveredUntil: number;
  /** The number of the last session that was counted, so that none counts twice. */
  lastSession: number;
};

/** Sums up sessions, which must come in the order of their start. */
export class SessionTotals {
  readonly #from: number;
  readonly #to: number;
  readonly #grouping: Grouping;
  readonly #heartbeatTimeoutMs: number;
  readonly #spans: readonly CalendarSpan[];
  readonly #sums = new Map<string | number, Sum>();
  #span = 0;
  #sessions = 0;

  constructor({
    grouping,
    from,
    to,
    timeZone,
    heartbeatTimeoutMs,
  }: { grouping: Grouping; from: number; to: number; timeZone: string; heartbeatTimeoutMs: number }) {
    this.#from = from;
    this.#to = to;
    this.#grouping = grouping;
    this.#heartbeatTimeoutMs = heartbeatTimeoutMs;
    this.#spans =
      grouping === 'day' || grouping === 'hour' ? calendarSpans(timeZone, grouping, from, to) : [];
  }

  /** Adds what of the session lies within the period. */
  add(session: CountedSession): void {
    this.#sessions += 1;
    const start = Math.max(session.startedAt, this.#from);
    const end = Math.max(start, Math.min(countedUntil(session), this.#to));
    if (this.#grouping === 'account') this.#count(session.accountId, start, end, session);
    else if (this.#grouping === 'server') this.#count(session.serverId, start, end, session);
    else this.#countBySpan(start, end, session);
  }

  #countBySpan(start: number, end: number, session: CountedSession): void {
    while ((this.#spans[this.#span]?.end ?? Number.POSITIVE_INFINITY) <= start) this.#span += 1;
    for (let index = this.#span; ; index++) {
      const span = this.#spans[index];
      if (!span || (span.start >= end && span.start > start)) return;
      this.#count(span.label, Math.max(start, span.start), Math.min(end, span.end), session);
    }
  }

  #count(key: string | number, start: number, end: number, session: CountedSession): void {
    const sum = this.#sums.get(key) ?? this.#newSum(key);
    sum.ms += end - start;
    sum.unconfirmedMs += end - Math.max(start, Math.min(end, confirmedUntil(session)));
    sum.watchedMs += watchedWithin(session, this.#heartbeatTimeoutMs, start, end);
    sum.distinctMs += Math.max(0, end - Math.max(start, sum.coveredUntil));
    sum.coveredUntil = Math.max(sum.coveredUntil, end);
    if (sum.lastSession !== this.#sessions) sum.sessions += 1;
    sum.lastSession = this.#sessions;
  }

  #newSum(key: string | number): Sum {
    const sum = {
      key,
      ms: 0,
      unconfirmedMs: 0,
      watchedMs: 0,
      distinctMs: 0,
      sessions: 0,
      coveredUntil: 0,
      lastSession: 0,
    };
    this.#sums.set(key, sum);
    return sum;
  }

  /** The totals, most time first. */
  ranked(): SessionTotal[] {
    return [...this.#sums.values()].sort(byRank);
  }
}

/** The order of the totals: most time first, then by key. */
export const byRank = (a: Pick<SessionTotal, 'ms' | 'key'>, b: Pick<SessionTotal, 'ms' | 'key'>): number =>
  b.ms - a.ms || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
