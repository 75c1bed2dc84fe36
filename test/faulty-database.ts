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
  const inner = new WeakMap<object, D1PreparedStatement>();

  const through = async <T>(run: () => Promise<T>): Promise<T> => {
    count += 1;
    const fails = failing?.at === count;
    if (fails && failing?.when === 'before') throw new Error(failing.error);
    const result = await run();
    if (fails) throw new Error(failing?.error);
    return result;
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all: () => through(() => statement.all()),
      run: () => through(() => statement.run()),
      first: (column?: string) =>
        through<unknown>(() => (column === undefined ? statement.first() : statement.first(column))),
      raw: () => through(() => statement.raw()),
    } as unknown as D1PreparedStatement;
    inner.set(wrapped, statement);
    return wrapped;
  };
  const own = {
    prepare: (query: string) => wrap(database.prepare(query)),
    batch: (statements: D1PreparedStatement[]) =>
      through(() => database.batch(statements.map((statement) => inner.get(statement) ?? statement))),
    exec: (query: string) => through(() => database.exec(query)),
  };
  // The calls of a session are counted and fail with the others.
  const withSession = () => ({ prepare: own.prepare, batch: own.batch, getBookmark: () => null });
  return {
    calls: () => count,
    fail: (next) => {
      failing = next;
      count = 0;
    },
    database: { ...own, withSession } as unknown as D1Database,
  };
};
