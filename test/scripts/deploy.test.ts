import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DeployOptions, deploy as deployTo } from '../../scripts/remote/deploy.ts';
import { FakeWrangler } from './fake-wrangler.ts';

const ROOT = resolve(import.meta.dirname, '../..');

let checkout: string;
let wrangler: FakeWrangler;
let output: string;

beforeEach(() => {
  // A checkout of its own: what deploying reads, and where it may write.
  checkout = mkdtempSync(join(tmpdir(), 'rollcall-checkout-'));
  for (const path of ['wrangler.toml', 'drizzle', 'src/index.ts']) {
    cpSync(join(ROOT, path), join(checkout, path), { recursive: true });
  }
  mkdirSync(join(checkout, 'dist/worker'), { recursive: true });
  writeFileSync(join(checkout, 'dist/worker/index.js'), 'export default {};');
  wrangler = new FakeWrangler();
  vi.spyOn(console, 'log').mockImplementation((text) => {
    output += `${text}\n`;
  });
  output = '';
});
afterEach(() => {
  rmSync(checkout, { recursive: true, force: true });
  wrangler.remove();
});

const deploy = async (options: Partial<DeployOptions> = {}): Promise<string> => {
  output = '';
  await deployTo(wrangler, { env: '', root: checkout, variables: {}, ...options });
  return output;
};

const namesIn = (sql: string, database = 'rollcall') => wrangler.query(database, sql).map(({ name }) => name);
const applied = (database = 'rollcall') => namesIn('SELECT name FROM d1_migrations ORDER BY id', database);
const objects = () =>
  namesIn("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name, type");

const MIGRATIONS = readdirSync(join(ROOT, 'drizzle')).filter((name) => name.endsWith('.sql'));
/** A migration behind those there are, as a later version brings. */
const addMigration = (name: string, sql: string) => writeFileSync(join(checkout, 'drizzle', name), sql);
const TABLE = 'CREATE TABLE later (id INTEGER PRIMARY KEY, note TEXT);\n';
const TRIGGER =
  "CREATE TRIGGER later_insert AFTER INSERT ON later BEGIN UPDATE later SET note = 'seen' WHERE id = NEW.id; END;\n";

