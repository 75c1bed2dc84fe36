import { expect, it } from 'vitest';
import { leaveOutIndexes } from '../../scripts/local/without-indexes.ts';

it('a table keeps its key, and loses the indexes and checks that migrations have made', () => {
  const table = (rest: string) =>
    `const notes = sqliteTable('notes', { id: text({ enum: ['a', 'b'] }) }, ${rest});`;
  expect(
    leaveOutIndexes(
      table(`(table) => [
        uniqueIndex('a').on(table.id).where(sql\`id > 0\`),
        primaryKey({ columns: [table.id, table.at] }),
        // Why it is.
        index('b').on(table.id),
        check('c', sql\`id > 1\`),
      ]`),
      'notes.ts',
    ),
  ).toBe(table('(table) => [primaryKey({ columns: [table.id, table.at] })]'));
  expect(leaveOutIndexes(table("(table) => [index('b').on(table.id)]"), 'notes.ts')).toBe(
    table('(table) => []'),
  );
});

it('what is no index stays as it is', () => {
  const code = 'const all = [1, primaryKey(), [text()], indexes.length];\n';
  expect(leaveOutIndexes(code, 'a.ts')).toBe(code);
});
