/** The examples in Lua, run in Lua 5.4 with their platforms' natives replaced, against the Worker as it is deployed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LuaEngine, LuaFactory } from 'wasmoon';
import { bundleWorker } from '../../scripts/local/bundle.ts';
import { readMigrations } from '../../scripts/migrations/text.ts';

const ROOT = join(import.meta.dirname, '../..');
const ADMIN_TOKEN = 'test-admin-token-000000000000000000000000';
const HOUR_MS = 3_600_000;
const NATIVES = readFileSync(join(import.meta.dirname, 'natives.lua'), 'utf8');

let worker: Miniflare;
let url: string;

const call = async (method: string, path: string, key: string, body?: unknown) => {
  const answer = await fetch(new URL(path, url), {
    method,
    headers: { Authorization: `Bearer ${key}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return JSON.parse(await answer.text()).data;
};

beforeAll(async () => {
  const { script } = await bundleWorker();
  worker = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script,
      compatibilityDate: '2026-10-23',
      d1Databases: { DB: 'examples' },
      bindings: { ADMIN_TOKEN },
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    }),
  );
  url = String(await worker.unsafeGetDirectURL());
  const db = await worker.getD1Database('DB');
  for (const { statements } of readMigrations()) {
    for (const statement of statements) await db.prepare(statement).run();
  }
});

afterAll(() => worker.dispose());

/** A community with a key for a game server, and a platform that runs an example. */
const setUp = async (example: string, serverId: number) => {
  const { apiKey } = await call('POST', '/admin/communities', ADMIN_TOKEN, { name: 'Examples' });
  const { key } = await call('POST', '/v2/community/api-keys', apiKey.key, {
    name: 'Game',
    preset: 'game-server',
  });
  const players = new Map<number, string>();
  const logs: string[] = [];
  const sent: string[] = [];
  let now = 0;
  let refusals = 0;
  let pending: Promise<unknown>[] = [];
  let lua: LuaEngine;

  const settle = async (): Promise<void> => {
    while (pending.length > 0) await Promise.all(pending.splice(0));
  };
  const run = async (code: string): Promise<void> => {
    await lua.doString(code);
    await settle();
  };
  /** The platform starts anew, and the example with it. */
  const boot = async (): Promise<void> => {
    lua = await new LuaFactory().createEngine();
    pending = [];
    lua.global.set('URL', url.replace(/\/$/, ''));
    lua.global.set('KEY', key);
    lua.global.set('js_now', () => now);
    lua.global.set('js_log', (text: string) => void logs.push(text));
    lua.global.set('js_players', () => [...players].map(([id, name]) => `${id}=${name};`).join(''));
    lua.global.set(
      'js_http',
      (
        method: string,
        target: string,
        body: string,
        headers: string,
        answerTo: (status: number, text: string, retryAfter: string) => void,
      ) => {
        sent.push(`${method} ${new URL(target).pathname.split('/activity')[1]}`);
        const isRefused = refusals > 0;
        if (isRefused) refusals -= 1;
        const request = isRefused
          ? Promise.resolve(new Response('', { status: 429, headers: { 'Retry-After': '90' } }))
          : fetch(target, { method, headers: JSON.parse(headers), body });
        pending.push(
          request.then(async (answer) =>
            answerTo(answer.status, await answer.text(), answer.headers.get('Retry-After') ?? ''),
          ),
        );
      },
    );
    await lua.doString(NATIVES);
    lua.global.set(
      'source_of_example',
      readFileSync(join(ROOT, 'examples', example), 'utf8').replace(
        'https://rollcall.example.com',
        url.replace(/\/$/, ''),
      ),
    );
    await run(`Run(source_of_example, '${example}')`);
  };
  const minute = async (): Promise<void> => {
    now += 60_000;
    await run('Tick()');
  };
  /** Who is on, by name. */
  const on = async (): Promise<string[]> => {
    const { items } = await call('GET', `/v2/community/activity?status=open&serverId=${serverId}`, key);
    return items.map(({ name }: { name: string }) => name).sort();
  };
  const sessions = async () =>
    (await call('GET', `/v2/community/activity?serverId=${serverId}`, key)).items as {
      name: string;
      start: string;
      end: string | null;
      closeKind: string | null;
      continues?: string;
    }[];
  /** Everything that is known happened an hour earlier. */
  const anHourPasses = async (): Promise<void> => {
    const db = await worker.getD1Database('DB');
    await db.batch([
      db.prepare(
        `UPDATE sessions SET started_at = started_at - ${HOUR_MS}, last_seen_at = last_seen_at - ${HOUR_MS},
           ended_at = ended_at - ${HOUR_MS}, heartbeat_at = heartbeat_at - ${HOUR_MS}`,
      ),
      db.prepare(
        `UPDATE servers SET roster_observed_at = roster_observed_at - ${HOUR_MS}, roster_seen_at = roster_seen_at - ${HOUR_MS},
           reset_at = reset_at - ${HOUR_MS}, alive_since = alive_since - ${HOUR_MS}, alive_until = alive_until - ${HOUR_MS}`,
      ),
    ]);
  };
  const accounts = async (): Promise<number> => (await call('GET', '/v2/community/accounts', key)).total;
  const refuse = (times: number): void => {
    refusals = times;
  };
  return { players, logs, sent, boot, run, minute, on, sessions, anHourPasses, accounts, refuse };
};

