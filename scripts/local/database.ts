import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { getPlatformProxy } from 'wrangler';
import type { Env } from '../../src/env.ts';
import { ensureDemo } from './demo.ts';
import { runWrangler } from './wrangler.ts';

/**
 * Brings the local D1 in `persistTo` (the one that `wrangler dev --persist-to` opens) up to the newest migration, and
 * puts the demo community into a new one. Returns the demo's API key; undefined where somebody revoked it.
 */
export const prepareDatabase = async (persistTo: string): Promise<string | undefined> => {
  const keyFile = join(persistTo, 'rollcall-demo-key');
  const tryDemo = () =>
    withLocalEnv(persistTo, async (env) => {
      const isReady = await hasEveryMigration(env.DB);
      return { isReady, key: isReady ? await ensureDemo(env, keyFile) : undefined };
    });

  // wrangler takes seconds to find out that there is nothing to apply: ask the database first, if there is one.
  const found = existsSync(join(persistTo, 'v3', 'd1')) ? await tryDemo() : undefined;
  if (found?.isReady) return found.key;
  console.log('Preparing the local database ...');
  await runWrangler(['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', persistTo]);
  return (await tryDemo()).key;
};

const withLocalEnv = async <T>(persistTo: string, work: (env: Env) => Promise<T>): Promise<T> => {
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

const hasEveryMigration = async (database: D1Database): Promise<boolean> => {
  const table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'd1_migrations'";
  if (!(await database.prepare(table).first())) return false;
  const { results } = await database.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  return readdirSync('drizzle').every((file) => !file.endsWith('.sql') || applied.has(file));
};
