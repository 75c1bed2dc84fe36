/**
 * One at a time: who has the turn keeps it until it is given back, or is so old that its holder must be gone (a call
 * whose client has left may never come to its end). Others ask again, each from a call of its own: on Workers no call may
 * wait for what another one does.
 */
export class Turns {
  readonly #maxHeldMs: number;
  readonly #maxWaiting: number;
  #until = 0;
  #holder: object | undefined;
  /** Until when each of those that ask again does so; epoch milliseconds. */
  readonly #waiting = new Map<object, number>();
  readonly #beside = new Map<number, Turns>();

  constructor({ maxHeldMs, maxWaiting }: { readonly maxHeldMs: number; readonly maxWaiting: number }) {
    this.#maxHeldMs = maxHeldMs;
    this.#maxWaiting = maxWaiting;
  }

  /** The turns of another queue, which hold up nobody here; 0 for these. */
  beside(queue: number): Turns {
    if (queue === 0) return this;
    const known = this.#beside.get(queue);
    if (known) return known;
    const turns = new Turns({ maxHeldMs: this.#maxHeldMs, maxWaiting: this.#maxWaiting });
    this.#beside.set(queue, turns);
    return turns;
  }

  /** Takes the turn at `now` (epoch milliseconds) and returns how to give it back; undefined where somebody has it. */
  take(now: number): (() => void) | undefined {
    if (this.#holder && now < this.#until) return undefined;
    const holder = {};
    this.#holder = holder;
    this.#until = now + this.#maxHeldMs;
    return () => {
      // What was held too long is somebody else's by now.
      if (this.#holder === holder) this.#holder = undefined;
    };
  }

  /** Notes that somebody asks again until then, and returns how to say that it is over; undefined where too many do. */
  wait(now: number, until: number): (() => void) | undefined {
    for (const [other, end] of this.#waiting) if (end <= now) this.#waiting.delete(other);
    if (this.#waiting.size >= this.#maxWaiting) return undefined;
    const waiting = {};
    this.#waiting.set(waiting, until);
    return () => void this.#waiting.delete(waiting);
  }
}
