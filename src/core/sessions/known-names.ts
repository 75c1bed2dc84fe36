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

type WhoseNames = Pick<Community, 'place' | 'id'>;

const lookedUpAt = new Map<number, number>();

/**
 * A hash of the identifier that names the account, and of what is told of its session: how a session knows by which entry
 * its rosters list it.
 */
export const hashOfListing = (communityId: number, [first]: AccountRef, told: string | undefined): number =>
  hash53(told === undefined ? identifierKey(first) : `${identifierKey(first)}\n${told}`, communityId);

const hashOfRef = ({ place, id }: WhoseNames, ref: AccountRef): number => {
  const seed = id + place * PLACE_STEP;
  const [{ kind, value }] = ref;
  // Most entries have one identifier: no text is put together of it.
  return ref.length === 1
    ? hash53(value, seed + IDENTIFIER_KINDS.indexOf(kind) * KIND_STEP)
    : hash53(ref.map(identifierKey).join('\n'), seed);
};

const isBare = (ref: AccountRef): boolean => ref.every(({ kind }) => kind === 'username');

/** The places of those that have to be looked up: bare names, and what was not looked up lately. */
export const placesToLookUp = (community: WhoseNames, refs: readonly AccountRef[], now: number): number[] =>
  refs.flatMap((ref, place) => {
    const at = isBare(ref) ? undefined : lookedUpAt.get(hashOfRef(community, ref));
    return at !== undefined && at <= now && now - at < KEPT_MS ? [] : place;
  });

/** Notes that these are registered. Of a bare name that says nothing. */
export const remember = (community: WhoseNames, refs: readonly AccountRef[], now: number): void => {
  if (lookedUpAt.size > MAX_REFS) lookedUpAt.clear();
  for (const ref of refs) if (!isBare(ref)) lookedUpAt.set(hashOfRef(community, ref), now);
};
