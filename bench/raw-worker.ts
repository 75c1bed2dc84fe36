/**
 * The yardstick: a start and a stop by hand, with the same statements, credential, headers and answer as Rollcall's,
 * but without a router, a validator, a query builder or a layer.
 */
import { isApiKey } from '../src/core/access/api-key.ts';
import { newUuidV7 } from '../src/lib/ids.ts';
import { callInLoop, type Recording, stubDatabase, type Token } from './recording.ts';

interface RawEnv {
  readonly DB: D1Database;
  readonly RECORDING: Recording;
  readonly IS_STUBBED: boolean;
}

const ROUTE = /^\/v2\/community\/servers\/([1-9]\d*)\/activity$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const known = new Set<string>();
let stub: D1Database | undefined;

export default {
  fetch: (request, env) => {
    const url = new URL(request.url);
    if (env.IS_STUBBED) stub ??= stubDatabase(env.RECORDING);
    const database = stub ?? env.DB;
    return url.pathname === '/loop'
      ? callInLoop(
          (call) => handle(call, env, database),
          env.RECORDING,
          Number(url.searchParams.get('pairs')),
        )
      : handle(request, env, database);
  },
} satisfies ExportedHandler<RawEnv>;

const handle = async (request: Request, { RECORDING }: RawEnv, database: D1Database): Promise<Response> => {
  const respond = (body: unknown, status = 200) =>
    new Response(JSON.stringify(body), {
      status,
      headers: { ...RECORDING.start.headers, 'x-request-id': crypto.randomUUID() },
    });
  const { pathname } = new URL(request.url);
  if (pathname === '/healthz') {
    await database.prepare('SELECT 1').all();
    return respond({ status: 'ok' });
  }
  const route = ROUTE.exec(pathname);
  if (!route || request.method !== 'POST') return respond({ status: 404, code: 'NOT_FOUND' }, 404);

  const key = request.headers.get('authorization')?.slice('Bearer '.length) ?? '';
  if (!known.has(key)) {
    if (!isApiKey(key) || key !== RECORDING.key)
      return respond({ status: 401, code: 'UNAUTHENTICATED' }, 401);
    known.add(key);
  }
  const body = JSON.parse(await request.text()) as Record<string, unknown>;
  const { accId, forceStart, forceStop } = body;
  if (typeof accId !== 'string' || !UUID.test(accId)) return respond({ status: 400 }, 400);
  if (forceStart !== undefined && typeof forceStart !== 'boolean') return respond({ status: 400 }, 400);
  if (forceStop !== undefined && typeof forceStop !== 'boolean') return respond({ status: 400 }, 400);

  const now = Date.now();
  const fill = (token: Token) => {
    switch (token.kind) {
      case 'constant':
        return token.value;
      case 'account':
        return accId;
      case 'new-id':
        return newUuidV7(now);
      case 'now':
        return now + token.delta;
    }
  };
  const { statements } = forceStart ? RECORDING.start : RECORDING.stop;
  const results = await database.batch<Record<string, unknown>>(
    statements.map(({ sql, params }) => database.prepare(sql).bind(...params.map(fill))),
  );
  const row = results.at(-1)?.results[0];
  const data = row && {
    id: row.id,
    status: row.ended_at === null,
    accId: row.account_id,
    serverId: row.server_id,
    start: new Date(row.started_at as number).toISOString(),
    end: row.ended_at === null ? null : new Date(row.ended_at as number).toISOString(),
    clearReason: row.clear_reason,
    metadata: JSON.parse(row.metadata as string),
  };
  const meta = { timestamp: new Date(now).toISOString(), path: pathname };
  return respond({ success: true, data: data ?? null, meta });
};
