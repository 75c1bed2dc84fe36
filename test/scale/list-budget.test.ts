import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { Harness, START } from '../harness.ts';
import { DAY, HOUR, iso } from '../helpers.ts';

/** Every list, with every filter: its page 50 reads what its first page reads, and a constant. */
const ROWS = 3000;
const PAGE = 50;
/** No list gives fewer at once, if so many are asked for. */
const STEP = 100;
/** Rows that a page may read beyond those of the first: the sessions, keys and counters around the place of the cursor. */
const CONSTANT = 60;

const app = new Harness();
let key: string;
let communityId: number;
let endpointId: string;
const account = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const ANA = account(999_999);
const REVISED = account(888_888);

const seed = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS - 1}) ${sql}`,
  )
    .bind(communityId, ...values)
    .run();

beforeAll(async () => {
  const community = await app.community();
  key = community.key;
  communityId = community.rowId;
  const endpoint = await app.post('/v2/community/webhook-endpoints', {
    key,
    body: { url: 'https://hooks.test.com/a', events: ['server.reset'] },
  });
  expect(endpoint.status, endpoint.text).toBe(201);
  endpointId = endpoint.body.data.id;
  await seed(
    `INSERT INTO accounts (community_id, id, created_at)
     SELECT ?1, printf('00000000-0000-7000-8000-%012d', i), ?2 + i FROM n UNION ALL SELECT ?1, ?3, ?2`,
    START,
    ANA,
  );
  await seed(
    `INSERT INTO account_identifiers (community_id, kind, value, account_id)
     SELECT ?1, 'apiId', printf('id-%06d', i), ?2 FROM n UNION ALL SELECT ?1, 'accId', ?2, ?2`,
    ANA,
  );
  // Sessions of ten lengths: of an account, of all the others, and some that are open.
  await seed(
    `INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind, voided_at, metadata)
     SELECT ?1, ?2 - i * 60000, printf('00000000-0000-7000-8000-%012d', who * 100000 + i), 1 + (i % 2),
       iif(who, printf('00000000-0000-7000-8000-%012d', i), ?3), ?2 - i * 60000,
       ?2 - i * 60000 + (i % 10) * 600000, iif(i % 2, 'stopped', 'auto_closed'), iif(i % 100 = 0, ?2, NULL),
       iif(i % 2, '{"job":"police"}', '{}')
     FROM n CROSS JOIN (SELECT 0 AS who UNION ALL SELECT 1)`,
    START,
    ANA,
  );
  await seed(
    `INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at)
     SELECT ?1, ?2 - 40 * 86400000 - i, printf('00000000-0000-7000-8001-%012d', i), 7,
       printf('00000000-0000-7000-8000-%012d', i), ?2 FROM n WHERE i < 20`,
    START,
  );
  await seed(
    `INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind, is_moved)
     SELECT ?1, ?2 - 50 * 86400000, ?3, 7, ?3, ?2, ?2, 'stopped', 1 FROM n WHERE i = 0`,
    START,
    REVISED,
  );
  await seed(
    `INSERT INTO session_revisions (community_id, session_id, id, created_at, action, actor_kind, actor_id, actor_name,
       reason, before, after)
     SELECT ?1, ?2, printf('00000000-0000-7000-8000-%012d', i), ?3 + i, 'corrected', 'api-key', 'k', 'k', 'x',
       '{"startedAt":0,"endedAt":null,"closeKind":null,"clearReason":null,"voidedAt":null}',
       '{"startedAt":0,"endedAt":null,"closeKind":null,"clearReason":null,"voidedAt":null}' FROM n`,
    REVISED,
    START,
  );
  await seed(
    `INSERT INTO api_keys (id, community_id, name, hash, scopes, created_at)
     SELECT printf('00000000-0000-7000-8000-%012d', i), ?1, 'k', 'list-budget-' || i, 'admin', ?2 FROM n`,
    START,
  );
  await seed(
    `INSERT INTO service_ids (id, community_id, name, category, client_id, secret_hash, created_at)
     SELECT printf('00000000-0000-7000-8000-%012d', i), ?1, 's', 'account-activity-reporting', 'list-budget-' || i, 'x', ?2 FROM n`,
    START,
  );
  // Reopened, so that they settle nothing.
  await seed(
    `INSERT INTO periods (community_id, id, from_at, to_at, closed_at, closed_by, hash, heartbeat_timeout_ms, accounts,
       total_ms, reopened_at, reopened_by)
     SELECT ?1, printf('00000000-0000-7000-8000-%012d', i), i, i + 1, ?2, '{"kind":"api-key","id":"k","name":"k"}', 'h', 1,
       0, 0, ?2, '{"kind":"api-key","id":"k","name":"k"}' FROM n`,
    START,
  );
  await seed(
    `INSERT INTO period_totals (community_id, period_id, account_id, ms, confirmed_ms, watched_ms, sessions)
     SELECT ?1, ?2, printf('00000000-0000-7000-8000-%012d', i), 1, 1, 1, 1 FROM n`,
    account(0),
  );
  await seed(
    `INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data, status, created_at)
     SELECT ?1, ?2, i + 1, 'log.appended', '{}', iif(i % 2, 'delivered', 'failed'), ?3 + i FROM n`,
    endpointId,
    START,
  );
  for (let from = 0; from < ROWS; from += 1000) {
    const entries = Array.from({ length: 1000 }, (_, n) => ({
      platform: `p${n % 2}`,
      serial: `s${n % 2}`,
      action_type: `a${n % 2}`,
      username: `u${n % 2}`,
      timestamp: START / 1000 - from - n,
    }));
    const answer = await app.post('/api/v1/activity_log', { key, body: entries });
    expect(answer.body.data.accepted).toBe(1000);
  }
}, 120_000);

/** The cost of a page of 50, behind a cursor. */
const measure = async (path: string, cursor: string | null) => {
  const url = new URL(path, 'https://rollcall.test');
  url.searchParams.set('limit', String(PAGE));
  if (cursor) url.searchParams.set('cursor', cursor);
  const cost = await app.measure(() => app.get(url.pathname + url.search, { key }));
  expect(cost.result.status, cost.result.text).toBe(200);
  return cost;
};

/** (Of a closed period, it is the totals that come in pages.) */
const cursorOf = ({
  body: { data },
  headers,
}: {
  body: { data: { nextCursor?: string; totals?: { nextCursor?: string } } };
  headers: Headers;
}) =>
  data.nextCursor ??
  data.totals?.nextCursor ??
  new URL(/^<(.*)>/.exec(headers.get('link') ?? '')?.[1] ?? 'https://none').searchParams.get('cursor');

/** The cursor behind so many rows of the list. */
const cursorBehind = async (path: string, rows: number): Promise<string> => {
  let cursor: string | null = null;
  for (let left = rows; left > 0; left -= STEP) {
    const url = new URL(path, 'https://rollcall.test');
    url.searchParams.set('limit', String(Math.min(left, STEP)));
    if (cursor) url.searchParams.set('cursor', cursor);
    const answer = await app.get(url.pathname + url.search, { key });
    cursor = cursorOf(answer);
    expect(cursor, `${path} ends before page 50: ${answer.text.slice(0, 300)}`).not.toBeNull();
  }
  return cursor as unknown as string;
};

const from = iso(-4 * DAY);
const to = iso(-HOUR);
const LISTS: [string, string, number?][] = [
  ['sessions', '/v2/community/activity?'],
  ['sessions to an instant', `/v2/community/activity?to=${to}`],
  ['sessions from an instant', `/v2/community/activity?from=${from}`],
  ['sessions of a period', `/v2/community/activity?from=${from}&to=${to}`],
  ['sessions of an account', `/v2/community/activity?accId=${ANA}`],
  ['sessions of an account in a period', `/v2/community/activity?accId=${ANA}&from=${from}&to=${to}`],
  ['sessions of a server', '/v2/community/activity?serverId=1'],
  ['sessions of a server in a period', `/v2/community/activity?serverId=1&from=${from}&to=${to}`],
  ['sessions at the path of a server', `/v2/community/servers/1/activity?to=${to}`],
  ['sessions of an account on a server', `/v2/community/activity?accId=${ANA}&serverId=1&to=${to}`, 25],
  ['closed sessions', `/v2/community/activity?status=closed&to=${to}`],
  ['sessions of a close kind', `/v2/community/activity?closeKind=stopped&to=${to}`],
  ['sessions, those that are void too', `/v2/community/activity?includeVoided=true&to=${to}`],
  ['sessions with a value in their metadata', `/v2/community/activity?metadata.job=police&to=${to}`],
  ['closed periods', '/v2/community/periods?'],
  ['totals of a closed period', `/v2/community/periods/${account(0)}?`],
  ['service IDs', '/v2/community/service-ids?'],
  ['corrections', `/v2/community/activity/${REVISED}/revisions?`],
  ['accounts', '/v2/community/accounts?'],
  ['identifiers', `/v2/community/accounts/${ANA}/identifiers?`],
  ['API keys', '/v2/community/api-keys?'],
  ['deliveries', '/v2/community/webhook-endpoints/ENDPOINT/deliveries?'],
  ['deliveries that failed', '/v2/community/webhook-endpoints/ENDPOINT/deliveries?status=failed', 25],
  ['log entries', '/api/v1/activity_log?'],
  ['log entries of a platform', '/api/v1/activity_log?platform=p1', 25],
  ['log entries of a serial', '/api/v1/activity_log?serial=s1', 25],
  ['log entries of an action', '/api/v1/activity_log?action_type=a1', 25],
  ['log entries of a name', '/api/v1/activity_log?username=u1', 25],
  [
    'log entries of a period',
    `/api/v1/activity_log?from=${START / 1000 - 2900}&to=${START / 1000 - 10}&serial=s1`,
    25,
  ],
];

describe('page 50 reads no more than the first page and a constant', () => {
  it.each(LISTS)('%s', async (_, template, page = 50) => {
    const path = template.replace('ENDPOINT', endpointId);
    await measure(path, null);
    const first = await measure(path, null);
    const cursor = await cursorBehind(path, (page - 1) * PAGE);
    const deep = await measure(path, cursor);
    expect(deep.rowsRead, `first: ${first.rowsRead}`).toBeLessThanOrEqual(first.rowsRead + CONSTANT);
    expect(deep.trips).toBe(first.trips);
    const { data } = deep.result.body;
    const rows = (data.totals ?? data).items ?? data;
    // (Accounts come by 25, as the source says.)
    expect(rows.length).toBe(path.startsWith('/v2/community/accounts?') ? 25 : PAGE);
  });
});

it('the CSV of a period reads each of its sessions once, and its name', async () => {
  const read = async (hours: number) => {
    const path = `/v2/community/activity?from=${iso(-hours * HOUR)}&to=${to}`;
    const cost = await app.measure(() => app.get(path, { key, headers: { Accept: 'text/csv' } }));
    expect(cost.result.status).toBe(200);
    return { rows: cost.rowsRead, lines: cost.result.text.split('\r\n').length - 2 };
  };
  const [short, long] = [await read(6), await read(48)];
  expect(short.lines).toBeGreaterThan(500);
  expect(long.lines).toBeGreaterThan(8 * short.lines);
  for (const { rows, lines } of [short, long]) expect(rows).toBeLessThanOrEqual(3 * lines + 200);
});
