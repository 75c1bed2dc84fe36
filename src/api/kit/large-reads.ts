/** Large reads, one at a time for each database in an isolate: each holds the database and some megabytes of the isolate's memory. */
import type { Services } from '../../core/context.ts';
import { Turns } from '../../lib/turns.ts';
import { Fault } from './fault.ts';

/** So long a read waits for the one before it. */
const MAX_WAIT_MS = 5000;
/** A caller that is refused comes again after so many seconds. */
const RETRY_SECONDS = 2;
/** It asks again after so many milliseconds, and each time later than before. */
const FIRST_STEP_MS = 5;
const LAST_STEP_MS = 25;

/** The turns of an isolate. No read takes longer than the 30 seconds that D1 has for one. */
export const newLargeReads = (): Turns => new Turns({ maxHeldMs: 30_000, maxWaiting: 8 });

const refused = (): Fault =>
  new Fault('too_many_large_reads', {
    params: { seconds: RETRY_SECONDS },
    headers: { 'Retry-After': String(RETRY_SECONDS) },
  });

/**
 * Waits until no other large read is under way, and returns how to say that this one is over.
 * @throws Fault too_many_large_reads, after 5 seconds, or where others wait already
 */
export const takeTurn = async ({
  largeReads,
  db,
  sleep,
  clock,
}: Pick<Services, 'largeReads' | 'db' | 'sleep' | 'clock'>): Promise<() => void> => {
  // A database that is slow, or away, holds up nobody's but its own.
  const turns = largeReads.beside(db.place);
  const release = turns.take(clock.now());
  if (release) return release;
  const stopWaiting = turns.wait(clock.now(), clock.now() + 2 * MAX_WAIT_MS);
  if (!stopWaiting) throw refused();
  try {
    for (
      let waited = 0, step = FIRST_STEP_MS;
      waited < MAX_WAIT_MS;
      step = Math.min(2 * step, LAST_STEP_MS)
    ) {
      await sleep(step);
      waited += step;
      const next = turns.take(clock.now());
      if (next) return next;
    }
    throw refused();
  } finally {
    stopWaiting();
  }
};

const DAY_MS = 86_400_000;

/** Whether a period is longer than a week, by a day or more: of much that is listed or grouped, a large one. Epoch milliseconds. */
export const isLongerThanWeek = (from: number, to: number): boolean => to - from > 8 * DAY_MS;

/** Whether a period is longer than any month. */
export const isLongerThanMonth = (from: number, to: number): boolean => to - from > 32 * DAY_MS;
