/**
 * What one invocation of the Worker may still ask for. The platform ends an invocation that asks for more (docs/operating.md,
 * "Limits"), and no code of ours runs after that: so work stops before, and the next invocation goes on.
 */

/** What an invocation may have in all. */
export interface Limits {
  /** D1 statements; those of a batch count one each. */
  readonly statements: number;
  /** Outbound requests. */
  readonly requests: number;
}

/** What the free plan allows (50 of each), less what a call itself may have used before. */
export const DEFAULT_LIMITS: Limits = { statements: 45, requests: 45 };

/** Work was begun that the invocation has no budget left for. What was committed before stays. */
export class OutOfBudget extends Error {
  constructor(what: keyof Limits) {
    super(`This invocation has no ${what} left.`);
    this.name = 'OutOfBudget';
  }
}

/** Counts down. A share of it counts down both. */
export class Budget {
  readonly #left: { statements: number; requests: number };
  readonly #whole: Budget | undefined;

  constructor(limits: Limits, whole?: Budget) {
    this.#left = { ...limits };
    this.#whole = whole;
  }

  /** How many are left. */
  left(what: keyof Limits): number {
    return Math.min(this.#left[what], this.#whole?.left(what) ?? Number.POSITIVE_INFINITY);
  }

  /** Whether there is enough for all of this. */
  has(needs: Partial<Limits>): boolean {
    return (
      this.left('statements') >= (needs.statements ?? 0) && this.left('requests') >= (needs.requests ?? 0)
    );
  }

  /** @throws OutOfBudget, and spends nothing then */
  spend(what: keyof Limits, count = 1): void {
    if (this.left(what) < count) throw new OutOfBudget(what);
    this.#left[what] -= count;
    this.#whole?.spend(what, count);
  }

  /** A part of it for one piece of work, so that it leaves something for the others. */
  share(limits: Partial<Limits>): Budget {
    return new Budget(
      {
        statements: Math.min(limits.statements ?? Number.POSITIVE_INFINITY, this.left('statements')),
        requests: Math.min(limits.requests ?? Number.POSITIVE_INFINITY, this.left('requests')),
      },
      this,
    );
  }
}

/** A D1 binding that spends a budget: each statement counts, also in a batch. */
export const meteredBinding = (binding: D1Database, budget: Budget): D1Database => {
  const inner = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const spending =
      <A extends unknown[], R>(run: (...args: A) => R) =>
      (...args: A): R => {
        budget.spend('statements');
        return run(...args);
      };
    // What D1's interface has beside this (overloads, sessions, dumps) is not used here.
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all: spending(() => statement.all()),
      run: spending(() => statement.run()),
      first: spending((column?: string) =>
        column === undefined ? statement.first() : statement.first(column),
      ),
      raw: spending(() => statement.raw()),
    } as unknown as D1PreparedStatement;
    inner.set(wrapped, statement);
    return wrapped;
  };
  return {
    prepare: (query: string) => wrap(binding.prepare(query)),
    batch: (statements: D1PreparedStatement[]) => {
      budget.spend('statements', statements.length);
      return binding.batch(statements.map((statement) => inner.get(statement) ?? statement));
    },
    exec: (query: string) => {
      budget.spend('statements');
      return binding.exec(query);
    },
  } as unknown as D1Database;
};
