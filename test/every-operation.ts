/** Every operation of every family, with calls that it carries out: for tests that walk them all. */
import { families } from '../src/api/index.ts';
import type { Family } from '../src/api/kit/family.ts';
import { type AnyOperation, docsOf } from '../src/api/kit/operation.ts';
import { ADMIN_TOKEN, type Answer, type Harness, START } from './harness.ts';
import { DAY, HOUR, iso, MINUTE } from './helpers.ts';

/** When the calls are made, a while after what the world knows. */
export const NOW = START + 2 * DAY;

/** A community with one of everything that a path or a body can name. */
export interface World {
  readonly key: string;
  /** What stands in a path, by the parameter's name; of all operations but those that `CALLS` gives something else. */
  readonly ids: Readonly<Record<string, string>>;
  /** Accounts: one with closed sessions, one that is on server 1, one that was never on. */
  readonly accounts: { readonly closed: string; readonly open: string; readonly idle: string };
  readonly openActivityId: string;
  readonly continuedActivityId: string;
  readonly hookToken: string;
  readonly client: { readonly clientId: string; readonly clientSecret: string };
}

/** Makes the world through the API, with the clock of `app` from START on. */
export const makeWorld = async (app: Harness): Promise<World> => {
  const { id: communityId, key } = await app.community();
  const send = async (method: string, path: string, body: unknown): Promise<Answer['body']> => {
    const answer = await app.request(method, path, { key, body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
    await app.settled();
    return answer.body.data;
  };
  const post = (path: string, body: unknown) => send('POST', path, body);
  const endpoint = await post('/v2/community/webhook-endpoints', {
    url: 'https://hooks.example.com/',
    events: ['*'],
  });
  const on = (serverId: number, body: object) => post(`/v2/community/servers/${serverId}/activity`, body);
  const idle = (await on(3, { username: 'cid' })).accId;
  await on(3, { username: 'cid', forceClear: true });
  await on(1, { username: 'ana', discord: '1234' });
  app.clock.advance(HOUR);
  const closed = await on(1, { discord: '1234' });
  await on(2, { username: 'eli', discord: '4321' });
  await send('PUT', '/v2/community/servers', { servers: [{ id: 1, name: 'Main' }] });
  const entries = ['a', 'b', 'c'].map((serial) => ({ platform: 'p', serial, action_type: 'post' }));
  const { ids } = await post('/api/v1/activity_log', entries);
  await post('/v2/community/account-activities', {
    category: 'PROCESSES_VIEWED',
    type: 'PROCESS_VIEWED',
    user: 'ana',
    time: iso(HOUR),
  });
  const key2 = await post('/v2/community/api-keys', { name: 'Second', scopes: ['logs:read'] });
  const service = { name: 'Report', category: 'account-activity-reporting' };
  const client = await post('/v2/community/service-ids', service);
  const hook = await post('/v2/community/inbound-webhooks', {
    name: 'Gate',
    kind: 'tracker',
    verification: { scheme: 'token', idHeader: 'X-Message-Id' },
    keepBodies: true,
  });
  const { items } = (
    await app.get(`/v2/community/webhook-endpoints/${endpoint.id}/deliveries?limit=1`, { key })
  ).body.data;
  // A session that fell silent, and the one that continues it.
  app.clock.set(NOW - 3 * HOUR);
  const continued = await on(5, { username: 'hal', discord: '7777', forceStart: true });
  for (const ms of [MINUTE, HOUR / 2]) {
    app.clock.advance(ms);
    await post('/v2/community/servers/5/activity/heartbeat', { accounts: [{ discord: '7777' }] });
  }
  app.clock.advance(MINUTE);
  await on(5, { discord: '7777', forceStop: true });
  app.clock.set(NOW - HOUR / 2);
  const open = await on(1, { username: 'bo', discord: '5678', metadata: { job: 'police' } });
  app.clock.set(NOW);
  await app.post(`/hooks/${hook.id}`, {
    headers: { Authorization: `Bearer ${hook.secret}`, 'X-Message-Id': 'm0' },
    body: { serverId: 1 },
  });
  const period = await post('/v2/community/periods', { to: '2026-03-31' });
  // A question is of a call into a period that is closed.
  const closedPeriod = await post('/v2/community/periods', { to: '2026-04-16' });
  await on(4, { username: 'gil', forceStart: true, occurredAt: new Date(NOW - 5 * HOUR).toISOString() });
  const [question] = (await app.get('/v2/community/periods/questions', { key })).body.data.items;
  await send('DELETE', `/v2/community/periods/${closedPeriod.id}`, { reason: 'For the question' });
  return {
    key,
    ids: {
      communityId,
      serverId: '1',
      accountId: closed.accId,
      activityId: closed.id,
      apiKeyId: key2.id,
      endpointId: endpoint.id,
      deliveryId: items[0].id,
      webhookId: hook.id,
      serviceId: client.id,
      id: String(ids[1]),
      periodId: period.id,
      questionId: question.id,
      number: '1',
      discordId: '1234',
      type: 'discord',
      value: '1234',
    },
    accounts: { closed: closed.accId, open: open.accId, idle },
    openActivityId: open.id,
    continuedActivityId: continued.id,
    hookToken: hook.secret,
    client,
  };
};

/** What a call has that the documentation's example does not give, or gives for another world. */
export interface CallOf {
  readonly name?: string;
  readonly ids?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it takes two transactions: the first notes the call, the second works out what it means. */
  readonly isNotedFirst?: boolean;
}

const PERIOD = { from: iso(0), to: iso(2 * DAY) };
const ENTRY = { platform: 'p', serial: 'd', action_type: 'post' };

/** The calls of an operation, where the example of its documentation is not the one to make. */
const CALLS: Readonly<Record<string, (world: World) => readonly CallOf[]>> = {
  recordActivity: ({ accounts }) => [
    { name: 'toggle on', body: { accId: accounts.closed } },
    { name: 'toggle off', body: { accId: accounts.open } },
    { name: 'toggle a silent one', ids: { serverId: '2' }, body: { discord: '4321' } },
    { name: 'new account', body: { discord: '999', username: 'dee' } },
    { name: 'start', body: { accId: accounts.closed, forceStart: true } },
    { name: 'start again', body: { accId: accounts.open, forceStart: true } },
    { name: 'stop', body: { accId: accounts.open, forceStop: true } },
    { name: 'stop nothing', body: { accId: accounts.closed, forceStop: true } },
    { name: 'clear', body: { accId: accounts.open, forceClear: true } },
    { name: 'clear and start', body: { accId: accounts.open, forceClear: true, forceStart: true } },
    { name: 'event', body: { accId: accounts.open, forceStop: true, eventId: 'e1' } },
    {
      name: 'late',
      body: {
        accId: accounts.open,
        forceStart: true,
        eventId: 'e2',
        occurredAt: new Date(NOW - 2 * HOUR).toISOString(),
      },
      isNotedFirst: true,
    },
  ],
  resetServer: () => [
    { body: {} },
    { name: 'event', body: { eventId: 'r1', occurredAt: iso(DAY) }, isNotedFirst: true },
  ],
  recordHeartbeat: ({ accounts }) => [
    { body: { accounts: [{ accId: accounts.open }, { accId: accounts.closed }] } },
  ],
  applyRoster: ({ accounts }) => [
    { body: { accounts: [{ accId: accounts.closed }, { username: 'eve' }] } },
    { name: 'same', body: { accounts: [{ accId: accounts.open }] } },
    { name: 'empty', body: { accounts: [] } },
  ],
  summarizeActivity: () => [
    { query: PERIOD },
    { name: 'by day', query: { ...PERIOD, groupBy: 'day' } },
    { name: 'CSV', query: PERIOD, headers: { Accept: 'text/csv' } },
  ],
  listOnline: () => [{ query: PERIOD }],
  listActivity: () => [{}, { name: 'CSV', headers: { Accept: 'text/csv' } }],
  joinActivity: ({ continuedActivityId }) => [{ ids: { activityId: continuedActivityId } }],
  correctActivity: ({ openActivityId }) => [
    { body: { end: iso(HOUR / 2), reason: 'Left earlier' } },
    { name: 'to the same', body: { end: iso(HOUR), reason: 'Nothing' } },
    {
      name: 'open',
      ids: { activityId: openActivityId },
      body: { end: new Date(NOW - HOUR / 4).toISOString(), reason: 'Left' },
    },
  ],
  searchAccounts: () => [{ query: { username: 'ana' } }],
  eraseAccount: () => [{}, { name: 'with sessions', query: { sessions: 'true' } }],
  mergeAccounts: ({ accounts }) => [{ body: { into: accounts.open } }],
  recordAccountActivities: () => [
    {},
    {
      name: 'without eventId',
      body: { category: 'PROCESSES_VIEWED', type: 'PROCESS_VIEWED', user: 'bo', time: iso(DAY) },
    },
  ],
  openConsoleSession: ({ key }) => [{ body: { apiKey: key } }],
  openOperatorSession: () => [{ body: { adminToken: ADMIN_TOKEN } }],
  startStopActivityV1: ({ key }) => [
    { body: { id: 'c', key, type: 'ACTIVITY_TRACKER_START_STOP', data: { serverId: 1, discord: '1234' } } },
  ],
  registerIdentifiersV1: ({ key }) => [
    {
      body: {
        id: 'c',
        key,
        type: 'IDENTIFIERS',
        data: { discord: '1234', identifiers: [{ type: 'steam', value: '110000112345678' }] },
      },
    },
  ],
  appendActivityLogs: () => [
    { body: ENTRY },
    { name: 'of the past', body: { ...ENTRY, timestamp: START / 1000 } },
    { name: 'with event_id', body: { ...ENTRY, event_id: 'x' } },
    { name: 'many', body: [ENTRY, { ...ENTRY, event_id: 'y' }, { ...ENTRY, serial: 'e' }, {}] },
  ],
  deleteActivityLogs: () => [{ query: { serial: 'a' } }],
  listActivities: () => [
    { query: { startDate: iso(0), endDate: iso(3 * DAY), type: 'LOGINS,USERS_JOINED,ACCOUNT_CHANGED' } },
  ],
  issueToken: ({ client }) => [
    {
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: client.clientId,
        client_secret: client.clientSecret,
      }).toString(),
    },
  ],
  // The question's call is carried out, then the question is decided.
  acceptPeriodQuestion: () => [{ isNotedFirst: true }],
  closePeriod: () => [{ body: { to: '2026-04-15' } }],
  tryInboundWebhook: () => [{ body: { body: { serverId: 1, username: 'ana' } } }],
  answerChallenge: ({ hookToken }) => [
    { query: { 'hub.mode': 'subscribe', 'hub.challenge': '1', 'hub.verify_token': hookToken } },
  ],
  receiveCall: ({ hookToken, accounts }) => [
    {
      body: { serverId: 1, accId: accounts.closed },
      headers: { Authorization: `Bearer ${hookToken}`, 'X-Message-Id': 'm1' },
    },
    {
      name: 'many',
      body: [
        { serverId: 1, accId: accounts.closed, forceStart: true },
        { serverId: 1, username: 'fay' },
      ],
      headers: { Authorization: `Bearer ${hookToken}`, 'X-Message-Id': 'm1' },
    },
  ],
};

