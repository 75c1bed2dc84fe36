/**
 * How many entries a log takes in a day (UTC). The counters have that day's number in rows that are written anyway; to add
 * them up reads a row for each kind of entry. So an isolate remembers what it has seen and added, and asks again once a
 * minute, or with each call where there is little room left: then the call and the count are one transaction.
 */
import { readRows } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { refuseMoreOn, selectAdded } from './quota-queries.ts';

export const DAY_MS = 86_400_000;
const LOOK_MS = 60_000;
/** So little room is little: what the other isolates may add in a minute. */
const NEAR = 20_000;
const MAX_COMMUNITIES = 1000;

interface Known {
  readonly day: number;
  /** How many there were at the last look, and what this isolate has added since. */
  added: number;
  lookedAt: number;
}

/** By the id on the wire: those inside are of one database. */
const knownOf = new Map<string, Known>();

export const dayOf = (now: number): number => Math.floor(now / DAY_MS);

/** What the day still takes, as one call sees it. */
export const dayQuota = (ctx: Ctx<CommunityActor>) => {
  const { id: communityId, publicId, quotas } = ctx.actor.community;
  const max = quotas.logEntriesPerDay;
  const now = ctx.clock.now();
  const day = dayOf(now);
  let known = knownOf.get(publicId);
  if (known?.day !== day) {
    known = { day, added: 0, lookedAt: now };
    if (knownOf.size >= MAX_COMMUNITIES) knownOf.clear();
    knownOf.set(publicId, known);
  }
  const state = known;
  const saw = (added: number) => Object.assign(state, { added, lookedAt: now });
  return {
    isFull: () => state.added >= max,
    /** Made where it is thrown: an error's stack costs a tenth of a call. */
    error: () =>
      new DomainError('too_many_log_entries', { max, seconds: Math.ceil((DAY_MS - (now % DAY_MS)) / 1000) }),
    /** Statements behind those that add `count` entries: refused together with them, where that is too many. */
    check: (count: number) => {
      const isNear = state.added + count > max - NEAR;
      const isDue = isNear || now - state.lookedAt >= LOOK_MS;
      state.added += count;
      return {
        refusal: isNear ? refuseMoreOn({ communityId, day, max }) : undefined,
        look: isDue ? selectAdded({ communityId, day }) : undefined,
      };
    },
    saw,
    /** How many more there may be. */
    room: async (): Promise<number> => {
      const [row] = await readRows(ctx.db, selectAdded({ communityId, day }));
      saw(row?.added ?? 0);
      return Math.max(0, max - state.added);
    },
  };
};
