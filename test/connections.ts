/** The platform lets an invocation wait for so many answers at once, of D1 and of outbound requests together. */
const MAX_CONNECTIONS = 6;

/** Counts what waits for an answer. */
export class Connections {
  #open = 0;
  #peak = 0;

  async through<T>(work: () => Promise<T>): Promise<T> {
    this.#open += 1;
    this.#peak = Math.max(this.#peak, this.#open);
    try {
      return await work();
    } finally {
      this.#open -= 1;
    }
  }

  /** Begins to look at one invocation. */
  begin(): void {
    this.#peak = this.#open;
  }

  /** @throws Error where the invocation had more open at once than the platform allows */
  end(what: string): void {
    if (this.#peak > MAX_CONNECTIONS) {
      throw new Error(
        `${what} had ${this.#peak} connections open at once; the platform allows ${MAX_CONNECTIONS}.`,
      );
    }
  }
}
