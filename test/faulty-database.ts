import { throughDatabase } from './through-database.ts';

/** A D1 that fails at a chosen commit, before it or after it (the change is made, and its answer is lost). */
export interface Failing {
  /** Which call to the database fails: 1 for the next. */
  at: number;
  /** Whether it is carried out all the same. */
  when: 'before' | 'after';
  error: string;
}

export const NETWORK_LOST = 'D1_ERROR: Network connection lost.';

/** @returns the binding, and `fail`, which says what is to fail; `calls` counts those since then */
export const faultyDatabase = (
  database: D1Database,
): { database: D1Database; fail: (failing: Failing | undefined) => void; calls: () => number } => {
  let failing: Failing | undefined;
  let count = 0;

  const through = async <T>(run: () => Promise<T>): Promise<T> => {
    count += 1;
    const fails = failing?.at === count;
    if (fails && failing?.when === 'before') throw new Error(failing.error);
    const result = await run();
    if (fails) throw new Error(failing?.error);
    return result;
  };
  return {
    calls: () => count,
    fail: (next) => {
      failing = next;
      count = 0;
    },
    database: throughDatabase(database, through),
  };
};
