/**
 * How ingested records are sealed: the records of one call, category and day (UTC) are a batch, and their hashes a
 * chain in the order of the report, whose last hash is kept with their number. The scheduled job puts the batches into
 * the audit trail (seal-activity-batches.ts). One link of the trail per record would make every sender wait for all
 * others.
 */
import { canonicalJson } from '../../lib/canonical-json.ts';
import { sha256Hex } from '../../lib/crypto.ts';
import type { IngestedType } from './activity-type.ts';

const DAY_MS = 86_400_000;

/** The record as it is stored. */
export interface StoredActivity {
  readonly category: IngestedType;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
  readonly id: string;
  readonly eventId: string | null;
  /** JSON text. */
  readonly record: string;
}

export interface ActivityBatch {
  readonly category: IngestedType;
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly id: string;
  readonly count: number;
  readonly digest: string;
}

export const dayOf = (epochMs: number): number => Math.floor(epochMs / DAY_MS);
export const startOfDay = (day: number): number => day * DAY_MS;

/** The id of a call's n-th record. */
export const activityIdOf = (batchId: string, position: number): string =>
  `${batchId}:${String(position).padStart(4, '0')}`;

/** The batch that a record came with. */
export const batchIdOf = (activityId: string): string => activityId.slice(0, activityId.indexOf(':'));

/** The hash of a batch after one more record. Before the first one it is empty. The community: as on the wire. */
export const extendDigest = (
  communityId: string,
  { category, occurredAt, id, eventId, record }: StoredActivity,
  digest: string,
): Promise<string> =>
  sha256Hex(canonicalJson({ communityId, category, occurredAt, id, eventId, record, previousHash: digest }));

/** The batches of one call's records. */
export const batchesOf = async (
  communityId: string,
  batchId: string,
  records: readonly StoredActivity[],
): Promise<ActivityBatch[]> => {
  const groups = new Map<string, [StoredActivity, ...StoredActivity[]]>();
  for (const record of records) {
    const key = `${record.category}:${dayOf(record.occurredAt)}`;
    const group = groups.get(key);
    if (group) group.push(record);
    else groups.set(key, [record]);
  }
  return Promise.all(
    [...groups.values()].map(async (group) => {
      const ordered = group.toSorted(inReportOrder);
      let digest = '';
      for (const record of ordered) digest = await extendDigest(communityId, record, digest);
      const [{ category, occurredAt }] = group;
      return { category, day: dayOf(occurredAt), id: batchId, count: ordered.length, digest };
    }),
  );
};

const inReportOrder = (a: StoredActivity, b: StoredActivity): number =>
  a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1);
