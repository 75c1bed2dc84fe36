import type { Row } from '../../db/client.ts';
import { timeOfUuidV7 } from '../../lib/ids.ts';

/** How a session closed (docs/contracts.md, "The row"). */
export const CLOSE_KINDS = ['stopped', 'cleared', 'superseded', 'server_reset', 'auto_closed'] as const;
export type CloseKind = (typeof CLOSE_KINDS)[number];

/** Why a session closed, where the call does not say it. */
export const CLEARED_BY_REQUEST = 'Cleared by request';
export const SUPERSEDED = 'Superseded by a new session';
export const RETRACTED = 'Undone by calls that arrived late';
export const SERVER_RESET = 'All server activity stopped that were in progress';

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
  /** The session before a silence that this one goes on with. */
  readonly continuesId: string | null;
}

export const toSession = (row: Row | SessionRow): Session => ({
  id: row.id as string,
  accountId: row.account_id as string,
  serverId: row.server_id as number,
  startedAt: row.started_at as number,
  lastSeenAt: row.last_seen_at as number,
  endedAt: row.ended_at as number | null,
  closeKind: row.close_kind as CloseKind | null,
  clearReason: row.clear_reason as string | null,
  metadata: JSON.parse(row.metadata as string) as Record<string, unknown>,
  continuesId: (row.continues_id ?? null) as string | null,
});

/** A session with all that is known of it. */
export interface SessionDetails extends Session {
  /** What its account is called today; null while only its id is known. */
  readonly name: string | null;
  /** Whether its end is not certain, since nobody said it. */
  readonly isUnconfirmed: boolean;
  /** When an administrator declared it void; null if nobody did. */
  readonly voidedAt: number | null;
  /** Whether it was imported as a whole. */
  readonly isImported: boolean;
  /** The identifiers of its account, where they were asked for. */
  readonly identifiers?: readonly { readonly type: string; readonly value: string }[];
}

const UNCONFIRMED: readonly (CloseKind | null)[] = ['auto_closed', 'superseded'];

export const toSessionDetails = (row: Row): SessionDetails => {
  const session = toSession(row);
  return {
    ...session,
    name: row.name as string | null,
    isUnconfirmed: UNCONFIRMED.includes(session.closeKind),
    voidedAt: row.voided_at as number | null,
    isImported: row.origin === 'import',
    ...(row.identifiers !== undefined && { identifiers: JSON.parse(row.identifiers as string) }),
  };
};

/** Whether a session's id does not tell its start (epoch milliseconds) any more. */
export const isMoved = (id: string, startedAt: number): boolean => timeOfUuidV7(id) !== startedAt;

/** A row of the table, with what decides how soon the session is missed. */
export interface SessionRow {
  readonly id: string;
  readonly account_id: string;
  readonly server_id: number;
  readonly started_at: number;
  readonly last_seen_at: number;
  readonly ended_at: number | null;
  readonly close_kind: CloseKind | null;
  readonly clear_reason: string | null;
  readonly metadata: string;
  readonly heartbeat_at: number | null;
  readonly is_start_observed: number;
  readonly gone_at: number | null;
  readonly continues_id: string | null;
  readonly silent_since: number | null;
  readonly resumed_at: number | null;
}
