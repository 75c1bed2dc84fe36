/** The only source of the present. Tests move it; jobs replace it by their scheduled time. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still at `epochMs`. */
export const fixedClock = (epochMs: number): Clock => ({ now: () => epochMs });

/** Measures how long something takes, in whole milliseconds from the call. It tells no time of day. */
export const stopwatch = (): (() => number) => {
  const startedAt = performance.now();
  return () => Math.round(performance.now() - startedAt);
};
