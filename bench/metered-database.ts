/** What stands between a Worker and D1 in a benchmark, the same for Rollcall and the raw Worker. */

/** `pass`: count. `record`: keep the answers, too. `replay`: answer from what was kept, without D1. */
type Mode = 'pass' | 'record' | 'replay';

/** What D1 was asked, since it was last told. */
export interface Cost {
  trips: number;
  rowsRead: number;
  rowsWritten: number;
}

interface Asked {
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly statement: D1PreparedStatement;
}

type Result = D1Result<Record<string, unknown>>;

let mode: Mode = 'pass';
let cost: Cost = { trips: 0, rowsRead: 0, rowsWritten: 0 };
const kept = new Map<string, string>();

/**
 * Answers `/bench?mode=...`: sets the mode, and tells the cost so far. Undefined for any other path.
 */
export const control = (request: Request): Response | undefined => {
  // Without a parser: this is in every call of either Worker.
  if (!request.url.includes('/bench?')) return undefined;
  const url = new URL(request.url);
  mode = url.searchParams.get('mode') as Mode;
  if (mode === 'record') kept.clear();
  const told = Response.json(cost);
  cost = { trips: 0, rowsRead: 0, rowsWritten: 0 };
  return told;
};

/**
 * Without D1 the Worker still writes the question as JSON and reads the answer out of JSON, as the binding does: that is
 * CPU time of the Worker's own on the real platform; the rest of a query is not.
 */
const ask = async (asked: readonly Asked[], run: () => Promise<Result[]>): Promise<Result[]> => {
  // By the lengths of the statements: some have numbers in their text that differ from call to call.
  const name = asked.map(({ sql }) => sql.length).join();
  const text = mode === 'replay' ? kept.get(name) : undefined;
  // What was not kept is a credential that has grown old: D1 is asked.
  if (text !== undefined) {
    JSON.stringify(asked.map(({ sql, params }) => ({ sql, params })));
    return JSON.parse(text);
  }
  const results = await run();
  cost.trips += 1;
  for (const { meta } of results) {
    cost.rowsRead += meta.rows_read;
    cost.rowsWritten += meta.rows_written;
  }
  if (mode === 'record') kept.set(name, JSON.stringify(results));
  return results;
};

/** The database, counting. */
export const meteredDatabase = (database: D1Database): D1Database => {
  const wrap = (asked: Asked): object => ({
    asked,
    bind: (...params: unknown[]) => wrap({ ...asked, params, statement: asked.statement.bind(...params) }),
    all: async () => (await ask([asked], async () => [await asked.statement.all()]))[0],
  });
  return {
    prepare: (sql: string) => wrap({ sql, params: [], statement: database.prepare(sql) }),
    batch: (statements: readonly { asked: Asked }[]) => {
      const all = statements.map(({ asked }) => asked);
      return ask(all, () => database.batch(all.map(({ statement }) => statement)));
    },
  } as unknown as D1Database;
};
