import { type Database, readRows, runBatch } from '../../db/client.ts';
import type { SystemActor } from '../access/actor.ts';
import { audited } from '../audit/audit.ts';
import {
  type AuditLink,
  applyRetention,
  findAuditEnds,
  selectAuditLinks,
  selectCommunitiesWithRetention,
  TRAIL_START,
} from '../audit/queries.ts';
import type { Ctx } from '../context.ts';
import { dayOf, startOfDay } from './activity-batch.ts';
import { deleteOlderActivities, deleteOlderBatches, selectOlderActivity } from './activity-queries.ts';

const DAY_MS = 86_400_000;
const CHUNK = 5_000;
/** A run removes at most this many chunks in all, and this many links of each trail. */
const MAX_CHUNKS = 20;
const LINKS_PER_RUN = 500;
const COMMUNITIES_PER_PAGE = 100;

/**
 * Removes account activity that is older than its community's `accountActivityRetentionDays`, in whole days (UTC). What
 * is going to be removed is put on record first, in the audit trail: a removal that is not there is tampering.
 */
export const purgeAccountActivity = async (
  ctx: Ctx<SystemActor>,
): Promise<{ purgedRecords: number; purgedLinks: number; isComplete: boolean }> => {
  let purgedRecords = 0;
  let purgedLinks = 0;
  let chunks = 0;
  for (let afterId = 0; ; ) {
    const page = await selectCommunitiesWithRetention(ctx.db, afterId, COMMUNITIES_PER_PAGE);
    for (const { id, retentionDays } of page) {
      if (retentionDays === null) continue;
      const floor = startOfDay(dayOf(ctx.clock.now() - retentionDays * DAY_MS));
      purgedLinks += await lowerFoot(ctx, id, floor);
      for (;;) {
        if (chunks++ >= MAX_CHUNKS) return { purgedRecords, purgedLinks, isComplete: false };
        const purged = await purgeChunk(ctx, id);
        purgedRecords += purged.records;
        if (purged.isEmpty) break;
      }
    }
    const last = page.at(-1);
    if (!last || page.length < COMMUNITIES_PER_PAGE) return { purgedRecords, purgedLinks, isComplete: true };
    afterId = last.id;
  }
};

/** Puts on record that all from before `floor` goes, and removes the links of the trail that are older. */
const lowerFoot = (ctx: Ctx<SystemActor>, communityId: number, floor: number): Promise<number> =>
  audited(ctx, communityId, async (audit) => {
    const [ends, outdated, [older]] = await Promise.all([
      findAuditEnds(ctx.db, communityId),
      selectOutdatedLinks(ctx.db, communityId, floor),
      readRows(ctx.db, selectOlderActivity(communityId, floor)),
    ]);
    if (!ends) return 0;
    const isNoted = (ends.removedBefore ?? Number.NEGATIVE_INFINITY) >= floor;
    if (outdated.length === 0 && (isNoted || !older)) return 0;
    const foot = outdated.at(-1) ?? ends.foot;
    const removedBefore = Math.max(floor, ends.removedBefore ?? floor);
    await runBatch(ctx.db, [
      ...applyRetention(ctx.db, communityId, { foot, removedBefore }),
      ...(await audit.record({
        type: 'RETENTION_APPLIED',
        what: `removed account activity from before ${new Date(removedBefore).toISOString()}`,
        target: { type: 'SETTINGS', name: 'accountActivityRetentionDays' },
        properties: {
          removedBefore: new Date(removedBefore).toISOString(),
          throughSequence: String(foot.sequence),
          throughHash: foot.hash,
        },
      })),
    ]);
    return outdated.length;
  });

/** The first links of the trail, as long as they are from before `floor`. */
const selectOutdatedLinks = async (
  db: Database,
  communityId: number,
  floor: number,
): Promise<AuditLink[]> => {
  const isOutdated = ({ occurredAt }: AuditLink): boolean => occurredAt < floor;
  const [first] = await selectAuditLinks(db, communityId, TRAIL_START, 1);
  if (!first || !isOutdated(first)) return [];
  const links = await selectAuditLinks(db, communityId, TRAIL_START, LINKS_PER_RUN);
  const firstKept = links.findIndex((link) => !isOutdated(link));
  return firstKept < 0 ? links : links.slice(0, firstKept);
};

const purgeChunk = async (
  ctx: Ctx<SystemActor>,
  communityId: number,
): Promise<{ records: number; isEmpty: boolean }> => {
  const ends = await findAuditEnds(ctx.db, communityId);
  if (ends?.removedBefore == null) return { records: 0, isEmpty: true };
  const { removedBefore } = ends;
  const [records = [], batches = []] = await runBatch(ctx.db, [
    deleteOlderActivities(communityId, removedBefore, CHUNK),
    deleteOlderBatches(communityId, dayOf(removedBefore), CHUNK),
  ]);
  return { records: records.length, isEmpty: records.length < CHUNK && batches.length < CHUNK };
};
