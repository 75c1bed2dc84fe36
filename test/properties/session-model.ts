/** The rules of docs/contracts.md ("Activity Tracker") and docs/honest-time.md in plain JavaScript: what the SQL must do. */
export type Action = 'toggle' | 'start' | 'stop' | 'clear' | 'clear-and-start';

export interface ModelSession {
  readonly account: string;
  readonly server: number;
  readonly start: number;
  lastSeen: number;
  /** Whether a heartbeat or a roster has named it: 1 or 0. */
  watched: number;
  end: number | null;
  kind: string | null;
  /** The start of the session that it continues. */
  continues: number | null;
}

/** Milliseconds. */
export interface ModelLimits {
  readonly idle: number;
  readonly heartbeat: number;
  readonly max: number;
  readonly grace: number;
}

/** A server's sign of life is noted when the last note is this old; but with each roster and reset. */
const NOTE_STEP = 300_000;
/** And so is a heartbeat of an account. */
const HEARTBEAT_STEP = 30_000;

export class SessionModel {
  readonly sessions: ModelSession[] = [];
  readonly #limits: ModelLimits;
  readonly #aliveAt = new Map<number, number>();
  readonly #resetAt = new Map<number, number>();

  constructor(limits: ModelLimits) {
    this.#limits = limits;
  }

  /** Returns the session that started, else the one that the call is answered with, else null. */
  call(action: Action, account: string, server: number, now: number): ModelSession | null {
    const open = this.#open(account, server, now);
    this.#note(server, now, NOTE_STEP);
    switch (action) {
      case 'toggle':
        return open ? stop(open, now) : this.#start(account, server, now);
      case 'start':
        if (open) close(open, 'superseded', open.lastSeen);
        return this.#start(account, server, now);
      case 'stop':
        return open ? stop(open, now) : this.#stopLate(account, server, now);
      case 'clear':
        return open ? clear(open, now) : null;
      case 'clear-and-start':
        if (open) clear(open, now);
        return this.#start(account, server, now);
      default:
        return action satisfies never;
    }
  }

  heartbeat(account: string, server: number, now: number): 'seen' | 'resumed' | 'no_session' {
    const open = this.#open(account, server, now);
    this.#note(server, now, NOTE_STEP);
    if (open) {
      if (!open.watched || open.lastSeen < now - HEARTBEAT_STEP) see(open, now);
      return 'seen';
    }
    return this.#continue(account, server, now) ? 'resumed' : 'no_session';
  }

  roster(accounts: readonly string[], server: number, now: number): void {
    for (const session of this.sessions.filter((s) => s.server === server && s.end === null)) {
      const open = this.#open(session.account, server, now);
      if (open && !accounts.includes(open.account)) close(open, 'stopped', open.lastSeen);
    }
    for (const account of accounts) {
      const open = this.#open(account, server, now);
      if (open) see(open, now);
      else if (!this.#continue(account, server, now)) see(this.#start(account, server, now), now);
    }
    this.#note(server, now, 0);
  }

  reset(server: number, now: number): ModelSession[] {
    const open = this.sessions.filter((s) => s.server === server && s.end === null);
    const aliveAt = this.#aliveAt.get(server) ?? now;
    for (const session of open) {
      if (!this.#expire(session, now)) {
        close(
          session,
          'server_reset',
          Math.max(session.lastSeen, now - aliveAt > this.#limits.grace ? aliveAt : now),
        );
      }
    }
    this.#resetAt.set(server, now);
    this.#note(server, now, 0);
    return open;
  }

  sweep(now: number): void {
    for (const session of this.sessions) if (session.end === null) this.#expire(session, now);
  }

  #note(server: number, now: number, step: number): void {
    const last = this.#aliveAt.get(server);
    if (last === undefined || now - last >= step) this.#aliveAt.set(server, now);
  }

  #limit = ({ watched }: ModelSession) => (watched ? this.#limits.heartbeat : this.#limits.idle);

  /** Closes the session where silence has ended it. */
  #expire(session: ModelSession, now: number): boolean {
    if (now - session.lastSeen <= this.#limit(session)) return false;
    close(session, 'auto_closed', session.lastSeen);
    return true;
  }

  #open(account: string, server: number, now: number): ModelSession | undefined {
    const open = this.sessions.find((s) => s.account === account && s.server === server && s.end === null);
    return open && !this.#expire(open, now) ? open : undefined;
  }

  #start(account: string, server: number, now: number): ModelSession {
    const times = { start: now, lastSeen: now, end: null };
    const session = { account, server, ...times, watched: 0, kind: null, continues: null };
    this.sessions.push(session);
    return session;
  }

  /** The latest session, if silence ended it, and no reset came since. */
  #silenced(account: string, server: number): ModelSession | undefined {
    const latest = this.sessions.filter((s) => s.account === account && s.server === server).at(-1);
    return latest?.kind === 'auto_closed' && latest.start >= (this.#resetAt.get(server) ?? 0)
      ? latest
      : undefined;
  }

  #continue(account: string, server: number, now: number): ModelSession | undefined {
    const before = this.#silenced(account, server);
    if (!before) return undefined;
    const session = this.#start(account, server, now);
    session.continues = before.start;
    see(session, now);
    return session;
  }

  #stopLate(account: string, server: number, now: number): ModelSession | null {
    const latest = this.#silenced(account, server);
    if (!latest || now - latest.start > this.#limits.max) return null;
    return latest.watched ? latest : stop(latest, now);
  }
}

const close = (session: ModelSession, kind: string, end: number): ModelSession =>
  Object.assign(session, { kind, end });

const see = (session: ModelSession, now: number): void => {
  Object.assign(session, { lastSeen: now, watched: 1 });
};

const stop = (session: ModelSession, now: number): ModelSession => {
  session.lastSeen = now;
  return close(session, 'stopped', now);
};

const clear = (session: ModelSession, now: number): ModelSession => {
  session.lastSeen = now;
  return close(session, 'cleared', now);
};
