import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * What administrators did, append-only: each record carries the hash of the one before (core/audit/audit-chain.ts).
 * The primary key is the order of the chain, the index that of the report. The id is part of the key so that a forged row
 * cannot take the number of the next record and block the trail.
 */
export const auditRecords = sqliteTable(
  'audit_records',
  {
    communityId: integer('community_id').notNull(),
    /** 1, 2, 3, ... within the community, without a gap. */
    sequence: integer().notNull(),
    id: text().notNull(),
    occurredAt: integer('occurred_at').notNull(),
    /** What was done: `API_KEY_CREATED`. */
    type: text().notNull(),
    /** The name of the acting credential. */
    user: text().notNull(),
    message: text().notNull(),
    /** A JSON object of strings. */
    properties: text().notNull(),
    /** SHA-256 of the record and the previous hash. */
    hash: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.communityId, table.sequence, table.id] }),
    index('audit_records_by_time')
      .on(table.communityId, table.occurredAt, table.sequence)
      .where(sql`type <> 'RECORDS_SEALED'`),
  ],
);

/**
 * The audit trail of another community, or of this one elsewhere, as an import of an export brought it: kept beside the own
 * one, whose record of the import has its last hash.
 */
export const carriedAuditRecords = sqliteTable(
  'carried_audit_records',
  {
    communityId: integer('community_id').notNull(),
    /** The community whose trail it is, as on the wire. */
    origin: text().notNull(),
    sequence: integer().notNull(),
    id: text().notNull(),
    occurredAt: integer('occurred_at').notNull(),
    type: text().notNull(),
    user: text().notNull(),
    message: text().notNull(),
    properties: text().notNull(),
    /** That of the record before; empty for the first. */
    previousHash: text('previous_hash').notNull(),
    hash: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.communityId, table.origin, table.sequence, table.id] })],
);
