/** All that a database has: to put it back, and to compare what two calls have made of it. */

export type Snapshot = ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;

let tables: readonly string[] | undefined;

const tablesOf = async (database: D1Database): Promise<readonly string[]> => {
  if (tables) return tables;
  const { results } = await database
    .prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' AND name <> 'd1_migrations' ORDER BY name",
    )
    .all<{ name: string }>();
  tables = results.map(({ name }) => name);
  return tables;
};

const known = new Map<string, string>();

/** A table's columns but the generated ones, which nobody may insert. */
const columnsOf = async (database: D1Database, table: string): Promise<string> => {
  const columns = known.get(table);
  if (columns !== undefined) return columns;
  const { results } = await database.prepare(`PRAGMA table_info(${table})`).all<{ name: string }>();
  const read = results.map(({ name }) => name).join(', ');
  known.set(table, read);
  return read;
};

/** Every row of every table. */
export const takeSnapshot = async (database: D1Database): Promise<Snapshot> => {
  const names = await tablesOf(database);
  const rows = await database.batch<Record<string, unknown>>(
    await Promise.all(
      names.map(async (table) =>
        database.prepare(`SELECT ${await columnsOf(database, table)} FROM ${table}`),
      ),
    ),
  );
  return new Map(names.map((table, index) => [table, rows[index]?.results ?? []]));
};

/** The triggers look for endpoints: these come last, so that no row that is put back makes an event. */
const LAST = ['webhook_endpoints'];

/** Makes the database what it was. */
export const putBack = async (database: D1Database, snapshot: Snapshot): Promise<void> => {
  const ordered = [...snapshot.keys()].sort((a, b) => LAST.indexOf(a) - LAST.indexOf(b));
  await database.batch([
    ...ordered.toReversed().map((table) => database.prepare(`DELETE FROM ${table}`)),
    ...ordered.flatMap((table) => {
      const rows = snapshot.get(table) ?? [];
      const columns = Object.keys(rows[0] ?? {});
      if (columns.length === 0) return [];
      const values = columns.map((column) => `value ->> '${column}'`).join(', ');
      return database
        .prepare(`INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values} FROM json_each(?)`)
        .bind(JSON.stringify(rows));
    }),
  ]);
};

/** What is a record of the calls themselves, or of what goes on after their answers: both may differ. */
const OF_NO_ACCOUNT: Readonly<Record<string, readonly string[] | 'all'>> = {
  idempotency_keys: 'all',
  inbound_webhook_calls: 'all',
  api_keys: ['last_used_at'],
  inbound_webhooks: ['call_count', 'refused_count', 'last_call_at'],
  // A sign of life that is noted twice tells the same.
  servers: ['alive_before'],
  webhook_messages: ['status', 'attempt_count', 'due_at', 'attempts', 'seq'],
  webhook_endpoints: [
    'failing_since',
    'last_attempt_at',
    'blocked_until',
    'is_throttled',
    'leased_until',
    'lease_id',
  ],
};

/** Ids, secrets, hashes and times of a call differ from those of the same call in another run. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID'],
  [/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/g, 'INSTANT'],
  [/[0-9a-f]{64}/g, 'HASH'],
  [/(?:rc_|rcs_|rcid_|whsec_)[\w+/=-]{16,}/g, 'SECRET'],
  [/\b[\w+/-]{30,}={0,2}/g, 'SECRET'],
  // Seconds, milliseconds, and ids that are made of them.
  [/\b1[6-9]\d{8,}\b/g, 'TIME'],
];

/** The rows of a database, without what two runs of the same calls differ in. Sorted texts. */
export const gistOf = (snapshot: Snapshot): string[] =>
  [...snapshot]
    .flatMap(([table, rows]) => {
      const left = OF_NO_ACCOUNT[table] ?? [];
      if (left === 'all') return [];
      return rows.map((row) =>
        MASKS.reduce<string>(
          (text, [mask, name]) => text.replaceAll(mask, name),
          `${table} ${JSON.stringify(Object.fromEntries(Object.entries(row).filter(([column]) => !left.includes(column))))}`,
        ),
      );
    })
    .sort();
