import type { Row } from '../../db/client.ts';

/** How a session closed (CONTRACTS, "Activity Tracker"). */
export const CLOSE_KINDS = ['stopped', 'cleared', 'superseded', 'server_reset', 'auto_closed'] as const;
export type CloseKind = (typeof CLOSE_KINDS)[number];

/** An activity session. Instants are epoch milliseconds. */
export interface Session {
  readonly id: string;
  readonly accountId: string;
  readonly serverId: number;
  readonly startedAt: number;
  readonly lastSeenAt: number;
  /** null while the session is open, as is `closeKind`. */
  readonly endedAt: number | null;
  readonly closeKind: CloseKind | null;
  readonly clearReason: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export const toSession = (row: Row): Session => ({
  id: row.id as string,
  accountId: row.account_id as string,
  serverId: row.server_id as number,
  startedAt: row.started_at as number,
  lastSeenAt: row.last_seen_at as number,
  endedAt: row.ended_at as number | null,
  closeKind: row.close_kind as CloseKind | null,
  clearReason: row.clear_reason as string | null,
  metadata: JSON.parse(row.metadata as string) as Record<string, unknown>,
});

/** A session with all that is known of it. */
export interface SessionDetails extends Session {
  /** Whether its end is not certain, since nobody said it. */
  readonly isUnconfirmed: boolean;
  /** When an administrator declared it void; null if nobody did. */
  readonly voidedAt: number | null;
  /** What its account is called by, where it was asked for. */
  readonly identifiers?: readonly { readonly type: string; readonly value: string }[];
}

const UNCONFIRMED: readonly (CloseKind | null)[] = ['auto_closed', 'superseded'];

export const toSessionDetails = (row: Row): SessionDetails => {
  const session = toSession(row);
  return {
    ...session,
    isUnconfirmed: UNCONFIRMED.includes(session.closeKind),
    voidedAt: row.voided_at as number | null,
    ...(row.identifiers !== undefined && { identifiers: JSON.parse(row.identifiers as string) }),
  };
};
