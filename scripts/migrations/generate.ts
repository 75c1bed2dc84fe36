/**
 * `npm run db:generate -- --name what-changes`: the next migration out of src/db/schema. A migration that exists is
 * never written again. Where a table is made anew, SQLite drops its triggers with it, so they are put in again as
 * src/db/live has them.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { copiesOf, problemsOf, withLiveObjects, withoutRowid } from './text.ts';

const migrations = (): string[] => readdirSync('drizzle').filter((name) => name.endsWith('.sql'));

const before = new Set(migrations());
const { status } = spawnSync('drizzle-kit', ['generate', ...process.argv.slice(2)], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

for (const file of migrations().filter((name) => !before.has(name))) {
  const path = `drizzle/${file}`;
  // drizzle-kit switches foreign keys off around a copy; there are none here, and D1 refuses the PRAGMA in places.
  const text = withoutRowid(readFileSync(path, 'utf8')).replaceAll(
    /PRAGMA foreign_keys=\w+;(?:--> statement-breakpoint)?\n?/g,
    '',
  );
  const { large } = copiesOf(text);
  if (large.length > 0) {
    console.error(
      `${path} copies ${large.join(', ')}: expand, fill in chunks by the job, switch (CONTRIBUTING, "Migrations").`,
    );
    process.exitCode = 1;
  }
  const migration = withLiveObjects(text);
  writeFileSync(path, migration);
  for (const problem of problemsOf(migration)) {
    console.error(`${path} ${problem}.`);
    process.exitCode = 1;
  }
}
