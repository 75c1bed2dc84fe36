import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { auditRecords, communities } from '../../db/schema/index.ts';
import type { AuditHead } from '../access/actor.ts';
import type { AuditRecord } from './audit-chain.ts';

/** Statement. */
export const insertAuditRecord = (db: Database, record: AuditRecord, hash: string) =>
  db.insert(auditRecords).values({ ...record, properties: JSON.stringify(record.properties), hash });

/**
 * Statement: moves the head of the chain from `from` to `to`. Where the head is not at `from` any more, it is NULL that
 * is written, which the column refuses: so the whole batch fails and nothing of it has happened.
 */
export const moveAuditHead = (db: Database, communityId: string, from: AuditHead, to: AuditHead) =>
  db
    .update(communities)
    .set({
      auditSequence: to.sequence,
      auditHash: sql`CASE WHEN audit_sequence = ${from.sequence} AND audit_hash = ${from.hash} THEN ${to.hash} END`,
    })
    .where(eq(communities.id, communityId));

const HEAD_MOVED = 'NOT NULL constraint failed: communities.audit_hash';

/** Whether a batch failed because `moveAuditHead` found the head elsewhere. */
export const isAuditHeadMoved = (error: unknown): boolean =>
  error instanceof Error && (error.message.includes(HEAD_MOVED) || isAuditHeadMoved(error.cause));