export interface OperationCall {
  readonly name: string;
  readonly family: Family;
  readonly operation: AnyOperation;
  readonly call: CallOf;
}

/** One operation with its family and its documentation's id. */
export const operations = families.flatMap((family) =>
  family.operations.map((operation) => ({
    operationId: docsOf(operation).operationId,
    family,
    operation,
  })),
);

/** The calls of all operations in this world. */
export const callsOf = (world: World): OperationCall[] =>
  operations.flatMap(({ operationId, family, operation }) =>
    (CALLS[operationId]?.(world) ?? [{}]).map((call) => ({
      name: call.name ? `${operationId}, ${call.name}` : operationId,
      family,
      operation,
      call,
    })),
  );

/** The path of an operation with its parameters filled in. */
export const pathOf = (
  path: string,
  ids: Readonly<Record<string, string>>,
  query?: Readonly<Record<string, string>>,
): string => {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const id = ids[name];
    if (id === undefined) throw new Error(`Let makeWorld() make what {${name}} names`);
    return encodeURIComponent(id);
  });
  return query ? `${filled}?${new URLSearchParams(query)}` : filled;
};

/** The body of a call; the key of a family that has it there is the world's. */
export const bodyOf = ({ family, operation, call }: OperationCall, key: string): unknown => {
  if (!operation.body && call.body === undefined) return undefined;
  const body = call.body ?? docsOf(operation).bodyExample;
  return family.keyInBody && typeof body === 'object' ? { ...body, key } : body;
};

/** Makes the call with the credential that it needs. */
export const make = (
  app: Harness,
  world: World,
  each: OperationCall,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const { operation, call } = each;
  const { access } = operation;
  return app.request(operation.method, pathOf(operation.path, { ...world.ids, ...call.ids }, call.query), {
    ...(access !== 'public' && { key: access === 'operator' ? ADMIN_TOKEN : world.key }),
    headers: { ...call.headers, ...headers },
    body: bodyOf(each, world.key),
  });
};
