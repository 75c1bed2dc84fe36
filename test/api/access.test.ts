import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, Harness } from '../harness.ts';

describe('communities', () => {
  it('are created with a first key that works at once', async () => {
    const app = new Harness();
    const created = await app.post('/admin/communities', {
      key: ADMIN_TOKEN,
      body: { name: 'Night Shift RP', settings: { timezone: 'Europe/Madrid' } },
    });
    expect(created.status, created.text).toBe(201);
    expect(created.body.data).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Night Shift RP',
      createdAt: '2026-04-15T00:00:00.000Z',
      settings: {
        autoCreateAccounts: true,
        idleTimeoutSeconds: 43200,
        heartbeatTimeoutSeconds: 600,
        maxSessionSeconds: 86400,
        unconfirmedEnd: 'last-seen',
        timezone: 'Europe/Madrid',
      },
      apiKey: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        key: expect.stringMatching(/^rc_[0-9A-Za-z]{38}$/),
        name: 'First key',
        scopes: [
          'sessions:read',
          'sessions:write',
          'logs:read',
          'logs:write',
          'logs:delete',
          'account-activity:read',
          'account-activity:write',
          'admin',
        ],
        createdAt: '2026-04-15T00:00:00.000Z',
        lastUsedAt: null,
        expiresAt: null,
      },
    });
    const settings = await app.get('/v2/community/settings', { key: created.body.data.apiKey.key });
    expect(settings.status).toBe(200);
    expect(settings.body.data.timezone).toBe('Europe/Madrid');
  });
});
