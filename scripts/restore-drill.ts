/**
 * `npm run restore-drill [-- --persist-to DIR] [--database DB_1]`: whether a local database comes back whole from its export.
 * `npm run restore-drill -- --file backup.sql`: the same of an export of the real one (`wrangler d1 export rollcall
 * --remote --output backup.sql`). It also writes backup.importable.sql, which is what a restore needs.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Drill, restoreDrill } from './local/drill.ts';
import { lockDirectory } from './local/lock.ts';
import { printFailure } from './local/print-failure.ts';
import { QUIET } from './local/wrangler.ts';

const main = async (): Promise<void> => {
  Object.assign(process.env, QUIET);
  const { values } = parseArgs({
    options: {
      file: { type: 'string' },
      'persist-to': { type: 'string', default: '.wrangler/state' },
      database: { type: 'string', default: 'DB' },
    },
  });
  if (values.file !== undefined) {
    if (!existsSync(values.file)) throw `There is no file ${values.file}.`;
    const importable = `${values.file.replace(/\.sql$/, '')}.importable.sql`;
    report(await restoreDrill({ file: values.file }, importable));
    console.log(`To restore: npx wrangler d1 execute <a new database> --remote --file ${importable}`);
    return;
  }
  const persistTo = resolve(values['persist-to']);
  // A copy of a database that somebody writes to would be none.
  const lock = await lockDirectory(persistTo);
  try {
    report(await restoreDrill({ persistTo }, undefined, values.database));
  } finally {
    lock.release();
  }
};

const report = ({ before, after, chains, problems }: Drill): void => {
  for (const { name, rows } of after.tables) {
    const had = before?.tables.find((table) => table.name === name)?.rows;
    if (rows > 0 || had) console.log(`  ${name}: ${had === undefined ? '' : `${had} → `}${rows} rows`);
  }
  for (const { communityId, checkedLinks, checkedRecords } of chains) {
    console.log(`  community ${communityId}: ${checkedLinks} links and ${checkedRecords} records verified`);
  }
  for (const problem of problems) console.error(`  WRONG: ${problem}`);
  console.log(problems.length === 0 ? 'The restore is whole.' : 'The restore is not whole.');
  if (problems.length > 0) process.exitCode = 1;
};

await main().catch(printFailure);
