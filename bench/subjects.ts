/** What is measured: two Workers and a Node server, each a process of its own on loopback, with the same data. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { readMigrations } from '../scripts/migrations/text.ts';
import { accountRows, chunks, logRows, openRows, type Sizes, sessionRows } from './data.ts';

export const ADMIN_TOKEN = 'bench-admin-token-0000000000000000000000';

export interface Subject {
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

export interface WorkerSubject extends Subject {
  readonly database: D1Database;
}

/** A Worker on a socket of its own, without the proxy of `wrangler dev`. */
export const openWorker = async (script: string): Promise<WorkerSubject> => {
  const before = new Set(workerds());
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script,
      compatibilityDate: '2026-10-23',
      d1Databases: { DB: 'bench' },
      bindings: { ADMIN_TOKEN, WEBHOOK_ALLOW_PRIVATE: 'true' },
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    }),
  );
  const url = await miniflare.unsafeGetDirectURL();
  const [pid] = workerds().filter((candidate) => !before.has(candidate));
  if (!pid) throw new Error('No workerd process was started.');
  const database = (await miniflare.getD1Database('DB')) as unknown as D1Database;
  return { url: url.origin, pid, database, close: () => miniflare.dispose() };
};

const workerds = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return stat.includes('(workerd)') && stat.split(') ')[1]?.split(' ')[1] === String(process.pid);
      } catch {
        return false;
      }
    });

/** CPU time of all threads of a process, in milliseconds. */
export const cpuTime = ({ pid }: Pick<Subject, 'pid'>): number =>
  readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, nanoseconds) => sum + nanoseconds / 1e6, 0);

const run = (database: D1Database, statements: readonly string[]) =>
  database.batch(statements.map((statement) => database.prepare(statement)));

export const migrate = async ({ database }: WorkerSubject): Promise<void> => {
  for (const { statements } of readMigrations()) await run(database, statements);
};

/**
 * What somebody who writes for D1 by hand would have: our tables and keys, an index on when sessions began in the place
 * of ours, and no triggers.
 */
export const makeRaw = async ({ database }: WorkerSubject): Promise<void> => {
  const { results } = await database
    .prepare(
      `SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')
        OR (type = 'index' AND tbl_name = 'sessions' AND name LIKE 'sessions_%' AND name <> 'sessions_open')
       ORDER BY type = 'view'`,
    )
    .all<{ type: string; name: string }>();
  await run(database, [
    ...results.map(({ type, name }) => `DROP ${type} ${name}`),
    'CREATE INDEX sessions_by_start ON sessions (community_id, started_at) WHERE ended_at IS NOT NULL',
  ]);
};

/** The data of data.ts, as community 1's. */
export const fill = async ({ database }: WorkerSubject, sizes: Sizes, now: number): Promise<void> => {
  await run(database, [
    `INSERT INTO accounts (community_id, id, created_at, joined_as, name)
      SELECT 1, id, created_at, name, name FROM (${accountRows(now)})`,
    `INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
      SELECT 1, 'accId', id, id, created_at FROM (${accountRows(now)})`,
    `INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
      SELECT 1, 'discord', discord, id, created_at FROM (${accountRows(now)})`,
  ]);
  for (const [from, count] of chunks(sizes.sessions)) {
    await run(database, [
      `INSERT INTO sessions (community_id, id, server_id, account_id, started_at, last_seen_at, ended_at, close_kind)
        SELECT 1, id, server_id, account_id, started_at, ended_at, ended_at, 'stopped'
        FROM (${sessionRows(from, count, sizes, now)})`,
    ]);
  }
  for (const [from, count] of chunks(sizes.logEntries)) {
    await run(database, [
      `INSERT INTO log_entries (community_id, generation, id, platform, serial, action_type, action_detail, username)
        SELECT 1, 0, * FROM (${logRows(from, count, sizes, now)})`,
    ]);
  }
  await run(database, [
    `INSERT INTO log_counters (community_id, action_type, platform, count)
      SELECT 1, action_type, platform, count(*) FROM log_entries WHERE community_id = 1 GROUP BY 2, 3`,
    `INSERT INTO sessions (community_id, id, server_id, account_id, started_at, last_seen_at, heartbeat_at)
      SELECT 1, id, server_id, account_id, started_at, ${Date.now()}, started_at FROM (${openRows(now)})`,
  ]);
};

/** Gives the raw Worker the communities, keys and endpoints that Rollcall has made. */
export const copyCommunities = async (from: WorkerSubject, to: WorkerSubject): Promise<void> => {
  for (const table of ['communities', 'api_keys', 'webhook_endpoints']) {
    const { results } = await from.database.prepare(`SELECT * FROM ${table}`).all();
    await to.database.batch(
      results.map((row) =>
        to.database
          .prepare(
            `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row).map(() => '?')})`,
          )
          .bind(...Object.values(row)),
      ),
    );
  }
};

/** The server that somebody wrote in an afternoon (node-server.ts), in a process of its own. */
export const openNodeServer = async (options: {
  sizes: Sizes;
  now: number;
  key: string;
  receiver: string;
}): Promise<Subject> => {
  const child = spawn(process.execPath, ['bench/node-server.ts', JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid as number,
    close: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
};
