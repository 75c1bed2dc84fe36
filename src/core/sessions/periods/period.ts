/** A closed period, and what verifies it. */

/** Who did something, as the audit trail names them. */
export interface PeriodActor {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
}

/** Times whose hours are settled. Instants are epoch milliseconds. */
export interface Period {
  readonly id: string;
  /** Where the period before ends; 0 where there is none. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly note: string | null;
  readonly closedAt: number;
  readonly closedBy: PeriodActor;
  /** SHA-256 of its totals (period-hash.ts). */
  readonly hash: string;
  /** The community that the hash is over, as on the wire; null: the one it is in. */
  readonly sealedAs: string | null;
  readonly heartbeatTimeoutMs: number;
  readonly accounts: number;
  readonly ms: number;
  /** null while it is closed. */
  readonly reopenedAt: number | null;
  readonly reopenedBy: PeriodActor | null;
}

/** What an account's time in a period came to, in milliseconds. */
export interface PeriodTotal {
  readonly accountId: string;
  readonly ms: number;
  readonly confirmedMs: number;
  readonly watchedMs: number;
  readonly sessions: number;
}
