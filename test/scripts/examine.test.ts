import { describe, expect, it } from 'vitest';
import type { Api, Reply } from '../../scripts/remote/api.ts';
import { examine, type Finding } from '../../scripts/remote/examine.ts';

const NOW = Date.parse('2026-11-25T12:00:00.000Z');
const EXPECTED = {
  version: '0.2.0',
  migrations: ['0000_baseline.sql'],
  crons: ['*/5 * * * *', '7 * * * *'],
  databases: 1,
};
const DATABASE = {
  place: 0,
  available: true,
  bytes: 5_300_000,
  communities: 12,
  migrations: { applied: ['0000_baseline.sql'], missing: [] },
  triggers: [
    { cron: '*/5 * * * *', scheduledAt: '', ranAt: '2026-11-25T11:51:00.000Z', failedJobs: [] },
    { cron: '7 * * * *', scheduledAt: '', ranAt: '2026-11-25T11:07:00.000Z', failedJobs: [] },
  ],
};
const STATUS = {
  version: '0.2.0',
  secrets: { ADMIN_TOKEN: true, TOKEN_SECRET: true },
  localSwitches: [],
  migrations: DATABASE.migrations,
  triggers: DATABASE.triggers,
  databases: [DATABASE],
};

const reply = (status: number, data?: unknown, more = {}): Reply => ({
  status,
  body: { data, ...more },
  problem: status < 400 ? '' : `answers ${status}`,
});

/** A deployment that is fine but for the replies given; notes what was called. */
const deployment = (replies: Record<string, Reply> = {}) => {
  const calls: string[] = [];
  const fine: Record<string, Reply> = {
    'GET /healthz': reply(200),
    'GET /admin/status': reply(200, STATUS),
    'POST /admin/communities': reply(201, { id: 'c', apiKey: { key: 'k' } }),
    'POST /v2/community/servers/1/activity': reply(200, { id: 's' }),
    'DELETE /v2/community/activity/s': reply(200),
    'DELETE /admin/communities/c': reply(200),
  };
  const api: Api = {
    url: 'https://rollcall.example.workers.dev',
    call: async (method, path) => {
      const name = `${method} ${path}`;
      calls.push(name);
      return replies[name] ?? fine[name] ?? reply(404);
    },
  };
  return { api, calls };
};

const look = async (replies: Record<string, Reply> = {}): Promise<Finding[]> =>
  examine(deployment(replies).api, 'token', EXPECTED, NOW);
const status = (more: object) => ({ 'GET /admin/status': reply(200, { ...STATUS, ...more }) });
const database = (more: object) => status({ databases: [{ ...DATABASE, ...more }] });
const wrongs = async (replies: Record<string, Reply>) =>
  (await look(replies)).filter(({ outcome }) => outcome !== 'ok').map(({ what, outcome }) => [what, outcome]);

it('finds nothing where all is well, and leaves nothing behind', async () => {
  const { api, calls } = deployment();
  const findings = await examine(api, 'token', EXPECTED, NOW);
  expect(findings.map(({ what, outcome }) => `${what}: ${outcome}`)).toEqual([
    'answer: ok',
    'version: ok',
    'secrets: ok',
    'migrations: ok',
    'size: ok',
    'cron */5 * * * *: ok',
    'cron 7 * * * *: ok',
    'session: ok',
  ]);
  expect(calls.at(-1)).toBe('DELETE /admin/communities/c');
});

