import type { ZonedFormat } from '../../lib/zoned-time.ts';
import type { AuditRecord } from '../audit/audit-chain.ts';

/**
 * A record as the report lists it: these, and any further text that came with it. `endTime` and `subType` are left out
 * where there is none.
 */
export interface ActivityRecord {
  readonly message: string;
  /** ISO 8601, with the offset it came with; ours in the community's time zone. */
  readonly time: string;
  /** The same as `time`. */
  readonly timeStamp: string;
  readonly endTime?: string;
  readonly type: string;
  readonly subType?: string;
  readonly user: string;
  readonly [property: string]: string | undefined;
}

/** The names that a property of an ingested record cannot have. */
export const RECORD_FIELDS = ['message', 'time', 'timeStamp', 'endTime', 'type', 'subType', 'user'] as const;

const LOGIN_TYPES = {
  stopped: 'USER',
  auto_closed: 'SESSION_TIMEOUT',
  server_reset: 'SERVER_RESET',
  superseded: 'SUPERSEDED',
} as const;

/** An activity session as it is read for the report: how it closed, or null while it is open. */
export interface LoginRow {
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly closeKind: keyof typeof LOGIN_TYPES | null;
}

/** The record of an activity session. */
export const toLoginRecord = (
  { startedAt, endedAt, closeKind }: LoginRow,
  user: string,
  format: ZonedFormat,
): ActivityRecord => {
  const time = format(startedAt);
  const opened = `user ${user} opened a login session at ${time}`;
  if (endedAt === null) return { message: opened, time, timeStamp: time, type: 'USER_LOGIN', user };
  const endTime = format(endedAt);
  return {
    message: `${opened} and it was closed at ${endTime}`,
    time,
    timeStamp: time,
    endTime,
    type: closeKind === null ? 'USER' : LOGIN_TYPES[closeKind],
    user,
  };
};

/** The record of an account's creation. */
export const toJoinRecord = (createdAt: number, user: string, format: ZonedFormat): ActivityRecord => {
  const time = format(createdAt);
  return { message: `user ${user} joined at ${time}`, time, timeStamp: time, type: 'USER_JOINED', user };
};

/** The record of an administrative act. */
export const toAuditRecord = (
  {
    occurredAt,
    message,
    type,
    user,
    properties,
  }: Pick<AuditRecord, 'occurredAt' | 'message' | 'type' | 'user' | 'properties'>,
  format: ZonedFormat,
): ActivityRecord => {
  const time = format(occurredAt);
  return { message, time, timeStamp: time, type, user, ...properties };
};
