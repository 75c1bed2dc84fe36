import { offsetAt, zonedFormat } from './zoned-time.ts';

/** What a time of the wall clock is in a zone: an instant (epoch milliseconds), none where the clocks skip it, or two. */
export type LocalInstant = { readonly at: number } | { readonly problem: 'skipped' | 'twice' };

const DAY_MS = 86_400_000;

/** Reads times of a zone's wall clock, given as if they were UTC. */
export const localTimeReader = (timeZone: string): ((localMs: number) => LocalInstant) => {
  const format = zonedFormat(timeZone);
  return (localMs) => {
    // The clocks change at most once in so short a time: one of these offsets holds.
    const offsets = [-DAY_MS, 0, DAY_MS].map((distance) => offsetAt(format, localMs + distance));
    const instants = new Set(
      offsets.map((offset) => localMs - offset).filter((at) => offsetAt(format, at) === localMs - at),
    );
    const [at] = instants;
    if (at === undefined) return { problem: 'skipped' };
    return instants.size > 1 ? { problem: 'twice' } : { at };
  };
};
