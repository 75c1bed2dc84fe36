/**
 * What the entries of rosters and heartbeats call their accounts, where this isolate has seen lately that all of it is
 * registered: such calls come every minute, and hardly ever bring a name that is new. A bare name is never known: whom it
 * means depends on who is on.
 */
import { hash53 } from '../../lib/hash.ts';
import type { Community } from '../access/actor.ts';
import { type AccountRef, IDENTIFIER_KINDS, identifierKey } from '../accounts/identifiers.ts';

/** So long they are not looked up again (epoch milliseconds of when they were). */
const KEPT_MS = 300_000;
const MAX_REFS = 100_000;

/** Set the communities of one database apart from those of another, and the kinds of an identifier. */
const PLACE_STEP = 0x9e3779b1;
const KIND_STEP = 0x85ebca6b;

/**
 * Whose names they are, and what looks them up: a roster tells whose an identifier beside the first one is, so that it does
 * not rely on a heartbeat, which never asks.
 */
interface Names {
  readonly community: Pick<Community, 'place' | 'id'>;
  readonly by: 'heartbeat' | 'roster';
}

const lookedUpAt = new Map<number, number>();

/**
 * A hash of the identifier that names the account, and of what is told of its session: how a session knows by which entry
 * its rosters list it. NUL is between them, which no name has.
 */
export const hashOfListing = (communityId: number, [first]: AccountRef, told: string | undefined): number =>
  hash53(told === undefined ? identifierKey(first) : `${identifierKey(first)}\0${told}`, communityId);

const hashOfRef = ({ community: { place, id }, by }: Names, ref: AccountRef): number => {
  const seed = id + place * PLACE_STEP;
  const [{ kind, value }] = ref;
  // Most entries have one identifier: no text is put together of it.
  if (ref.length === 1) return hash53(value, seed + IDENTIFIER_KINDS.indexOf(kind) * KIND_STEP);
  const keys = ref.map(identifierKey);
  // A name, which is the last, may be several people's.
  return hash53((ref[1]?.kind === 'username' ? keys : [by, ...keys]).join('\0'), seed);
};

const isBare = (ref: AccountRef): boolean => ref.every(({ kind }) => kind === 'username');

/** The places of those that have to be looked up: bare names, and what was not looked up lately. */
export const placesToLookUp = (names: Names, refs: readonly AccountRef[], now: number): number[] =>
  refs.flatMap((ref, place) => {
    const at = isBare(ref) ? undefined : lookedUpAt.get(hashOfRef(names, ref));
    return at !== undefined && at <= now && now - at < KEPT_MS ? [] : place;
  });

/** Notes that these are registered. Of a bare name that says nothing. */
export const remember = (names: Names, refs: readonly AccountRef[], now: number): void => {
  if (lookedUpAt.size > MAX_REFS) lookedUpAt.clear();
  for (const ref of refs) if (!isBare(ref)) lookedUpAt.set(hashOfRef(names, ref), now);
};
