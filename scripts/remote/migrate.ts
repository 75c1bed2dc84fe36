import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Cli, type Outcome, parseJson, runOrFail } from './cli.ts';

/** The database of a deployment, as wrangler reaches it. */
export interface RemoteDatabase {
  readonly cli: Cli;
  /** The configuration that has its id. */
  readonly config: string;
  readonly env: string;
  /** Where files of ours may lie meanwhile. */
  readonly directory: string;
  readonly migrations: string;
  /** `DB`, `DB_1` and so on. */
  readonly binding: string;
  readonly name: string;
}

/** A table, index, trigger or view, with the text that made it. */
interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

/**
 * Brings the database up to the newest migration. wrangler's own way posts a file whole and the server cuts it into
 * statements, which has gone wrong with triggers; the import takes a file as SQLite does, all or nothing. So what
 * wrangler could not apply is imported, file by file, each with its row in `d1_migrations`. A run that was broken off
 * is gone on with by the next one.
 * @throws a text that says what to do, where neither way works
 */
export const migrate = async (database: RemoteDatabase): Promise<void> => {
  const applied = await readApplied(database);
  const pending = pendingOf(database, applied);
  if (pending.length === 0) {
    console.log(`The database ${database.name} has every migration.`);
    return;
  }
  const before = await readBefore(database, applied);
  console.log(`Applying ${pending.join(', ')} to ${database.name} ...`);
  const { code, text } = await run(database, ['migrations', 'apply', database.binding, '--remote']);
  const done = await readApplied(database);
  const left = pendingOf(database, done);
  if (code === 0 && left.length === 0) return forgetBefore(database);

  console.log(`wrangler could not apply ${left.join(', ')}:\n${indent(text)}\nGoing on by the import.`);
  const wanted = { ...before, applied: done, objects: objectsAfter(database.migrations, before, done) };
  keepBefore(database, wanted);
  if (before.applied.length === 0) await requireEmpty(database, wanted);
  await undoCut(database, wanted, left);
  for (const name of left) await importMigration(database, name);
  forgetBefore(database);
};

const readApplied = async (database: RemoteDatabase): Promise<readonly string[]> => {
  const [table] = await query<{ name: string }>(
    database,
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'd1_migrations'",
  );
  if (!table) return [];
  const rows = await query<{ name: string }>(database, 'SELECT name FROM d1_migrations ORDER BY id');
  return rows.map(({ name }) => name);
};

const pendingOf = ({ migrations }: RemoteDatabase, applied: readonly string[]): string[] =>
  readdirSync(migrations)
    .filter((file) => file.endsWith('.sql') && !applied.includes(file))
    .sort();

const importMigration = async (database: RemoteDatabase, name: string): Promise<void> => {
  const migration = readFileSync(join(database.migrations, name), 'utf8').trimEnd();
  const text = `${migration}\n${MIGRATIONS_TABLE}\nINSERT INTO d1_migrations (name) VALUES ('${name}');\n`;
  await importText(database, name, text);
};

/** All of a text, or nothing of it. */
const importText = async (database: RemoteDatabase, name: string, text: string): Promise<void> => {
  const path = join(database.directory, `import-${name}`);
  mkdirSync(database.directory, { recursive: true });
  writeFileSync(path, text);
  try {
    console.log(`Importing ${name} ...`);
    const { code, text: output } = await run(database, [
      'execute',
      database.binding,
      '--remote',
      '--yes',
      `--file=${path}`,
    ]);
    if (code !== 0) {
      throw `The import of ${name} failed, and the database is as it was before it:\n${indent(output)}\nRun npm run deploy again; it goes on here.`;
    }
  } finally {
    rmSync(path, { force: true });
  }
};

