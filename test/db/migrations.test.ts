import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { liveSql, problemsOf } from '../../scripts/migrations/text.ts';
import { SESSION_COLUMNS } from '../../src/core/sessions/session.ts';
import { MIGRATIONS } from '../../src/db/migrations.ts';

const files = import.meta.glob<string>(['../../src/db/live/*.sql'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

const migrations = import.meta.glob<string>(['../../drizzle/*.sql'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

const parts = import.meta.glob<string>(['../../src/db/live/parts/*.sql'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const partOf = (name: string): string => {
  const text = parts[`../../src/db/live/parts/${name}.sql`];
  if (text === undefined) throw new Error(`src/db/live/parts has no ${name}.sql`);
  return text;
};

describe('src/db/live', () => {
  it('has every trigger and view of the migrated database as it is, and no other', async () => {
    const { results } = await env.DB.prepare(
      "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    ).all<{ name: string; sql: string }>();
    const live = Object.entries(files).map(([path, text]) => [
      path.slice(path.lastIndexOf('/') + 1, -'.sql'.length),
      liveSql(text, partOf),
    ]);
    expect(live.length).toBeGreaterThan(5);
    expect(Object.fromEntries(results.map(({ name, sql }) => [name, sql]))).toEqual(Object.fromEntries(live));
  });
});

it('an event of a trigger tells of a session what a statement tells of it', () => {
  const keys = [...partOf('session_json').matchAll(/'(\w+)', [N(]/g)].map(([, key]) => key);
  expect(keys).toEqual([...SESSION_COLUMNS, 'name']);
});

it('src/db/migrations.ts names every migration, in its order', () => {
  expect(MIGRATIONS).toEqual(env.TEST_MIGRATIONS.map(({ name }) => name));
});

describe('a migration', () => {
  it('has nothing that the server would cut or refuse', () => {
    expect(Object.keys(migrations)).toHaveLength(MIGRATIONS.length);
    for (const [path, text] of Object.entries(migrations)) expect(problemsOf(text), path).toEqual([]);
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
