import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import type { Cli, Outcome } from '../../scripts/remote/cli.ts';

interface Worker {
  readonly secrets: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at the configuration as it came.
  readonly config: any;
}

interface Command {
  readonly option: (name: string) => string;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A command that fails prints this. */
class Failure extends Error {}

const MIGRATIONS = `CREATE TABLE IF NOT EXISTS d1_migrations(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

/**
 * Stands in for wrangler and an account: each database is a real SQLite file, and every call is noted. It behaves as
 * wrangler is documented and reported to behave:
 * - `migrations apply` posts a file to a server that cuts it into statements, and where `cuts` is set also inside a
 *   trigger; what came before the broken statement is done (workers-sdk #4326, #15178).
 * - `execute --file` imports: all of the file or nothing.
 */
export class FakeWrangler implements Cli {
  readonly databases = new Map<string, string>();
  readonly workers = new Map<string, Worker>();
  readonly #directory = mkdtempSync(join(tmpdir(), 'rollcall-account-'));
  #calls: string[][] = [];
  /** Whether the server cuts triggers. */
  cuts = false;
  /** The migration before which the network fails, once. */
  breaksBefore: string | undefined;
  /** Whether the list of secrets cannot be read. */
  isOffline = false;
  /** The migration whose import fails. */
  failingImport: string | undefined;

  async run(args: readonly string[], options: Parameters<Cli['run']>[1] = {}): Promise<Outcome> {
    this.#calls.push([...args]);
    const { values, positionals } = parseArgs({ args: [...args], strict: false, allowPositionals: true });
    const name = positionals[0] === 'deploy' ? 'deploy' : positionals.slice(0, 2).join(' ');
    const option = (key: string) => (values[key] === undefined ? '' : String(values[key]));
    try {
      const stdout = this.#do(name, { option, words: positionals, env: options.env ?? {} });
      return { code: 0, stdout, text: stdout };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { code: 1, stdout: '', text: `✘ [ERROR] ${error.message}\n` };
    }
  }

  /** The calls since the last look: their words, and those options that decide something. Questions are left out. */
  calls(): string[] {
    const calls = this.#calls.map((args) =>
      [
        ...args.filter((arg) => !/^[-/]/.test(arg)),
        ...args.filter((arg) => /^--(file|location|jurisdiction|update-config)=/.test(arg)),
      ]
        .join(' ')
        .replace(/=\/.*\//, '='),
    );
    this.#calls = [];
    return calls.filter((call) => !/^d1 (execute DB(_\d+)?$|time-travel)/.test(call));
  }

  /** The configuration that the last call was given. */
  get lastConfig(): string | undefined {
    return this.#calls
      .at(-1)
      ?.find((arg) => arg.startsWith('--config='))
      ?.slice('--config='.length);
  }

  /** What a statement returns, in a database. */
  query(database: string, sql: string): Record<string, unknown>[] {
    const file = new DatabaseSync(this.#fileOf(this.databases.get(database) ?? ''));
    try {
      return file.prepare(sql).all();
    } finally {
      file.close();
    }
  }

  exec(database: string, sql: string): void {
    const file = new DatabaseSync(this.#fileOf(this.databases.get(database) ?? ''));
    file.exec(sql);
    file.close();
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #fileOf(id: string): string {
    return join(this.#directory, `${id}.sqlite`);
  }

  #do(name: string, command: Command): string {
    switch (name) {
      case 'd1 list':
        return JSON.stringify([...this.databases].map(([known, uuid]) => ({ name: known, uuid })));
      case 'd1 create':
        return this.#create(command.words[2] ?? '');
      case 'd1 migrations':
        return this.#apply(command);
      case 'd1 execute':
        return this.#execute(command);
      case 'd1 time-travel':
        return JSON.stringify({ bookmark: '00000001-bookmark' });
      case 'secret list':
        return this.#listSecrets(command);
      case 'deploy':
        return this.#deploy(command);
      default:
        throw new Error(`The test's wrangler does not know ${name}.`);
    }
  }

  #create(name: string): string {
    if (this.databases.has(name)) throw new Failure(`A database named ${name} exists.`);
    this.databases.set(name, randomUUID());
    return `Successfully created DB '${name}'`;
  }

  #read({ option }: Command) {
    // A tracked file, of which it is enough to know that it was asked for.
    if (option('config').endsWith('.toml')) throw new Failure('The test reads no TOML.');
    const config = JSON.parse(readFileSync(option('config'), 'utf8'));
    const section = option('env') === '' ? config : config.env[option('env')];
    return { config, section, name: String(section.name) };
  }

  #open(command: Command) {
    // The binding is the word after `execute` or `apply`.
    const binding = command.words.find((word) => /^DB(_\d+)?$/.test(word));
    const databases: { binding: string; database_id: string; migrations_dir: string }[] =
      this.#read(command).section.d1_databases;
    const found = databases.find((database) => database.binding === binding);
    if (!found) throw new Failure(`There is no binding ${binding}.`);
    const { database_id: id, migrations_dir: migrations } = found;
    if (![...this.databases.values()].includes(id)) throw new Failure(`There is no database ${id}.`);
    return {
      file: new DatabaseSync(this.#fileOf(id)),
      migrations: resolve(dirname(command.option('config')), migrations),
    };
  }

  #apply(command: Command): string {
    const { file, migrations } = this.#open(command);
    try {
      file.exec(MIGRATIONS);
      const rows = file.prepare('SELECT name FROM d1_migrations').all();
      const applied = new Set(rows.map((row) => row.name));
      for (const name of readdirSync(migrations).sort()) {
        if (!name.endsWith('.sql') || applied.has(name)) continue;
        if (name === this.breaksBefore) {
          this.breaksBefore = undefined;
          throw new Failure('fetch failed');
        }
        try {
          for (const part of this.#cut(readFileSync(join(migrations, name), 'utf8'))) file.exec(part);
        } catch (error) {
          throw new Failure(`${name}: ${String(error)}: SQLITE_ERROR [code: 7500]`);
        }
        file.prepare('INSERT INTO d1_migrations (name) VALUES (?)').run(name);
      }
      return '';
    } finally {
      file.close();
    }
  }

  #cut(sql: string): string[] {
    const parts = this.cuts ? sql.split(/(?<=;)/) : sql.split(/(?<=;)\n/);
    return parts.filter((part) => part.replaceAll(/--[^\n]*/g, '').trim() !== '');
  }

  #execute(command: Command): string {
    const { file } = this.#open(command);
    const path = command.option('file');
    try {
      if (path === '') {
        const sql = command.option('command');
        if (!/^\s*SELECT/i.test(sql)) file.exec(sql);
        const results = /^\s*SELECT/i.test(sql) ? file.prepare(sql).all() : [];
        return JSON.stringify([{ results, success: true, meta: {} }]);
      }
      if (this.failingImport !== undefined && path.endsWith(this.failingImport)) {
        throw new Failure('The import failed; the database is as it was.');
      }
      file.exec('BEGIN');
      try {
        file.exec(readFileSync(path, 'utf8'));
      } catch (error) {
        file.exec('ROLLBACK');
        throw new Failure(String(error));
      }
      file.exec('COMMIT');
      return '';
    } finally {
      file.close();
    }
  }

  #listSecrets(command: Command): string {
    const worker = this.workers.get(this.#read(command).name);
    if (this.isOffline) throw new Failure('fetch failed');
    if (!worker) throw new Failure('Worker "rollcall" not found.');
    return JSON.stringify(Object.keys(worker.secrets).map((name) => ({ name, type: 'secret_text' })));
  }

  #deploy(command: Command): string {
    const { config, name } = this.#read(command);
    for (const path of [resolve(dirname(command.option('config')), config.main), command.words[1] ?? '']) {
      if (!existsSync(path)) throw new Failure(`${path} is not there.`);
    }
    if (command.option('no-bundle') !== 'true') throw new Failure('What is built would be bundled again.');
    const file = command.option('secrets-file');
    const secrets = file === '' ? {} : JSON.parse(readFileSync(file, 'utf8'));
    this.workers.set(name, { secrets: { ...this.workers.get(name)?.secrets, ...secrets }, config });
    const entry = { type: 'deploy', version: 1, targets: [`https://${name}.example.workers.dev`] };
    appendFileSync(command.env.WRANGLER_OUTPUT_FILE_PATH ?? '', `${JSON.stringify(entry)}\n`);
    return '';
  }
}
