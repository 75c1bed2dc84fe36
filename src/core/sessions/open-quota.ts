/**
 * How many sessions a community may have open at once. To count them reads a row each, and no row has their number: so an
 * isolate remembers what it has seen and started, and counts again after as many starts as it has seen open (a row
 * read a start), or with each start where there is little room left: then the start and the count are one transaction.
 */
import type { Statement } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { refuseStart, selectOpen } from './open-quota-queries.ts';
import type { Place } from './queries.ts';

/** So little room is little. */
const NEAR = 100;
const MIN_STARTS = 5000;
/** So long a start is refused without a count, once there was no room: those who are refused must not cost much. */
const CLOSED_MS = 10_000;
const MAX_COMMUNITIES = 1000;

interface Known {
  /** How many there were at the last count, and how many may have been started here since. */
  open: number;
  started: number;
  closedAt: number;
}

/** By the id on the wire: those inside are of one database. */
const knownOf = new Map<string, Known>();

/** What the quota still allows, as one call sees it that may start `starts` sessions. */
export const openQuota = (ctx: Ctx<CommunityActor>, starts: number) => {
  const { id: communityId, publicId, quotas } = ctx.actor.community;
  const max = quotas.openSessions;
  const now = ctx.clock.now();
  let known = knownOf.get(publicId);
  if (!known) {
    known = { open: 0, started: 0, closedAt: Number.NEGATIVE_INFINITY };
    if (knownOf.size >= MAX_COMMUNITIES) knownOf.clear();
    knownOf.set(publicId, known);
  }
  const state = known;
  const isClosed = now >= state.closedAt && now < state.closedAt + CLOSED_MS;
  const isNear = state.open + state.started + starts > max - NEAR;
  return {
    max,
    /** Whether each start has to be counted. */
    isNear: isNear || isClosed,
    /** Made where it is thrown: an error's stack costs a tenth of a call. */
    error: () => new DomainError('too_many_open_sessions', { max }),
    /** Notes how many were started, or may have been. */
    note: (started: number) => {
      state.started += started;
    },
    /** Statement, where one is needed: see `refuseStart`. */
    refusal: (place: Place, id: string, at: number): Statement | undefined =>
      isClosed || isNear
        ? refuseStart({ by: place.by, isCounted: !isClosed }, { ...place, max, id, at })
        : undefined,
    /** Statement, where it is due. */
    look:
      !isClosed && (isNear || state.started + starts > Math.max(MIN_STARTS, state.open))
        ? selectOpen({ communityId, max })
        : undefined,
    /** Notes what `look` has found. */
    saw: (rows: readonly { readonly open: number }[] | undefined) => {
      if (rows?.[0]) Object.assign(state, { open: rows[0].open, started: 0 });
    },
    /** Notes that there was no room. */
    close: () => {
      if (!isClosed) state.closedAt = now;
    },
  };
};
