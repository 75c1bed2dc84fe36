import { Connections } from './connections.ts';

/** What a piece of work cost D1. */
export interface Cost {
  /** Round trips: a statement run alone, or a batch. */
  trips: number;
  /** Statements, those of a batch one each. */
  statements: number;
  rowsRead: number;
  rowsWritten: number;
}

/** A D1 binding that counts what goes through it. @param cost to add to, where several count as one */
export const countingDatabase = (
  database: D1Database,
  cost: Cost = { trips: 0, statements: 0, rowsRead: 0, rowsWritten: 0 },
  connections = new Connections(),
): { database: D1Database; cost: Cost } => {
  const inner = new WeakMap<object, D1PreparedStatement>();

  const add = (results: readonly D1Result[]): void => {
    cost.trips += 1;
    cost.statements += results.length;
    for (const { meta } of results) {
      cost.rowsRead += meta.rows_read;
      cost.rowsWritten += meta.rows_written;
    }
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const all = async () => {
      const result = await connections.through(() => statement.all<Record<string, unknown>>());
      add([result]);
      return result;
    };
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all,
      run: all,
      first: async (column?: string) => {
        const [row] = (await all()).results;
        return row ? (column ? row[column] : row) : null;
      },
      // D1 tells no cost with raw rows: ask for objects, whose values come in the order of the columns.
      raw: async () => (await all()).results.map((row) => Object.values(row)),
    } as unknown as D1PreparedStatement;
    inner.set(wrapped, statement);
    return wrapped;
  };

  return {
    cost,
    database: {
      prepare: (query: string) => wrap(database.prepare(query)),
      batch: async (statements: D1PreparedStatement[]) => {
        const results = await connections.through(() =>
          database.batch(statements.map((statement) => inner.get(statement) ?? statement)),
        );
        add(results);
        return results;
      },
      exec: (query: string) => database.exec(query),
      withSession: (from?: string) => {
        // A test's own binding may know no sessions.
        const session =
          'withSession' in database
            ? database.withSession(from)
            : { ...(database as D1Database), getBookmark: () => null };
        const inSession = countingDatabase(session as unknown as D1Database, cost, connections).database;
        return {
          prepare: inSession.prepare,
          batch: inSession.batch,
          getBookmark: () => session.getBookmark(),
        };
      },
    } as unknown as D1Database,
  };
};
