/** Two ways in which trackers usually deal with a lost stop, over the same signs of life that Rollcall has. */

/** Something that was heard, at the time that it is about: milliseconds, as are all instants here. */
export interface Sign {
  readonly at: number;
  readonly server: number;
  readonly kind: 'start' | 'stop' | 'reset' | 'roster' | 'heartbeat';
  /** Whom it names. */
  readonly accounts: readonly string[];
}

export interface Credited {
  readonly server: number;
  readonly account: string;
  readonly start: number;
  readonly end: number;
}

/**
 * - `noticed`: a session ends when something shows that it is over: a start, a roster, a reset, or the job that misses it.
 * - `reopened`: it ends where it was last seen, but somebody who is seen again after the job has closed it was there all along.
 */
export type Policy = 'noticed' | 'reopened';

interface Limits {
  readonly timeout: number;
  readonly idleTimeout: number;
  /** How often the job runs. */
  readonly cron: number;
}

interface Draft {
  readonly account: string;
  readonly start: number;
  seen: number;
  isWatched: boolean;
}

/** What a tracker of that kind credits on one server. */
export const creditedBy = (
  policy: Policy,
  signs: readonly Sign[],
  { timeout, idleTimeout, cron }: Limits,
): Credited[] => {
  const server = signs[0]?.server ?? 0;
  const open = new Map<string, Draft>();
  /** Closed by the job, and nothing else heard of since. */
  const silenced = new Map<string, Draft>();
  const credited: Credited[] = [];
  const close = ({ account, start }: Draft, end: number) => {
    open.delete(account);
    credited.push({ server, account, start, end });
  };
  const sweep = (at: number) => {
    for (const session of [...open.values()]) {
      const staleAt = session.seen + (session.isWatched ? timeout : idleTimeout);
      const sweptAt = (Math.floor(staleAt / cron) + 1) * cron;
      if (sweptAt > at) continue;
      if (policy === 'noticed') close(session, sweptAt);
      else {
        open.delete(session.account);
        silenced.set(session.account, session);
      }
    }
  };
  const forget = (account: string) => {
    const session = silenced.get(account);
    silenced.delete(account);
    if (session) close(session, session.seen);
  };
  const see = (account: string, at: number) => {
    const session = open.get(account) ??
      silenced.get(account) ?? { account, start: at, seen: at, isWatched: true };
    silenced.delete(account);
    open.set(account, Object.assign(session, { seen: at, isWatched: true }));
  };
  const endOf = ({ seen }: Draft, at: number) => (policy === 'noticed' ? at : seen);
  for (const { at, kind, accounts } of signs.toSorted((a, b) => a.at - b.at)) {
    sweep(at);
    if (kind === 'reset') {
      for (const session of [...open.values()]) close(session, at);
      for (const account of [...silenced.keys()]) forget(account);
    } else if (kind === 'roster' || kind === 'heartbeat') {
      for (const account of accounts) see(account, at);
      if (kind === 'heartbeat') continue;
      for (const session of [...open.values()]) {
        if (!accounts.includes(session.account)) close(session, endOf(session, at));
      }
      for (const account of [...silenced.keys()]) if (!accounts.includes(account)) forget(account);
    } else {
      const [account = ''] = accounts;
      const session = open.get(account);
      if (kind === 'start') {
        if (session) close(session, endOf(session, at));
        forget(account);
        open.set(account, { account, start: at, seen: at, isWatched: false });
      } else if (session) close(session, at);
      else {
        const before = silenced.get(account);
        silenced.delete(account);
        if (before) close(before, at);
      }
    }
  }
  sweep(Number.MAX_SAFE_INTEGER);
  for (const account of [...silenced.keys()]) forget(account);
  return credited;
};
