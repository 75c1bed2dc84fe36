/**
 * The yardstick: what somebody who writes for D1 by hand would have in the place of Rollcall. The same calls, credential,
 * headers and answers over the same tables and keys, without a router, a validator's errors, a query builder or a layer;
 * no late calls, silences, event ids or audit. Statements in their simplest good form.
 */
import { newUuidV7 } from '../src/lib/ids.ts';
import { control, meteredDatabase } from './metered-database.ts';

interface RawEnv {
  readonly DB: D1Database;
}
interface Call {
  readonly db: D1Database;
  readonly community: Community;
  readonly url: URL;
  readonly request: Request;
  readonly now: number;
  readonly waitUntil: (work: Promise<unknown>) => void;
}
interface Community {
  readonly id: number;
  readonly scopes: readonly string[];
  readonly expiresAt: number | null;
  readonly endpoint: { id: string; url: string; secret: string } | undefined;
}
type Row = Record<string, unknown>;

const HEADERS = new Headers({
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  'RateLimit-Policy': '"calls";q=1000;w=10, "expensive";q=120;w=60, "failures";q=100;w=60',
  Vary: 'Origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=15552000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-XSS-Protection': '0',
});

export default {
  fetch: (request, env, ctx) =>
    control(request) ??
    answer(request, meteredDatabase(env.DB), ctx).catch(
      (error) => new Response(String(error), { status: 500 }),
    ),
} satisfies ExportedHandler<RawEnv>;

const answer = async (request: Request, db: D1Database, ctx: ExecutionContext): Promise<Response> => {
  const url = new URL(request.url);
  const path = url.pathname;
  const now = Date.now();
  const community = await authenticate(request, db, now);
  if (!community) return respond(request, { status: 401, code: 'UNAUTHENTICATED' }, { status: 401 });
  if (!community.scopes.includes(scopeOf(request.method, path))) {
    return respond(request, { status: 403, code: 'FORBIDDEN' }, { status: 403 });
  }
  const call = {
    db,
    community,
    url,
    request,
    now,
    waitUntil: (work: Promise<unknown>) => ctx.waitUntil(work),
  };
  if (path === '/api/v1/activity_log') {
    if (request.method === 'POST')
      return respond(request, { code: 0, message: 'success', data: await append(call) });
    const { rows, next } = await listLog(call);
    return respond(request, { code: 0, message: 'success', data: rows }, { vary: 'Accept, Origin', next });
  }
  if (path === '/api/v1/activity_log/count') {
    return respond(request, { code: 0, message: 'success', data: { count: await countLog(call) } });
  }
  if (path === '/scr/api/activity')
    return respond(request, { records: await report(call) }, { vary: 'Accept, Origin' });
  const meta = { timestamp: new Date(now).toISOString(), path };
  const [, server, verb] = /^\/v2\/community\/servers\/([1-9]\d*)\/activity(?:\/(\w+))?$/.exec(path) ?? [];
  if (server !== undefined) {
    const serverId = Number(server);
    const data =
      verb === 'heartbeat'
        ? await heartbeat(call, serverId)
        : verb === 'roster'
          ? await roster(call, serverId)
          : await activity(call, serverId);
    return data === undefined
      ? respond(request, { status: 400 }, { status: 400 })
      : respond(request, { success: true, data, meta });
  }
  const [, accountId] = /^\/v2\/community\/accounts\/([\w-]+)\/activity\/latest$/.exec(path) ?? [];
  if (accountId !== undefined)
    return respond(request, { success: true, data: await latest(call, accountId), meta });
  if (path === '/v2/community/activity/summary') {
    return respond(request, { success: true, data: await totals(call), meta }, { vary: 'Accept, Origin' });
  }
  if (path === '/v2/community/activity') {
    return respond(request, { success: true, data: await list(call), meta }, { vary: 'Accept, Origin' });
  }
  return respond(request, { status: 404, code: 'NOT_FOUND' }, { status: 404 });
};

