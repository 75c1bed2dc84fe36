import type { Config } from './core/context.ts';
import { MAX_PLACES } from './core/places.ts';
import { DEFAULT_LIMITS } from './db/budget.ts';

/** The Worker's bindings, variables and secrets, as wrangler.toml, `wrangler secret put` and .dev.vars give them. */
export interface Env {
  readonly DB: D1Database;
  /** Further places for communities: DB_1, DB_2 and so on (docs/several-databases.md). */
  readonly [database: `DB_${number}`]: D1Database | undefined;
  readonly ASSETS?: Fetcher;
  readonly RATE_LIMITER?: RateLimit;
  readonly EXPENSIVE_LIMITER?: RateLimit;
  readonly FAILURE_LIMITER?: RateLimit;
  readonly ADMIN_TOKEN?: string;
  readonly TOKEN_SECRET?: string;
  readonly ANONYMOUS_COMMUNITY?: string;
  readonly WEBHOOK_ALLOW_PRIVATE?: string;
  readonly MAX_BATCH?: string;
  readonly MAX_STATEMENTS?: string;
  readonly MAX_REQUESTS?: string;
}

const MIN_SECRET_LENGTH = 32;
/** What the values of .dev.vars.example begin with: the Deploy button offers them, and people accept what is offered. */
const PLACEHOLDER = 'replace-me';

/**
 * The databases that are bound, by their place: DB, DB_1, DB_2 and so on.
 * @throws Error that says what is missing: the number is in every key, so none may be left out
 */
export const databasesOf = (env: Env): [D1Database, ...D1Database[]] => {
  if (!env.DB) throw new Error('The D1 binding DB is missing: see [[d1_databases]] in wrangler.toml.');
  const databases: ReturnType<typeof databasesOf> = [env.DB];
  for (let next = env.DB_1; next; next = env[`DB_${databases.length}`]) databases.push(next);
  const bound = Object.entries(env).filter(([name, value]) => value && /^DB_/.test(name)).length;
  if (bound !== databases.length - 1 || bound >= MAX_PLACES) {
    throw new Error(`The D1 bindings must be DB, DB_1, DB_2 and so on, to DB_${MAX_PLACES - 1} at most.`);
  }
  return databases;
};

/** Checks the environment once per isolate. @throws Error that says what to set */
export const readConfig = (env: Env): Config => {
  return {
    adminToken: readSecret(env, 'ADMIN_TOKEN'),
    tokenSecret: readSecret(env, 'TOKEN_SECRET'),
    anonymousCommunityId: env.ANONYMOUS_COMMUNITY || undefined,
    allowsPrivateWebhooks: env.WEBHOOK_ALLOW_PRIVATE === 'true',
    maxBatch: readCount(env, 'MAX_BATCH', Number.POSITIVE_INFINITY),
    limits: {
      statements: readCount(env, 'MAX_STATEMENTS', DEFAULT_LIMITS.statements),
      requests: readCount(env, 'MAX_REQUESTS', DEFAULT_LIMITS.requests),
    },
  };
};

/** A secret may be missing (what needs it answers 503), but never weak, nor the placeholder of .dev.vars.example. */
const readSecret = (env: Env, name: 'ADMIN_TOKEN' | 'TOKEN_SECRET'): string | undefined => {
  const value = env[name];
  if (!value) return undefined;
  const flaw = value.startsWith(PLACEHOLDER)
    ? 'is still the placeholder of .dev.vars.example'
    : value.length < MIN_SECRET_LENGTH
      ? `has ${value.length} characters and needs ${MIN_SECRET_LENGTH}`
      : undefined;
  if (flaw === undefined) return value;
  throw new Error(
    `${name} ${flaw}. Deployed: openssl rand -hex 32 | npx wrangler secret put ${name}. On this machine: delete .dev.vars, and npm start writes a new one.`,
  );
};

/** Fewer than this would leave the jobs no room for one step. */
const MIN_COUNT = 20;

/** How much one invocation may do. */
const readCount = (
  env: Env,
  name: 'MAX_BATCH' | 'MAX_STATEMENTS' | 'MAX_REQUESTS',
  fallback: number,
): number => {
  const value = env[name];
  if (!value) return fallback;
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < MIN_COUNT) {
    throw new Error(`${name} is ${value}; it must be a whole number of at least ${MIN_COUNT}.`);
  }
  return count;
};
