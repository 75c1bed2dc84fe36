/** What turns the output of drizzle-kit, and the files of src/db/live, into a migration that D1 takes. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const LIVE = resolve(import.meta.dirname, '../../src/db/live');
const MIGRATIONS = resolve(import.meta.dirname, '../../drizzle');

export const BREAKPOINT = '--> statement-breakpoint';

/** The migrations in their order, each with its statements. */
export const readMigrations = (): { name: string; statements: string[] }[] =>
  readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({
      name,
      statements: read(MIGRATIONS, name)
        .split(BREAKPOINT)
        .map((statement) => statement.trim())
        .filter((statement) => statement !== ''),
    }));

/** drizzle-kit cannot say WITHOUT ROWID: added to every table whose primary key is composite. */
export const withoutRowid = (migration: string): string =>
  migration.replaceAll(/(CREATE TABLE [^;]*?\n\tPRIMARY KEY\([^;]*?\n\));/g, '$1 WITHOUT ROWID;');

/**
 * A statement on one line, without comments. The server's splitter has been reported to cut triggers at line breaks
 * (workers-sdk #4326, #10998).
 */
export const oneLine = (statement: string): string =>
  statement
    .split(/('(?:[^']|'')*')/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/--[^\n]*/g, '').replaceAll(/\s+/g, ' ')))
    .join('')
    .trim();

export interface LiveObject {
  /** The name of the trigger or view; also of its file. */
  readonly name: string;
  readonly kind: 'view' | 'trigger';
  /** The table or view that a trigger belongs to; of a view, the tables it reads. */
  readonly on: string;
  /** One line, without the semicolon at its end. */
  readonly sql: string;
}

/** A file of src/db/live as SQLite has it: on one line, each `{{part}}` replaced by what src/db/live/parts says of it. */
export const liveSql = (text: string, partOf: (name: string) => string): string =>
  // A comment may have a quotation mark, so comments go first: no literal of ours holds two dashes.
  oneLine(withParts(text, partOf).replaceAll(/--[^\n]*/g, '')).replace(/;$/, '');

const withParts = (text: string, partOf: (name: string) => string): string =>
  text.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => withParts(partOf(name), partOf).trimEnd());

/** The triggers and views as they are now, views first: a trigger may belong to one. */
const liveObjects = (directory = LIVE): LiveObject[] =>
  readdirSync(directory)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => toLiveObject(file.slice(0, -'.sql'.length), read(directory, file)))
    .sort((a, b) => Number(a.kind === 'trigger') - Number(b.kind === 'trigger'));

const read = (directory: string, file: string): string => readFileSync(resolve(directory, file), 'utf8');

const toLiveObject = (name: string, text: string): LiveObject => {
  const sql = liveSql(text, (part) => read(LIVE, `parts/${part}.sql`));
  const trigger = new RegExp(`^CREATE TRIGGER ${name} .*? ON (\\w+) `).exec(sql);
  if (trigger) return { name, kind: 'trigger', on: trigger[1] ?? '', sql };
  const view = new RegExp(`^CREATE VIEW ${name} AS .* FROM (\\w+)`).exec(sql);
  if (view) return { name, kind: 'view', on: view[1] ?? '', sql };
  throw new Error(`src/db/live/${name}.sql creates neither the trigger nor the view ${name}.`);
};

/** Tables that a community or the operator fills by hand: a migration may copy one. All others grow without end. */
const SMALL = [
  'api_keys',
  'communities',
  'inbound_webhooks',
  'job_runs',
  'periods',
  'service_ids',
  'servers',
  'webhook_endpoints',
];

/** The tables that a migration of drizzle-kit makes anew by copying all their rows; `large`, those that it must not. */
export const copiesOf = (migration: string): { all: string[]; large: string[] } => {
  const all = [...migration.matchAll(/ALTER TABLE \S+ RENAME TO `(\w+)`/g)].map(([, table]) => table ?? '');
  return { all, large: all.filter((table) => !SMALL.includes(table)) };
};

/**
 * A migration of drizzle-kit that copies tables, with the views and triggers as they are now. SQLite renames no table while
 * one of them names a table that is not there, and drops those of a table with it: so all go before, and come after.
 */
export const withLiveObjects = (migration: string, live = liveObjects()): string => {
  const lost = copiesOf(migration).all.length > 0 ? live : [];
  return `${[
    ...lost.toReversed().map(({ kind, name }) => `DROP ${kind.toUpperCase()} IF EXISTS ${name};`),
    migration.trimEnd(),
    ...lost.map(({ sql }) => `${sql};`),
  ].join(`\n${BREAKPOINT}\n`)}\n`;
};

/** What the server's splitter, or a deployment under way, would trip over; empty where there is nothing. */
export const problemsOf = (migration: string): string[] => {
  const problems: string[] = [];
  if (migration.includes('\r')) problems.push('has a carriage return');
  if (/\bPRAGMA\b/i.test(migration)) problems.push('has a PRAGMA');
  for (const statement of migration.split(BREAKPOINT).map((text) => text.trim())) {
    if (!/^CREATE TRIGGER /i.test(statement)) continue;
    const name = /^CREATE TRIGGER (\S+)/i.exec(statement)?.[1];
    if (statement.includes('\n')) problems.push(`trigger ${name} has more than one line`);
    if (/\bCASE\b/i.test(statement)) problems.push(`trigger ${name} has a CASE: say it with iif`);
    if (!/ BEGIN\b.* END;$/s.test(statement))
      problems.push(`trigger ${name} lacks BEGIN and END in capitals`);
  }
  return problems;
};
