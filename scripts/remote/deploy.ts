import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { VERSION } from '../../src/version.ts';
import { type Cli, runOrFail } from './cli.ts';
import { ensureDatabase, type Location } from './database.ts';
import { migrate } from './migrate.ts';
import { newSecrets, withSecretsFile } from './secrets.ts';
import { readTarget, workerFile, writeConfig } from './target.ts';

export interface DeployOptions extends Location {
  readonly env: string;
  /** The checkout. */
  readonly root?: string;
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

/**
 * Databases, migrations, Worker, in this order, and each only as far as it is missing: run again after a failure, it goes
 * on there. Migrations come first: they only add, so the version that runs works on.
 * @returns the address of the Worker, where wrangler tells one
 */
export const deploy = async (
  cli: Cli,
  { env, root = '.', variables = process.env, ...location }: DeployOptions,
): Promise<string | undefined> => {
  const target = readTarget(env, root);
  const { databases, directory } = target;
  const ids: string[] = [];
  for (const database of databases) ids.push(await ensureDatabase(cli, database, location));
  const config = writeConfig(target, ids, root);
  for (const { binding, name } of databases) {
    await migrate({ cli, config, env, directory, migrations: resolve(root, 'drizzle'), binding, name });
  }

  const { values, hasMadeAdminToken } = await newSecrets(cli, target, config, variables);
  console.log(`Deploying ${target.workerName} ${VERSION} ...`);
  const output = join(directory, 'deploy-output.ndjson');
  mkdirSync(directory, { recursive: true });
  rmSync(output, { force: true });
  await withSecretsFile(directory, values, (secrets) =>
    runOrFail(
      cli,
      [
        'deploy',
        workerFile(root),
        '--no-bundle',
        '--minify=false',
        `--config=${config}`,
        `--env=${env}`,
        `--message=Rollcall ${VERSION}`,
        ...secrets,
      ],
      { show: true, env: { WRANGLER_OUTPUT_FILE_PATH: output } },
    ),
  );
  const url = readUrl(output);
  if (url !== undefined) writeFileSync(join(directory, 'url'), url);
  console.log(nextSteps(url, hasMadeAdminToken ? values.ADMIN_TOKEN : undefined).join('\n'));
  return url;
};

/** wrangler notes what it has done, a line of JSON each. */
const readUrl = (path: string): string | undefined => {
  if (!existsSync(path)) return undefined;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const entry: { type?: string; targets?: string[] } = line === '' ? {} : JSON.parse(line);
    const [first] = entry.type === 'deploy' ? (entry.targets ?? []) : [];
    // A custom domain comes without its scheme.
    if (first !== undefined) return first.includes('://') ? first : `https://${first.split(' ')[0]}`;
  }
  return undefined;
};

const nextSteps = (url = 'https://<your Worker>', adminToken?: string): readonly string[] => [
  '',
  `Rollcall is deployed: ${url}`,
  ...(adminToken === undefined
    ? []
    : [
        '',
        'The ADMIN_TOKEN opens /admin. It is shown only now: keep it in a password manager.',
        '',
        `  export ADMIN_TOKEN=${adminToken}`,
      ]),
  '',
  'Next, with ADMIN_TOKEN set:',
  '',
  `  npm run doctor -- ${url}`,
  `  npm run community -- "Night Shift RP" --url ${url}`,
  '',
];
