import { newLargeReads } from './api/kit/large-reads.ts';
import { CredentialCache } from './core/access/credential-cache.ts';
import { FailureGate } from './core/access/failure-gate.ts';
import type { Services } from './core/context.ts';
import { openDatabase } from './db/client.ts';
import { databasesOf, type Env, readConfig } from './env.ts';
import { systemClock } from './lib/clock.ts';
import { newUuidV7 } from './lib/ids.ts';
import { consoleLog } from './lib/log.ts';

/** The composition root: what the app and the jobs run on. Tests override single parts. */
export const createServices = (env: Env, overrides: Partial<Services> = {}): Services => {
  const clock = overrides.clock ?? systemClock;
  const [first, ...others] = databasesOf(env);
  const db = overrides.db ?? openDatabase(first);
  return {
    db,
    places: [db, ...others.map((binding, index) => openDatabase(binding, index + 1))],
    clock,
    newId: newUuidV7,
    fetch: (...args) => fetch(...args),
    sleep: (ms) => scheduler.wait(ms),
    log: consoleLog,
    assets: env.ASSETS,
    config: readConfig(env),
    credentials: new CredentialCache(clock),
    rateLimiter: env.RATE_LIMITER,
    expensiveLimiter: env.EXPENSIVE_LIMITER,
    largeReads: newLargeReads(),
    failures: new FailureGate(clock, env.FAILURE_LIMITER),
    ...overrides,
  };
};
