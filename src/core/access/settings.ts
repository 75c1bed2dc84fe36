import type { communities } from '../../db/schema/index.ts';

/** A community's settings, as its API shows them. Defaults live in the table. */
export interface Settings {
  readonly autoCreateAccounts: boolean;
  readonly idleTimeoutSeconds: number;
  readonly heartbeatTimeoutSeconds: number;
  /** How often a sighting is written at most: what it saves in rows, an end may be early by. */
  readonly heartbeatStepSeconds: number;
  readonly maxSessionSeconds: number;
  /** How long before a reset a server may have been silent, so that its sessions still end at the reset. */
  readonly resetGraceSeconds: number;
  readonly unconfirmedEnd: 'last-seen' | 'close-time';
  /** An IANA time zone. */
  readonly timezone: string;
  /** The day that the weeks of totals begin with. */
  readonly weekStart: 'monday' | 'saturday' | 'sunday';
  /** For how long after its start a closed session is kept; null for ever. */
  readonly sessionRetentionDays: number | null;
  /** Log entries are purged this many days after their timestamp; null keeps them for ever. */
  readonly logRetentionDays: number | null;
  /** For how many days account activity is kept; null for ever. */
  readonly accountActivityRetentionDays: number | null;
  /** The HTTP status of an Account Activity report without records. */
  readonly emptyReportStatus: 200 | 404;
}

export type SettingsPatch = { readonly [K in keyof Settings]?: Settings[K] | undefined };

export const toSettings = (row: typeof communities.$inferSelect): Settings => ({
  autoCreateAccounts: row.autoCreateAccounts,
  idleTimeoutSeconds: row.idleTimeoutSeconds,
  heartbeatTimeoutSeconds: row.heartbeatTimeoutSeconds,
  heartbeatStepSeconds: row.heartbeatStepSeconds,
  maxSessionSeconds: row.maxSessionSeconds,
  resetGraceSeconds: row.resetGraceSeconds,
  unconfirmedEnd: row.unconfirmedEnd,
  timezone: row.timezone,
  weekStart: row.weekStart,
  sessionRetentionDays: row.sessionRetentionDays,
  logRetentionDays: row.logRetentionDays,
  accountActivityRetentionDays: row.accountActivityRetentionDays,
  emptyReportStatus: row.emptyReportStatus === 200 ? 200 : 404,
});
