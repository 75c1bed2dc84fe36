/**
 * What somebody would write in an afternoon: one process, node:http and node:sqlite, tables and statements as they come to
 * mind. It has a key and checks it; no silences, no late calls, no retries, one community. Ends when its parent ends it.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { accountRows, chunks, logRows, openRows, type Sizes, sessionRows } from './data.ts';

interface Options {
  readonly sizes: Sizes;
  readonly now: number;
  readonly key: string;
  readonly receiver: string;
}
type Row = Record<string, string | number | null>;

const { sizes, now: filledAt, key, receiver } = JSON.parse(process.argv[2] ?? '') as Options;
const directory = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
process.on('SIGTERM', () => {
  rmSync(directory, { recursive: true });
  process.exit();
});
const db = new DatabaseSync(join(directory, 'afternoon.db'));
db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  CREATE TABLE keys (hash TEXT PRIMARY KEY);
  CREATE TABLE accounts (id TEXT PRIMARY KEY, discord TEXT UNIQUE, name TEXT, created_at INTEGER);
  CREATE TABLE sessions (id TEXT PRIMARY KEY, server_id INTEGER, account_id TEXT, started_at INTEGER, last_seen_at INTEGER,
    ended_at INTEGER, close_kind TEXT, metadata TEXT DEFAULT '{}');
  CREATE INDEX sessions_by_account ON sessions (account_id, started_at);
  CREATE INDEX sessions_by_start ON sessions (started_at);
  CREATE INDEX sessions_open ON sessions (server_id, account_id) WHERE ended_at IS NULL;
  CREATE TABLE log (id INTEGER PRIMARY KEY AUTOINCREMENT, platform TEXT, serial TEXT, action_type TEXT, action_detail TEXT,
    username TEXT, timestamp INTEGER);
  CREATE INDEX log_by_serial ON log (serial);
  CREATE INDEX log_by_action ON log (action_type);
  CREATE INDEX log_by_time ON log (timestamp);
  INSERT INTO accounts SELECT * FROM (${accountRows(filledAt)});
  INSERT INTO sessions (id, server_id, account_id, started_at, last_seen_at)
    SELECT id, server_id, account_id, started_at, ${Date.now()} FROM (${openRows(filledAt)});`);
for (const [from, count] of chunks(sizes.sessions)) {
  db.exec(`INSERT INTO sessions (id, server_id, account_id, started_at, last_seen_at, ended_at, close_kind)
    SELECT id, server_id, account_id, started_at, ended_at, ended_at, 'stopped' FROM (${sessionRows(from, count, sizes, filledAt)})`);
}
for (const [from, count] of chunks(sizes.logEntries)) {
  db.exec(`INSERT INTO log (platform, serial, action_type, action_detail, username, timestamp)
    SELECT platform, serial, action_type, action_detail, username, id >> 20 FROM (${logRows(from, count, sizes, filledAt)})`);
}
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
db.prepare('INSERT INTO keys VALUES (?)').run(hashOf(key));

const statements = new Map<string, ReturnType<typeof db.prepare>>();
/** Runs a statement, prepared once. */
const query = (sql: string, ...values: (string | number | null)[]): Row[] => {
  let statement = statements.get(sql);
  if (!statement) {
    statement = db.prepare(sql);
    statements.set(sql, statement);
  }
  return statement.all(...values) as Row[];
};
const transaction = <T>(work: () => T): T => {
  db.exec('BEGIN');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
};

const iso = (at: unknown) => (at === null ? null : new Date(at as number).toISOString());
const toSession = (row: Row) => ({
  id: row.id,
  status: row.ended_at === null,
  accId: row.account_id,
  serverId: row.server_id,
  start: iso(row.started_at),
  end: iso(row.ended_at),
  clearReason: null,
  metadata: JSON.parse(String(row.metadata)),
});

const OPEN = 'server_id = ? AND account_id = ? AND ended_at IS NULL';
const open = (serverId: number, accountId: string, now: number) =>
  query(
    'INSERT INTO sessions (id, server_id, account_id, started_at, last_seen_at) VALUES (?, ?, ?, ?, ?) RETURNING *',
    crypto.randomUUID(),
    serverId,
    accountId,
    now,
    now,
  );
const close = (serverId: number, accountId: string, now: number, kind: string) =>
  query(
    `UPDATE sessions SET ended_at = ?, close_kind = ? WHERE ${OPEN} RETURNING *`,
    now,
    kind,
    serverId,
    accountId,
  );