/** The headers of every answer, and what this one has besides: other words of `Vary`, and where the list goes on. */
const respond = (
  request: Request,
  body: unknown,
  more: { status?: number; vary?: string; next?: string | undefined } = {},
): Response => {
  const { status = 200, vary, next } = more;
  const response = new Response(JSON.stringify(body), { status, headers: HEADERS });
  const { headers } = response;
  const given = request.headers.get('x-request-id');
  headers.set('X-Request-Id', given !== null && /^[\w\-=]{1,255}$/.test(given) ? given : crypto.randomUUID());
  if (vary !== undefined) headers.set('Vary', vary);
  if (next !== undefined) headers.set('Link', `<${next}>; rel="next"`);
  if (request.headers.get('origin') !== null) headers.set('Access-Control-Allow-Origin', '*');
  return response;
};

const scopeOf = (method: string, path: string): string => {
  if (path.startsWith('/api/v1/')) return method === 'GET' ? 'logs:read' : 'logs:write';
  if (path.startsWith('/scr/')) return 'account-activity:read';
  return method === 'GET' ? 'sessions:read' : 'sessions:write';
};

const known = new Map<string, { community: Community; readAt: number }>();

const authenticate = async (
  request: Request,
  db: D1Database,
  now: number,
): Promise<Community | undefined> => {
  const [, key = ''] = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  const entry = known.get(key);
  if (entry && now - entry.readAt < 30_000) {
    const { expiresAt } = entry.community;
    return expiresAt === null || now < expiresAt ? entry.community : undefined;
  }
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key));
  const hash = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const row = (
    await db
      .prepare(
        `SELECT k.community_id, k.scopes, k.expires_at, e.id, e.url, e.secret FROM api_keys AS k
         LEFT JOIN webhook_endpoints AS e ON e.community_id = k.community_id
         WHERE k.hash = ?1 AND k.revoked_at IS NULL AND coalesce(k.expires_at > ?2, true)`,
      )
      .bind(hash, now)
      .all<{
        community_id: number;
        scopes: string;
        expires_at: number | null;
        id: string | null;
        url: string;
        secret: string;
      }>()
  ).results[0];
  if (!row) return undefined;
  const { community_id: id, id: endpointId, url, secret } = row;
  const community = {
    id,
    scopes: row.scopes.split(' '),
    expiresAt: row.expires_at,
    endpoint: endpointId === null ? undefined : { id: endpointId, url, secret },
  };
  known.set(key, { community, readAt: now });
  return community;
};

// --- Sessions

const iso = (at: unknown) => (at === null ? null : new Date(at as number).toISOString());

const toSession = (row: Row) => ({
  id: row.id,
  status: row.ended_at === null,
  accId: row.account_id,
  serverId: row.server_id,
  start: iso(row.started_at),
  end: iso(row.ended_at),
  clearReason: row.clear_reason,
  metadata: JSON.parse(row.metadata as string),
});

const ACCOUNT = `(SELECT account_id FROM account_identifiers WHERE community_id = ?1 AND kind = 'accId' AND value = ?3)`;
const ALIVE = `INSERT INTO servers (community_id, server_id, alive_since, alive_until) VALUES (?1, ?2, ?3, ?3)
  ON CONFLICT DO UPDATE SET alive_until = excluded.alive_until WHERE alive_until < excluded.alive_until - 300000`;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A start, a stop or a toggle. */
