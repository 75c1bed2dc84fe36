import { describe, expect, it } from 'vitest';
import { families } from '../../../../src/api/index.ts';
import { SCOPES, SCOPES_OF_PRESET } from '../../../../src/core/access/scopes.ts';
import { setUp } from '../../../helpers.ts';

const KEYS = '/v2/community/api-keys';

describe('keys by preset', () => {
  it.each([
    ['game-server', ['sessions:read', 'sessions:write', 'servers:write']],
    ['viewer', ['sessions:read', 'logs:read', 'account-activity:read']],
    ['log-writer', ['logs:write']],
    ['auditor', ['sessions:read', 'logs:read', 'account-activity:read', 'audit:read']],
  ])('%s', async (preset, scopes) => {
    const { app, key } = await setUp();
    const { status, body } = await app.post(KEYS, { key, body: { name: 'A key', preset } });
    expect(status).toBe(201);
    expect(body.data).toEqual({
      id: expect.any(String),
      key: expect.stringMatching(/^rc_/),
      name: 'A key',
      scopes,
      createdAt: '2026-04-15T00:00:00.000Z',
      lastUsedAt: null,
      expiresAt: null,
    });
  });

  it('a preset and scopes are too much, neither is too little, an unknown one is refused', async () => {
    const { app, key } = await setUp();
    const create = (more: Record<string, unknown>) =>
      app.post(KEYS, { key, body: { name: 'A key', ...more } });
    const both = await create({ preset: 'viewer', scopes: ['logs:read'] });
    expect([both.status, both.body.errors]).toEqual([
      400,
      [{ path: 'preset', message: 'cannot be combined with scopes' }],
    ]);
    const neither = await create({});
    expect([neither.status, neither.body.errors]).toEqual([
      400,
      [{ path: 'scopes', message: 'is required' }],
    ]);
    expect((await create({ preset: 'root' })).status).toBe(400);
  });

  it('a game server and an auditor can do their work and nothing that administers', async () => {
    const { app, key } = await setUp();
    const keyOf = async (preset: string) =>
      (await app.post(KEYS, { key, body: { name: preset, preset } })).body.data.key;
    const server = await keyOf('game-server');
    const auditor = await keyOf('auditor');
    const status = async (method: string, path: string, as: string, body?: unknown) =>
      (await app.request(method, path, { key: as, body })).status;
    const here = '/v2/community/servers/1/activity';
    for (const [method, path, body] of [
      ['GET', '/v2/community/sub-version'],
      ['GET', '/v2/community/servers'],
      ['POST', '/v2/community/servers', { servers: [{ id: 1, name: 'Main' }] }],
      ['POST', `${here}/start`],
      ['POST', here, { discord: '1', forceStart: true }],
      ['POST', `${here}/heartbeat`, { accounts: [{ discord: '1' }] }],
      ['PUT', `${here}/roster`, { accounts: [{ discord: '1' }] }],
      ['GET', '/v2/community/accounts/search?discord=1'],
    ] as const) {
      expect([path, await status(method, path, server, body)]).toEqual([path, 200]);
    }
    const verification = '/v2/community/account-activities/verify';
    expect(await status('GET', verification, auditor)).toBe(200);
    expect(await status('GET', verification, server)).toBe(403);
    expect(await status('POST', KEYS, auditor, { name: 'More', scopes: ['admin'] })).toBe(403);
    expect(await status('POST', here, auditor, { discord: '1' })).toBe(403);
  });

  it('no preset changes, deletes or administers beyond its purpose', () => {
    const operations = families.flatMap((family) => family.operations);
    const allowed = (preset: keyof typeof SCOPES_OF_PRESET) =>
      operations
        .filter(({ access }) => {
          const scopes: readonly string[] = SCOPES_OF_PRESET[preset];
          return typeof access === 'object' && scopes.includes(access.scope);
        })
        .map(({ method, path }) => `${method} ${path}`);
    for (const preset of ['viewer', 'auditor'] as const) {
      expect(allowed(preset).filter((operation) => !/^(GET|POST \/servers\/get_)/.test(operation))).toEqual(
        [],
      );
    }
    for (const preset of ['game-server', 'log-writer'] as const) {
      expect(allowed(preset).filter((operation) => /^DELETE/.test(operation))).toEqual([]);
    }
    expect(allowed('game-server').filter((operation) => /void|PATCH|merge|api-keys/.test(operation))).toEqual(
      [],
    );
  });

  it("a community's first key has every scope", async () => {
    const { app, key } = await setUp();
    const { body } = await app.get(KEYS, { key });
    expect(body.data.items[0].scopes).toEqual([...SCOPES]);
  });
});
