import { readRows } from '../../db/client.ts';
import { fromJson } from '../../db/json.ts';
import type { AuditHead, CommunityActor } from '../access/actor.ts';
import { hashAuditRecord } from '../audit/audit-chain.ts';
import {
  type AuditLink,
  type CarriedEnd,
  type CarriedLink,
  findAuditEnds,
  type RetentionFloor,
  selectAuditLinks,
  selectCarriedLinks,
  TRAIL_START,
} from '../audit/queries.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { type ActivityBatch, batchIdOf, dayOf, extendDigest, startOfDay } from './activity-batch.ts';
import { selectActivitiesAfter, selectBatchesOfDays, selectMatchingBatches } from './activity-queries.ts';
import { INGESTED_TYPES, type IngestedType } from './activity-type.ts';

const LINKS_PER_PAGE = 500;
const RECORDS_PER_PAGE = 1_000;
/** Ingested records that one call looks at, a day more or less. */
const RECORDS_PER_CALL = 20_000;
/** What came in this lately may be in a write that is under way. */
const SETTLING_MS = 60_000;

/** What is wrong, at the first place where anything is. */
export interface Break {
  readonly where: 'audit-trail' | 'carried-trail' | 'batch';
  /** Of a trail: the number of the link. */
  readonly sequence?: number;
  /** Of a trail that an import brought: the community that it is of. */
  readonly trailOf?: string;
  /** Of ingested records: their category and day (UTC), as `2026-04-15`. */
  readonly category?: IngestedType;
  readonly day?: string;
  /** The link's or the batch's id, where there is one. */
  readonly id?: string;
  readonly problem: 'changed' | 'missing' | 'unexpected';
}

/** Where the check of ingested records goes on. */
export interface VerifyPosition {
  readonly category: IngestedType;
  /** Days since 1970-01-01. */
  readonly day: number;
}

export interface AccountActivityCheck {
  readonly checkedLinks: number;
  readonly checkedRecords: number;
  /** The end of the audit trail: who keeps it elsewhere can tell a trail that was written anew. */
  readonly head: AuditHead;
  readonly firstBreak: Break | undefined;
  /** Where to go on; undefined at the end, and at a break. */
  readonly next: VerifyPosition | undefined;
}

/**
 * Recomputes the audit trail, and the batches of ingested records from `from` on. Without `from` it begins with the
 * trail; a call looks at some 20,000 records and says where to go on.
 */
export const verifyAccountActivity = async (
  ctx: Ctx<CommunityActor>,
  from: VerifyPosition | undefined,
): Promise<AccountActivityCheck> => {
  const communityId = ctx.actor.community.id;
  const trail = from ? undefined : await checkTrail(ctx, communityId);
  const { head, removedBefore } = await findEnds(ctx, communityId);
  const carried = trail && !trail.firstBreak ? await checkCarried(ctx, communityId) : undefined;
  const checkedLinks = (trail?.checkedLinks ?? 0) + (carried?.checkedLinks ?? 0);
  const broken = trail?.firstBreak ?? carried?.firstBreak;
  if (broken) return { checkedLinks, checkedRecords: 0, head, firstBreak: broken, next: undefined };
  return { checkedLinks, head, ...(await checkBatches(ctx, communityId, removedBefore, from)) };
};

const findEnds = async (ctx: Ctx<CommunityActor>, communityId: number) => {
  const ends = await findAuditEnds(ctx.db, communityId);
  if (!ends) throw new DomainError('community_not_found', { id: ctx.actor.community.publicId });
  return ends;
};

const checkTrail = async (
  ctx: Ctx<CommunityActor>,
  communityId: number,
): Promise<{ checkedLinks: number; firstBreak: Break | undefined }> => {
  const start = await findEnds(ctx, communityId);
  let previous = start.foot;
  let after = TRAIL_START;
  let checkedLinks = 0;
  /** What the trail itself says of its foot; the community's row must say the same. */
  let noted: RetentionFloor = { foot: { sequence: 0, hash: '' }, removedBefore: null };
  const broken = (sequence: number, problem: Break['problem'], id?: string) => ({
    checkedLinks,
    firstBreak: { where: 'audit-trail', sequence, ...(id !== undefined && { id }), problem } as const,
  });

  for (;;) {
    const links = await selectAuditLinks(ctx.db, communityId, after, LINKS_PER_PAGE);
    for (const link of links) {
      if (link.sequence <= previous.sequence) return broken(link.sequence, 'unexpected', link.id);
      if (link.sequence > previous.sequence + 1) return broken(previous.sequence + 1, 'missing');
      if ((await hashLink(ctx.actor.community.publicId, link, previous.hash)) !== link.hash) {
        return broken(link.sequence, 'changed', link.id);
      }
      const lost =
        (await findLostBatch(ctx, communityId, link, start.removedBefore)) ??
        (await findLostTrail(ctx, communityId, link, start.removedBefore));
      if (lost) return { checkedLinks, firstBreak: lost };
      if (link.type === 'RETENTION_APPLIED') noted = readRetention(link);
      previous = { sequence: link.sequence, hash: link.hash };
      checkedLinks += 1;
    }
    const last = links.at(-1);
    if (last) after = { sequence: last.sequence, id: last.id };
    if (links.length === LINKS_PER_PAGE) continue;
    const { head, foot, removedBefore } = await findEnds(ctx, communityId);
    // A head further on is that of an act which came in meanwhile, if its link is there.
    if (head.sequence > previous.sequence) {
      if ((await selectAuditLinks(ctx.db, communityId, after, 1)).length > 0) continue;
      return broken(previous.sequence + 1, 'missing');
    }
    if (head.sequence < previous.sequence) return broken(head.sequence + 1, 'unexpected', last?.id);
    if (head.hash !== previous.hash) return broken(head.sequence, 'changed', last?.id);
    const isFootTrue = foot.sequence === noted.foot.sequence && foot.hash === noted.foot.hash;
    if (!isFootTrue || removedBefore !== noted.removedBefore) return broken(foot.sequence, 'missing');
    return { checkedLinks, firstBreak: undefined };
  }
};

