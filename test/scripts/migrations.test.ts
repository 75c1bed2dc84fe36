import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

describe('drizzle-kit generate', () => {
  // drizzle-kit takes no absolute paths.
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(ROOT, '.baseline-'));
    cpSync(join(ROOT, 'drizzle'), directory, { recursive: true });
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** The migrations that it adds, and what it says. */
  const generate = () => {
    const before = new Set(readdirSync(directory));
    const { stdout, stderr } = spawnSync(
      'drizzle-kit',
      [
        'generate',
        '--dialect=sqlite',
        '--schema=./src/db/schema/*.ts',
        `--out=./${directory.slice(ROOT.length + 1)}`,
      ],
      { cwd: ROOT, encoding: 'utf8' },
    );
    return { added: readdirSync(directory).filter((name) => !before.has(name)), said: stdout + stderr };
  };

  it('finds nothing in src/db/schema that drizzle/ has not: npm run db:baseline', () => {
    const { added, said } = generate();
    expect(said).toContain('No schema changes');
    expect(added).toEqual([]);
  });

  it('finds a table that is not there yet', () => {
    const path = join(directory, 'meta/0000_snapshot.json');
    const { tables, ...others } = JSON.parse(readFileSync(path, 'utf8'));
    const { servers: _, ...known } = tables;
    writeFileSync(path, JSON.stringify({ ...others, tables: known }));
    const { added, said } = generate();
    expect(added, said).toHaveLength(1);
    expect(readFileSync(join(directory, added[0] ?? ''), 'utf8')).toContain('CREATE TABLE `servers`');
  });
});