describe('npm run deploy', () => {
  it('makes everything in an account that has nothing, and keeps the tracked file as it is', async () => {
    const tracked = readFileSync(join(checkout, 'wrangler.toml'), 'utf8');
    const text = await deploy();
    expect(text).toContain('Rollcall is deployed: https://rollcall.example.workers.dev');
    expect(wrangler.calls()).toEqual([
      'd1 list',
      'd1 create rollcall --update-config=false',
      'd1 list',
      'd1 migrations apply DB',
      'secret list',
      'deploy',
    ]);
    expect(applied()).toEqual(MIGRATIONS);
    expect(readFileSync(join(checkout, 'wrangler.toml'), 'utf8')).toBe(tracked);

    const worker = wrangler.workers.get('rollcall');
    expect(worker?.config.d1_databases[0].database_id).toBe(wrangler.databases.get('rollcall'));
    const { ADMIN_TOKEN = '', TOKEN_SECRET = '' } = worker?.secrets ?? {};
    expect(ADMIN_TOKEN).toMatch(/^[0-9a-f]{64}$/);
    expect(TOKEN_SECRET).toMatch(/^[0-9a-f]{64}$/);
    expect(ADMIN_TOKEN).not.toBe(TOKEN_SECRET);
    expect(text).toContain(`export ADMIN_TOKEN=${ADMIN_TOKEN}`);
    expect(text).not.toContain(TOKEN_SECRET);
    // Nothing that holds a secret stays behind.
    expect(readdirSync(join(checkout, '.wrangler/rollcall/production')).sort()).toEqual([
      'deploy-output.ndjson',
      'url',
      'wrangler.json',
    ]);
  });

  it('again changes nothing but the version: the database and the secrets stay', async () => {
    await deploy();
    wrangler.calls();
    const { secrets } = wrangler.workers.get('rollcall') ?? {};
    const id = wrangler.databases.get('rollcall');
    const text = await deploy();
    expect(wrangler.calls()).toEqual(['d1 list', 'secret list', 'deploy']);
    expect(text).toContain('The database rollcall exists.');
    expect(text).toContain('The database rollcall has every migration.');
    expect(text).not.toContain('export ADMIN_TOKEN');
    expect(wrangler.workers.get('rollcall')?.secrets).toEqual(secrets);
    expect(wrangler.databases.get('rollcall')).toBe(id);
  });

  it('uses the id that wrangler.toml has: a repository which the Deploy button made', async () => {
    const path = join(checkout, 'wrangler.toml');
    const tracked = readFileSync(path, 'utf8');
    writeFileSync(path, tracked.replace('database_name = "rollcall"', '$&\ndatabase_id = "an-id"'));
    await expect(deploy()).rejects.toContain('The test reads no TOML');
    expect(wrangler.lastConfig).toBe(path);
    expect(wrangler.databases.size).toBe(0);
  });

  it('gives staging a Worker, a database and secrets of its own', async () => {
    await deploy({ env: 'staging', jurisdiction: 'eu' });
    expect(wrangler.calls()).toContain('d1 create rollcall-staging --update-config=false --jurisdiction=eu');
    expect([...wrangler.databases.keys()]).toEqual(['rollcall-staging']);
    expect([...wrangler.workers.keys()]).toEqual(['rollcall-staging']);
    const { config } = wrangler.workers.get('rollcall-staging') ?? {};
    expect(config.env.staging.d1_databases[0].database_id).toBe(wrangler.databases.get('rollcall-staging'));
    expect(applied('rollcall-staging')).toEqual(MIGRATIONS);
    await expect(deploy({ env: 'stagin' })).rejects.toBe(
      'wrangler.toml has no [env.stagin]. It has: staging.',
    );
  });

  describe('with several databases', () => {
    const second = (name: string, section = 'd1_databases', binding = 'DB_1') =>
      `\n[[${section}]]\nbinding = "${binding}"\ndatabase_name = "${name}"\nmigrations_dir = "drizzle"\n`;
    const addToConfig = (text: string) => {
      const path = join(checkout, 'wrangler.toml');
      writeFileSync(path, readFileSync(path, 'utf8') + text);
    };

    it('creates and migrates each, and binds each', async () => {
      await deploy();
      wrangler.calls();
      addToConfig(second('rollcall-1'));
      const text = await deploy();
      expect(wrangler.calls()).toEqual([
        'd1 list',
        'd1 list',
        'd1 create rollcall-1 --update-config=false',
        'd1 list',
        'd1 migrations apply DB_1',
        'secret list',
        'deploy',
      ]);
      expect(text).toContain('The database rollcall has every migration.');
      expect([applied(), applied('rollcall-1')]).toEqual([MIGRATIONS, MIGRATIONS]);
      const { d1_databases } = wrangler.workers.get('rollcall')?.config ?? {};
      expect(
        d1_databases.map(({ binding, database_id }: Record<string, string>) => [binding, database_id]),
      ).toEqual([
        ['DB', wrangler.databases.get('rollcall')],
        ['DB_1', wrangler.databases.get('rollcall-1')],
      ]);
      await deploy();
      expect(wrangler.calls()).toEqual(['d1 list', 'd1 list', 'secret list', 'deploy']);
    });

    it('deploys no Worker before all of them are migrated, and goes on there the next time', async () => {
      addToConfig(second('rollcall-1'));
      await deploy();
      addMigration('9001_later.sql', TABLE + TRIGGER);
      wrangler.exec('rollcall-1', 'CREATE TABLE later (id INTEGER)');
      wrangler.calls();
      await expect(deploy()).rejects.toContain('The import of 9001_later.sql failed');
      expect(wrangler.calls()).not.toContain('deploy');
      expect([applied(), applied('rollcall-1')]).toEqual([[...MIGRATIONS, '9001_later.sql'], MIGRATIONS]);
      wrangler.exec('rollcall-1', 'DROP TABLE later');
      await deploy();
      expect(wrangler.calls().slice(2)).toEqual(['d1 migrations apply DB_1', 'secret list', 'deploy']);
      expect(applied('rollcall-1')).toEqual([...MIGRATIONS, '9001_later.sql']);
    });

    it('of staging, too; and refuses a gap in their numbers', async () => {
      addToConfig(second('rollcall-staging-1', 'env.staging.d1_databases'));
      await deploy({ env: 'staging' });
      expect([...wrangler.databases.keys()]).toEqual(['rollcall-staging', 'rollcall-staging-1']);
      addToConfig(second('rollcall-3', 'd1_databases', 'DB_3'));
      await expect(deploy()).rejects.toBe(
        'wrangler.toml has the bindings DB, DB_3, and DB_1 is missing: keys say the number of their database.',
      );
    });
  });

  it('takes secrets of the environment, refuses weak ones, and makes none on a build machine', async () => {
    const token = 'a'.repeat(40);
    await expect(deploy({ variables: { ADMIN_TOKEN: `replace-me-${token}` } })).rejects.toContain(
      'ADMIN_TOKEN in the environment needs 32 characters or more',
    );
    await expect(deploy({ variables: { TOKEN_SECRET: 'short' } })).rejects.toContain('TOKEN_SECRET in the');
    const text = await deploy({ variables: { CI: 'true', ADMIN_TOKEN: token } });
    expect(wrangler.workers.get('rollcall')?.secrets).toEqual({ ADMIN_TOKEN: token });
    expect(text).not.toContain(token);
    expect(text).toContain('The Worker has no secret TOKEN_SECRET yet.');
  });

  it('replaces no secret because it could not see that it is there', async () => {
    await deploy();
    const { secrets } = wrangler.workers.get('rollcall') ?? {};
    wrangler.isOffline = true;
    await expect(deploy()).rejects.toContain('fetch failed');
    expect(wrangler.workers.get('rollcall')?.secrets).toEqual(secrets);
  });

  it('ends with the text of what went wrong, and with a code that says so', () => {
    const program = join(checkout, 'no-wrangler.mjs');
    writeFileSync(program, 'console.error("The account is closed."); process.exitCode = 1;');
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/deploy.ts')], {
      cwd: checkout,
      encoding: 'utf8',
      env: { ...process.env, ROLLCALL_WRANGLER: program },
    });
    expect([status, stderr]).toEqual([1, 'wrangler d1 list --json failed:\nThe account is closed.\n']);
  });
});