type Platform = Awaited<ReturnType<typeof setUp>>;

describe.each([
  {
    example: 'fivem/server.lua',
    serverId: 1,
    join: (platform: Platform, id: number) => platform.run(`source = ${id}; Fire('playerJoining')`),
    leave: (platform: Platform, id: number) => platform.run(`source = ${id}; Fire('playerDropped')`),
  },
  {
    example: 'roblox/Rollcall.server.lua',
    serverId: 1,
    join: (platform: Platform, id: number) => platform.run(`FirePlayer('PlayerAdded', ${id})`),
    leave: (platform: Platform, id: number) => platform.run(`FirePlayer('PlayerRemoving', ${id})`),
  },
])('$example', ({ example, serverId, join: arrive, leave }) => {
  it('tells joins and leaves, a rename, and an empty server', async () => {
    const platform = await setUp(example, serverId);
    await platform.boot();
    expect(await platform.on()).toEqual([]);
    platform.players.set(1, 'Ana').set(2, 'Bo');
    await arrive(platform, 1);
    await arrive(platform, 2);
    expect(await platform.on()).toEqual(['Ana', 'Bo']);
    platform.players.set(1, 'TheAna');
    await platform.minute();
    expect(await platform.on()).toEqual(['Bo', 'TheAna']);
    expect(await platform.accounts()).toBe(2);
    await leave(platform, 2);
    platform.players.delete(2);
    expect(await platform.on()).toEqual(['TheAna']);
    platform.players.clear();
    await platform.minute();
    expect(await platform.on()).toEqual([]);
    expect(platform.logs).toEqual([]);
  });

  it('is silent after a 429 as long as it was told to be, and the next roster repairs what it did not say', async () => {
    const platform = await setUp(example, serverId);
    platform.players.set(1, 'Ana').set(2, 'Bo');
    await platform.boot();
    expect(await platform.on()).toEqual(['Ana', 'Bo']);
    platform.refuse(1);
    platform.players.set(3, 'Cy');
    await arrive(platform, 3);
    const before = platform.sent.length;
    // For 90 seconds nothing is sent: neither a leave nor a roster.
    await leave(platform, 2);
    platform.players.delete(2);
    await platform.minute();
    expect(platform.sent.length).toBe(before);
    await platform.minute();
    expect(platform.sent.at(-1)).toBe('PUT /roster');
    expect(await platform.on()).toEqual(['Ana', 'Cy']);
    expect(platform.logs).toEqual([]);
  });

  it('after a crash without a stop, no hour is credited that nobody saw', async () => {
    const platform = await setUp(example, serverId);
    platform.players.set(1, 'Ana').set(2, 'Bo');
    await platform.boot();
    await platform.anHourPasses();
    // It comes back an hour later, and only Ana is there.
    platform.players.delete(2);
    await platform.boot();
    expect(await platform.on()).toEqual(['Ana']);
    const sessions = await platform.sessions();
    expect(sessions).toHaveLength(3);
    for (const { start, end, closeKind } of sessions.filter((session) => session.end !== null)) {
      expect(closeKind).toBe('auto_closed');
      expect(Date.parse(String(end)) - Date.parse(start)).toBeLessThan(60_000);
    }
    expect(sessions.find(({ end }) => end === null)).toMatchObject({
      name: 'Ana',
      continues: expect.any(String),
    });
  });
});

it('a FiveM resource that stops closes its sessions', async () => {
  const platform = await setUp('fivem/server.lua', 1);
  platform.players.set(1, 'Ana');
  await platform.boot();
  expect(await platform.on()).toEqual(['Ana']);
  await platform.run(`Fire('onResourceStop', 'another')`);
  expect(await platform.on()).toEqual(['Ana']);
  await platform.run(`Fire('onResourceStop', 'rollcall')`);
  expect(await platform.on()).toEqual([]);
});

it('a Roblox server that closes says that nobody is there', async () => {
  const platform = await setUp('roblox/Rollcall.server.lua', 1);
  platform.players.set(1, 'Ana');
  await platform.boot();
  expect(await platform.on()).toEqual(['Ana']);
  await platform.run(`Fire('Close')`);
  expect(await platform.on()).toEqual([]);
});

it('no example has more than 60 lines, and no README more than five', () => {
  for (const folder of readdirSync(join(ROOT, 'examples'))) {
    for (const name of readdirSync(join(ROOT, 'examples', folder))) {
      const lines = readFileSync(join(ROOT, 'examples', folder, name), 'utf8')
        .trimEnd()
        .split('\n').length;
      expect([`${folder}/${name}`, lines <= (name === 'README.md' ? 5 : 60)]).toEqual([
        `${folder}/${name}`,
        true,
      ]);
    }
  }
});
