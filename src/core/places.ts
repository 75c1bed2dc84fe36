/**
 * Places: the databases that communities live in, `DB`, `DB_1`, `DB_2` and so on. What names a community outside says in
 * which one it lives (a key, a client id, the id of an inbound webhook), so nobody is asked for the way: `rc1_...` is a key
 * of place 1. Those of place 0 say nothing, since most installations have no other. A wrong place is a wrong name: it
 * finds nothing there.
 */
import { pingDatabase } from '../db/client.ts';
import type { Services } from './context.ts';

/** A mark has two digits at most. */
export const MAX_PLACES = 100;

/** What no place has. */
export const NOWHERE = -1;

/** How a name spells its place: not at all for 0. */
export const markOf = (place: number): string => (place === 0 ? '' : String(place));

/** The mark in a pattern, as its first group. */
export const MARK = '([1-9]\\d?)?';

/** The place that a name says; NOWHERE where it has not the form of one. @param found by a pattern with MARK in it */
export const placeIn = (found: RegExpExecArray | null): number => (found ? Number(found[1] ?? 0) : NOWHERE);

/** The same services on the database of a place; undefined where none is bound. */
export const atPlace = <S extends Services>(services: S, place: number): S | undefined => {
  if (place === services.db.place) return services;
  const db = services.places[place];
  return db && { ...services, db };
};

/** @throws what the first place that did not answer threw */
export const requireAnswers = (answers: readonly PromiseSettledResult<unknown>[]): void => {
  for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
};

/** The same services on the database with the fewest bytes, of those that answer. @throws where none does */
export const atRoomiest = async <S extends Services>(services: S): Promise<S> => {
  if (services.places.length === 1) return services;
  const sizes = await Promise.allSettled(services.places.map(pingDatabase));
  const rooms = sizes.flatMap((size, place) =>
    size.status === 'fulfilled' ? { place, bytes: size.value } : [],
  );
  const [first] = rooms.sort((a, b) => a.bytes - b.bytes);
  if (!first) requireAnswers(sizes);
  return atPlace(services, first?.place ?? 0) ?? services;
};

const MARKED_ID = new RegExp(`^(?:${MARK}_)?`);

/** An id that says its place. */
export const markId = (place: number, id: string): string => (place === 0 ? id : `${place}_${id}`);

export const placeOfId = (id: string): number => placeIn(MARKED_ID.exec(id));
