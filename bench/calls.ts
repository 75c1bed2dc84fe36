/** The calls that are measured. */
import { accountId, DAY_MS, discordOf, type Sizes, startOf } from './data.ts';
import type { Subject } from './subjects.ts';

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: string;
}

/** The request number `n` (from 0) of one of the connections. */
export type Requests = (connection: number, n: number) => Request;

export interface Call {
  readonly name: string;
  /** For every subject, or for each its own: a place in a list is said in different ways. */
  readonly requests: Requests | Readonly<Record<'rollcall' | 'raw' | 'node', Requests>>;
  /** Whether the table of growth has it. */
  readonly grows?: true;
}

const LOG = '/api/v1/activity_log';
const get = (path: string): Requests => {
  const request = { method: 'GET', path } as const;
  return () => request;
};

const server = (id: number, rest = '') => `/v2/community/servers/${id}/activity${rest}`;

const crowd = (method: 'POST' | 'PUT', id: number, verb: string, count: number): Requests => {
  const accounts = Array.from({ length: count }, (_, n) => ({ discord: discordOf(n) }));
  const request = { method, path: server(id, verb), body: JSON.stringify({ accounts }) };
  return () => request;
};

const entries = (count: number, timestamp: number): Requests => {
  const all = Array.from({ length: count }, (_, n) => ({
    platform: ['tiktok', 'instagram', 'youtube'][n % 3],
    serial: `device_serial_${(n * 7919) % 1000}`,
    action_type: ['post', 'follow', 'comment', 'like'][(n * 31) % 4],
    action_detail: 'Published video successfully',
    username: `user${n % 100}`,
    timestamp,
  }));
  const request = { method: 'POST', path: LOG, body: JSON.stringify(count === 1 ? all[0] : all) } as const;
  return () => request;
};

const tracked = (id: number, firstAccount: number, flags: readonly Record<string, true>[]): Requests => {
  return (connection, n) => ({
    method: 'POST',
    path: server(id),
    body: JSON.stringify({ accId: accountId(firstAccount + connection), ...flags[n % flags.length] }),
  });
};

/** A page of 50 behind 9950 others: Rollcall's `Link` is followed to there, the raw Worker takes an id, Node an offset. */
const page200 = async (rollcall: Subject, key: string): Promise<Call['requests']> => {
  const PAGE = 995;
  let path = `${LOG}?limit=${PAGE}`;
  let lastId = 0;
  for (let page = 0; page < 10; page++) {
    const response = await fetch(rollcall.url + path, { headers: { Authorization: `Bearer ${key}` } });
    const { data } = (await response.json()) as { data: { id: number }[] };
    if (data.length < PAGE) throw new Error('The log is too short to have a page 200.');
    lastId = data.at(-1)?.id ?? 0;
    const next = /<(.+?)>/.exec(response.headers.get('Link') ?? '')?.[1] ?? '';
    path = next.replace(/^https?:\/\/[^/]+/, '');
  }
  return {
    rollcall: get(path.replace(`limit=${PAGE}`, 'limit=50')),
    raw: get(`${LOG}?limit=50&before=${lastId}`),
    node: get(`${LOG}?limit=50&offset=9950`),
  };
};

/** All calls, the reads first: what is written makes the log longer. `now` is when the data end. */
export const callsOf = async (rollcall: Subject, key: string, sizes: Sizes, now: number): Promise<Call[]> => {
  const list = (name: string, query: string): Call => ({
    name: `list 50, ${name}`,
    requests: get(`${LOG}?limit=50${query}`),
  });
  const [middle, week] = [Math.floor(sizes.sessions / 2), Math.floor((now - 7 * DAY_MS) / 1000)];
  const iso = (at: number) => new Date(at).toISOString();
  const report = [iso(startOf(middle, sizes, now)), iso(startOf(middle + 999, sizes, now))];
  const month = [iso(now - 30 * DAY_MS), iso(now)];
  const second = Math.floor(now / 1000) - 100;
  return [
    { ...list('no filter', ''), grows: true },
    { ...list('by serial', '&serial=device_serial_7'), grows: true },
    list('by action', '&action_type=follow'),
    list('by action and platform', '&action_type=follow&platform=youtube'),
    list('by serial and platform', '&serial=device_serial_7&platform=youtube'),
    list('by username', '&username=user42'),
    list('of a week', `&from=${week}&to=${week + 600_000}`),
    { name: 'page 200 of the log', requests: await page200(rollcall, key), grows: true },
    { name: 'count, no filter', requests: get(`${LOG}/count`), grows: true },
    { name: 'count, by serial', requests: get(`${LOG}/count?serial=device_serial_7`), grows: true },
    { name: 'sessions: the latest 200', requests: get('/v2/community/activity?limit=200'), grows: true },
    { name: 'who is on: 200 of 1200', requests: get('/v2/community/activity?status=open&limit=200') },
    {
      name: 'latest of an account',
      requests: get(`/v2/community/accounts/${accountId(7)}/activity/latest`),
      grows: true,
    },
    {
      name: 'report of 1000 logins',
      requests: get(`/scr/api/activity?startDate=${report[0]}&endDate=${report[1]}&type=LOGINS`),
      grows: true,
    },
    {
      name: 'totals of a month by account',
      requests: get(
        `/v2/community/activity/summary?groupBy=account&from=${month[0]}&to=${month[1]}&limit=1000`,
      ),
      grows: true,
    },
    {
      name: 'start, then stop',
      requests: tracked(1, 600, [{ forceStart: true }, { forceStop: true }]),
      grows: true,
    },
    { name: 'toggle', requests: tracked(2, 650, [{}]) },
    { name: 'heartbeat of 100', requests: crowd('POST', 101, '/heartbeat', 100) },
    { name: 'heartbeat of 500', requests: crowd('POST', 501, '/heartbeat', 500) },
    { name: 'roster of 100', requests: crowd('PUT', 100, '/roster', 100), grows: true },
    { name: 'roster of 500', requests: crowd('PUT', 500, '/roster', 500) },
    { name: 'append 1', requests: entries(1, second), grows: true },
    { name: 'append 100', requests: entries(100, second + 1) },
    { name: 'append 1000', requests: entries(1000, second + 2), grows: true },
  ];
};
