import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cli, parseJson } from './cli.ts';
import type { Target } from './target.ts';

const SECRETS = ['ADMIN_TOKEN', 'TOKEN_SECRET'] as const;
const MIN_LENGTH = 32;

export type Secrets = Readonly<Partial<Record<(typeof SECRETS)[number], string>>>;

export interface NewSecrets {
  /** What the Worker lacks, from the environment or random. */
  readonly values: Secrets;
  /** Whether this run has made the ADMIN_TOKEN, so that somebody has to be told. */
  readonly hasMadeAdminToken: boolean;
}

/**
 * The secrets that the Worker lacks. Those it has stay. A name that is set in the environment is taken from there;
 * another one is made at random, but not by a build machine: its log would be the only place that knows it.
 * @throws a sentence, where one of the environment is too weak
 */
export const newSecrets = async (
  cli: Cli,
  target: Target,
  config: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<NewSecrets> => {
  const present = await listSecrets(cli, target, config);
  const isBuildMachine = Boolean(variables.CI || variables.WORKERS_CI);
  const values: Partial<Record<(typeof SECRETS)[number], string>> = {};
  let hasMadeAdminToken = false;
  for (const name of SECRETS) {
    const given = variables[name];
    if (given !== undefined) {
      if (given.length < MIN_LENGTH || given.startsWith('replace-me')) {
        throw `${name} in the environment needs ${MIN_LENGTH} characters or more, such as the output of "openssl rand -hex 32".`;
      }
      values[name] = given;
    } else if (!present.includes(name)) {
      if (isBuildMachine) {
        console.log(
          `The Worker has no secret ${name} yet. Set it: openssl rand -hex 32 | npx wrangler secret put ${name}`,
        );
        continue;
      }
      values[name] = randomBytes(32).toString('hex');
      hasMadeAdminToken ||= name === 'ADMIN_TOKEN';
    }
  }
  return { values, hasMadeAdminToken };
};

/**
 * The names of the Worker's secrets; none where there is no Worker yet.
 * @throws a text, where they cannot be read: a secret that is there must not be replaced
 */
const listSecrets = async (cli: Cli, target: Target, config: string): Promise<readonly string[]> => {
  const args = ['secret', 'list', '--format=json', `--config=${config}`, `--env=${target.env}`];
  const outcome = await cli.run(args);
  if (outcome.code === 0) return parseJson<{ name: string }[]>(outcome, args).map(({ name }) => name);
  if (/Worker .* not found|10007/.test(outcome.text)) return [];
  throw `wrangler ${args.join(' ')} failed:\n${outcome.text.trim()}`;
};

/** Hands the secrets over in a file that only this user can read, and that is gone afterwards. */
export const withSecretsFile = async <T>(
  directory: string,
  secrets: Secrets,
  work: (args: readonly string[]) => Promise<T>,
): Promise<T> => {
  if (Object.keys(secrets).length === 0) return work([]);
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `secrets-${randomBytes(8).toString('hex')}.json`);
  writeFileSync(path, JSON.stringify(secrets), { mode: 0o600, flag: 'wx' });
  try {
    return await work([`--secrets-file=${path}`]);
  } finally {
    rmSync(path, { force: true });
  }
};
