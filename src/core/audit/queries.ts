import { type Database, readRows } from '../../db/client.ts';
import { isRefusedBy } from '../../db/constraint.ts';
import { fromJson } from '../../db/json.ts';
import { type CommunityRef, insertRow } from '../../db/rows.ts';
import { auditRecords, type carriedAuditRecords, type communities } from '../../db/schema/index.ts';
import { type RowOf, sql, statement, statementByShape } from '../../db/statement.ts';
import type { AuditHead } from '../access/actor.ts';
import type { AuditRecord } from './audit-chain.ts';

/** Statement. */
export const insertAuditRecord = (
  community: CommunityRef,
  { communityId: _, ...record }: AuditRecord,
  hash: string,
) =>
  insertRow(auditRecords, {
    ...record,
    communityId: community,
    properties: JSON.stringify(record.properties),
    hash,
  });

const moveHead = statementByShape<
  'id' | 'public_id',
  { community: number | string; fromSequence: number; fromHash: string; sequence: number; hash: string }
>(
  (column, $) => sql`
    UPDATE communities SET audit_sequence = ${$.sequence},
      audit_hash = iif(audit_sequence = ${$.fromSequence} AND audit_hash = ${$.fromHash}, ${$.hash}, NULL)
    WHERE ${sql.raw(column)} = ${$.community}`,
  WITH_DOCS && ['id', 'public_id'],
);

/**
 * Statement: moves the head of the chain from `from` to `to`. If the head is not at `from` any more, it writes NULL. The
 * column refuses NULL, so the whole batch fails and nothing of it has happened.
 */
export const moveAuditHead = (community: CommunityRef, from: AuditHead, to: AuditHead) => {
  const values = { fromSequence: from.sequence, fromHash: from.hash, ...to };
  return typeof community === 'number'
    ? moveHead('id', { community, ...values })
    : moveHead('public_id', { community: community.publicId, ...values });
};

/** Whether a batch failed because `moveAuditHead` found the head elsewhere. */
export const isAuditHeadMoved = (error: unknown): boolean =>
  isRefusedBy(error, 'NOT NULL', 'communities.audit_hash');

/** What retention has removed from the trail, and up to where ingested records are gone. */
export interface RetentionFloor {
  readonly foot: AuditHead;
  /** Epoch milliseconds; null where nothing was ever removed. */
  readonly removedBefore: number | null;
}

const selectEnds = statement<{ communityId: number }, RowOf<typeof communities>>(
  ($) => sql`SELECT * FROM communities WHERE id = ${$.communityId}`,
);

/** Where the trail ends and begins, as the community's row says. */
export const findAuditEnds = async (
  db: Database,
  communityId: number,
): Promise<(RetentionFloor & { readonly head: AuditHead }) | undefined> => {
  const [row] = await readRows(db, selectEnds({ communityId }));
  return (
    row && {
      head: { sequence: row.audit_sequence, hash: row.audit_hash },
      foot: { sequence: row.audit_foot_sequence, hash: row.audit_foot_hash },
      removedBefore: row.activity_removed_before,
    }
  );
};

/** A stored link of the chain. */
export type AuditLink = Omit<AuditRecord, 'communityId'> & { readonly hash: string };

/** Before the first link. */
export const TRAIL_START = { sequence: 0, id: '' };

const selectLinks = statement<
  { communityId: number; sequence: number; id: string; limit: number },
  RowOf<typeof auditRecords>
>(
  ($) => sql`
    SELECT * FROM audit_records
    WHERE community_id = ${$.communityId} AND (sequence, id) > (${$.sequence}, ${$.id})
    ORDER BY sequence, id LIMIT ${$.limit}`,
);

/** Links in the order of their numbers, behind one of them. */
export const selectAuditLinks = async (
  db: Database,
  communityId: number,
  after: { readonly sequence: number; readonly id: string },
  limit: number,
): Promise<AuditLink[]> => {
  const rows = await readRows(db, selectLinks({ communityId, ...after, limit }));
  return rows.map(({ occurred_at: occurredAt, community_id: _, properties, ...row }) => ({
    ...row,
    occurredAt,
    properties: parseProperties(properties),
  }));
};

/** A link of a trail that an import has brought. */
export interface CarriedLink extends AuditLink {
  readonly origin: string;
  readonly previousHash: string;
}

/** The last link of such a trail, as the own trail seals it. */
export interface CarriedEnd {
  readonly origin: string;
  readonly sequence: number;
  readonly hash: string;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
}

const selectCarried = statement<
  { communityId: number; origin: string; sequence: number; id: string; limit: number },
  RowOf<typeof carriedAuditRecords>
>(
  ($) => sql`
    SELECT * FROM carried_audit_records
    WHERE community_id = ${$.communityId} AND (origin, sequence, id) > (${$.origin}, ${$.sequence}, ${$.id})
    ORDER BY origin, sequence, id LIMIT ${$.limit}`,
);

/** Links of the trails that imports have brought, trail by trail, behind one of them. */
export const selectCarriedLinks = async (
  db: Database,
  communityId: number,
  { origin, sequence, id }: Pick<CarriedLink, 'origin' | 'sequence' | 'id'>,
  limit: number,
): Promise<CarriedLink[]> => {
  const rows = await readRows(db, selectCarried({ communityId, origin, sequence, id, limit }));
  return rows.map(({ occurred_at, previous_hash, community_id: _, properties, ...row }) => ({
    ...row,
    occurredAt: occurred_at,
    previousHash: previous_hash,
    properties: parseProperties(properties),
  }));
};

/** What somebody has made unreadable is no property; the hash will not fit. */
const parseProperties = (json: string): Record<string, string> => {
  try {
    return fromJson<Record<string, string>>(json);
  } catch {
    return {};
  }
};

const noteRetention = statement<{
  communityId: number;
  sequence: number;
  hash: string;
  removedBefore: number | null;
}>(
  ($) => sql`
    UPDATE communities SET audit_foot_sequence = ${$.sequence}, audit_foot_hash = ${$.hash},
      activity_removed_before = ${$.removedBefore}
    WHERE id = ${$.communityId}`,
);

const deleteLinks = statement<{ communityId: number; sequence: number }>(
  ($) => sql`
    DELETE FROM audit_records WHERE community_id = ${$.communityId} AND sequence <= ${$.sequence}`,
);

const deleteCarried = statement<{ communityId: number; before: number }>(
  ($) => sql`
    DELETE FROM carried_audit_records WHERE community_id = ${$.communityId} AND occurred_at < ${$.before}`,
);

/** Statements: removes the links up to `foot`, and notes what retention has removed. */
export const applyRetention = (communityId: number, { foot, removedBefore }: RetentionFloor) => [
  noteRetention({ communityId, ...foot, removedBefore }),
  deleteLinks({ communityId, sequence: foot.sequence }),
  deleteCarried({ communityId, before: removedBefore ?? 0 }),
];
