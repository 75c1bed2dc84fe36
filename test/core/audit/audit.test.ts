import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { GENESIS, hashAuditRecord } from '../../../src/core/audit/audit-chain.ts';
import { ADMIN_TOKEN, Harness } from '../../harness.ts';

interface Row {
  sequence: number;
  id: string;
  occurred_at: number;
  type: string;
  user: string;
  message: string;
  properties: string;
  hash: string;
}

const trailOf = async (communityId: string): Promise<Row[]> =>
  (
    await env.DB.prepare(
      `SELECT * FROM audit_records
       WHERE community_id = (SELECT id FROM communities WHERE public_id = ?) ORDER BY sequence`,
    )
      .bind(communityId)
      .all<Row>()
  ).results;

/** Recomputes every link and compares the last one with the head. */
const expectIntact = async (communityId: string): Promise<Row[]> => {
  const rows = await trailOf(communityId);
  let previousHash = GENESIS.hash;
  for (const [index, row] of rows.entries()) {
    expect(row.sequence).toBe(index + 1);
    previousHash = await hashAuditRecord(
      {
        communityId,
        sequence: row.sequence,
        id: row.id,
        occurredAt: row.occurred_at,
        type: row.type,
        user: row.user,
        message: row.message,
        properties: JSON.parse(row.properties),
      },
      previousHash,
    );
    expect(row.hash).toBe(previousHash);
  }
  const head = await env.DB.prepare('SELECT audit_sequence, audit_hash FROM communities WHERE public_id = ?')
    .bind(communityId)
    .first();
  expect(head).toEqual({ audit_sequence: rows.length, audit_hash: previousHash });
  return rows;
};

const newKey = (app: Harness, key: string, name: string) =>
  app.post('/v2/community/api-keys', { key, body: { name, scopes: ['logs:read'] } });

describe('the audit trail', () => {
  it('has what the operator and the administrators did, and no secret', async () => {
    const app = new Harness();
    const created = await app.post('/admin/communities', {
      key: ADMIN_TOKEN,
      body: { name: 'Night Shift RP' },
    });
    const { id, apiKey } = created.body.data;
    const made = await newKey(app, apiKey.key, 'Bot');
    await app.patch('/v2/community/settings', { key: apiKey.key, body: { timezone: 'Europe/Madrid' } });
    await app.delete(`/v2/community/api-keys/${made.body.data.id}`, { key: apiKey.key });
    await app.patch(`/admin/communities/${id}`, { key: ADMIN_TOKEN, body: { name: 'Day Shift RP' } });
    await app.delete(`/admin/communities/${id}`, { key: ADMIN_TOKEN });

    const rows = await expectIntact(id);
    expect(rows.map(({ type, message }) => `${type}: ${message}`)).toEqual([
      'COMMUNITY_CREATED: user operator created the community "Night Shift RP" with its first API key',
      'API_KEY_CREATED: user First key created the API key "Bot"',
      'SETTINGS_CHANGED: user First key changed timezone from UTC to Europe/Madrid',
      'API_KEY_REVOKED: user First key revoked the API key "Bot"',
      'SETTINGS_CHANGED: user operator changed name from Night Shift RP to Day Shift RP',
      'COMMUNITY_DELETED: user operator deleted the community "Day Shift RP"',
    ]);
    expect(JSON.parse(rows[2]?.properties ?? '')).toEqual({
      activityName: 'timezone',
      activityType: 'SETTINGS',
      credentialId: apiKey.id,
      credentialKind: 'api-key',
      oldTimezone: 'UTC',
      newTimezone: 'Europe/Madrid',
    });
    const stored = JSON.stringify(rows);
    expect(stored).not.toContain(apiKey.key);
    expect(stored).not.toContain(made.body.data.key);
  });

  it('costs no round trip of its own', async () => {
    const app = new Harness();
    const { key } = await app.community();
    await app.get('/v2/community/api-keys', { key });
    const create = await app.measure(() => newKey(app, key, 'Bot'));
    expect(create.result.status).toBe(201);
    expect(create.trips).toBe(1);
    await app.get('/v2/community/api-keys', { key });
    const change = await app.measure(() =>
      app.patch('/v2/community/settings', { key, body: { maxSessionSeconds: 3600 } }),
    );
    expect(change.result.status).toBe(200);
    expect(change.trips).toBe(1);
  });

  it('stays whole with many administrators at once, in several isolates', async () => {
    const isolates = [new Harness(), new Harness(), new Harness()] as const;
    const { id, key } = await isolates[0].community();
    for (const isolate of isolates) await isolate.get('/v2/community/settings', { key });
    const answers = await Promise.all(
      Array.from({ length: 15 }, (_, n) => newKey(isolates[n % 3] as Harness, key, `Key ${n}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(15).fill(201));
    expect(await expectIntact(id)).toHaveLength(16);
  });

  it('has the true old values where another isolate has changed them since', async () => {
    const [here, there] = [new Harness(), new Harness()];
    const { id, key } = await here.community();
    await here.get('/v2/community/settings', { key });
    await there.patch('/v2/community/settings', { key, body: { timezone: 'Europe/Madrid' } });
    // Here the cache still has UTC.
    await here.patch('/v2/community/settings', { key, body: { timezone: 'Asia/Tokyo' } });
    const changes = (await expectIntact(id)).slice(1).map(({ message }) => message);
    expect(changes).toEqual([
      'user First key changed timezone from UTC to Europe/Madrid',
      'user First key changed timezone from Europe/Madrid to Asia/Tokyo',
    ]);
  });

  it('has no record of what changed nothing, even where only a stale cache says so', async () => {
    const [here, there] = [new Harness(), new Harness()];
    const { id, key } = await here.community();
    await here.patch('/v2/community/settings', { key, body: { timezone: 'UTC' } });
    expect(await expectIntact(id)).toHaveLength(1);
    await here.get('/v2/community/settings', { key });
    await there.patch('/v2/community/settings', { key, body: { timezone: 'Europe/Madrid' } });
    const back = await here.patch('/v2/community/settings', { key, body: { timezone: 'UTC' } });
    expect(back.body.data.timezone).toBe('UTC');
    expect(await expectIntact(id)).toHaveLength(3);
    const missing = await here.delete('/v2/community/api-keys/00000000-0000-0000-0000-000000000000', { key });
    expect(missing.status).toBe(404);
    expect(await expectIntact(id)).toHaveLength(3);
  });
});
