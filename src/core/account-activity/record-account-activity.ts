import { readRows } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { dueSooner } from '../access/retention-queries.ts';
import type { Ctx } from '../context.ts';
import type { Plan } from '../plan.ts';
import { commit, outboxOf } from '../webhooks/events.ts';
import { activityIdOf, batchesOf, type StoredActivity } from './activity-batch.ts';
import { insertActivities, insertBatches, isEventTaken, selectByEventId } from './activity-queries.ts';
import type { ActivityRecord } from './activity-record.ts';
import type { IngestedType } from './activity-type.ts';

/** A record that comes in. */
export interface NewActivity {
  readonly category: IngestedType;
  readonly type: string;
  readonly subType?: string | undefined;
  readonly user: string;
  /** ISO 8601 with an offset; listed as it is. */
  readonly time: string;
  /** The same instant in epoch milliseconds. */
  readonly occurredAt: number;
  readonly endTime?: string | undefined;
  readonly message?: string | undefined;
  /** The sender's id: a record that comes again with it is not stored again. */
  readonly eventId?: string | undefined;
  readonly properties?: Readonly<Record<string, string>> | undefined;
}

/** What became of a record; of a duplicate, the id of the first. */
export interface ActivityResult {
  readonly status: 'recorded' | 'duplicate';
  readonly id: string;
}

/** Each lost race means that another sender has stored some of the same events: they are duplicates from then on. */
const MAX_ATTEMPTS = 10;

/** So many records a webhook is told of in one event. */
const MAX_TOLD = 50;

/** Stores records, all or none, and returns a result for each in the order given. */
export const recordAccountActivity = async (
  ctx: Ctx<CommunityActor>,
  activities: readonly NewActivity[],
): Promise<ActivityResult[]> => {
  for (let attempt = 1; ; attempt++) {
    const { changes, recorded } = await planAccountActivity(ctx, activities);
    if (changes.length === 0) return recorded;
    try {
      await commit(ctx, changes);
      return recorded;
    } catch (error) {
      if (!isEventTaken(error) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
};

/** Plans what `recordAccountActivity` does, by the events that are stored now. */
export const planAccountActivity = async (
  ctx: Ctx<CommunityActor>,
  activities: readonly NewActivity[],
): Promise<Plan & { recorded: ActivityResult[] }> => {
  const communityId = ctx.actor.community.id;
  const batchId = ctx.newId(ctx.clock.now());
  const known = await findKnownEvents(ctx, activities);
  const { records, results } = withoutDuplicates(activities, batchId, known);
  const changes =
    records.length === 0
      ? []
      : [
          outboxOf(communityId, 'account_activity.recorded', {
            count: records.length,
            records: records.slice(0, MAX_TOLD).map(({ record }) => JSON.parse(record)),
          }),
          ...insertActivities(communityId, records),
          insertBatches(communityId, await batchesOf(ctx.actor.community.publicId, batchId, records)),
          ...dueSooner(
            ctx.actor.community,
            'account_activity',
            Math.min(...records.map(({ occurredAt }) => occurredAt)),
            ctx.clock.now(),
          ),
        ];
  return { prepare: [], changes, recorded: results, isOvertaken: isEventTaken };
};

/** The ids of the records that are stored already, by event id. It costs a round trip only where events have ids. */
const findKnownEvents = async (
  ctx: Ctx<CommunityActor>,
  activities: readonly NewActivity[],
): Promise<Map<string, string>> => {
  const eventIds = [...new Set(activities.flatMap(({ eventId }) => eventId ?? []))];
  if (eventIds.length === 0) return new Map();
  const rows = await readRows(
    ctx.db,
    selectByEventId({ communityId: ctx.actor.community.id, eventIds: JSON.stringify(eventIds) }),
  );
  return new Map(rows.map((row) => [row.event_id, row.id]));
};

const withoutDuplicates = (
  activities: readonly NewActivity[],
  batchId: string,
  known: Map<string, string>,
): { records: StoredActivity[]; results: ActivityResult[] } => {
  const records: StoredActivity[] = [];
  const results = activities.map((activity, position): ActivityResult => {
    const { category, occurredAt, eventId } = activity;
    const first = eventId === undefined ? undefined : known.get(eventId);
    if (first !== undefined) return { status: 'duplicate', id: first };
    const id = activityIdOf(batchId, position);
    if (eventId !== undefined) known.set(eventId, id);
    const record = JSON.stringify(toRecord(activity));
    records.push({ category, occurredAt, id, eventId: eventId ?? null, record });
    return { status: 'recorded', id };
  });
  return { records, results };
};

const toRecord = ({
  message,
  time,
  endTime,
  type,
  subType,
  user,
  properties,
}: NewActivity): ActivityRecord => ({
  message: message ?? `user ${user}: ${type}`,
  time,
  timeStamp: time,
  ...(endTime !== undefined && { endTime }),
  type,
  ...(subType !== undefined && { subType }),
  user,
  ...properties,
});
