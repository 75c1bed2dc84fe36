import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { HOUR, setUp } from '../helpers.ts';

const TABLES = [
  'accounts',
  'account_identifiers',
  'account_names',
  'servers',
  'sessions',
  'session_revisions',
];

const rowsOf = async (communityId: number) => {
  const results = await env.DB.batch(
    TABLES.map((table) => env.DB.prepare(`SELECT * FROM ${table} WHERE community_id = ?`).bind(communityId)),
  );
  return results.map(({ results: rows }, index) => [
    TABLES[index],
    (rows as Record<string, unknown>[]).map(({ community_id, ...row }) => JSON.stringify(row)).sort(),
  ]);
};

describe('an export', () => {
  it('has everything, and imported elsewhere ends in the same rows', async () => {
    const { app, rowId, key, record } = await setUp();
    await app.post('/v2/community/servers', { key, body: { servers: [{ id: 1, name: 'Main' }] } });
    const { id } = (await record({ discord: 'd1', username: 'ana', metadata: { job: 'police' } })).body.data;
    await record({ username: 'bo' });
    app.clock.advance(HOUR);
    await record({ discord: 'd1', username: 'anna' });
    await app.patch(`/v2/community/activity/${id}`, { key, body: { clearReason: 'x', reason: 'y' } });
    await app.post('/api/v1/activity_log', { key, body: { platform: 'p', serial: 's', action_type: 'a' } });
    const file = await app.get('/v2/community/export', { key });
    expect(file.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = file.text.trimEnd().split('\n');
    const tables = new Set(lines.map((line) => JSON.parse(line).table));
    expect([...tables]).toEqual([
      'community',
      'accounts',
      'account_identifiers',
      'servers',
      'sessions',
      'session_revisions',
      'log_entries',
      'audit_records',
    ]);
    expect(file.text).not.toContain(key.slice(3));

    const other = await app.community();
    const bring = () => app.post('/v2/community/import', { key: other.key, body: file.text });
    const first = await bring();
    expect(first.status, first.text).toBe(200);
    expect(await rowsOf(other.rowId)).toEqual(await rowsOf(rowId));
    const { imported } = first.body.data;
    expect((await bring()).body.data).toMatchObject({ imported: 0, duplicates: imported });
    const session = await app.get(`/v2/community/activity/${id}`, { key: other.key });
    expect(session.body.data).toMatchObject({ id, name: 'anna', clearReason: 'x' });
  });

  it.each([
    ['x', 'lines.0', 'must be a JSON object'],
    ['{"table":"sessions","row":{}}', 'lines.0.row.started_at', 'is required'],
    [
      '{"table":"servers","row":{"server_id":"1"}}',
      'lines.0.row.server_id',
      'must be of type the column server_id',
    ],
    ['', '', 'must have 1 to 2000 items'],
  ])('a line %j is refused', async (body, path, message) => {
    const { app, key } = await setUp();
    const answer = await app.post('/v2/community/import', { key, body });
    expect([answer.status, answer.body.errors]).toEqual([400, [{ path, message }]]);
  });
});