describe('a migration that the server has cut', () => {
  it('is imported, after what it has left half-way is gone', async () => {
    wrangler.cuts = true;
    const text = await deploy();
    expect(text).toContain('Going on by the import.');
    expect(text).toMatch(/Dropping what it has left half-way: \w+, \w+/);
    expect(wrangler.calls()).toEqual([
      'd1 list',
      'd1 create rollcall --update-config=false',
      'd1 list',
      'd1 migrations apply DB',
      ...MIGRATIONS.map((name) => `d1 execute DB --file=import-${name}`),
      'secret list',
      'deploy',
    ]);
    expect(applied()).toEqual(MIGRATIONS);
    const imported = objects();
    expect(imported.length).toBeGreaterThan(30);

    wrangler.remove();
    wrangler = new FakeWrangler();
    await deploy();
    expect(imported).toEqual(objects());
  });

  it('is gone on with by the next run, where the import fails, too', async () => {
    addMigration('9001_later.sql', TABLE + TRIGGER);
    wrangler.cuts = true;
    wrangler.failingImport = '9001_later.sql';
    await expect(deploy()).rejects.toContain(
      'The import of 9001_later.sql failed, and the database is as it was before it',
    );
    expect(wrangler.workers.size).toBe(0);
    expect(applied()).toEqual(MIGRATIONS);

    wrangler.calls();
    wrangler.failingImport = undefined;
    await deploy();
    expect(wrangler.calls()).toEqual([
      'd1 list',
      'd1 migrations apply DB',
      'd1 execute DB --file=import-9001_later.sql',
      'secret list',
      'deploy',
    ]);
    expect(applied()).toEqual([...MIGRATIONS, '9001_later.sql']);
    expect(objects()).toEqual(expect.arrayContaining(['later', 'later_insert']));
  });

  it('behind others that came whole leaves those as they are, and brings dropped triggers back', async () => {
    await deploy();
    const whole = objects();
    const trigger = "SELECT sql FROM sqlite_master WHERE name = 'session_sightings_change'";
    const wanted = wrangler.query('rollcall', trigger);
    wrangler.remove();
    wrangler = new FakeWrangler();
    for (const name of MIGRATIONS.slice(1)) rmSync(join(checkout, 'drizzle', name));
    await deploy();
    const old = wrangler.query('rollcall', trigger);
    wrangler.exec('rollcall', 'CREATE TABLE customers (id INTEGER); INSERT INTO customers VALUES (1)');

    cpSync(join(ROOT, 'drizzle'), join(checkout, 'drizzle'), { recursive: true });
    wrangler.cuts = true;
    wrangler.failingImport = '0002_listed-metadata-triggers.sql';
    await expect(deploy()).rejects.toContain('The import of 0002_listed-metadata-triggers.sql failed');
    // The version that runs goes on.
    expect(wrangler.query('rollcall', trigger)).toEqual(old);
    expect(applied()).toEqual(MIGRATIONS.slice(0, 2));

    wrangler.failingImport = undefined;
    await deploy();
    expect(applied()).toEqual(MIGRATIONS);
    expect(objects()).toEqual([...whole, 'customers'].sort());
    expect(wrangler.query('rollcall', trigger)).toEqual(wanted);
    expect(wrangler.query('rollcall', 'SELECT * FROM customers')).toEqual([{ id: 1 }]);
  });

  it('that the network kept away loses nothing of those before it', async () => {
    await deploy();
    const whole = objects();
    wrangler.remove();
    wrangler = new FakeWrangler();
    wrangler.breaksBefore = MIGRATIONS[1];
    expect(await deploy()).not.toContain('Dropping');
    expect([applied(), objects()]).toEqual([MIGRATIONS, whole]);
  });

  it('of an upgrade costs nobody a row', async () => {
    await deploy();
    wrangler.exec('rollcall', "INSERT INTO job_runs VALUES ('* * * * *', 1, 2, '[]')");
    addMigration('9001_later.sql', TABLE + TRIGGER);
    wrangler.cuts = true;
    expect(await deploy()).toContain('Dropping what it has left half-way: later.');
    expect(wrangler.query('rollcall', 'SELECT count(*) AS rows FROM job_runs')).toEqual([{ rows: 1 }]);
    expect(applied()).toEqual([...MIGRATIONS, '9001_later.sql']);
  });

  it('stops the deployment where it has changed what was there, and says how to go back', async () => {
    await deploy();
    wrangler.calls();
    addMigration('9001_later.sql', `ALTER TABLE job_runs ADD COLUMN note TEXT;\n${TABLE}${TRIGGER}`);
    wrangler.cuts = true;
    await expect(deploy()).rejects.toMatch(
      /^9001_later\.sql was applied in part: it has changed job_runs\. .*\n +npx wrangler d1 time-travel restore DB --config \S+ --bookmark=00000001-bookmark$/,
    );
    expect(wrangler.calls()).not.toContain('deploy');
    expect(applied()).toEqual(MIGRATIONS);
    // A second try does not take the half for the whole.
    await expect(deploy()).rejects.toContain('it has changed job_runs');
  });

  it('touches no table of somebody else', async () => {
    await deploy();
    const tables = namesIn(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    for (const view of namesIn("SELECT name FROM sqlite_master WHERE type = 'view'")) {
      wrangler.exec('rollcall', `DROP VIEW ${view}`);
    }
    for (const table of tables) wrangler.exec('rollcall', `DROP TABLE "${table}"`);
    wrangler.exec('rollcall', 'CREATE TABLE customers (id INTEGER); INSERT INTO customers VALUES (1)');
    wrangler.cuts = true;
    await expect(deploy()).rejects.toContain(
      'The database has a table customers with rows that no migration of ours has made.',
    );
    expect(wrangler.query('rollcall', 'SELECT * FROM customers')).toEqual([{ id: 1 }]);
  });
});
