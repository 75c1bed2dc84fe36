import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { experimental_readRawConfig as readRawConfig } from 'wrangler';

/** What is deployed: the top level of wrangler.toml, or one of its environments. */
export interface Target {
  /** The empty text for the top level, as `--env=` wants it. */
  readonly env: string;
  readonly workerName: string;
  /** Those that communities live in, the first one first. */
  readonly databases: readonly TargetDatabase[];
  /** Where this machine keeps what belongs to the target; git ignores it. */
  readonly directory: string;
}

export interface TargetDatabase {
  /** `DB`, `DB_1` and so on. */
  readonly binding: string;
  readonly name: string;
  /** Where the file itself has one: a repository that the Deploy button made. */
  readonly id: string | undefined;
}

const CONFIG = 'wrangler.toml';

/** Where `npm run build` puts the Worker that is deployed. */
export const workerFile = (root = '.'): string => resolve(root, 'dist/worker/index.js');

const BINDING = /^DB(_(\d+))?$/;

type RawConfig = ReturnType<typeof readRawConfig>['rawConfig'];

/** The part of a database's settings that is read or written here. */
interface DatabaseSettings {
  readonly binding?: string;
  readonly database_name?: string;
  database_id?: string;
  migrations_dir?: string;
}

const sectionOf = (raw: RawConfig, env: string) => (env === '' ? raw : raw.env?.[env]);

/** The databases that communities live in, by their place. @throws a sentence, where one is missing before another */
const databasesOf = (raw: RawConfig, env: string): DatabaseSettings[] => {
  const all: DatabaseSettings[] = sectionOf(raw, env)?.d1_databases ?? [];
  const ours = all.filter(({ binding = '' }) => BINDING.test(binding));
  return ours.map((_, place) => {
    const name = place === 0 ? 'DB' : `DB_${place}`;
    const found = ours.find(({ binding }) => binding === name);
    if (!found) {
      const names = ours.map(({ binding }) => binding).join(', ');
      throw `${CONFIG} has the bindings ${names}, and ${name} is missing: keys say the number of their database.`;
    }
    return found;
  });
};

/** @throws a sentence, where wrangler.toml has no such environment, or no database with a name in it */
export const readTarget = (env: string, root = '.'): Target => {
  const { rawConfig } = readRawConfig({ config: join(root, CONFIG) });
  const section = sectionOf(rawConfig, env);
  if (!section) {
    throw `${CONFIG} has no [env.${env}]. It has: ${Object.keys(rawConfig.env ?? {}).join(', ') || 'none'}.`;
  }
  const databases = databasesOf(rawConfig, env).map(
    ({ binding = '', database_name: name, database_id: id }) => {
      if (!name) throw `${CONFIG} names no database for the binding ${binding}: add database_name.`;
      return { binding, name, id };
    },
  );
  if (databases.length === 0) throw `${CONFIG} has no database with the binding DB.`;
  return {
    env,
    workerName: section.name ?? `${rawConfig.name}-${env}`,
    databases,
    directory: resolve(root, '.wrangler/rollcall', env || 'production'),
  };
};

/**
 * The configuration to deploy with: wrangler.toml where it has the ids of the databases, else a copy of it that has, in
 * the target's directory. The tracked file stays as it is. @param ids of the target's databases
 */
export const writeConfig = (target: Target, ids: readonly string[], root = '.'): string => {
  if (target.databases.every(({ id }) => id !== undefined)) return resolve(root, CONFIG);
  const { rawConfig } = readRawConfig({ config: join(root, CONFIG) });
  for (const [place, database] of databasesOf(rawConfig, target.env).entries()) {
    const id = ids[place];
    if (id !== undefined) database.database_id = id;
  }
  const path = join(target.directory, 'wrangler.json');
  writeConfigCopy(rawConfig, path, root);
  return path;
};

/** Writes a copy of wrangler.toml at `path`: the paths in it go on leading to the same places. */
export const copyConfig = (path: string, root = '.'): void =>
  writeConfigCopy(readRawConfig({ config: join(root, CONFIG) }).rawConfig, path, root);

const writeConfigCopy = (raw: RawConfig, path: string, root: string): void => {
  const directory = dirname(path);
  const moved = (from: string) => relative(directory, resolve(root, from));
  for (const section of [raw, ...Object.values(raw.env ?? {})]) {
    if (section.main) section.main = moved(section.main);
    if (section.assets?.directory) section.assets.directory = moved(section.assets.directory);
    for (const database of section.d1_databases ?? []) {
      if (database.migrations_dir) database.migrations_dir = moved(database.migrations_dir);
    }
  }
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, `${JSON.stringify(raw, null, 2)}\n`);
};
