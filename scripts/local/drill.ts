// Before the domain: its statements ask for WITH_DOCS when they are declared.
import '../../src/docs/with-docs.ts';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPERATOR } from '../../src/core/access/actor.ts';
import { findCommunity } from '../../src/core/access/queries.ts';
import { SCOPES } from '../../src/core/access/scopes.ts';
import {
  type AccountActivityCheck,
  verifyAccountActivity,
} from '../../src/core/account-activity/verify-account-activity.ts';
import { createServices } from '../../src/deps.ts';
import { databasesOf, type Env } from '../../src/env.ts';
import { copyConfig } from '../remote/target.ts';
import { withLocalEnv } from './database.ts';
import { toImportable } from './export-text.ts';
import { runWrangler } from './wrangler.ts';

/** What a database has in it, table by table. */
export interface Contents {
  readonly tables: readonly { readonly name: string; readonly rows: number; readonly bytes: number }[];
  /** The texts of its tables, indexes, triggers and views. */
  readonly schema: readonly string[];
}

/** What a community's audit trail and sealed records say. */
export interface Chain {
  readonly communityId: string;
  readonly checkedLinks: number;
  readonly checkedRecords: number;
  readonly firstBreak: AccountActivityCheck['firstBreak'];
}

export interface Drill {
  /** Undefined where only an export was given. */
  readonly before: Contents | undefined;
  readonly after: Contents;
  readonly chains: readonly Chain[];
  /** What differs or does not hold; empty where the restore is whole. */
  readonly problems: readonly string[];
}

/** A local database to export, or an export that is there already. */
export type Source = { readonly persistTo: string } | { readonly file: string };

/**
 * Exports a copy of a local database, wipes the copy, imports the export, and compares. Works in a directory of its own:
 * neither the database nor the export is touched.
 * @param keep where the export is put as it can be imported
 * @param binding of the database, where communities live in several
 */
export const restoreDrill = async (source: Source, keep?: string, binding = 'DB'): Promise<Drill> => {
  const directory = mkdtempSync(join(tmpdir(), 'rollcall-drill-'));
  const state = join(directory, '.wrangler/state');
  const config = join(directory, 'wrangler.json');
  const file = join(directory, 'export.sql');
  try {
    copyConfig(config);
    let before: Contents | undefined;
    if ('persistTo' in source) {
      if (!existsSync(join(source.persistTo, 'v3/d1'))) {
        throw `${source.persistTo} holds no database. Start Rollcall there once: npm start`;
      }
      cpSync(join(source.persistTo, 'v3/d1'), join(state, 'v3/d1'), { recursive: true });
      before = await withLocalEnv(state, (env) => readContents(bound(env, binding)));
      await runWrangler(['d1', 'export', binding, '--local', `--output=${file}`, `--config=${config}`]);
      rmSync(state, { recursive: true });
    }
    const exported = readFileSync('file' in source ? source.file : file, 'utf8');
    const importable = keep ?? file;
    writeFileSync(importable, toImportable(exported), { mode: 0o600 });
    const to = [`--persist-to=${state}`, `--config=${config}`];
    await runWrangler(['d1', 'execute', binding, '--local', '--yes', `--file=${importable}`, ...to]);
    return await withLocalEnv(state, async (env) => {
      const database = bound(env, binding);
      const after = await readContents(database);
      const chains = await verifyChains({ ...env, DB: database });
      return { before, after, chains, problems: [...differences(before, after), ...breaksOf(chains)] };
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/** @throws a sentence, where nothing has the name */
const bound = (env: Env, binding: string): D1Database => {
  const databases = databasesOf(env);
  const database = databases[Number(binding.slice(3))];
  if (!database) throw `wrangler.toml has no database with the binding ${binding}.`;
  return database;
};

/** Rows and bytes: a value that the way through the export has changed shows in the bytes. */
const readContents = async (database: D1Database): Promise<Contents> => {
  const { results: objects } = await database
    .prepare(
      "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite#_%' ESCAPE '#' AND name NOT LIKE '#_cf#_%' ESCAPE '#' AND sql IS NOT NULL ORDER BY type, name",
    )
    .all<{ type: string; name: string; sql: string }>();
  const tables: Contents['tables'][number][] = [];
  for (const { type, name } of objects) {
    if (type !== 'table') continue;
    const { results: columns } = await database
      .prepare('SELECT name FROM pragma_table_info(?)')
      .bind(name)
      .all<{ name: string }>();
    const length = columns.map((column) => `length(quote("${column.name}"))`).join(' + ');
    const sums = await database
      .prepare(`SELECT count(*) AS rows, ifnull(sum(${length}), 0) AS bytes FROM "${name}"`)
      .first<{ rows: number; bytes: number }>();
    tables.push({ name, rows: sums?.rows ?? 0, bytes: sums?.bytes ?? 0 });
  }
  // An export writes the name of a table anew, in quotes.
  return { tables, schema: objects.map(({ type, name }) => `${type} ${name}`) };
};

const differences = (before: Contents | undefined, after: Contents): string[] => {
  if (!before) return after.tables.some(({ name }) => name === 'communities') ? [] : ['no table communities'];
  const restored = new Map(after.tables.map((table) => [table.name, table]));
  return [
    ...before.schema.filter((text) => !after.schema.includes(text)).map((text) => `${text} is missing`),
    ...after.schema.filter((text) => !before.schema.includes(text)).map((text) => `${text} was not there`),
    ...before.tables.flatMap(({ name, rows, bytes }) => {
      const table = restored.get(name);
      if (!table) return [];
      if (table.rows !== rows) return [`${name} had ${rows} rows and has ${table.rows}`];
      return table.bytes === bytes ? [] : [`${name} had ${bytes} bytes and has ${table.bytes}`];
    }),
  ];
};

const breaksOf = (chains: readonly Chain[]): string[] =>
  chains.flatMap(({ communityId, firstBreak }) =>
    firstBreak ? [`the chain of community ${communityId} breaks: ${JSON.stringify(firstBreak)}`] : [],
  );

const verifyChains = async (env: Env): Promise<Chain[]> => {
  const services = createServices(env, { log: () => {} });
  const { results } = await env.DB.prepare(
    'SELECT id FROM communities WHERE deleted_at IS NULL ORDER BY id',
  ).all<{
    id: number;
  }>();
  const chains: Chain[] = [];
  for (const { id } of results) {
    const community = await findCommunity(services.db, id);
    if (!community) continue;
    const actor = { ...OPERATOR, kind: 'api-key', scopes: SCOPES, expiresAt: null, community } as const;
    const ctx = { ...services, actor, defer: (work: Promise<unknown>) => void work };
    let checkedLinks = 0;
    let checkedRecords = 0;
    let position: AccountActivityCheck['next'];
    let firstBreak: AccountActivityCheck['firstBreak'];
    do {
      const verification: AccountActivityCheck = await verifyAccountActivity(ctx, position);
      checkedLinks += verification.checkedLinks;
      checkedRecords += verification.checkedRecords;
      firstBreak = verification.firstBreak;
      position = verification.next;
    } while (position && !firstBreak);
    chains.push({ communityId: community.publicId, checkedLinks, checkedRecords, firstBreak });
  }
  return chains;
};
