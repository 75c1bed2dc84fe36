import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/**
 * The operator's token: of the environment; for a server on this machine also of .dev.vars.
 * @throws a sentence, where there is none
 */
export const readAdminToken = (url: string): string => {
  const given = process.env.ADMIN_TOKEN;
  if (given) return given;
  const isLocal = /^https?:\/\/(localhost|127\.|\[::1\])/.test(url);
  const local = isLocal && existsSync('.dev.vars') ? parseEnv(readFileSync('.dev.vars', 'utf8')) : {};
  if (local.ADMIN_TOKEN) return local.ADMIN_TOKEN;
  throw 'ADMIN_TOKEN is not set: export ADMIN_TOKEN=... with the one that npm run deploy has shown.';
};

/** Where the last `npm run deploy` of this checkout went. @throws a sentence, where there was none */
export const readDeployedUrl = (env = ''): string => {
  const path = `.wrangler/rollcall/${env || 'production'}/url`;
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  throw 'Which Rollcall? Say its address: --url https://rollcall.<your subdomain>.workers.dev';
};
