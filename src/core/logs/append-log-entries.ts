import { readRows, type Statement } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { isBeyondQuota } from '../access/quota-queries.ts';
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
  newJson,
  type Stored,
  selectByEvent,
} from './append-queries.ts';
import { dayOf, dayQuota } from './day-quota.ts';
import { NUMBERS_PER_SECOND } from './log-id.ts';
import type { NewLogEntry } from './model.ts';

/**
 * Appends entries in one transaction and returns their ids, in the order given. An entry whose `eventId` came before,
 * in this call or an earlier one, is not stored; it gets the id of the first. An error stands for an entry that is not
 * stored because its second, or the day, has taken as many entries as it can.
 */
export const appendLogEntries = async (
  ctx: Ctx<CommunityActor>,
  entries: readonly NewLogEntry[],
): Promise<(number | DomainError)[]> => {
  const communityId = ctx.actor.community.id;
  const now = Math.floor(ctx.clock.now() / 1000);
  const quota = dayQuota(ctx);
  let isBeyondDay = quota.isFull();
  let toInsert = isBeyondDay ? [] : placed(entries, now);
  const known = selectKnown(communityId, entries);
  const answer = (stored: readonly Stored[]) =>
    assignIds(entries, toInsert, stored).map(
      (id, position) =>
        id ?? (isBeyondDay ? quota.error() : secondFull([entries[position]?.timestamp ?? now])),
    );
  for (;;) {
    if (toInsert.length === 0) {
      return answer(known ? await readRows(ctx.db, known) : []);
    }
    const { refusal, look } = quota.check(toInsert.length);
    const sums = summed(toInsert);
    try {
      const [stored = [], [, , inserted], , , looked] = await commit(ctx, [
        known,
        insertion(ctx, toInsert, sums),
        dueSoonerBy(ctx, sums),
        refusal,
        look,
      ]);
      if (looked?.[0]) quota.saw(looked[0].added);
      return answer([...stored, ...inserted]);
    } catch (error) {
      if (isBeyondQuota(error)) {
        toInsert = toInsert.slice(0, await quota.room());
        isBeyondDay = true;
        continue;
      }
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
  const named = entries.map((entry) => ({ ...entry, eventId: entry.eventId ?? ctx.newId(now) }));
  const toInsert = placed(named, Math.floor(now / 1000));
  const quota = dayQuota(ctx);
  const { refusal } = quota.check(toInsert.length);
  const sums = summed(toInsert);
  const eventIds = named.map(({ eventId }) => eventId);
  return {
    prepare: [],
    changes: [...insertion(ctx, toInsert, sums), ...dueSoonerBy(ctx, sums), refusal].filter(
      (one) => one !== undefined,
    ),
    recorded: () => idsOfEvents({ communityId, eventIds: JSON.stringify(eventIds) }),
    toError: (error) => {
      if (isSecondFull(error)) return secondFull([...sums.perSecond.keys()]);
      return isBeyondQuota(error) ? quota.error() : undefined;
    },
  };
};

const secondFull = (seconds: readonly number[]): DomainError =>
  new DomainError('log_second_full', { timestamp: seconds.join(', '), limit: NUMBERS_PER_SECOND });

/** Statement, where one is needed, that finds entries whose event came in an earlier call. */
const selectKnown = (communityId: number, entries: readonly NewLogEntry[]): Statement<Stored> | undefined => {
  const eventIds = entries.flatMap(({ eventId }) => eventId ?? []);
  return eventIds.length > 0
    ? selectByEvent({ communityId, eventIds: JSON.stringify([...new Set(eventIds)]) })
    : undefined;
};

/** See `dueSooner`. */
const dueSoonerBy = (ctx: Ctx<CommunityActor>, { oldest }: Sums) => {
  const now = ctx.clock.now();
  return dueSooner(ctx.actor.community, 'log', Math.min(now, oldest * 1000), now);
};

/** The statements that insert entries, count them, and write the events for webhooks. */
const insertion = (
  { actor, clock }: Ctx<CommunityActor>,
  entries: readonly EntryToInsert[],
  { kinds, perSecond, hasEvents }: Sums,
) => {
  const { id } = actor.community;
  return [
    hasEvents ? outbox(id, 'log.appended', newJson(id, entries)) : undefined,
    countInserted(id, dayOf(clock.now()), kinds, hasEvents),
    insertLogEntries(id, entries, hasEvents),
    hasEvents ? undefined : outbox(id, 'log.appended', insertedJson(id, entries, perSecond)),
  ] as const;
};

/** An entry and its position in the call. */
type Placed = EntryToInsert & { readonly position: number };
/** The entries as they are inserted, of each event only the first: those of each second numbered from 0. */
const placed = (entries: readonly NewLogEntry[], now: number): Placed[] => {
  const seen = new Set<string>();
  const next = new Map<number, number>();
  const toInsert: Placed[] = [];
  entries.forEach((entry, position) => {
    const { eventId } = entry;
    if (eventId !== null && seen.size === seen.add(eventId).size) return;
    const timestamp = entry.timestamp ?? now;
    const number = next.get(timestamp) ?? 0;
    next.set(timestamp, number + 1);
    toInsert.push({ entry, timestamp, number, position });
  });
  return toInsert;
};

/** What the statements say of all entries that are inserted. */
interface Sums {
  readonly kinds: readonly KindToCount[];
  /** How many there are of each second. */
  readonly perSecond: ReadonlyMap<number, number>;
  /** The earliest second. */
  readonly oldest: number;
  /** Whether any may be a repeat. */
  readonly hasEvents: boolean;
}

const summed = (entries: readonly EntryToInsert[]): Sums => {
  const kinds: (KindToCount & { withoutEvent: number; eventIds: string[] })[] = [];
  const byType = new Map<string, Map<string, (typeof kinds)[number]>>();
  const perSecond = new Map<number, number>();
  let oldest = Number.POSITIVE_INFINITY;
  let hasEvents = false;
  for (const { entry, timestamp, number } of entries) {
    const { actionType, platform, eventId } = entry;
    let byPlatform = byType.get(actionType);
    if (!byPlatform) {
      byPlatform = new Map();
      byType.set(actionType, byPlatform);
    }
    let kind = byPlatform.get(platform);
    if (!kind) {
      kind = { actionType, platform, withoutEvent: 0, eventIds: [] };
      byPlatform.set(platform, kind);
      kinds.push(kind);
    }
    if (eventId === null) kind.withoutEvent += 1;
    else {
      kind.eventIds.push(eventId);
      hasEvents = true;
    }
    // They are numbered, so the last one of a second has its number.
    perSecond.set(timestamp, number + 1);
    if (timestamp < oldest) oldest = timestamp;
  }
  return { kinds, perSecond, oldest, hasEvents };
};

/**
 * The id of each entry, from those that were stored now or before. Those with an event are found by it. The others' ids
 * sort as the entries do: by second, and within it by number, which is by position.
 */
const assignIds = (
  entries: readonly NewLogEntry[],
  toInsert: readonly Placed[],
  stored: readonly Stored[],
): (number | undefined)[] => {
  const byEvent = new Map<string, number>();
  const others: number[] = [];
  for (const { id, event_id = null } of stored) {
    if (event_id === null) others.push(id);
    else byEvent.set(event_id, id);
  }
  const sorted = new Float64Array(others).sort();
  const ids = entries.map(({ eventId }) => (eventId === null ? undefined : byEvent.get(eventId)));
  const unnamed = toInsert
    .filter(({ entry }) => entry.eventId === null)
    .sort((a, b) => a.timestamp - b.timestamp);
  for (let index = 0; index < sorted.length; index++) {
    const entry = unnamed[index];
    if (entry) ids[entry.position] = sorted[index];
  }
  return ids;
};
