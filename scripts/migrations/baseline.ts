/**
 * `npm run db:baseline`: the one migration that makes a new database, out of src/db/schema and src/db/live. Until the
 * first release is frozen it is made anew whenever one of them changes; the same input makes the same bytes.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BREAKPOINT, liveObjects, problemsOf, withoutRowid } from './text.ts';

const NAME = '0000_baseline';
const OUT = 'drizzle';

const directory = mkdtempSync('.baseline-');
try {
  const { status, stdout, stderr } = spawnSync(
    'drizzle-kit',
    [
      'generate',
      '--dialect=sqlite',
      '--driver=d1-http',
      '--schema=./src/db/schema/*.ts',
      `--out=./${directory}`,
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`drizzle-kit failed:\n${stdout}${stderr}`);
  const file = readdirSync(directory).find((name) => name.endsWith('.sql')) ?? '';
  const tables = withoutRowid(readFileSync(join(directory, file), 'utf8')).trimEnd();
  const live = liveObjects().map(({ sql }) => `${BREAKPOINT}\n${sql};`);
  const migration = `${[tables, ...live].join('\n')}\n`;
  const problems = problemsOf(migration);
  if (problems.length > 0) throw new Error(`The baseline ${problems.join(', ')}.`);

  const snapshot = JSON.parse(readFileSync(join(directory, 'meta/0000_snapshot.json'), 'utf8'));
  // drizzle-kit gives both a random id and the time of day: the same schema shall make the same files.
  snapshot.id = '00000000-0000-0000-0000-000000000001';
  const journal = {
    version: '7',
    dialect: 'sqlite',
    entries: [{ idx: 0, version: '6', when: 0, tag: NAME, breakpoints: true }],
  };
  writeFileSync(join(OUT, `${NAME}.sql`), migration);
  writeFileSync(join(OUT, 'meta/0000_snapshot.json'), `${JSON.stringify(snapshot, null, 2)}\n`);
  writeFileSync(join(OUT, 'meta/_journal.json'), `${JSON.stringify(journal, null, 2)}\n`);
} finally {
  rmSync(directory, { recursive: true });
}
