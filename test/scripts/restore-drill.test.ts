import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareDatabase, withLocalEnv } from '../../scripts/local/database.ts';
import { restoreDrill } from '../../scripts/local/drill.ts';
import { splitStatements, toImportable } from '../../scripts/local/export-text.ts';
import { QUIET } from '../../scripts/local/wrangler.ts';
import { MIGRATIONS } from '../../src/db/migrations.ts';

describe('an export', () => {
  it('is cut where SQLite would cut it', () => {
    const statements = [
      "INSERT INTO t VALUES('a; b', 'it''s; CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END;', 1 - 2 / 3);",
      'CREATE TABLE "a;b" (`c;d` integer, note text -- ; no end\n);',
      'CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET a = iif(1, 2, 3); SELECT 1; END;',
      'CREATE VIEW v AS SELECT 1 /* ; */;',
    ];
    expect(splitStatements(`${statements.join('\n')}\n`)).toEqual(statements);
  });

  it('has its triggers last, and a text that reads like one stays where it is', () => {
    const trigger = 'CREATE TRIGGER x INSTEAD OF INSERT ON v BEGIN SELECT 1; END;';
    const row = `INSERT INTO t VALUES('\n${trigger}\n');`;
    const exported = [row, trigger, 'CREATE VIEW v AS SELECT 1;'].join('\n');
    expect(toImportable(exported)).toBe([row, 'CREATE VIEW v AS SELECT 1;', trigger, ''].join('\n'));
  });
});

describe('npm run restore-drill', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rollcall-restore-'));
  const persistTo = join(directory, '.wrangler/state');
  const exported = join(directory, 'backup.sql');

  beforeAll(async () => {
    Object.assign(process.env, QUIET);
    await prepareDatabase(persistTo);
    // What an export has trouble with: quotes, both line ends, and what looks like SQL.
    await withLocalEnv(persistTo, (env) =>
      env.DB.prepare('UPDATE log_entries SET action_detail = ? WHERE id = (SELECT min(id) FROM log_entries)')
        .bind('it\'s a\r\n"test";\nCREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END;\n')
        .run(),
    );
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('brings a database back whole: rows, bytes, schema and chains', async () => {
    const { before, after, chains, problems } = await restoreDrill({ persistTo }, exported);
    expect(problems).toEqual([]);
    expect(after).toEqual(before);
    const rows = Object.fromEntries(after.tables.map((table) => [table.name, table.rows]));
    expect(rows).toMatchObject({ communities: 1, accounts: 8, log_entries: 36 });
    expect(rows.d1_migrations).toBe(MIGRATIONS.length);
    expect(after.schema.filter((text) => text.startsWith('trigger ')).length).toBeGreaterThan(4);
    expect(chains).toEqual([
      { communityId: 'demo', checkedLinks: expect.any(Number), checkedRecords: 6, firstBreak: undefined },
    ]);
    expect(chains[0]?.checkedLinks).toBeGreaterThan(1);
  });

  it('of a backup tells a record that was changed, and leaves a file that can be imported', async () => {
    const text = readFileSync(exported, 'utf8');
    expect(text).toContain('created the community "demo"');
    writeFileSync(exported, text.replace('created the community "demo"', 'created the community "dema"'));
    const importable = join(directory, 'backup.importable.sql');
    const { chains, problems } = await restoreDrill({ file: exported }, importable);
    expect(chains[0]?.firstBreak).toMatchObject({ where: 'audit-trail', sequence: 1, problem: 'changed' });
    expect(problems).toEqual([expect.stringContaining('the chain of community demo breaks')]);
    expect(splitStatements(readFileSync(importable, 'utf8')).at(-1)).toMatch(/^CREATE TRIGGER/);
  });
});
