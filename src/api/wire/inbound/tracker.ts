import type { CommunityActor } from '../../../core/access/actor.ts';
import type { Ctx } from '../../../core/context.ts';
import { DomainError } from '../../../core/errors.ts';
import { type ItemOutcome, toRefusal } from '../../../core/hooks/model.ts';
import { hasAmpleRoom, planActivity, recordActivity } from '../../../core/sessions/record-activity.ts';
import { type Session, type SessionColumns, toSession } from '../../../core/sessions/session.ts';
import { requireRecent, toActivity, toSessionWire } from '../activity.ts';
import { INBOUND_COLUMNS, ITEM_SCHEMAS, type TrackerItem } from './items.ts';
import type { Kind } from './kinds.ts';
import { readItems } from './read-items.ts';

/**
 * Items as the body of `POST /v2/community/servers/{serverId}/activity` has them, with the `serverId` in them. Where one
 * has an event's id or time, or where the quota of open sessions is near, they are recorded one by one, each by an id of its
 * own, so that a repeat does no harm.
 */
export const tracker: Kind = {
  // Each is half a dozen statements of the one batch.
  maxItems: 100,
  columns: INBOUND_COLUMNS.tracker,

  read: (items, now) => {
    const { refused, accepted } = readItems(ITEM_SCHEMAS.tracker, items, ({ occurredAt }) =>
      requireRecent(now, 'occurredAt', occurredAt),
    );
    return {
      refused,
      plan: (ctx, origin) =>
        accepted.some(({ eventId, occurredAt }) => eventId != null || occurredAt != null) ||
        !hasAmpleRoom(ctx, accepted.length)
          ? { run: () => recordEvents(ctx, accepted, origin) }
          : { steps: accepted.map((item) => planActivity(ctx, toCall(item))) },
    };
  },

  // An answer keeps what each kind records as JSON: it is what `plan` said.
  toWire: (recorded) => ({ session: recorded === null ? null : toShortWire(recorded as Recorded) }),
};

const toCall = ({ serverId, action, ...body }: TrackerItem) => ({
  serverId,
  ...toActivity(action === undefined || action === 'toggle' ? body : { ...body, [action]: true }),
});

const recordEvents = async (
  ctx: Ctx<CommunityActor>,
  items: readonly TrackerItem[],
  origin: string,
): Promise<ItemOutcome[]> => {
  const outcomes: ItemOutcome[] = [];
  for (const [index, item] of items.entries()) {
    const { eventId, occurredAt } = item;
    const event = { eventId: eventId ?? `${origin}:${index}`, occurredAt: occurredAt ?? undefined };
    try {
      const session = await recordActivity(ctx, { ...toCall(item), ...event });
      outcomes.push({ recorded: session ? { ...session, metadata: {} } : null });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      outcomes.push({ refusal: toRefusal(error) });
    }
  }
  return outcomes;
};

/** What is recorded by itself comes as the verb returns it; what is recorded in the batch, as a row. */
const isSession = (recorded: Recorded): recorded is Session => 'startedAt' in recorded;

type Recorded = Session | Omit<SessionColumns, 'metadata'>;

/** Without the metadata, which may have grown over a session's life to more than an answer should keep. */
const toShortWire = (recorded: Recorded) => {
  const session = isSession(recorded) ? recorded : toSession({ ...recorded, metadata: '{}' });
  const { metadata: _, ...rest } = toSessionWire(session);
  return rest;
};