const activity = async ({ db, community, request, now, waitUntil }: Call, serverId: number) => {
  const { accId, forceStart, forceStop } = JSON.parse(await request.text());
  if (typeof accId !== 'string' || !UUID.test(accId)) return undefined;
  if (forceStart !== undefined && typeof forceStart !== 'boolean') return undefined;
  if (forceStop !== undefined && typeof forceStop !== 'boolean') return undefined;
  const place = [community.id, serverId, accId];
  const id = newUuidV7(now);
  const open = (conflict: string) =>
    db
      .prepare(
        `INSERT INTO sessions (community_id, server_id, account_id, id, started_at, last_seen_at)
         VALUES (?1, ?2, ${ACCOUNT}, ?4, ?5, ?5) ${conflict} RETURNING *`,
      )
      .bind(...place, id, now);
  const close = (kind: string, reason: string | null) =>
    db
      .prepare(
        `UPDATE sessions SET ended_at = ?4, last_seen_at = ?4, close_kind = ?5, clear_reason = ?6
         WHERE community_id = ?1 AND server_id = ?2 AND account_id = ${ACCOUNT} AND ended_at IS NULL RETURNING *`,
      )
      .bind(...place, now, kind, reason);
  const { endpoint } = community;
  const results = await db.batch<Row>([
    db
      .prepare(
        `INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
         VALUES (?1, 'accId', ?2, ?2, ?3) ON CONFLICT DO NOTHING`,
      )
      .bind(community.id, accId, now),
    db
      .prepare(
        'INSERT INTO accounts (community_id, id, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING',
      )
      .bind(community.id, accId, now),
    ...(forceStart
      ? [close('superseded', 'Superseded by a new session'), open('')]
      : forceStop
        ? [close('stopped', null)]
        : [
            open(`ON CONFLICT (community_id, server_id, account_id) WHERE ended_at IS NULL
              DO UPDATE SET ended_at = ?5, last_seen_at = ?5, close_kind = 'stopped'`),
          ]),
    ...(endpoint ? [note(db, community, endpoint.id, id, now)] : []),
    db.prepare(ALIVE).bind(community.id, serverId, now),
  ]);
  const session = results.findLast(({ results: rows }) => rows[0]?.metadata !== undefined)?.results[0];
  const seq = results.at(-2)?.results[0]?.seq;
  if (endpoint && session && seq)
    waitUntil(tell(db, community, endpoint, Number(seq), toSession(session), now));
  return session ? toSession(session) : null;
};

const note = (db: D1Database, community: Community, endpointId: string, id: string, now: number) =>
  db
    .prepare(
      `INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data, created_at, status)
       SELECT ?1, ?2, coalesce(max(seq), 0) + 1, 'session.started', json_object('id', ?3), ?4, 'pending'
       FROM webhook_messages WHERE community_id = ?1 AND endpoint_id = ?2 RETURNING seq`,
    )
    .bind(community.id, endpointId, id, now);