const activity = (serverId: number, body: Record<string, unknown>) => {
  const now = Date.now();
  const accountId = String(body.accId);
  const row = transaction(() => {
    query('INSERT OR IGNORE INTO accounts (id, created_at) VALUES (?, ?)', accountId, now);
    if (body.forceStart) {
      close(serverId, accountId, now, 'superseded');
      return open(serverId, accountId, now)[0];
    }
    const [closed] = close(serverId, accountId, now, 'stopped');
    return closed ?? (body.forceStop ? undefined : open(serverId, accountId, now)[0]);
  });
  if (serverId === 9 && row) {
    fetch(receiver, {
      method: 'POST',
      body: JSON.stringify({ type: 'session.started', data: toSession(row) }),
    }).catch(() => {});
  }
  return row ? toSession(row) : null;
};

const heartbeat = (serverId: number, accounts: { discord: string }[]) =>
  transaction(() => ({
    results: accounts.map(({ discord }) => {
      const [row] = query(
        `SELECT s.id, s.account_id, s.last_seen_at FROM accounts AS a JOIN sessions AS s ON s.account_id = a.id
         WHERE a.discord = ? AND s.server_id = ? AND s.ended_at IS NULL`,
        discord,
        serverId,
      );
      if (!row) return { status: 'no_session', accId: null, sessionId: null };
      const now = Date.now();
      if (Number(row.last_seen_at) < now - 30_000) {
        query('UPDATE sessions SET last_seen_at = ? WHERE id = ?', now, row.id ?? null);
      }
      return { status: 'seen', accId: row.account_id, sessionId: row.id };
    }),
  }));

const roster = (serverId: number, accounts: { discord: string }[]) =>
  transaction(() => {
    const now = Date.now();
    const rows = query('SELECT * FROM sessions WHERE server_id = ? AND ended_at IS NULL', serverId);
    const left = new Map(rows.map((row) => [row.account_id, row]));
    const started: unknown[] = [];
    for (const { discord } of accounts) {
      let id = query('SELECT id FROM accounts WHERE discord = ?', discord)[0]?.id;
      if (!id) {
        id = crypto.randomUUID();
        query('INSERT INTO accounts (id, discord, created_at) VALUES (?, ?, ?)', id, discord, now);
      }
      const row = left.get(id);
      if (row) {
        left.delete(id);
        if (Number(row.last_seen_at) < now - 30_000) {
          query('UPDATE sessions SET last_seen_at = ? WHERE id = ?', now, row.id ?? null);
        }
      } else started.push(...open(serverId, String(id), now).map(toSession));
    }
    const closed = [...left.values()].flatMap((row) =>
      close(serverId, String(row.account_id), now, 'stopped'),
    );
    const openNow = rows.length + started.length - closed.length;
    return {
      isApplied: true,
      isComplete: true,
      open: openNow,
      started,
      resumed: [],
      closed: closed.map(toSession),
      rejected: [],
    };
  });

