import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { listsOfDocument, operationIdAt } from '../document.ts';
import { ADMIN_TOKEN, type Answer, Harness, START } from '../harness.ts';
import { DAY, HOUR, iso } from '../helpers.ts';

/** Every list, with every filter: its page 50 reads what its first page reads, and a constant. */
const ROWS = 3000;
const PAGE = 25;
/** No list gives fewer at once, if so many are asked for. */
const STEP = 100;
/** Rows that a page may read beyond those of the first: the sessions, keys and counters around the place of the cursor. */
const CONSTANT = 60;
/** Not a list: its cursor goes on with a check, some 20,000 records a call (test/core/account-activity/verify.test.ts). */
const PARTS_OF_A_CHECK = 'verifyAccountActivities';

const app = new Harness();
let key: string;
let communityId: number;
/** A community of its own: with many who are on, many devices, endpoints, addresses and questions. */
let crowdKey: string;
let endpointId: string;
const account = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const ANA = account(999_999);
const REVISED = account(888_888);

const seedIn = (id: number, sql: string, ...values: unknown[]) =>
  env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS - 1}) ${sql}`,
  )
    .bind(id, ...values)
    .run();
const seed = (sql: string, ...values: unknown[]) => seedIn(communityId, sql, ...values);

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
     SELECT ?1, 'apiId', printf('id-%06d', i), ?2 FROM n
     UNION ALL VALUES (?1, 'accId', ?2, ?2), (?1, 'discord', 'd1', ?2), (?1, 'uniqueId', '7', ?2), (?1, 'username', 'ana', ?2)`,
    ANA,
  );
  // Sessions of ten lengths: of an account, of all the others, and some that are open.
  await seed(
    `INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at, ended_at, close_kind, voided_at, metadata)
     SELECT ?1, ?2 - i * 60000, printf('00000000-0000-7000-8000-%012d', who * 100000 + i), 1 + (i % 2),
       iif(who, printf('00000000-0000-7000-8000-%012d', i), ?3), ?2 - i * 60000,
       ?2 - i * 60000 + (i % 10) * 600000, iif(i % 4 < 2, 'stopped', 'auto_closed'), iif(i % 100 = 0, ?2, NULL),
       iif(i % 4 < 2, '{"job":"police"}', '{}')
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
  await seed(
    `INSERT INTO account_activities (community_id, category, occurred_at, id, record)
     SELECT ?1, iif(i % 3, 'PROCESSES_VIEWED', 'PROCESSES_CHANGED'), ?2 - i, 'r' || i, json_object('message', 'm', 'time', 't',
       'timeStamp', 't', 'type', 'VIEW', 'user', iif(i % 2, 'bo', 'cy')) FROM n`,
    START,
  );
  await seed(
    `INSERT INTO communities (public_id, name, created_at)
     SELECT printf('00000000-0000-7000-8000-%012d', i), 'c' || ?1, ?2 FROM n`,
    START,
  );
  await appendEntries(key, (n) => `s${n % 2}`);
  await seedCrowd();
}, 120_000);

/** Writes the log of a community: of two kinds, two names, two texts, from a device each. */
const appendEntries = async (of: string, serialOf: (n: number) => string) => {
  for (let from = 0; from < ROWS; from += 1000) {
    const entries = Array.from({ length: 1000 }, (_, n) => ({
      platform: `p${n % 2}`,
      serial: serialOf(from + n),
      action_type: `a${n % 2}`,
      action_detail: n % 2 ? 'door opened' : 'door closed',
      username: `u${n % 2}`,
      timestamp: START / 1000 - from - n,
    }));
    const answer = await app.post('/api/v1/activity_log', { key: of, body: entries });
    expect(answer.body.data.accepted).toBe(1000);
  }
};

/** The other community, whose lists are long where those of the first are short. */
const seedCrowd = async () => {
  const { key, rowId } = await app.community();
  crowdKey = key;
  // The question of a late call, as often as it takes.
  const record = (body: object) => app.post('/v2/community/servers/1/activity', { key, body });
  app.clock.advance(-2 * DAY);
  await record({ username: 'ana', forceStart: true });
  app.clock.advance(2 * DAY);
  const closed = await app.post('/v2/community/periods', { key, body: { to: iso(-2 * HOUR) } });
  expect(closed.status, closed.text).toBe(201);
  await record({ username: 'ana', forceStart: true, eventId: 'late', occurredAt: iso(-3 * HOUR) });
  const columns = 'event_id, period_id, server_id, account_id, occurred_at, call, created_at';
  await seedIn(
    rowId,
    `INSERT INTO period_questions (community_id, id, decision, ${columns})
     SELECT ?1, printf('00000000-0000-7000-8000-%012d', i), iif(i % 2, 'dismissed', NULL), ${columns}
     FROM n, (SELECT * FROM period_questions WHERE community_id = ?1)`,
  );
  await seedIn(
    rowId,
    `INSERT INTO sessions (community_id, started_at, id, server_id, account_id, last_seen_at)
     SELECT ?1, ?2 - i, printf('00000000-0000-7000-8001-%012d', i), 1 + i % 2,
       printf('00000000-0000-7000-8000-%012d', i), ?2 FROM n`,
    START,
  );
  await seedIn(
    rowId,
    `INSERT INTO webhook_endpoints (id, community_id, url, format, events, secret, created_at)
     SELECT printf('00000000-0000-7000-8002-%012d', i), ?1, 'https://hooks.test.com/', 'standard', '["*"]', 's', ?2 FROM n`,
    START,
  );
  await seedIn(
    rowId,
    `INSERT INTO inbound_webhooks (id, community_id, name, kind, sender, verification, secret, repeat_seconds, created_at)
     SELECT printf('00000000-0000-7000-8002-%012d', i), ?1, 'h', 'tracker', 'custom', '{"scheme":"token"}', 's', 60, ?2 FROM n`,
    START,
  );
  await appendEntries(key, (n) => `s${n}`);
};

/** A page, of so many rows, behind a cursor. */
const get = ([, path, { of = 'first' }]: List, rows: number, cursor: string | null) => {
  const url = new URL(path.replace('ENDPOINT', endpointId), 'https://rollcall.test');
  url.searchParams.set(url.pathname === '/v2/community/accounts' ? 'take' : 'limit', String(rows));
  if (cursor) url.searchParams.set('cursor', cursor);
  return app.get(url.pathname + url.search, {
    key: { first: key, crowd: crowdKey, operator: ADMIN_TOKEN }[of],
  });
};

/** The cost of a page behind a cursor. */
const measure = async (list: List, cursor: string | null) => {
  const cost = await app.measure(() => get(list, PAGE, cursor));
  expect(cost.result.status, cost.result.text).toBe(200);
  return cost;
};

/** (Of a closed period, it is the totals that come in pages; of a report, the records.) */
const pageIn = ({ body, headers }: Answer): { rows: unknown[]; cursor: string | null } => {
  const { data = body } = body;
  const list = data.totals ?? data;
  const link = new URL(/^<(.*)>/.exec(headers.get('link') ?? '')?.[1] ?? '', 'https://rollcall.test');
  return {
    rows: list.items ?? list.records ?? list,
    cursor: list.nextCursor ?? link.searchParams.get('cursor'),
  };
};

/** The cursor behind so many rows of the list. */
const cursorBehind = async (list: List, rows: number): Promise<string> => {
  let cursor: string | null = null;
  for (let left = rows; left > 0; ) {
    const answer = await get(list, Math.min(left, STEP), cursor);
    const page = pageIn(answer);
    cursor = page.cursor;
    left -= page.rows.length;
    if (cursor === null || page.rows.length === 0)
      throw new Error(
        `${list[0]} ends ${left + PAGE} rows before page 50 does: ${answer.text.slice(0, 300)}`,
      );
  }
  return cursor ?? '';
};

const from = iso(-4 * DAY);
const to = iso(-HOUR);
const PERIOD = `from=${from}&to=${to}`;

/** Its name, its path with the filters, and where the data are. */
type List = readonly [name: string, path: string, { readonly of?: 'first' | 'crowd' | 'operator' }];

const WHO: readonly (readonly [string, string])[] = [
  ['an account', `accId=${ANA}`],
  ['an apiId', 'apiId=id-000001'],
  ['a discord', 'discord=d1'],
  ['a uniqueId', 'uniqueId=7'],
  ['a username', 'username=ana'],
];
const METADATA: readonly [string, string] = ['a value in their metadata', 'metadata.job=police'];

const SESSIONS = [
  ['any', ''],
  ...WHO,
  METADATA,
  ['those that began before an instant', `to=${to}`],
  ['from an instant on', `from=${from}`],
  ['a period', PERIOD],
  ['an account in a period', `accId=${ANA}&${PERIOD}`],
  ['a close kind', 'closeKind=stopped'],
  ['those that are closed', `status=closed&to=${to}`],
  ['those that are void too', `includeVoided=true&to=${to}`],
] as const;

const LISTS: readonly List[] = [
  ...SESSIONS.flatMap(([what, filter]): List[] => [
    [`sessions of ${what}`, `/v2/community/activity?${filter}`, {}],
    [`sessions of a server and ${what}`, `/v2/community/activity?serverId=1&${filter}`, {}],
    [`sessions at a server's path, of ${what}`, `/v2/community/servers/1/activity?${filter}`, {}],
  ]),
  ['who is on', '/v2/community/activity?status=open', { of: 'crowd' }],
  [
    'who is on, without identifiers',
    '/v2/community/activity?status=open&includeIdentifiers=false',
    { of: 'crowd' },
  ],
  [
    'who is on a server',
    '/v2/community/servers/1/activity?status=open&includeIdentifiers=false',
    { of: 'crowd' },
  ],
  // Each page adds the whole period up.
  ['totals by account', `/v2/community/activity/summary?groupBy=account&order=most&${PERIOD}`, {}],
  ...[...WHO, METADATA, ['a server', 'serverId=1'] as const].map(
    ([what, filter]): List => [
      `totals of ${what} by hour`,
      `/v2/community/activity/summary?groupBy=hour&fill=true&from=${iso(-60 * DAY)}&to=${to}&${filter}`,
      {},
    ],
  ),
  ['closed periods', '/v2/community/periods?', {}],
  ['totals of a closed period', `/v2/community/periods/${account(0)}?`, {}],
  ['questions', '/v2/community/periods/questions?', { of: 'crowd' }],
  ['questions, decided ones too', '/v2/community/periods/questions?status=all', { of: 'crowd' }],
  ['service IDs', '/v2/community/service-ids?', {}],
  ['corrections', `/v2/community/activity/${REVISED}/revisions?`, {}],
  ['accounts', '/v2/community/accounts?', {}],
  [
    'accounts in good standing',
    '/v2/community/accounts?sysStatus=true&comStatus=true&banned=false&archived=false',
    {},
  ],
  ['identifiers', `/v2/community/accounts/${ANA}/identifiers?`, {}],
  ['API keys', '/v2/community/api-keys?', {}],
  ['webhook endpoints', '/v2/community/webhook-endpoints?', { of: 'crowd' }],
  ['deliveries', '/v2/community/webhook-endpoints/ENDPOINT/deliveries?', {}],
  ['deliveries that failed', '/v2/community/webhook-endpoints/ENDPOINT/deliveries?status=failed', {}],
  ['inbound webhooks', '/v2/community/inbound-webhooks?', { of: 'crowd' }],
  ['log entries', '/api/v1/activity_log?', {}],
  ['log entries, the oldest first', '/api/v1/activity_log?order=asc', {}],
  ['log entries behind one', '/api/v1/activity_log?after_id=1&order=asc', {}],
  ['log entries of a platform', '/api/v1/activity_log?platform=p1', {}],
  ['log entries of a serial', '/api/v1/activity_log?serial=s1', {}],
  ['log entries of an action', '/api/v1/activity_log?action_type=a1', {}],
  ['log entries of a name', '/api/v1/activity_log?username=u1', {}],
  ['log entries with a text', '/api/v1/activity_log?q=opened', {}],
  [
    'log entries of a period',
    `/api/v1/activity_log?from=${START / 1000 - 2900}&to=${START / 1000 - 10}&serial=s1`,
    {},
  ],
  ['devices', '/api/v1/activity_log/devices?', { of: 'crowd' }],
  ...['LOGINS', 'PROCESSES_VIEWED', 'LOGINS,PROCESSES_VIEWED,USERS_JOINED'].map(
    (type): List => [
      `records of ${type}`,
      `/scr/api/activity?startDate=${from}&endDate=${iso(DAY)}&type=${type}`,
      {},
    ],
  ),
  [
    'records of a user',
    `/scr/api/activity?startDate=${from}&endDate=${iso(DAY)}&type=PROCESSES_VIEWED,PROCESSES_CHANGED&user=bo`,
    {},
  ],
  ['communities', '/admin/communities?', { of: 'operator' }],
  ['communities of a place', '/admin/communities?place=0', { of: 'operator' }],
];

