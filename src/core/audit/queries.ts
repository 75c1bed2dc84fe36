import { and, asc, eq, lte, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { isRefusedBy } from '../../db/constraint.ts';
import { auditRecords, communities } from '../../db/schema/index.ts';
import type { AuditHead } from '../access/actor.ts';
import type { AuditRecord } from './audit-chain.ts';

/** The id of a community inside, or an expression for the one that the batch creates. */
export type CommunityId = number | SQL<number>;

/** Statement. */
export const insertAuditRecord = (
  db: Database,
  id: CommunityId,
  { communityId: _, ...record }: AuditRecord,
  hash: string,
) =>
  db
    .insert(auditRecords)
    .values({ ...record, communityId: id, properties: JSON.stringify(record.properties), hash });

/**
 * Statement: moves the head of the chain from `from` to `to`. If the head is not at `from` any more, it writes NULL. The
 * column refuses NULL, so the whole batch fails and nothing of it has happened.
 */
export const moveAuditHead = (db: Database, communityId: CommunityId, from: AuditHead, to: AuditHead) =>
  db
    .update(communities)
    .set({
      auditSequence: to.sequence,
      auditHash: sql`CASE WHEN audit_sequence = ${from.sequence} AND audit_hash = ${from.hash} THEN ${to.hash} END`,
    })
    .where(eq(communities.id, communityId));

/** Whether a batch failed because `moveAuditHead` found the head elsewhere. */
export const isAuditHeadMoved = (error: unknown): boolean =>
  isRefusedBy(error, 'NOT NULL', 'communities.audit_hash');

/** What retention has removed from the trail, and up to where ingested records are gone. */
export interface RetentionFloor {
  readonly foot: AuditHead;
  /** Epoch milliseconds; null where nothing was ever removed. */
  readonly removedBefore: number | null;
}

/** Where the trail ends and begins, as the community's row says. */
export const findAuditEnds = async (
  db: Database,
  communityId: number,
): Promise<(RetentionFloor & { readonly head: AuditHead }) | undefined> => {
  const [row] = await db.select().from(communities).where(eq(communities.id, communityId));
  return (
    row && {
      head: { sequence: row.auditSequence, hash: row.auditHash },
      foot: { sequence: row.auditFootSequence, hash: row.auditFootHash },
      removedBefore: row.activityRemovedBefore,
    }
  );
};

/** A stored link of the chain. */
export type AuditLink = Omit<AuditRecord, 'communityId'> & { readonly hash: string };

/** Before the first link. */
export const TRAIL_START = { sequence: 0, id: '' };

/** Links in the order of their numbers, behind one of them. */
export const selectAuditLinks = async (
  db: Database,
  communityId: number,
  after: { readonly sequence: number; readonly id: string },
  limit: number,
): Promise<AuditLink[]> => {
  const rows = await db
    .select()
    .from(auditRecords)
    .where(
      and(
        eq(auditRecords.communityId, communityId),
        sql`(${auditRecords.sequence}, ${auditRecords.id}) > (${after.sequence}, ${after.id})`,
      ),
    )
    .orderBy(asc(auditRecords.sequence), asc(auditRecords.id))
    .limit(limit);
  return rows.map((row) => ({ ...row, properties: parseProperties(row.properties) }));
};

/** What somebody has made unreadable is no property; the hash will not fit. */
const parseProperties = (json: string): Record<string, string> => {
  try {
    return JSON.parse(json) as Record<string, string>;
  } catch {
    return {};
  }
};

/** Statements: removes the links up to `foot`, and notes what retention has removed. */
export const applyRetention = (db: Database, communityId: number, { foot, removedBefore }: RetentionFloor) =>
  [
    db
      .update(communities)
      .set({
        auditFootSequence: foot.sequence,
        auditFootHash: foot.hash,
        activityRemovedBefore: removedBefore,
      })
      .where(eq(communities.id, communityId)),
    db
      .delete(auditRecords)
      .where(and(eq(auditRecords.communityId, communityId), lte(auditRecords.sequence, foot.sequence))),
  ] as const;
