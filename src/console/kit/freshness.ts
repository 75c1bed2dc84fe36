/** Whether reads have to see what was changed here: a copy of the database near the reader may be some moments old. */

/** After a change, reads ask the database itself for so long. A copy that is further behind is a fault of its own. */
const FRESH_MS = 60_000;

/** The header of a read that sees every change before it (docs/operating.md, "Reads near the reader"). */
const HEADER = ['X-D1-Bookmark', 'first-primary'] as const;

/** Tells of each call the headers that it needs; looks at the time in `now`, epoch milliseconds. */
export class Freshness {
  readonly #now: () => number;
  #changedAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A call was answered, or nobody knows whether it was: what it changed may be there. */
  note(method: string): void {
    if (method !== 'GET') this.#changedAt = this.#now();
  }

  /** The header that a call needs, and its value. */
  headerFor(method: string): typeof HEADER | undefined {
    return method === 'GET' && this.#now() < this.#changedAt + FRESH_MS ? HEADER : undefined;
  }
}
