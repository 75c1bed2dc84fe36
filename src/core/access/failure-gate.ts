import type { Clock } from '../../lib/clock.ts';

/** So many failures an address may have in a minute, at each place that counts them. */
export const MAX_FAILURES = 100;
export const FAILURE_WINDOW_MS = 60_000;
const MAX_ADDRESSES = 10_000;

/**
 * Addresses that have sent too many credentials that nobody holds. One that is here is refused before the database is
 * asked. An isolate counts by itself; the platform's limiter, which counts for a whole location, closes the gate too.
 */
export class FailureGate {
  readonly #failures = new Map<string, { count: number; readonly since: number; closedUntil: number }>();
  readonly #clock: Clock;
  readonly #limiter: Pick<RateLimit, 'limit'> | undefined;

  constructor(clock: Clock, limiter?: Pick<RateLimit, 'limit'>) {
    this.#clock = clock;
    this.#limiter = limiter;
  }

  /** For how many milliseconds more the address is refused; 0 if it is not. */
  closedForMs(address: string): number {
    const entry = this.#failures.get(address);
    return entry ? Math.max(0, entry.closedUntil - this.#clock.now()) : 0;
  }

  /** Counts a failure of the address. */
  async note(address: string): Promise<void> {
    const now = this.#clock.now();
    let entry = this.#failures.get(address);
    if (!entry || now < entry.since || now >= entry.since + FAILURE_WINDOW_MS) {
      entry = { count: 0, since: now, closedUntil: entry?.closedUntil ?? 0 };
      // A Map iterates in insertion order: the first entry is the oldest.
      this.#failures.delete(address);
      this.#failures.set(address, entry);
      for (const oldest of this.#failures.keys()) {
        if (this.#failures.size <= MAX_ADDRESSES) break;
        this.#failures.delete(oldest);
      }
    }
    entry.count += 1;
    if (entry.count > MAX_FAILURES) entry.closedUntil = entry.since + FAILURE_WINDOW_MS;
    const outcome = await this.#limiter?.limit({ key: address });
    if (outcome?.success === false) entry.closedUntil = now + FAILURE_WINDOW_MS;
  }
}