const append = (body: Record<string, unknown> | Record<string, unknown>[]) =>
  transaction(() => {
    const entries = Array.isArray(body) ? body : [body];
    const ids = entries.map(
      (e) =>
        query(
          `INSERT INTO log (platform, serial, action_type, action_detail, username, timestamp)
           VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
          String(e.platform),
          String(e.serial),
          String(e.action_type),
          (e.action_detail as string) ?? null,
          (e.username as string) ?? null,
          Number(e.timestamp ?? Math.floor(Date.now() / 1000)),
        )[0]?.id,
    );
    return Array.isArray(body) ? { accepted: ids.length, ids, rejected: [] } : { id: ids[0] };
  });

const logFilter = (params: URLSearchParams) => {
  const given = ['serial', 'action_type', 'platform', 'username'].filter((name) => params.has(name));
  const conditions = given.map((name) => `${name} = ?`);
  const values: (string | number | null)[] = given.map((name) => params.get(name));
  for (const [name, sign] of [
    ['from', '>='],
    ['to', '<='],
  ] as const) {
    if (!params.has(name)) continue;
    conditions.push(`timestamp ${sign} ?`);
    values.push(Number(params.get(name)));
  }
  return { where: conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '', values };
};

const listLog = (params: URLSearchParams) => {
  const { where, values } = logFilter(params);
  const [limit, offset] = ['limit', 'offset'].map((name) => Number(params.get(name) ?? 0));
  return query(
    `SELECT * FROM log ${where} ORDER BY timestamp DESC, id DESC LIMIT ? OFFSET ?`,
    ...values,
    limit ?? 100,
    offset ?? 0,
  );
};

const listSessions = (params: URLSearchParams) => {
  const rows = query(
    `SELECT s.*, a.name, a.discord FROM sessions AS s LEFT JOIN accounts AS a ON a.id = s.account_id
     ${params.get('status') === 'open' ? 'WHERE s.ended_at IS NULL' : ''} ORDER BY s.started_at DESC, s.id DESC LIMIT ?`,
    Number(params.get('limit')),
  );
  const items = rows.map((row) => ({
    ...toSession(row),
    name: row.name,
    lastSeen: iso(row.last_seen_at),
    closeKind: row.close_kind,
    identifiers: { discord: row.discord },
  }));
  return { items, nextCursor: null };
};

const report = (params: URLSearchParams) => {
  const rows = query(
    `SELECT s.*, a.name FROM sessions AS s LEFT JOIN accounts AS a ON a.id = s.account_id
     WHERE s.started_at BETWEEN ? AND ? ORDER BY s.started_at`,
    Date.parse(String(params.get('startDate'))),
    Date.parse(String(params.get('endDate'))),
  );
  const records = rows.map((row) => {
    const [time, endTime] = [iso(row.started_at), iso(row.ended_at ?? null)];
    const message = `user ${row.name} opened a login session at ${time} and it was closed at ${endTime}`;
    return { message, time, timeStamp: time, endTime, type: 'USER', user: row.name };
  });
  return { records };
};

const totals = (params: URLSearchParams) => {
  const [from = 0, to = 0] = ['from', 'to'].map((name) => Date.parse(String(params.get(name))));
  const items = query(
    `SELECT s.account_id AS accId, a.name, count(*) AS sessions,
       sum(min(coalesce(s.ended_at, s.last_seen_at), ?2) - max(s.started_at, ?1)) / 1000 AS seconds
     FROM sessions AS s LEFT JOIN accounts AS a ON a.id = s.account_id
     WHERE s.started_at < ?2 AND coalesce(s.ended_at, s.last_seen_at) > ?1 GROUP BY s.account_id`,
    from,
    to,
  );
  return { items, nextCursor: null };
};

const read = async (request: IncomingMessage) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString());
};

const answer = async (request: IncomingMessage): Promise<unknown> => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const isPost = request.method !== 'GET';
  const [, server, verb] = /^\/v2\/community\/servers\/(\d+)\/activity(?:\/(\w+))?$/.exec(pathname) ?? [];
  if (server !== undefined && isPost) {
    const body = await read(request);
    if (verb === 'heartbeat') return { success: true, data: heartbeat(Number(server), body.accounts) };
    if (verb === 'roster') return { success: true, data: roster(Number(server), body.accounts) };
    return { success: true, data: activity(Number(server), body) };
  }
  if (pathname === '/api/v1/activity_log') {
    return { code: 0, data: isPost ? append(await read(request)) : listLog(searchParams) };
  }
  if (pathname === '/api/v1/activity_log/count') {
    const { where, values } = logFilter(searchParams);
    return { code: 0, data: query(`SELECT count(*) AS count FROM log ${where}`, ...values)[0] };
  }
  if (pathname === '/scr/api/activity') return report(searchParams);
  if (pathname === '/v2/community/activity/summary') return { success: true, data: totals(searchParams) };
  if (pathname === '/v2/community/activity') return { success: true, data: listSessions(searchParams) };
  const [, id] = /^\/v2\/community\/accounts\/([\w-]+)\/activity\/latest$/.exec(pathname) ?? [];
  const rows = query(
    'SELECT * FROM sessions WHERE account_id = ? ORDER BY started_at DESC LIMIT 3',
    id ?? null,
  );
  return { success: true, data: rows.map(toSession) };
};

const httpServer = createServer(async (request, response) => {
  const send = (status: number, body: unknown) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  try {
    const hash = hashOf(request.headers.authorization?.slice('Bearer '.length) ?? '');
    if (query('SELECT 1 FROM keys WHERE hash = ?', hash).length === 0)
      return send(401, { error: 'unauthorized' });
    send(200, await answer(request));
  } catch (error) {
    send(500, { error: String(error) });
  }
});
httpServer.listen(0, '127.0.0.1', () => {
  const address = httpServer.address();
  console.log(typeof address === 'object' && address ? address.port : '');
});
