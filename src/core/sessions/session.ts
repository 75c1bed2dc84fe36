import { fromJson, type Json } from '../../db/json.ts';
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

export const toSession = (row: SessionColumns): Session => ({
  id: row.id,
  accountId: row.account_id,
  serverId: row.server_id,
  startedAt: row.started_at,
  lastSeenAt: row.last_seen_at,
  endedAt: row.ended_at,
  closeKind: row.close_kind,
  clearReason: row.clear_reason,
  metadata: fromJson(row.metadata),
  continuesId: row.continues_id ?? null,
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

/** The JSON of an account's identifiers beside a session. */
export type IdentifiersJson = Json<NonNullable<SessionDetails['identifiers']>>;

/** The columns of a session with all that is known of it. */
export interface DetailsRow extends SessionColumns {
  readonly name: string | null;
  readonly voided_at: number | null;
  readonly origin: 'import' | null;
  readonly identifiers?: IdentifiersJson;
}

export const toSessionDetails = (row: DetailsRow): SessionDetails => {
  const session = toSession(row);
  return {
    ...session,
    name: row.name,
    isUnconfirmed: UNCONFIRMED.includes(session.closeKind),
    voidedAt: row.voided_at,
    isImported: row.origin === 'import',
    ...(row.identifiers !== undefined && { identifiers: fromJson(row.identifiers) }),
  };
};

/** Whether a session's id does not tell its start (epoch milliseconds) any more. */
export const isMoved = (id: string, startedAt: number): boolean => timeOfUuidV7(id) !== startedAt;

/** What is told of a session, as the columns of its row. */
export const SESSION_COLUMNS = [
  'id',
  'account_id',
  'server_id',
  'started_at',
  'last_seen_at',
  'ended_at',
  'close_kind',
  'clear_reason',
  'metadata',
  'continues_id',
] as const satisfies readonly (keyof SessionColumns)[];

/** What is told of a session, as a row. */
export interface SessionColumns {
  readonly id: string;
  readonly account_id: string;
  readonly server_id: number;
  readonly started_at: number;
  readonly last_seen_at: number;
  readonly ended_at: number | null;
  readonly close_kind: CloseKind | null;
  readonly clear_reason: string | null;
  readonly metadata: Json<Readonly<Record<string, unknown>>>;
  /** Undefined in events from before there was such a column. */
  readonly continues_id: string | null;
}

/** A row of the table, with what decides how soon the session is missed. */
export interface SessionRow extends SessionColumns {
  readonly heartbeat_at: number | null;
  readonly is_start_observed: number;
  readonly gone_at: number | null;
  readonly silent_since: number | null;
  readonly resumed_at: number | null;
  readonly listed_as: number | null;
  readonly listed_metadata: Json<Readonly<Record<string, unknown>>> | null;
}
