import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import baseline from '../../drizzle/0000_baseline.sql?raw';
import { oneLine, problemsOf } from '../../scripts/migrations/text.ts';
import { MIGRATIONS } from '../../src/db/migrations.ts';

const files = import.meta.glob<string>(['../../src/db/live/*.sql'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

describe('src/db/live', () => {
  it('has every trigger and view of the migrated database as it is, and no other', async () => {
    const { results } = await env.DB.prepare(
      "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    ).all<{ name: string; sql: string }>();
    const live = Object.entries(files).map(([path, text]) => [
      path.slice(path.lastIndexOf('/') + 1, -'.sql'.length),
      oneLine(text.replaceAll(/--[^\n]*/g, '')).replace(/;$/, ''),
    ]);
    expect(live.length).toBeGreaterThan(5);
    expect(Object.fromEntries(results.map(({ name, sql }) => [name, sql]))).toEqual(Object.fromEntries(live));
  });
});

it('src/db/migrations.ts names every migration, in its order', () => {
  expect(MIGRATIONS).toEqual(env.TEST_MIGRATIONS.map(({ name }) => name));
});

describe('a migration', () => {
  it('has nothing that the server would cut or refuse', () => {
    expect(problemsOf(baseline)).toEqual([]);
  });

  it.each([
    ['CREATE TRIGGER t AFTER INSERT ON a BEGIN\nSELECT 1; END;', 'trigger t has more than one line'],
    [
      'CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; END;',
      'trigger t has a CASE: say it with iif',
    ],
    ['CREATE TRIGGER t AFTER INSERT ON a begin SELECT 1; end;', 'trigger t lacks BEGIN and END in capitals'],
    ['PRAGMA foreign_keys=OFF;', 'has a PRAGMA'],
    ['SELECT 1;\r\n', 'has a carriage return'],
  ])('%j is refused', (migration, problem) => {
    expect(problemsOf(migration)).toEqual([problem]);
  });
});