describe('page 50 reads no more than the first page and a constant', () => {
  it.each(LISTS)('%s', async (...list) => {
    await measure(list, null);
    const first = await measure(list, null);
    const cursor = await cursorBehind(list, 49 * PAGE);
    const deep = await measure(list, cursor);
    expect(deep.rowsRead, `first: ${first.rowsRead}`).toBeLessThanOrEqual(first.rowsRead + CONSTANT);
    expect(deep.trips).toBe(first.trips);
    expect(pageIn(deep.result).rows).toHaveLength(PAGE);
  });
});

/** They say how a page looks, not what is in it. */
const NO_FILTERS = new Set(['limit', 'take', 'skip', 'offset', 'csv', 'locale', 'timezone', 'rounding']);

it.each(listsOfDocument().filter(({ operationId }) => operationId !== PARTS_OF_A_CHECK))(
  'its 50th page is read above, with each of its filters: $operationId',
  ({ operationId, parameters }) => {
    const asked = LISTS.filter(
      ([, path]) => operationIdAt('GET', path.replace('ENDPOINT', account(0))) === operationId,
    )
      .flatMap(([, path]) => [...new URL(path, 'https://rollcall.test').searchParams.keys()])
      .map((name) => name.split('.', 1)[0]);
    expect(
      LISTS.some(([, path]) => operationIdAt('GET', path.replace('ENDPOINT', account(0))) === operationId),
    ).toBe(true);
    expect(parameters.filter((name) => !NO_FILTERS.has(name) && !asked.includes(name))).toEqual([]);
  },
);

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
