const MINUTE_MS = 60_000;

/**
 * How long a session can be, in steps. A query for the sessions that reach over an instant looks back by each
 * step, among those that are no longer than it and longer than the one before. The last one is longer than any.
 */
export const REACHES_MS: readonly number[] = [
  ...[
    5, 10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480, 640, 960, 1280, 1920, 2880, 5760, 11_520, 46_080,
  ].map((minutes) => minutes * MINUTE_MS),
  Number.MAX_SAFE_INTEGER,
];
