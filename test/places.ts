/** Two databases that communities live in. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Harness } from './harness.ts';
import { throughDatabase } from './through-database.ts';

export const migrateSecond = (): Promise<void> => applyD1Migrations(env.SECOND_DB, env.TEST_MIGRATIONS);

/** The whole app with a second database, `DB_1`, migrated like the first. */
export const setUpPlaces = async (
  options: ConstructorParameters<typeof Harness>[0] = {},
): Promise<Harness> => {
  await migrateSecond();
  return new Harness({ second: env.SECOND_DB, ...options });
};

/** What D1 says while it is away; this is tried again. */
const AWAY = 'D1_ERROR: Internal error in D1 DB storage caused object to be reset.';

/** A database that can be away. */
export const awayDatabase = (database: D1Database): { database: D1Database; away: (is: boolean) => void } => {
  let isAway = false;
  const through = async <T>(run: () => Promise<T>): Promise<T> => {
    if (isAway) throw new Error(AWAY);
    return run();
  };
  return {
    away: (is) => {
      isAway = is;
    },
    database: throughDatabase(database, through),
  };
};
