/**
 * `npm run deploy [-- --env staging] [--location weur | --jurisdiction eu]`: after `npm run build`, creates the database where
 * it is missing, applies the migrations, and deploys the Worker with its secrets.
 */
import { parseArgs } from 'node:util';
import { printFailure } from './local/print-failure.ts';
import { wranglerCli } from './remote/cli.ts';
import { deploy } from './remote/deploy.ts';

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      env: { type: 'string', short: 'e', default: '' },
      location: { type: 'string' },
      jurisdiction: { type: 'string' },
    },
  });
  await deploy(wranglerCli(), values);
};

await main().catch(printFailure);
