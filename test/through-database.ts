/**
 * A D1 binding whose calls go through `through`, which can count them, fail in their stead, or lose their answer. Those of a
 * session (`withSession`) go the same way.
 */
export const throughDatabase = (
  database: D1Database,
  through: <T>(run: () => Promise<T>) => Promise<T>,
): D1Database => {
  const inner = new WeakMap<object, D1PreparedStatement>();
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
  const withSession = () => ({ prepare: own.prepare, batch: own.batch, getBookmark: () => null });
  return { ...own, withSession } as unknown as D1Database;
};
