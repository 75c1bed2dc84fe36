/** Every statement of the Worker that is deployed is the one that people read: SQLite makes the same of both. */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Plugin, rolldown } from 'rolldown';
import { afterAll, expect, it } from 'vitest';
import { sqlLines } from '../../scripts/local/sql-lines.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const directory = mkdtempSync(join(tmpdir(), 'rollcall-statements-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The texts of all statements that the core declares, bundled with these plugins. */
const textsWith = async (name: string, plugins: readonly Plugin[]): Promise<string[]> => {
  const [input, file] = [join(directory, `${name}.ts`), join(directory, `${name}.mjs`)];
  const module = (path: string) => JSON.stringify(join(ROOT, path));
  const queries = globSync('src/core/**/*queries.ts', { cwd: ROOT }).sort();
  const imports = ['src/docs/with-docs.ts', ...queries].map((path) => `import ${module(path)};\n`);
  writeFileSync(
    input,
    `${imports.join('')}export { declaredTexts } from ${module('src/db/statement.ts')};\n`,
  );
  const build = await rolldown({ input, platform: 'node', plugins: [...plugins] });
  await build.write({ file, codeSplitting: false });
  await build.close();
  return (await import(/* @vite-ignore */ file)).declaredTexts();
};

it('every statement has the plan that it has where people read it', { timeout: 120_000 }, async () => {
  const read = await textsWith('read', []);
  const built = await textsWith('built', [sqlLines]);
  expect(read.length).toBeGreaterThan(300);
  expect(built.length).toBe(read.length);
  expect(built.join('').length).toBeLessThan(read.join('').length * 0.9);

  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY, name TEXT, applied_at TEXT)');
  for (const file of globSync('drizzle/*.sql', { cwd: ROOT }).sort()) {
    database.exec(readFileSync(join(ROOT, file), 'utf8'));
  }
  const plan = (sql: string) => database.prepare(`EXPLAIN ${sql}`).all();
  for (const [index, sql] of built.entries()) expect(plan(sql), sql).toEqual(plan(read[index] ?? ''));
  database.close();
});
