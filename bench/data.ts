/**
 * What is in the database before anything is measured, as queries that make it, so that Rollcall, the raw Worker and
 * the Node server have the same: `accounts` people, of whom 200 have sessions in the last 31 days; and a log.
 */
export interface Sizes {
  readonly sessions: number;
  readonly logEntries: number;
}

export const ACCOUNTS = 700;
/** Who has a history: a community of 200. */
export const MEMBERS = 200;
export const DAY_MS = 86_400_000;
const DAYS = 31;

/** The id of an account, and what a game server calls it. */
export const accountId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const discordOf = (n: number): string => `80000000000${String(n).padStart(6, '0')}`;

/** Servers whose rosters and heartbeats are measured: 100 accounts are on the first two, 500 on the others. */
export const CROWDED = [100, 101, 500, 501] as const;

const counting = (from: number, count: number) =>
  `WITH RECURSIVE counted(n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < ${from + count})`;
const ACCOUNT_ID = `printf('00000000-0000-4000-8000-%012d', n)`;

/** Query: `id, discord, name, created_at`. */
export const accountRows = (now: number): string => `${counting(0, ACCOUNTS)}
  SELECT ${ACCOUNT_ID} AS id, printf('80000000000%06d', n) AS discord, 'player ' || n AS name,
    ${now - DAYS * DAY_MS} AS created_at FROM counted`;

/** When session n of so many began: they are spread evenly over the days. */
export const startOf = (n: number, { sessions }: Sizes, now: number): number =>
  now - DAYS * DAY_MS + n * Math.floor((DAYS * DAY_MS) / (sessions + 1));

/** Query: `id, server_id, account_id, started_at, ended_at` of closed sessions. */
export const sessionRows = (from: number, count: number, sizes: Sizes, now: number): string => {
  const [first, second] = [startOf(0, sizes, now), startOf(1, sizes, now)];
  return `${counting(from, count)}
    SELECT printf('00000000-0000-7000-8000-%012d', n) AS id, 1 + n % 5 AS server_id,
      printf('00000000-0000-4000-8000-%012d', n % ${MEMBERS}) AS account_id, ${first} + n * ${second - first} AS started_at,
      ${first} + n * ${second - first} + min(${(second - first) * (MEMBERS - 1)}, 1800000 + (n * 7919) % 5400000) AS ended_at
    FROM counted`;
};

/** Query: `id, server_id, account_id, started_at` of the sessions that are open on the crowded servers. */
export const openRows = (now: number): string => `${counting(0, 500)}
  SELECT printf('00000000-0000-7000-8001-%06d%06d', server, n) AS id, server AS server_id, ${ACCOUNT_ID} AS account_id,
    ${now - 3_600_000} AS started_at
  FROM counted CROSS JOIN (SELECT column1 AS server FROM (VALUES ${CROWDED.map((server) => `(${server})`).join(', ')}))
  WHERE n < server - server % 100`;

/** Query: `id, platform, serial, action_type, action_detail, username` of log entries, oldest first. */
export const logRows = (from: number, count: number, { logEntries }: Sizes, now: number): string => {
  const first = Math.floor((now - DAYS * DAY_MS) / 1000);
  const step = (DAYS * 86_400) / (logEntries + 1);
  return `${counting(from, count)}
    SELECT (CAST(${first} + n * ${step} AS INTEGER) << 20) + n % 1000 AS id,
      json_extract('["tiktok","instagram","youtube"]', '$[' || (n % 3) || ']') AS platform,
      'device_serial_' || ((n * 7919) % 1000) AS serial,
      json_extract('["post","follow","comment","like"]', '$[' || ((n * 31) % 4) || ']') AS action_type,
      'Published video successfully' AS action_detail, 'user' || (n % 100) AS username
    FROM counted`;
};

/** So many rows are inserted at once. */
export const CHUNK = 20_000;

export const chunks = (total: number): [from: number, count: number][] =>
  Array.from({ length: Math.ceil(total / CHUNK) }, (_, index) => [
    index * CHUNK,
    Math.min(CHUNK, total - index * CHUNK),
  ]);
