import type { Config } from './core/context.ts';

/** The Worker's bindings, variables and secrets, as wrangler.toml, `wrangler secret put` and .dev.vars give them. */
export interface Env {
  readonly DB: D1Database;
  readonly RATE_LIMITER?: RateLimit;
  readonly ADMIN_TOKEN?: string;
  readonly TOKEN_SECRET?: string;
  readonly ANONYMOUS_COMMUNITY?: string;
  readonly WEBHOOK_ALLOW_PRIVATE?: string;
}

const MIN_SECRET_LENGTH = 32;

/** Checks the environment once per isolate. @throws Error that says what to set */
export const readConfig = (env: Env): Config => {
  if (!env.DB) throw new Error('The D1 binding DB is missing: see [[d1_databases]] in wrangler.toml.');
  return {
    adminToken: readSecret(env, 'ADMIN_TOKEN'),
    tokenSecret: readSecret(env, 'TOKEN_SECRET'),
    anonymousCommunityId: env.ANONYMOUS_COMMUNITY || undefined,
    allowsPrivateWebhooks: env.WEBHOOK_ALLOW_PRIVATE === 'true',
  };
};

/** A secret may be missing (what needs it answers 503), but never weak. */
const readSecret = (env: Env, name: 'ADMIN_TOKEN' | 'TOKEN_SECRET'): string | undefined => {
  const value = env[name];
  if (!value) return undefined;
  if (value.length < MIN_SECRET_LENGTH) {
    throw new Error(
      `${name} has ${value.length} characters and needs ${MIN_SECRET_LENGTH}: openssl rand -hex 32 | wrangler secret put ${name}`,
    );
  }
  return value;
};
