import { type Database, readRows, runBatch } from '../../db/client.ts';
import type { SystemActor } from '../access/actor.ts';
import { type RetentionStep, applyRetention as removeOutdated } from '../access/apply-retention.ts';
import { audited } from '../audit/audit.ts';
import {
  type AuditLink,
  applyRetention,
  findAuditEnds,
  selectAuditLinks,
  TRAIL_START,
} from '../audit/queries.ts';
import type { Ctx } from '../context.ts';
import { dayOf, startOfDay } from './activity-batch.ts';
import {
  deleteOlderActivities,
  deleteOlderBatches,
  selectOlderActivity,
  selectOldestActivity,
} from './activity-queries.ts';

const CHUNK = 5_000;

/** Links of a trail that one step removes. */
const LINKS_PER_STEP = 500;

/** Statements of a step: to find what is outdated, to put it on record, to remove a chunk, to find what stays. */
const STATEMENTS = 13;

/**
 * Removes account activity that is older than its community's `accountActivityRetentionDays`, in whole days (UTC). What
 * is going to be removed is put on record first, in the audit trail: a removal that is not there is tampering.
 */
export const purgeAccountActivity = async (
  ctx: Ctx<SystemActor>,
): Promise<{ purgedRecords: number; purgedLinks: number; isComplete: boolean }> => {
  let purgedLinks = 0;
  const { removed, isComplete } = await removeOutdated(
    ctx,
    'account_activity',
    STATEMENTS,
    async ({ communityId, before }) => {
      const floor = startOfDay(dayOf(before));
      const links = await lowerFoot(ctx, communityId, floor);
      purgedLinks += links;
      const step = await purgeChunk(ctx, communityId);
      return links < LINKS_PER_STEP ? step : { removed: step.removed };
    },
  );
  return { purgedRecords: removed, purgedLinks, isComplete };
};

/** Puts on record that all from before `floor` goes, and removes the links of the trail that are older. */
const lowerFoot = (ctx: Ctx<SystemActor>, communityId: number, floor: number): Promise<number> =>
  audited(ctx, communityId, async (audit) => {
    const [ends, outdated, [older]] = await Promise.all([
      findAuditEnds(ctx.db, communityId),
      selectOutdatedLinks(ctx.db, communityId, floor),
      readRows(ctx.db, selectOlderActivity({ communityId, before: floor })),
    ]);
    if (!ends) return 0;
    const isNoted = (ends.removedBefore ?? Number.NEGATIVE_INFINITY) >= floor;
    if (outdated.length === 0 && (isNoted || !older)) return 0;
    const foot = outdated.at(-1) ?? ends.foot;
    const removedBefore = Math.max(floor, ends.removedBefore ?? floor);
    await runBatch(ctx.db, [
      ...applyRetention(communityId, { foot, removedBefore }),
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
  const links = await selectAuditLinks(db, communityId, TRAIL_START, LINKS_PER_STEP);
  const firstKept = links.findIndex((link) => !isOutdated(link));
  return firstKept < 0 ? links : links.slice(0, firstKept);
};

const purgeChunk = async (ctx: Ctx<SystemActor>, communityId: number): Promise<RetentionStep> => {
  const ends = await findAuditEnds(ctx.db, communityId);
  const removedBefore = ends?.removedBefore ?? 0;
  const [records, batches, [oldest]] = await runBatch(ctx.db, [
    deleteOlderActivities({ communityId, before: removedBefore, limit: CHUNK }),
    deleteOlderBatches({ communityId, day: dayOf(removedBefore), limit: CHUNK }),
    selectOldestActivity({ communityId }),
  ]);
  const removed = records.length;
  if (removed === CHUNK || batches.length === CHUNK) return { removed };
  // The day that the oldest one belongs to goes as a whole, a day after its age.
  return {
    removed,
    oldestLeft: oldest?.occurred_at == null ? null : startOfDay(dayOf(oldest.occurred_at) + 1),
  };
};