it.each([
  ['nobody answers', { 'GET /healthz': { status: 0, body: undefined, problem: 'no answer' } }, 'answer'],
  ['a placeholder secret', { 'GET /healthz': reply(503, undefined, { code: 'UNAVAILABLE' }) }, 'secrets'],
  ['a database that is away', { 'GET /healthz': reply(503) }, 'database'],
  ['another token', { 'GET /admin/status': reply(401) }, 'operator'],
  ['no token', { 'GET /admin/status': reply(503) }, 'secrets'],
  ['something else', { 'GET /admin/status': reply(404) }, 'version'],
  ['missing tables', { 'GET /admin/status': reply(500) }, 'migrations'],
  ['another version', status({ version: '0.1.0' }), 'version'],
  ['a missing migration', database({ migrations: { applied: [] } }), 'migrations'],
  [
    'a newer database',
    database({ migrations: { applied: ['0000_baseline.sql', '0001.sql'] } }),
    'migrations',
  ],
  ['a database that is nearly full', database({ bytes: 8_100_000_000 }), 'size'],
  ['a database that is not deployed', status({ databases: [] }), 'databases'],
  ['no TOKEN_SECRET', status({ secrets: { ADMIN_TOKEN: true, TOKEN_SECRET: false } }), 'secrets'],
  ['a local switch', status({ localSwitches: ['ANONYMOUS_COMMUNITY'] }), 'switches'],
  ['no session', { 'POST /v2/community/servers/1/activity': reply(500) }, 'session'],
  ['no void', { 'DELETE /v2/community/activity/s': reply(500) }, 'session'],
])('tells %s', async (_, replies, what) => {
  expect(await wrongs(replies)).toEqual([[what, 'wrong']]);
});

it('deletes its community also where the session failed', async () => {
  const { api, calls } = deployment({ 'POST /v2/community/servers/1/activity': reply(500) });
  await examine(api, 'token', EXPECTED, NOW);
  expect(calls.at(-1)).toBe('DELETE /admin/communities/c');
});

it('sees a trigger that has not come, that comes no more, and whose job failed', async () => {
  const [often, hourly] = DATABASE.triggers;
  expect(await wrongs(database({ triggers: [] }))).toEqual([
    ['cron */5 * * * *', 'wait'],
    ['cron 7 * * * *', 'wait'],
  ]);
  const old = { ...often, ranAt: '2026-11-25T11:49:59.000Z' };
  expect(await wrongs(database({ triggers: [old, hourly] }))).toEqual([['cron */5 * * * *', 'wrong']]);
  const failed = { ...hourly, failedJobs: ['purge-sessions'] };
  expect(await wrongs(database({ triggers: [often, failed] }))).toEqual([['cron 7 * * * *', 'wrong']]);
});

describe('several databases', () => {
  const two = (more: object = {}) => status({ databases: [DATABASE, { ...DATABASE, place: 1, ...more }] });
  const lookAtTwo = async (more?: object) => {
    const { api, calls } = deployment(two(more));
    const findings = await examine(api, 'token', { ...EXPECTED, databases: 2 }, NOW);
    return { calls, findings: findings.map(({ what, outcome }) => `${what}: ${outcome}`) };
  };

  it('each is looked at, with a session of its own', async () => {
    const { calls, findings } = await lookAtTwo();
    expect(findings.slice(3)).toEqual(
      ['DB', 'DB_1'].flatMap((name) => [
        `${name}: migrations: ok`,
        `${name}: size: ok`,
        `${name}: cron */5 * * * *: ok`,
        `${name}: cron 7 * * * *: ok`,
        `${name}: session: ok`,
      ]),
    );
    expect(calls.filter((call) => call === 'POST /admin/communities')).toHaveLength(2);
  });

  it('one that is away, one that lacks a migration, one that is not deployed', async () => {
    expect((await lookAtTwo({ available: false })).findings.slice(-2)).toEqual([
      'DB: session: ok',
      'DB_1: database: wrong',
    ]);
    expect((await lookAtTwo({ migrations: { applied: [] } })).findings).toContain('DB_1: migrations: wrong');
    const { api } = deployment();
    const [found] = (await examine(api, 'token', { ...EXPECTED, databases: 2 }, NOW)).filter(
      ({ outcome }) => outcome !== 'ok',
    );
    expect(found?.text).toBe('It has 1, and wrangler.toml 2. To deploy them: npm run deploy');
  });

  it('where a run visits them in turn, a trigger may come as much later', async () => {
    const [often, hourly] = DATABASE.triggers;
    const at = (ranAt: string) => ({ triggers: [{ ...often, ranAt }, hourly] });
    expect((await lookAtTwo(at('2026-11-25T11:46:00.000Z'))).findings).toContain(
      'DB_1: cron */5 * * * *: ok',
    );
    expect((await lookAtTwo(at('2026-11-25T11:44:00.000Z'))).findings).toContain(
      'DB_1: cron */5 * * * *: wrong',
    );
  });
});
