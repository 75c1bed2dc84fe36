import type { CommunityActor } from '../access/actor.ts';
import { dueSooner } from '../access/retention-queries.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { Plan } from '../plan.ts';
import { commit, outbox } from '../webhooks/events.ts';
import {
  countInserted,
  type EntryToInsert,
  findRoom,
  idsOfEvents,
  insertedJson,
  insertLogEntries,
  isSecondFull,
  type KindToCount,
  selectByEvent,
} from './append-queries.ts';
import { NUMBERS_PER_SECOND, timestampOf } from './log-id.ts';
import type { NewLogEntry } from './model.ts';

/**
 * Appends entries in one transaction and returns their ids, in the order given. An entry whose `eventId` came before,
 * in this call or an earlier one, is not stored; it gets the id of the first. Undefined stands for an entry that is not
 * stored because its second has taken as many entries as it can.
 */
export const appendLogEntries = async (
  ctx: Ctx<CommunityActor>,
  entries: readonly NewLogEntry[],
): Promise<(number | undefined)[]> => {
  const communityId = ctx.actor.community.id;
  const now = Math.floor(ctx.clock.now() / 1000);
  const dated = entries.map((entry) => ({ ...entry, timestamp: entry.timestamp ?? now }));
  const eventIds = [...new Set(dated.flatMap(({ eventId }) => eventId ?? []))];

  let toInsert = numbered(withoutRepeats(dated));
  for (;;) {
    try {
      const results = await commit(ctx, [
        ...(eventIds.length > 0 ? [selectByEvent(communityId, eventIds)] : []),
        ...insertion(communityId, toInsert),
        ...dueSoonerBy(ctx, toInsert),
      ]);
      return assignIds(dated, toInsert, results.flat() as unknown as Stored[]);
    } catch (error) {
      if (!isSecondFull(error)) throw error;
      // The batch left nothing behind. Free numbers only get fewer, so each round drops an entry and this ends.
      const room = await findRoom(ctx.db, communityId, [
        ...new Set(toInsert.map((entry) => entry.timestamp)),
      ]);
      toInsert = toInsert.filter(({ timestamp, number }) => number < (room.get(timestamp) ?? 0));
    }
  }
};

/**
 * Plans to append entries as part of a greater batch; `recorded` selects `{id}` of each. They are found by their events,
 * so an entry without one gets an id of its own for it.
 */
export const planLogEntries = (ctx: Ctx<CommunityActor>, entries: readonly NewLogEntry[]): Plan => {
  const communityId = ctx.actor.community.id;
  const now = ctx.clock.now();
  const dated = entries.map((entry) => ({
    ...entry,
    timestamp: entry.timestamp ?? Math.floor(now / 1000),
    eventId: entry.eventId ?? ctx.newId(now),
  }));
  const toInsert = numbered(withoutRepeats(dated));
  const eventIds = dated.map(({ eventId }) => eventId);
  const seconds = [...new Set(dated.map(({ timestamp }) => timestamp))];
  return {
    prepare: [],
    changes: [...insertion(communityId, toInsert), ...dueSoonerBy(ctx, toInsert)],
    recorded: () => idsOfEvents(communityId, eventIds),
    toError: (error) =>
      isSecondFull(error)
        ? new DomainError('log_second_full', { timestamp: seconds.join(', '), limit: NUMBERS_PER_SECOND })
        : undefined,
  };
};

/** See `dueSooner`. */
const dueSoonerBy = (ctx: Ctx<CommunityActor>, entries: readonly EntryToInsert[]) => {
  const now = ctx.clock.now();
  const oldest = entries.reduce((least, { timestamp }) => Math.min(least, timestamp * 1000), now);
  return dueSooner(ctx.actor.community, 'log', oldest, now);
};

/** The statements that insert entries, count them, and write the events for webhooks. */
const insertion = (communityId: number, entries: readonly EntryToInsert[]) => [
  outbox(communityId, 'log.appended', insertedJson(communityId, entries)),
  countInserted(communityId, kindsOf(entries)),
  insertLogEntries(communityId, entries),
];

type Dated = NewLogEntry & { readonly timestamp: number };
/** An entry and its position in the call. */
type Placed = EntryToInsert & { readonly position: number };
interface Stored {
  readonly id: number;
  readonly event_id: string | null;
}

/** The entries with their positions, of each event only the first. */
const withoutRepeats = (entries: readonly Dated[]): (Dated & { position: number })[] => {
  const seen = new Set<string>();
  return entries.flatMap((entry, position) => {
    if (entry.eventId !== null) {
      if (seen.has(entry.eventId)) return [];
      seen.add(entry.eventId);
    }
    return [{ ...entry, position }];
  });
};

/** Numbers the entries of each second, from 0. */
const numbered = (entries: readonly (Dated & { position: number })[]): Placed[] => {
  const next = new Map<number, number>();
  return entries.map((entry) => {
    const number = next.get(entry.timestamp) ?? 0;
    next.set(entry.timestamp, number + 1);
    return { ...entry, number };
  });
};

const kindsOf = (entries: readonly EntryToInsert[]): KindToCount[] => {
  const kinds = new Map<string, KindToCount & { withoutEvent: number; eventIds: string[] }>();
  for (const { actionType, platform, eventId } of entries) {
    const key = JSON.stringify([actionType, platform]);
    const kind = kinds.get(key) ?? { actionType, platform, withoutEvent: 0, eventIds: [] };
    if (eventId === null) kind.withoutEvent += 1;
    else kind.eventIds.push(eventId);
    kinds.set(key, kind);
  }
  return [...kinds.values()];
};

/**
 * The id of each entry, from those that were stored now or before. Those with an event are found by it. The others of a second got ids in the order of their
 * numbers, so the lowest id belongs to the first of them.
 */
const assignIds = (
  entries: readonly Dated[],
  toInsert: readonly Placed[],
  stored: readonly Stored[],
): (number | undefined)[] => {
  const byEvent = new Map(stored.map(({ id, event_id }) => [event_id, id]));
  const bySecond = Map.groupBy(
    stored.filter(({ event_id }) => event_id === null).map(({ id }) => id),
    timestampOf,
  );
  for (const ids of bySecond.values()) ids.sort((a, b) => b - a);
  const ids = entries.map(({ eventId }) => (eventId === null ? undefined : byEvent.get(eventId)));
  for (const { position, eventId, timestamp } of toInsert) {
    if (eventId === null) ids[position] = bySecond.get(timestamp)?.pop();
  }
  return ids;
};
