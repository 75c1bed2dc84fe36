/** The rules of docs/contracts.md ("Activity Tracker") and docs/honest-time.md in plain JavaScript: what the SQL must do. */
export type Action = 'toggle' | 'start' | 'stop' | 'clear' | 'clear-and-start';

export interface ModelSession {
  readonly account: string;
  readonly server: number;
  readonly start: number;
  lastSeen: number;
  end: number | null;
  kind: string | null;
}

export class SessionModel {
  readonly sessions: ModelSession[] = [];
  readonly #idleMs: number;
  readonly #maxMs: number;

  constructor(idleMs: number, maxMs: number) {
    this.#idleMs = idleMs;
    this.#maxMs = maxMs;
  }

  /** Returns the session that started, else the one that closed, else null. */
  call(action: Action, account: string, server: number, now: number): ModelSession | null {
    const open = this.sessions.find((s) => s.account === account && s.server === server && s.end === null);
    switch (action) {
      case 'toggle':
        return open ? this.#stop(open, now) : this.#start(account, server, now);
      case 'start':
        if (open) close(open, 'superseded', open.lastSeen);
        return this.#start(account, server, now);
      case 'stop':
        return open ? this.#stop(open, now) : this.#stopLate(account, server, now);
      case 'clear':
        return open ? clear(open, now) : null;
      case 'clear-and-start':
        if (open) clear(open, now);
        return this.#start(account, server, now);
      default:
        return action satisfies never;
    }
  }

  reset(server: number, now: number): ModelSession[] {
    const open = this.sessions.filter((s) => s.server === server && s.end === null);
    for (const session of open) {
      if (this.#isStale(session, now)) close(session, 'auto_closed', session.lastSeen);
      else close(session, 'server_reset', now);
    }
    return open;
  }

  sweep(now: number): void {
    for (const session of this.sessions) {
      if (session.end === null && this.#isStale(session, now)) {
        close(session, 'auto_closed', session.lastSeen);
      }
    }
  }

  #isStale = (session: ModelSession, now: number) => now - session.lastSeen > this.#idleMs;

  #start(account: string, server: number, now: number): ModelSession {
    const session = { account, server, start: now, lastSeen: now, end: null, kind: null };
    this.sessions.push(session);
    return session;
  }

  #stop(session: ModelSession, now: number): ModelSession {
    if (this.#isStale(session, now) && now - session.start > this.#maxMs) {
      return close(session, 'auto_closed', session.lastSeen);
    }
    session.lastSeen = now;
    return close(session, 'stopped', now);
  }

  #stopLate(account: string, server: number, now: number): ModelSession | null {
    const latest = this.sessions.filter((s) => s.account === account && s.server === server).at(-1);
    if (latest?.kind !== 'auto_closed' || now - latest.start > this.#maxMs) return null;
    latest.lastSeen = now;
    return close(latest, 'stopped', now);
  }
}

const close = (session: ModelSession, kind: string, end: number): ModelSession =>
  Object.assign(session, { kind, end });

const clear = (session: ModelSession, now: number): ModelSession => {
  session.lastSeen = now;
  return close(session, 'cleared', now);
};
