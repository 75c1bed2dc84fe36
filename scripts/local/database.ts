import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { getPlatformProxy } from 'wrangler';
import { databasesOf, type Env } from '../../src/env.ts';
import { readTarget } from '../remote/target.ts';
import { type Demo, ensureDemo } from './demo.ts';
import { runWrangler } from './wrangler.ts';

/**
 * Brings each local D1 in `persistTo` (that `wrangler dev --persist-to` opens) up to the newest migration, and puts the
 * demo community into a new one.
 */
export const prepareDatabase = async (persistTo: string): Promise<Demo> => {
  const keyFile = join(persistTo, 'rollcall-demo-key');
  const tryDemo = () =>
    withLocalEnv(persistTo, async (env) => {
      for (const database of databasesOf(env)) {
        if (!(await hasEveryMigration(database, persistTo))) return undefined;
      }
      return await ensureDemo(env, keyFile);
    });

  // wrangler takes seconds to find out that there is nothing to apply: ask the database first, if there is one.
  const found = existsSync(join(persistTo, 'v3', 'd1')) ? await tryDemo() : undefined;
  if (found) return found;
  console.log('Preparing the local database ...');
  for (const { binding } of readTarget('').databases) {
    await runWrangler(['d1', 'migrations', 'apply', binding, '--local', '--persist-to', persistTo]);
  }
  const demo = await tryDemo();
  if (!demo) throw new Error('The local database has not got every migration.');
  return demo;
};

/** Opens the local D1 in `persistTo`, with the variables of wrangler.toml alone. */
export const withLocalEnv = async <T>(persistTo: string, work: (env: Env) => Promise<T>): Promise<T> => {
  const { env, dispose } = await getPlatformProxy<Env & Record<string, unknown>>({
    persist: { path: join(persistTo, 'v3') },
    envFiles: [],
    remoteBindings: false,
  });
  try {
    return await work(env);
  } finally {
    await dispose();
  }
};

/** @throws a sentence for the person who starts, where the database is one of another version */
const hasEveryMigration = async (database: D1Database, persistTo: string): Promise<boolean> => {
  const table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'd1_migrations'";
  if (!(await database.prepare(table).first())) return false;
  const { results } = await database.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const ours = new Set(readdirSync('drizzle').filter((file) => file.endsWith('.sql')));
  const unknown = results.find(({ name }) => !ours.has(name));
  if (unknown) {
    throw `${persistTo} holds the data of another version: its migration ${unknown.name} is not in drizzle/. Delete it, or start with other data: npm start -- --persist-to /another/directory`;
  }
  return results.length === ours.size;
};
