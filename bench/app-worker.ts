/**
 * Rollcall on a D1 that is stubbed with a recording, with one more route: `/loop?pairs=n`. Without a recording it makes
 * one: a start and a stop on the real D1.
 */
import { createApp } from '../src/app.ts';
import { createServices } from '../src/deps.ts';
import type { Env } from '../src/env.ts';
import { fixedClock } from '../src/lib/clock.ts';
import {
  ACCOUNT,
  callInLoop,
  PATH,
  type RecordedCall,
  type RecordedStatement,
  type Recording,
  stubDatabase,
  type Token,
} from './recording.ts';

interface BenchEnv extends Env {
  readonly ADMIN_TOKEN: string;
  readonly RECORDING?: Recording;
}

const TEN_DAYS = 864_000_000;
const ID_PREFIX = 'bench-id-';

let stubbed: ReturnType<typeof createApp> | undefined;

export default {
  fetch: async (request, env, ctx) => {
    const url = new URL(request.url);
    if (!env.RECORDING) return Response.json(await record(env));
    stubbed ??= createApp(createServices({ ...env, DB: stubDatabase(env.RECORDING) }));
    const app = stubbed;
    return url.pathname === '/loop'
      ? callInLoop((call) => app.fetch(call, env, ctx), env.RECORDING, Number(url.searchParams.get('pairs')))
      : app.fetch(request, env, ctx);
  },
} satisfies ExportedHandler<BenchEnv>;

const record = async (env: BenchEnv): Promise<Recording> => {
  const now = Date.now();
  let log: { sql: string; params: unknown[]; rows: Record<string, unknown>[] }[] = [];
  const services = createServices({ ...env, DB: recordingDatabase(env.DB, (entry) => log.push(entry)) });
  const post = (app: ReturnType<typeof createApp>, path: string, key: string, body: string) =>
    app.request(path, { method: 'POST', headers: { Authorization: `Bearer ${key}` }, body }, env);

  const created = await post(createApp(services), '/admin/communities', env.ADMIN_TOKEN, '{"name":"Bench"}');
  const { data } = (await created.json()) as { data: { apiKey: { key: string } } };
  const { key } = data.apiKey;

  let ids = 0;
  const newId = () => `${ID_PREFIX}${++ids}`;
  const app = createApp({ ...services, clock: fixedClock(now), newId });
  const call = async (flag: string): Promise<RecordedCall> => {
    const body = JSON.stringify({ accId: ACCOUNT, [flag]: true });
    log = [];
    const response = await post(app, PATH, key, body);
    if (response.status !== 200) throw new Error(await response.text());
    const headers = [...response.headers].filter(([name]) => name !== 'x-request-id');
    return {
      body,
      statements: log.map(({ sql, params }) => ({ sql, params: params.map((value) => toToken(value, now)) })),
      results: log.map(({ rows }) => rows),
      headers: Object.fromEntries(headers),
    };
  };
  const first = await call('forceStart');
  await call('forceStop');
  const start = await call('forceStart');
  const stop = await call('forceStop');
  const isOfStart = new Set(start.statements.map(({ sql }) => sql));
  const lookups = first.statements.flatMap(({ sql }: RecordedStatement, index) =>
    isOfStart.has(sql) ? [] : [[sql, first.results[index] ?? []] as const],
  );
  return { key, lookups: Object.fromEntries(lookups), start, stop };
};

const toToken = (value: unknown, now: number): Token => {
  if (value === ACCOUNT) return { kind: 'account' };
  if (typeof value === 'string' && value.startsWith(ID_PREFIX)) return { kind: 'new-id' };
  if (typeof value === 'number' && Math.abs(value - now) < TEN_DAYS)
    return { kind: 'now', delta: value - now };
  return { kind: 'constant', value };
};

type Entry = { sql: string; params: unknown[]; rows: Record<string, unknown>[] };

/** The database, telling each statement that goes through it. */
const recordingDatabase = (database: D1Database, tell: (entry: Entry) => void): D1Database => {
  const wrap = (sql: string, statement: D1PreparedStatement, params: unknown[]): object => ({
    sql,
    params,
    statement,
    bind: (...values: unknown[]) => wrap(sql, statement.bind(...values), values),
    all: async () => {
      const result = await statement.all<Record<string, unknown>>();
      tell({ sql, params, rows: result.results });
      return result;
    },
  });
  return {
    prepare: (sql: string) => wrap(sql, database.prepare(sql), []),
    batch: async (wrapped: { sql: string; params: unknown[]; statement: D1PreparedStatement }[]) => {
      const results = await database.batch<Record<string, unknown>>(
        wrapped.map(({ statement }) => statement),
      );
      results.forEach(({ results: rows }, index) => {
        const { sql = '', params = [] } = wrapped[index] ?? {};
        tell({ sql, params, rows });
      });
      return results;
    },
  } as unknown as D1Database;
};