/** As wrangler makes it. */
const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT UNIQUE,
	applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);`;

/** What there should be: what was there before, as the migrations have made it that have come whole since. */
const objectsAfter = (
  migrations: string,
  { applied, objects }: Before,
  done: readonly string[],
): SchemaObject[] => {
  const before = schemaOf(migrations, applied);
  const after = schemaOf(migrations, done);
  const isTouched = ({ name }: SchemaObject) => before.get(name)?.sql !== after.get(name)?.sql;
  return [...objects.filter((object) => !isTouched(object)), ...[...after.values()].filter(isTouched)];
};

/** What these migrations make, of those that are here. */
const schemaOf = (directory: string, names: readonly string[]): Map<string, SchemaObject> => {
  const database = new DatabaseSync(':memory:');
  try {
    for (const name of names) {
      const path = join(directory, name);
      if (existsSync(path)) database.exec(readFileSync(path, 'utf8'));
    }
    const objects = database.prepare(OBJECTS).all();
    return new Map(
      objects.map(({ type, name, sql }) => [
        String(name),
        { type: String(type), name: String(name), sql: String(sql) },
      ]),
    );
  } finally {
    database.close();
  }
};

const isSame = (one: SchemaObject, other: SchemaObject): boolean => flat(one.sql) === flat(other.sql);

const flat = (sql: string | null): string => (sql ?? '').replaceAll(/\s+/g, ' ').trim();

/**
 * A migration that was cut may have been done in part. Drops what it has created, and brings triggers back that it has
 * dropped. Where it has changed other things that were there before, only the database's own history can undo that.
 */
const undoCut = async (
  database: RemoteDatabase,
  { objects: wanted, bookmark }: Before,
  left: readonly string[],
): Promise<void> => {
  const now = await readObjects(database);
  const byName = new Map(now.map((object) => [object.name, object]));
  const altered = wanted.filter((object) => {
    const found = byName.get(object.name);
    return !found || !isSame(found, object);
  });
  const others = altered.filter(({ type }) => type !== 'trigger');
  if (others.length > 0) {
    const names = others.map(({ name }) => name).join(', ');
    throw `${left[0]} was applied in part: it has changed ${names}. Bring the database back to where it was before, then deploy again:\n  npx wrangler d1 time-travel restore ${database.binding} --config ${database.config} --bookmark=${bookmark ?? `<see npx wrangler d1 time-travel info ${database.binding}>`}`;
  }
  const created = createdOf(now, wanted);
  if (created.length > 0) {
    console.log(`Dropping what it has left half-way: ${created.map(({ name }) => name).join(', ')}.`);
    const drops = [
      ...created.filter(({ type }) => type === 'trigger' || type === 'view'),
      ...created.filter(({ type }) => type === 'index'),
      ...created.filter(({ type }) => type === 'table'),
    ].map(({ type, name }) => `DROP ${type.toUpperCase()} IF EXISTS "${name}";`);
    await runOrFail(database.cli, commandOf(database, drops.join(' ')));
  }
  if (altered.length === 0) return;
  const names = altered.map(({ name }) => name).join(', ');
  console.log(`Bringing back the triggers that it has dropped: ${names}.`);
  const text = altered.map(({ name, sql }) => `DROP TRIGGER IF EXISTS "${name}";\n${sql};\n`).join('');
  await importText(database, 'triggers.sql', text);
};

const createdOf = (now: readonly SchemaObject[], wanted: readonly SchemaObject[]): SchemaObject[] =>
  now.filter(({ name }) => !wanted.some((object) => object.name === name));

/** Nobody's rows are dropped: before the first migration, a table with rows is somebody else's. */
const requireEmpty = async (database: RemoteDatabase, { objects }: Before): Promise<void> => {
  const created = createdOf(await readObjects(database), objects);
  for (const { name } of created.filter(({ type }) => type === 'table')) {
    const [row] = await query<{ found: number }>(
      database,
      `SELECT EXISTS (SELECT 1 FROM "${name}") AS found`,
    );
    if (row?.found) {
      throw `The database has a table ${name} with rows that no migration of ours has made. Give Rollcall a database of its own: another database_name in wrangler.toml.`;
    }
  }
};

/** What the database had before the first try, kept so that a try that was broken off does not count as before. */
interface Before {
  readonly applied: readonly string[];
  readonly objects: readonly SchemaObject[];
  /** Of Time Travel. */
  readonly bookmark?: string | undefined;
}

const beforeFile = ({ directory, binding }: RemoteDatabase): string =>
  join(directory, `before-migrating-${binding}.json`);

const readBefore = async (database: RemoteDatabase, applied: readonly string[]): Promise<Before> => {
  // Without any migration there is nothing of ours yet, only what an earlier try has left.
  if (applied.length === 0) return { applied, objects: [] };
  const path = beforeFile(database);
  if (existsSync(path)) {
    const kept: Before = JSON.parse(readFileSync(path, 'utf8'));
    if (kept.applied.join() === applied.join()) return kept;
  }
  const before = { applied, objects: await readObjects(database), bookmark: await readBookmark(database) };
  keepBefore(database, before);
  return before;
};

const keepBefore = (database: RemoteDatabase, before: Before): void => {
  mkdirSync(database.directory, { recursive: true });
  writeFileSync(beforeFile(database), JSON.stringify(before));
};

const forgetBefore = (database: RemoteDatabase): void => rmSync(beforeFile(database), { force: true });

const readBookmark = async (database: RemoteDatabase): Promise<string | undefined> => {
  const args = ['time-travel', 'info', database.binding, '--json'];
  const outcome = await run(database, args);
  // Without it a deployment goes as well: it is only told where something is to be undone.
  return outcome.code === 0 ? parseJson<{ bookmark?: string }>(outcome, args).bookmark : undefined;
};

const readObjects = (database: RemoteDatabase): Promise<SchemaObject[]> =>
  query<SchemaObject>(database, OBJECTS);

const OBJECTS =
  "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite#_%' ESCAPE '#' AND name NOT LIKE '#_cf#_%' ESCAPE '#' AND name <> 'd1_migrations' AND sql IS NOT NULL ORDER BY name";

const commandOf = ({ config, env, binding }: RemoteDatabase, sql: string): string[] => [
  'd1',
  'execute',
  binding,
  '--remote',
  '--json',
  '--yes',
  `--command=${sql}`,
  `--config=${config}`,
  `--env=${env}`,
];

const query = async <T>(database: RemoteDatabase, sql: string): Promise<T[]> => {
  const args = commandOf(database, sql);
  const [first] = parseJson<{ results: T[] }[]>(await runOrFail(database.cli, args), args);
  return first?.results ?? [];
};

const run = ({ cli, config, env }: RemoteDatabase, args: readonly string[]): Promise<Outcome> =>
  cli.run(['d1', ...args, `--config=${config}`, `--env=${env}`]);

const indent = (text: string): string => text.trim().replaceAll(/^/gm, '  ');