/** The first attempt at a message, signed, and what became of it. */
const tell = async (
  db: D1Database,
  community: Community,
  endpoint: NonNullable<Community['endpoint']>,
  seq: number,
  data: unknown,
  now: number,
): Promise<void> => {
  const body = JSON.stringify({ type: 'session.started', timestamp: iso(now), data });
  const id = `msg_${endpoint.id}_${seq}`;
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey(
    'raw',
    Uint8Array.from(atob(endpoint.secret.slice('whsec_'.length)), (char) => char.charCodeAt(0)),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const timestamp = String(Math.floor(now / 1000));
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(`${id}.${timestamp}.${body}`));
  const response = await fetch(endpoint.url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${btoa(String.fromCharCode(...new Uint8Array(mac)))}`,
    },
    body,
  });
  await response.text();
  await db
    .prepare(
      'UPDATE webhook_messages SET status = ?4 WHERE community_id = ?1 AND endpoint_id = ?2 AND seq = ?3',
    )
    .bind(community.id, endpoint.id, seq, response.ok ? 'delivered' : 'failed')
    .all();
};

/** Entries are objects with `discord`: what one is called by. */
const namesIn = async (request: Request): Promise<string | undefined> => {
  const { accounts } = JSON.parse(await request.text());
  const names: unknown[] = accounts.map((entry: { discord: unknown }) => entry.discord);
  return names.every((name) => typeof name === 'string' && name.length <= 128)
    ? JSON.stringify(names)
    : undefined;
};

const NAMED = `json_each(?3) AS e LEFT JOIN account_identifiers AS i
  ON i.community_id = ?1 AND i.kind = 'discord' AND i.value = e.value
  LEFT JOIN sessions AS s INDEXED BY sessions_open
  ON s.community_id = ?1 AND s.server_id = ?2 AND s.account_id = i.account_id AND s.ended_at IS NULL`;
/** So often a sighting is written. */
const STEP_MS = 30_000;

const heartbeat = async ({ db, community, request, now }: Call, serverId: number) => {
  const names = await namesIn(request);
  if (names === undefined) return undefined;
  const [found] = await db.batch<Row>([
    db.prepare(`SELECT i.account_id, s.id FROM ${NAMED} ORDER BY e.key`).bind(community.id, serverId, names),
    db
      .prepare(
        `UPDATE sessions INDEXED BY sessions_open SET last_seen_at = ?4, heartbeat_at = coalesce(heartbeat_at, ?4)
         WHERE community_id = ?1 AND server_id = ?2 AND ended_at IS NULL AND last_seen_at < ?5
           AND account_id IN (SELECT i.account_id FROM json_each(?3) AS e CROSS JOIN account_identifiers AS i
             ON i.community_id = ?1 AND i.kind = 'discord' AND i.value = e.value)`,
      )
      .bind(community.id, serverId, names, now, now - STEP_MS),
    db.prepare(ALIVE).bind(community.id, serverId, now),
  ]);
  return {
    results: found?.results.map(({ account_id, id }) => ({
      status: id === null ? 'no_session' : 'seen',
      accId: account_id,
      sessionId: id,
    })),
  };
};

/** Looks who is there; who came or went is written in a second trip, which a roster as the one before does not need. */
const roster = async ({ db, community, request, now }: Call, serverId: number) => {
  const names = await namesIn(request);
  if (names === undefined) return undefined;
  const [listed, open] = await db.batch<Row>([
    db
      .prepare(`SELECT e.value AS name, i.account_id, s.id FROM ${NAMED} ORDER BY e.key`)
      .bind(community.id, serverId, names),
    db
      .prepare(
        `SELECT id, account_id, server_id, started_at, last_seen_at, metadata FROM sessions INDEXED BY sessions_open
         WHERE community_id = ?1 AND server_id = ?2 AND ended_at IS NULL`,
      )
      .bind(community.id, serverId),
    db
      .prepare(
        `INSERT INTO servers (community_id, server_id, roster_seen_at, alive_since, alive_until) VALUES (?1, ?2, ?3, ?3, ?3)
         ON CONFLICT DO UPDATE SET roster_seen_at = excluded.roster_seen_at, alive_until = excluded.alive_until`,
      )
      .bind(community.id, serverId, now),
  ]);
  const present = new Set(listed?.results.map(({ account_id }) => account_id));
  const gone = open?.results.filter(({ account_id }) => !present.has(account_id)) ?? [];
  const come = (listed?.results.filter(({ id }) => id === null) ?? []).map(({ name, account_id }) => ({
    name,
    isNew: account_id === null,
    account_id: account_id ?? crypto.randomUUID(),
    id: newUuidV7(now),
  }));
  if (come.length + gone.length > 0) {
    await db.batch([
      db
        .prepare(
          `INSERT INTO accounts (community_id, id, created_at)
           SELECT ?1, value ->> 'account_id', ?2 FROM json_each(?3) WHERE value ->> 'isNew' ON CONFLICT DO NOTHING`,
        )
        .bind(community.id, now, JSON.stringify(come)),
      db
        .prepare(
          `INSERT INTO account_identifiers (community_id, kind, value, account_id, created_at)
           SELECT ?1, kind.column1, iif(kind.column1 = 'accId', value ->> 'account_id', value ->> 'name'),
             value ->> 'account_id', ?2
           FROM json_each(?3), (VALUES ('accId'), ('discord')) AS kind WHERE value ->> 'isNew'
           ON CONFLICT DO NOTHING`,
        )
        .bind(community.id, now, JSON.stringify(come)),
      db
        .prepare(
          `INSERT INTO sessions (community_id, server_id, account_id, id, started_at, last_seen_at, heartbeat_at)
           SELECT ?1, ?2, value ->> 'account_id', value ->> 'id', ?3, ?3, ?3 FROM json_each(?4) WHERE true
           ON CONFLICT DO NOTHING`,
        )
        .bind(community.id, serverId, now, JSON.stringify(come)),
      db
        .prepare(
          `UPDATE sessions SET ended_at = last_seen_at, close_kind = 'stopped' WHERE community_id = ?1 AND server_id = ?2
             AND ended_at IS NULL AND account_id IN (SELECT value FROM json_each(?3))`,
        )
        .bind(community.id, serverId, JSON.stringify(gone.map(({ account_id }) => account_id))),
    ]);
  }
  const session = {
    server_id: serverId,
    started_at: now,
    ended_at: null,
    clear_reason: null,
    metadata: '{}',
  };
  return {
    isApplied: true,
    isComplete: true,
    open: (open?.results.length ?? 0) - gone.length + come.length,
    started: come.map((one) => toSession({ ...one, ...session })),
    resumed: [],
    closed: gone.map((row) => toSession({ ...row, ended_at: row.last_seen_at, clear_reason: null })),
    rejected: [],
    // An entry with one identifier has none.
    conflicts: [],
  };
};

const latest = async ({ db, community }: Call, accountId: string) => {
  const { results } = await db
    .prepare(
      `SELECT * FROM sessions WHERE community_id = ?1 AND account_id =
         (SELECT account_id FROM account_identifiers WHERE community_id = ?1 AND kind = 'accId' AND value = ?2)
       ORDER BY started_at DESC, id DESC LIMIT 3`,
    )
    .bind(community.id, accountId)
    .all<Row>();
  return results.map(toSession);
};

/** Sessions that began in a period, the newest first; or those that are open, with what their accounts are called. */
const list = async ({ db, community, url }: Call) => {
  const isOpen = url.searchParams.get('status') === 'open';
  const limit = Number(url.searchParams.get('limit') ?? 100);
  const open = `SELECT * FROM sessions INDEXED BY sessions_open WHERE community_id = ?1 AND ended_at IS NULL`;
  const closed = `SELECT * FROM (SELECT * FROM sessions INDEXED BY sessions_by_start
    WHERE community_id = ?1 AND ended_at IS NOT NULL ORDER BY started_at DESC LIMIT ?2)`;
  const { results } = await db
    .prepare(
      `SELECT s.*, a.name${
        isOpen
          ? `, (SELECT json_group_array(json_object('type', kind, 'value', value)) FROM account_identifiers AS i INDEXED BY account_identifiers_by_account
               WHERE i.community_id = ?1 AND i.account_id = s.account_id) AS identifiers`
          : ''
      } FROM (SELECT * FROM (${isOpen ? open : `${open} UNION ALL ${closed}`}) ORDER BY started_at DESC, id DESC LIMIT ?2) AS s
       LEFT JOIN accounts AS a ON a.community_id = ?1 AND a.id = s.account_id ORDER BY s.started_at DESC, s.id DESC`,
    )
    .bind(community.id, limit + 1)
    .all<Row>();
  const items = results.slice(0, limit).map((row) => ({
    ...toSession(row),
    name: row.name,
    lastSeen: iso(row.last_seen_at),
    closeKind: row.close_kind,
    unconfirmed: row.ended_at !== null && row.ended_at !== row.last_seen_at,
    voidedAt: iso(row.voided_at),
    ...(isOpen && { identifiers: JSON.parse(row.identifiers as string) }),
  }));
  const last = items.at(-1);
  return { items, nextCursor: results.length > limit && last ? btoa(`${last.start},${last.id}`) : null };
};

const LOGIN_TYPES: Readonly<Record<string, string>> = {
  stopped: 'USER',
  auto_closed: 'SESSION_TIMEOUT',
  server_reset: 'SERVER_RESET',
  superseded: 'SUPERSEDED',
};
const local = (at: unknown) => `${new Date(at as number).toISOString().slice(0, -1)}+00:00`;

const report = async ({ db, community, url }: Call) => {
  const [from, to] = ['startDate', 'endDate'].map((name) => Date.parse(url.searchParams.get(name) ?? ''));
  const within = "community_id = ?1 AND started_at BETWEEN ?2 AND ?3 AND close_kind IS NOT 'cleared'";
  const { results } = await db
    .prepare(
      `SELECT s.*, a.name FROM (
         SELECT account_id, started_at, ended_at, close_kind, id FROM sessions INDEXED BY sessions_by_start
         WHERE ${within} AND ended_at IS NOT NULL
         UNION ALL SELECT account_id, started_at, NULL, NULL, id FROM sessions INDEXED BY sessions_open
         WHERE ${within} AND ended_at IS NULL) AS s
       LEFT JOIN accounts AS a ON a.community_id = ?1 AND a.id = s.account_id ORDER BY s.started_at, s.id`,
    )
    .bind(community.id, from, to)
    .all<Row>();
  return results.map(({ name, account_id, started_at, ended_at, close_kind }) => {
    const user = name ?? account_id;
    const time = local(started_at);
    const opened = `user ${user} opened a login session at ${time}`;
    if (ended_at === null) return { message: opened, time, timeStamp: time, type: 'USER_LOGIN', user };
    return {
      message: `${opened} and it was closed at ${local(ended_at)}`,
      time,
      timeStamp: time,
      endTime: local(ended_at),
      type: LOGIN_TYPES[close_kind as string],
      user,
    };
  });
};

/** Hours by account, cut to the period; time on two servers at once once in `distinctSeconds`. */
const totals = async ({ db, community, url }: Call) => {
  const [from = 0, to = 0] = ['from', 'to'].map((name) => Date.parse(url.searchParams.get(name) ?? ''));
  const { results } = await db
    .prepare(
      `SELECT t.*, a.name FROM (
         SELECT account_id, count(*) AS sessions, sum(finish - start) AS ms, sum(min(seen, finish) - min(seen, start)) AS confirmed,
           sum(watched) AS watched, sum(max(0, finish - max(start, coalesce(reached, 0)))) AS apart
         FROM (SELECT account_id, start, finish, seen,
             iif(heartbeat_at IS NULL, 0, max(0, min(seen, finish) - max(heartbeat_at, start))) AS watched,
             max(finish) OVER (PARTITION BY account_id ORDER BY start, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
           FROM (SELECT account_id, id, max(started_at, ?2) AS start, min(coalesce(ended_at, last_seen_at), ?3) AS finish,
               last_seen_at AS seen, heartbeat_at
             FROM sessions WHERE community_id = ?1 AND started_at < ?3 AND coalesce(ended_at, last_seen_at) > ?2
               AND close_kind IS NOT 'cleared' AND voided_at IS NULL))
         GROUP BY account_id ORDER BY account_id) AS t
       LEFT JOIN accounts AS a ON a.community_id = ?1 AND a.id = t.account_id`,
    )
    .bind(community.id, from, to)
    .all<Record<string, number>>();
  const seconds = (ms = 0) => Math.round(ms / 1000);
  const items = results.map(({ account_id, name, sessions, ms = 0, confirmed = 0, watched, apart }) => ({
    accId: account_id,
    name,
    seconds: seconds(ms),
    hours: Math.round(ms / 36_000) / 100,
    confirmedSeconds: seconds(confirmed),
    unconfirmedSeconds: seconds(ms - confirmed),
    watchedSeconds: seconds(watched),
    sessions,
    distinctSeconds: seconds(apart),
  }));
  return { items, nextCursor: null, from: iso(from), to: iso(to), timezone: 'UTC' };
};

// --- The log

const isText = (value: unknown, max: number) =>
  typeof value === 'string' && value !== '' && value.length <= max;

const isEntry = ({ platform, serial, action_type, action_detail, username, timestamp }: Row): boolean =>
  isText(platform, 128) &&
  isText(serial, 128) &&
  isText(action_type, 128) &&
  (action_detail == null || isText(action_detail, 4096)) &&
  (username == null || isText(username, 256)) &&
  (timestamp == null || Number.isSafeInteger(timestamp));

const append = async ({ db, community, request, now }: Call) => {
  const body = JSON.parse(await request.text());
  const entries: Row[] = Array.isArray(body) ? body : [body];
  const second = Math.floor(now / 1000);
  const rows = entries
    .filter(isEntry)
    .map((e) => [e.timestamp ?? second, e.platform, e.serial, e.action_type, e.action_detail, e.username]);
  const json = JSON.stringify(rows);
  const [inserted] = await db.batch<Row>([
    // Entries of one call that have another timestamp than the first one would get theirs one by one.
    db
      .prepare(
        `INSERT INTO log_entries (community_id, generation, id, platform, serial, action_type, action_detail, username)
         SELECT ?1, 0, base + key, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
         FROM (SELECT coalesce(max(id) + 1, ?2 << 20) AS base FROM log_entries
           WHERE community_id = ?1 AND generation = 0 AND id >= ?2 << 20 AND id < (?2 + 1) << 20), json_each(?3)
         RETURNING id`,
      )
      .bind(community.id, rows[0]?.[0] ?? second, json),
    db
      .prepare(
        `INSERT INTO log_counters (community_id, action_type, platform, count)
         SELECT ?1, value ->> 3, value ->> 1, count(*) FROM json_each(?2) WHERE true GROUP BY 2, 3
         ON CONFLICT DO UPDATE SET count = count + excluded.count`,
      )
      .bind(community.id, json),
  ]);
  const ids = inserted?.results.map(({ id }) => id) ?? [];
  return Array.isArray(body) ? { accepted: ids.length, ids, rejected: [] } : { id: ids[0] };
};

/** Conditions of the filters that came, and the index that serves them. */
const filterOf = ({ searchParams }: URL) => {
  const given = ['serial', 'action_type', 'platform', 'username'].filter((name) => searchParams.has(name));
  const values: (string | number | null)[] = given.map((name) => searchParams.get(name));
  const [from, before] = ['from', 'before'].map((name) => searchParams.get(name));
  const to = searchParams.get('to');
  const conditions = given.map((name, index) => `AND ${name} = ?${index + 2}`);
  const bound = (sign: string, id: number) => {
    values.push(id);
    conditions.push(`AND id ${sign} ?${values.length + 1}`);
  };
  if (from) bound('>=', Number(from) * 2 ** 20);
  if (before || to) bound('<', before ? Number(before) : (Number(to) + 1) * 2 ** 20);
  const index = given.includes('serial')
    ? 'INDEXED BY log_entries_by_serial'
    : given.includes('action_type') && given.includes('platform')
      ? 'INDEXED BY log_entries_by_kind'
      : 'NOT INDEXED';
  return { conditions: conditions.join(' '), values, index };
};

const listLog = async ({ db, community, url }: Call) => {
  const { conditions, values, index } = filterOf(url);
  const limit = Number(url.searchParams.get('limit') ?? 100);
  const { results } = await db
    .prepare(
      `SELECT id, platform, serial, action_type, action_detail, username FROM log_entries ${index}
       WHERE community_id = ?1 AND generation = 0 ${conditions} ORDER BY id DESC LIMIT ?${values.length + 2}`,
    )
    .bind(community.id, ...values, limit + 1)
    .all<{ id: number }>();
  const rows = results.slice(0, limit).map((row) => ({ ...row, timestamp: Math.floor(row.id / 2 ** 20) }));
  const last = rows.at(-1);
  if (!last || results.length <= limit) return { rows, next: undefined };
  const next = new URL(url);
  next.searchParams.set('before', String(last.id));
  return { rows, next: next.href };
};

const countLog = async ({ db, community, url }: Call): Promise<number> => {
  const { conditions, values } = filterOf(url);
  const statement = url.searchParams.has('serial')
    ? `SELECT count(*) AS count FROM log_entries INDEXED BY log_entries_by_serial
       WHERE community_id = ?1 AND generation = 0 ${conditions}`
    : `SELECT sum(count) AS count FROM log_counters WHERE community_id = ?1 ${conditions}`;
  const { results } = await db
    .prepare(statement)
    .bind(community.id, ...values)
    .all<{ count: number }>();
  return results[0]?.count ?? 0;
};