/** Recomputes the trails that imports have brought, each from where it begins here. */
const checkCarried = async (
  ctx: Ctx<CommunityActor>,
  communityId: number,
): Promise<{ checkedLinks: number; firstBreak: Break | undefined }> => {
  let previous: CarriedLink | undefined;
  for (let checkedLinks = 0; ; ) {
    const after = previous ?? { origin: '', sequence: 0, id: '' };
    const links = await selectCarriedLinks(ctx.db, communityId, after, LINKS_PER_PAGE);
    for (const link of links) {
      const { origin, sequence, id } = link;
      const before = previous?.origin === origin ? previous : undefined;
      const broken = (problem: Break['problem'], at = sequence) => ({
        checkedLinks,
        firstBreak: { where: 'carried-trail', trailOf: origin, sequence: at, id, problem } as const,
      });
      if (before && sequence <= before.sequence) return broken('unexpected');
      if (before && sequence > before.sequence + 1) return broken('missing', before.sequence + 1);
      const isLinked = before === undefined || link.previousHash === before.hash;
      if (!isLinked || (await hashLink(origin, link, link.previousHash)) !== link.hash)
        return broken('changed');
      previous = link;
      checkedLinks += 1;
    }
    if (links.length < LINKS_PER_PAGE) return { checkedLinks, firstBreak: undefined };
  }
};

/** Of the trails that an import has brought, the first whose end is not there as it was, retention apart. */
const findLostTrail = async (
  ctx: Ctx<CommunityActor>,
  communityId: number,
  { type, properties }: AuditLink,
  removedBefore: number | null,
): Promise<Break | undefined> => {
  if (type !== 'ROWS_IMPORTED' || properties.carried === undefined) return undefined;
  // The import wrote it (`carried`), and the trail's hashes have been checked up to here.
  for (const end of JSON.parse(properties.carried) as CarriedEnd[]) {
    if (removedBefore !== null && end.occurredAt < removedBefore) continue;
    const { origin, sequence, hash } = end;
    const before = { origin, sequence: sequence - 1, id: '\uffff' };
    const [link] = await selectCarriedLinks(ctx.db, communityId, before, 1);
    if (link?.origin !== origin || link.sequence !== sequence || link.hash !== hash) {
      return { where: 'carried-trail', trailOf: origin, sequence, problem: 'missing' };
    }
  }
  return undefined;
};

const hashLink = (communityId: string, link: AuditLink, previousHash: string): Promise<string> => {
  const { sequence, id, occurredAt, type, user, message, properties } = link;
  return hashAuditRecord(
    { communityId, sequence, id, occurredAt, type, user, message, properties },
    previousHash,
  );
};

const readRetention = ({ properties }: AuditLink): RetentionFloor => ({
  foot: { sequence: Number(properties.throughSequence), hash: properties.throughHash ?? '' },
  removedBefore: Date.parse(properties.removedBefore ?? ''),
});

/** Of the batches that a link has sealed, the first one that is not there as it was, retention apart. */
const findLostBatch = async (
  ctx: Ctx<CommunityActor>,
  communityId: number,
  { type, properties }: AuditLink,
  removedBefore: number | null,
): Promise<Break | undefined> => {
  if (type !== 'RECORDS_SEALED') return undefined;
  const sealed = fromJson<readonly ActivityBatch[]>(properties.batches ?? '[]').filter(
    ({ day }) => startOfDay(day) >= (removedBefore ?? Number.NEGATIVE_INFINITY),
  );
  const keyOf = ({ category, day, id }: Pick<ActivityBatch, 'category' | 'day' | 'id'>): string =>
    `${category}:${day}:${id}`;
  const matching = await readRows(
    ctx.db,
    selectMatchingBatches({ communityId, batches: JSON.stringify(sealed) }),
  );
  const found = new Set(matching.map(keyOf));
  const lost = sealed.find((batch) => !found.has(keyOf(batch)));
  return lost && batchBreak(lost, 'missing');
};

