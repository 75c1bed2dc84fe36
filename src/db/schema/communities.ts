import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** The tenants. Settings are columns, so that the scheduled job can use them in SQL. */
export const communities = sqliteTable(
  'communities',
  {
    /** Its name inside the database, short because every row of every table has it; the wire never shows it. */
    id: integer().primaryKey(),
    /** Its id on the wire. */
    publicId: text('public_id').notNull(),
    name: text().notNull(),
    createdAt: integer('created_at').notNull(),
    /** Set on DELETE: no credential works from then on; the scheduled job purges the rows. */
    deletedAt: integer('deleted_at'),
    autoCreateAccounts: integer('auto_create_accounts', { mode: 'boolean' }).notNull().default(true),
    idleTimeoutSeconds: integer('idle_timeout_seconds').notNull().default(43_200),
    heartbeatTimeoutSeconds: integer('heartbeat_timeout_seconds').notNull().default(600),
    /** How often a sighting is written at most; at most a quarter of the timeout counts. */
    heartbeatStepSeconds: integer('heartbeat_step_seconds').notNull().default(30),
    maxSessionSeconds: integer('max_session_seconds').notNull().default(86_400),
    /** For how long a server may be silent before a reset, so that its sessions still end at the reset. */
    resetGraceSeconds: integer('reset_grace_seconds').notNull().default(3600),
    unconfirmedEnd: text('unconfirmed_end', { enum: ['last-seen', 'close-time'] })
      .notNull()
      .default('last-seen'),
    timezone: text().notNull().default('UTC'),
    /** The day that the weeks of totals begin with. */
    weekStart: text('week_start', { enum: ['monday', 'saturday', 'sunday'] })
      .notNull()
      .default('monday'),
    /** How long a closed session is kept after its start; null for ever. */
    sessionRetentionDays: integer('session_retention_days'),
    /** How long a log entry is kept after its timestamp; null for ever. */
    logRetentionDays: integer('log_retention_days'),
    /** How long account activity is kept after its time; null for ever. */
    accountActivityRetentionDays: integer('account_activity_retention_days'),
    /**
     * When something may be older than the retention allows: then the job looks again. Null: it is kept for ever. Nothing
     * is outdated before, so a community that has nothing to remove costs the job nothing.
     */
    sessionsDueAt: integer('sessions_due_at'),
    logDueAt: integer('log_due_at'),
    accountActivityDueAt: integer('account_activity_due_at'),
    /** The HTTP status of an Account Activity report without records: 404, or 200 for clients that give up on a 404. */
    emptyReportStatus: integer('empty_report_status').notNull().default(404),
    /** The operator's limits, as far as they are not the defaults (core/access/quotas.ts): a JSON object. */
    quotas: text().notNull().default('{}'),
    /** Whether it has a webhook endpoint. Without one, the statement that publishes events is left out. */
    hasWebhooks: integer('has_webhooks', { mode: 'boolean' }).notNull().default(false),
    /** The head of the audit trail: its last record's number and hash (core/audit/audit-chain.ts). */
    auditSequence: integer('audit_sequence').notNull().default(0),
    auditHash: text('audit_hash').notNull().default(''),
    /** Its foot: the last record that retention has removed. */
    auditFootSequence: integer('audit_foot_sequence').notNull().default(0),
    auditFootHash: text('audit_foot_hash').notNull().default(''),
    /** Ingested records older than this are removed, or about to be; a start of a day (UTC). */
    activityRemovedBefore: integer('activity_removed_before'),
  },
  (table) => [
    uniqueIndex('communities_by_public_id').on(table.publicId),
    index('communities_deleted').on(table.id).where(sql`deleted_at IS NOT NULL`),
    index('communities_with_sessions_due').on(table.sessionsDueAt).where(sql`sessions_due_at IS NOT NULL`),
    index('communities_with_log_due').on(table.logDueAt).where(sql`log_due_at IS NOT NULL`),
    index('communities_with_account_activity_due')
      .on(table.accountActivityDueAt)
      .where(sql`account_activity_due_at IS NOT NULL`),
  ],
);
