/** Adds up the time of sessions by account, server, day or hour. Pure, and in memory bounded by the groups. */
import { type CalendarSpan, calendarSpans } from '../../lib/calendar-spans.ts';

export const GROUPINGS = ['account', 'server', 'day', 'hour'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** The part of a session that counts. Epoch milliseconds. */
export interface CountedSession {
  readonly accountId: string;
  readonly serverId: number;
  readonly start: number;
  /** Its end or, while it is open, when it was last seen. */
  readonly end: number;
  /** Whether nobody said when it ended: it was closed where it was last seen (`auto_closed`, `superseded`). */
  readonly isUnconfirmed: boolean;
}

/** The total of one account, server, day or hour. */
export interface SessionTotal {
  /** The account's id, the server's id, or the label of a day or an hour (lib/calendar-spans.ts). */
  readonly key: string | number;
  /** Each session's time in full: who is on two servers at once gets both. */
  readonly ms: number;
  readonly unconfirmedMs: number;
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
  readonly #spans: readonly CalendarSpan[];
  readonly #sums = new Map<string | number, Sum>();
  #span = 0;
  #sessions = 0;

  constructor({
    grouping,
    from,
    to,
    timeZone,
  }: { grouping: Grouping; from: number; to: number; timeZone: string }) {
    this.#from = from;
    this.#to = to;
    this.#grouping = grouping;
    this.#spans =
      grouping === 'day' || grouping === 'hour' ? calendarSpans(timeZone, grouping, from, to) : [];
  }

  /** Adds what of the session lies within the period. */
  add(session: CountedSession): void {
    this.#sessions += 1;
    const start = Math.max(session.start, this.#from);
    const end = Math.max(start, Math.min(session.end, this.#to));
    if (this.#grouping === 'account') this.#count(session.accountId, start, end, session.isUnconfirmed);
    else if (this.#grouping === 'server') this.#count(session.serverId, start, end, session.isUnconfirmed);
    else this.#countBySpan(start, end, session.isUnconfirmed);
  }

  #countBySpan(start: number, end: number, isUnconfirmed: boolean): void {
    while ((this.#spans[this.#span]?.end ?? Number.POSITIVE_INFINITY) <= start) this.#span += 1;
    for (let index = this.#span; ; index++) {
      const span = this.#spans[index];
      if (!span || (span.start >= end && span.start > start)) return;
      this.#count(span.label, Math.max(start, span.start), Math.min(end, span.end), isUnconfirmed);
    }
  }

  #count(key: string | number, start: number, end: number, isUnconfirmed: boolean): void {
    const sum = this.#sums.get(key) ?? this.#newSum(key);
    sum.ms += end - start;
    if (isUnconfirmed) sum.unconfirmedMs += end - start;
    sum.distinctMs += Math.max(0, end - Math.max(start, sum.coveredUntil));
    sum.coveredUntil = Math.max(sum.coveredUntil, end);
    if (sum.lastSession !== this.#sessions) sum.sessions += 1;
    sum.lastSession = this.#sessions;
  }

  #newSum(key: string | number): Sum {
    const sum = { key, ms: 0, unconfirmedMs: 0, distinctMs: 0, sessions: 0, coveredUntil: 0, lastSession: 0 };
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