const batchBreak = (
  { category, day, id }: Pick<ActivityBatch, 'category' | 'day' | 'id'>,
  problem: Break['problem'],
): Break => ({ where: 'batch', category, day: isoDay(day), id, problem });

const isoDay = (day: number): string => new Date(startOfDay(day)).toISOString().slice(0, 10);

/** The days that SQLite and Date can both write. */
const FIRST_DAY = -100_000_000;
const LAST_DAY = 100_000_000;

const checkBatches = async (
  ctx: Ctx<CommunityActor>,
  communityId: number,
  removedBefore: number | null,
  from: VerifyPosition | undefined,
): Promise<Pick<AccountActivityCheck, 'checkedRecords' | 'firstBreak' | 'next'>> => {
  const firstDay = removedBefore === null ? FIRST_DAY : dayOf(removedBefore);
  // Ids carry their time: what sorts behind this one is too new to be judged.
  const settled = ctx.newId(ctx.clock.now() - SETTLING_MS).slice(0, 13);
  const isSettled = (batchId: string): boolean => batchId.slice(0, 13) < settled;
  let checkedRecords = 0;

  const keptOf = (category: IngestedType, fromDay: number, toDay: number) =>
    readRows(ctx.db, selectBatchesOfDays({ communityId, category, fromDay, toDay }));

  for (const category of INGESTED_TYPES.slice(from ? INGESTED_TYPES.indexOf(from.category) : 0)) {
    let day = Math.max(firstDay, from?.category === category ? from.day : FIRST_DAY);
    for await (const read of readDays(ctx, communityId, category, day)) {
      checkedRecords += read.count;
      const firstBreak = compare(category, read, await keptOf(category, day, read.day), isSettled);
      if (firstBreak) return { checkedRecords, firstBreak, next: undefined };
      day = read.day + 1;
      if (checkedRecords >= RECORDS_PER_CALL) {
        return { checkedRecords, firstBreak: undefined, next: { category, day } };
      }
    }
    const lost = (await keptOf(category, day, LAST_DAY)).find(({ id }) => isSettled(id));
    if (lost) return { checkedRecords, firstBreak: batchBreak(lost, 'missing'), next: undefined };
  }
  return { checkedRecords, firstBreak: undefined, next: undefined };
};

/** The recomputed batches of one day. */
interface DayRead {
  readonly day: number;
  readonly count: number;
  readonly batches: ReadonlyMap<string, { count: number; digest: string }>;
}

/** Recomputes the batches of each day that has records, from `fromDay` on. */
async function* readDays(
  ctx: Ctx<CommunityActor>,
  communityId: number,
  category: IngestedType,
  fromDay: number,
): AsyncGenerator<DayRead, void, void> {
  let after = { occurredAt: startOfDay(fromDay), id: '' };
  let batches = new Map<string, { count: number; digest: string }>();
  let count = 0;
  for (;;) {
    const records = await readRows(
      ctx.db,
      selectActivitiesAfter({ communityId, category, ...after, limit: RECORDS_PER_PAGE }),
    );
    for (const record of records) {
      const day = dayOf(after.occurredAt);
      if (count > 0 && dayOf(record.occurredAt) !== day) {
        yield { day, count, batches };
        batches = new Map();
        count = 0;
      }
      const id = batchIdOf(record.id);
      const batch = batches.get(id) ?? { count: 0, digest: '' };
      const digest = await extendDigest(
        record.sealedAs ?? ctx.actor.community.publicId,
        record,
        batch.digest,
      );
      batches.set(id, { count: batch.count + 1, digest });
      count += 1;
      after = { occurredAt: record.occurredAt, id: record.id };
    }
    if (records.length < RECORDS_PER_PAGE) break;
  }
  if (count > 0) yield { day: dayOf(after.occurredAt), count, batches };
}

/** The first difference between what the records come to and what is kept of their batches. */
const compare = (
  category: IngestedType,
  read: DayRead,
  kept: readonly ActivityBatch[],
  isSettled: (batchId: string) => boolean,
): Break | undefined => {
  const unexplained = new Map(read.batches);
  for (const batch of kept) {
    const found = batch.day === read.day ? unexplained.get(batch.id) : undefined;
    if (found) unexplained.delete(batch.id);
    if (!isSettled(batch.id)) continue;
    if (!found || found.count < batch.count) return batchBreak(batch, 'missing');
    if (found.count > batch.count) return batchBreak(batch, 'unexpected');
    if (found.digest !== batch.digest) return batchBreak(batch, 'changed');
  }
  const id = [...unexplained.keys()].find(isSettled);
  return id === undefined ? undefined : batchBreak({ category, day: read.day, id }, 'unexpected');
};
