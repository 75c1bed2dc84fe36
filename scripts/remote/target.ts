import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { experimental_readRawConfig as readRawConfig } from 'wrangler';

/** What is deployed: the top level of wrangler.toml, or one of its environments. */
export interface Target {
  /** The empty text for the top level, as `--env=` wants it. */
  readonly env: string;
  readonly workerName: string;
  readonly databaseName: string;
  /** Where the file itself has one: a repository that the Deploy button made. */
  readonly databaseId: string | undefined;
  /** Where this machine keeps what belongs to the target; git ignores it. */
  readonly directory: string;
}

const CONFIG = 'wrangler.toml';
const BINDING = 'DB';

type RawConfig = ReturnType<typeof readRawConfig>['rawConfig'];

/** The part of a database's settings that is read or written here. */
interface DatabaseSettings {
  readonly binding?: string;
  readonly database_name?: string;
  database_id?: string;
  migrations_dir?: string;
}

const sectionOf = (raw: RawConfig, env: string) => (env === '' ? raw : raw.env?.[env]);

const databaseOf = (raw: RawConfig, env: string) => {
  const databases: DatabaseSettings[] | undefined = sectionOf(raw, env)?.d1_databases;
  return databases?.find((database) => database.binding === BINDING);
};

/** @throws a sentence, where wrangler.toml has no such environment, or no database with a name in it */
export const readTarget = (env: string, root = '.'): Target => {
  const { rawConfig } = readRawConfig({ config: join(root, CONFIG) });
  const section = sectionOf(rawConfig, env);
  if (!section) {
    throw `${CONFIG} has no [env.${env}]. It has: ${Object.keys(rawConfig.env ?? {}).join(', ') || 'none'}.`;
  }
  const database = databaseOf(rawConfig, env);
  if (!database?.database_name)
    throw `${CONFIG} names no database for the binding ${BINDING}: add database_name.`;
  return {
    env,
    workerName: section.name ?? `${rawConfig.name}-${env}`,
    databaseName: database.database_name,
    databaseId: database.database_id,
    directory: resolve(root, '.wrangler/rollcall', env || 'production'),
  };
};

/**
 * The configuration to deploy with: wrangler.toml where it has the database's id, else a copy of it that has, in the
 * target's directory. The tracked file stays as it is.
 */
export const writeConfig = (target: Target, databaseId: string, root = '.'): string => {
  if (target.databaseId !== undefined) return resolve(root, CONFIG);
  const { rawConfig } = readRawConfig({ config: join(root, CONFIG) });
  const database = databaseOf(rawConfig, target.env);
  if (database) database.database_id = databaseId;
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
