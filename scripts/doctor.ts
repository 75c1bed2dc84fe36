/** `npm run doctor [-- URL]`: whether a deployment is what it should be, and what to do where it is not. */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { unstable_readConfig as readConfig } from 'wrangler';
import { VERSION } from '../src/version.ts';
import { printFailure } from './local/print-failure.ts';
import { openApi } from './remote/api.ts';
import { examine } from './remote/examine.ts';
import { readAdminToken, readDeployedUrl } from './remote/operator.ts';
import { readTarget } from './remote/target.ts';

const MARKS = { ok: 'ok   ', wrong: 'WRONG', wait: 'wait ' } as const;

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { env: { type: 'string', short: 'e', default: '' } },
  });
  const api = openApi(positionals[0] ?? readDeployedUrl(values.env));
  const { crons } = readConfig({ config: 'wrangler.toml' }).triggers;
  const findings = await examine(
    api,
    readAdminToken(api.url),
    {
      version: VERSION,
      migrations: readdirSync('drizzle').filter((name) => name.endsWith('.sql')),
      crons: crons ?? [],
      databases: readTarget(values.env).databases.length,
    },
    Date.now(),
  );
  console.log(`${api.url}\n`);
  for (const { what, outcome, text } of findings) console.log(`  ${MARKS[outcome]}  ${what}: ${text}`);
  if (findings.some(({ outcome }) => outcome === 'wrong')) process.exitCode = 1;
};

await main().catch(printFailure);
