const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long to wait after the first, second, ... failed attempt. The first attempt is made at once. */
const DELAYS_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** Jitter only adds time: a receiver that is back within the 75.5 hours of the bare schedule misses nothing. */
const JITTER = 0.1;

/** How long a receiver can put us off by Retry-After. */
const MAX_RETRY_AFTER_MS = 24 * HOUR;

/** An endpoint that has only failed for this long is disabled. */
export const GIVE_UP_ENDPOINT_MS = 5 * 24 * HOUR;

/**
 * How long to wait after the `failures`th failed attempt, in milliseconds, up to a tenth more by `random` (0 to 1);
 * undefined when the message has had all of its attempts.
 */
export const retryDelayMs = (failures: number, random: number): number | undefined => {
  const delay = DELAYS_MS[failures - 1];
  return delay && Math.round(delay * (1 + JITTER * random));
};

/** A Retry-After value (RFC 9110 §10.2.3: seconds or a date) in milliseconds from `now`, 1 s to 24 h; else undefined. */
export const parseRetryAfter = (value: string | null, now: number): number | undefined => {
  if (value === null) return undefined;
  const text = value.trim();
  // Discord and Slack send seconds, Discord at times with a fraction.
  const ms = /^\d+(\.\d+)?$/.test(text) ? Math.ceil(Number(text) * 1000) : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, SECOND), MAX_RETRY_AFTER_MS);
};
