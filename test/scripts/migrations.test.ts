import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BREAKPOINT, copiesOf, problemsOf, withLiveObjects } from '../../scripts/migrations/text.ts';
import { MIGRATIONS } from '../../src/db/migrations.ts';

const ROOT = resolve(import.meta.dirname, '../..');

describe('drizzle-kit generate', () => {
  // drizzle-kit takes no absolute paths.
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(ROOT, '.baseline-'));
    cpSync(join(ROOT, 'drizzle'), directory, { recursive: true });
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** The migrations that it adds, and what it says. */
  const generate = () => {
    const before = new Set(readdirSync(directory));
    const { stdout, stderr } = spawnSync(
      'drizzle-kit',
      [
        'generate',
        '--dialect=sqlite',
        '--schema=./src/db/schema/*.ts',
        `--out=./${directory.slice(ROOT.length + 1)}`,
      ],
      { cwd: ROOT, encoding: 'utf8' },
    );
    return { added: readdirSync(directory).filter((name) => !before.has(name)), said: stdout + stderr };
  };

  it('finds nothing in src/db/schema that drizzle/ has not: npm run db:generate', () => {
    const { added, said } = generate();
    expect(said).toContain('No schema changes');
    expect(added).toEqual([]);
  });

  it('finds a table that is not there yet', () => {
    const [last = ''] = readdirSync(join(directory, 'meta'))
      .filter((name) => name.endsWith('_snapshot.json'))
      .sort()
      .reverse();
    const path = join(directory, 'meta', last);
    const { tables, ...others } = JSON.parse(readFileSync(path, 'utf8'));
    const { servers: _, ...known } = tables;
    writeFileSync(path, JSON.stringify({ ...others, tables: known }));
    const { added, said } = generate();
    expect(added, said).toHaveLength(1);
    expect(readFileSync(join(directory, added[0] ?? ''), 'utf8')).toContain('CREATE TABLE `servers`');
  });
});

it('the baseline is frozen: a change is a further migration (CONTRIBUTING, "Migrations")', () => {
  const hash = createHash('sha256')
    .update(readFileSync(join(ROOT, 'drizzle/0000_baseline.sql')))
    .digest('hex');
  expect(hash).toBe('234f40af792ba6dd17d64222a570795e023c4c970cc924a534498ad37b293752');
});

describe('a migration that copies a table', () => {
  const migrate = (database: DatabaseSync, migration: string): void => {
    for (const statement of migration.split(BREAKPOINT)) database.exec(statement);
  };
  const migrated = (): DatabaseSync => {
    const database = new DatabaseSync(':memory:');
    for (const name of MIGRATIONS) migrate(database, readFileSync(join(ROOT, 'drizzle', name), 'utf8'));
    return database;
  };
  const textOf = (database: DatabaseSync, name: string): string =>
    String(database.prepare('SELECT sql FROM sqlite_master WHERE name = ?').get(name)?.sql);
  /** As drizzle-kit does it. */
  const copyOf = (database: DatabaseSync, table: string): string => {
    // Without those that are generated.
    const columns = database
      .prepare('SELECT name FROM pragma_table_info(?)')
      .all(table)
      .map(({ name }) => name)
      .join(', ');
    return [
      `${textOf(database, table).replace(`\`${table}\``, `\`__new_${table}\``)};`,
      `INSERT INTO \`__new_${table}\` (${columns}) SELECT ${columns} FROM \`${table}\`;`,
      `DROP TABLE \`${table}\`;`,
      `ALTER TABLE \`__new_${table}\` RENAME TO \`${table}\`;`,
    ].join(`${BREAKPOINT}\n`);
  };
  const liveOf = (database: DatabaseSync) =>
    database
      .prepare("SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'trigger') ORDER BY name")
      .all();
  const tables = migrated()
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
    .all()
    .map(({ name }) => String(name));

  it.each(tables)('leaves every view and trigger as it is: %s', (table) => {
    const database = migrated();
    const before = liveOf(database);
    expect(before.length).toBeGreaterThan(10);
    const migration = withLiveObjects(copyOf(database, table));
    migrate(database, migration);
    expect(liveOf(database)).toEqual(before);
    expect(textOf(database, table)).toContain(table);
    expect(problemsOf(migration)).toEqual([]);
  });

  it('of sessions would fail without them: a view reads them', () => {
    const database = migrated();
    expect(() => migrate(database, copyOf(database, 'sessions'))).toThrow('no such table');
  });

  it('is refused where the table may be large, and one that is not known is', () => {
    const large = tables.filter((table) => copiesOf(copyOf(migrated(), table)).large.length > 0);
    expect(large).toEqual(
      expect.arrayContaining(['sessions', 'log_entries', 'account_activities', 'accounts', 'audit_records']),
    );
    expect(tables.filter((table) => !large.includes(table)).sort()).toEqual([
      'api_keys',
      'communities',
      'inbound_webhooks',
      'job_runs',
      'periods',
      'servers',
      'service_ids',
      'webhook_endpoints',
    ]);
    expect(copiesOf('ALTER TABLE `a` ADD `b` text;')).toEqual({ all: [], large: [] });
  });
});
