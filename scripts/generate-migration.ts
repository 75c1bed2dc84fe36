/**
 * `npm run db:generate [-- --name what-changes]`: the next migration from src/db/schema.
 * drizzle-kit cannot say WITHOUT ROWID, so it is added here to every table whose primary key is composite.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const { status } = spawnSync('drizzle-kit', ['generate', ...process.argv.slice(2)], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

for (const file of readdirSync('drizzle').filter((name) => name.endsWith('.sql'))) {
  const path = `drizzle/${file}`;
  const migration = readFileSync(path, 'utf8');
  const withoutRowid = migration.replaceAll(
    /(CREATE TABLE [^;]*?\n\tPRIMARY KEY\([^;]*?\n\));/g,
    '$1 WITHOUT ROWID;',
  );
  if (withoutRowid !== migration) writeFileSync(path, withoutRowid);
}
