/** docs/contracts.md, "A query parameter that we do not know": no answer looks as if a filter had been applied that was not. */
import { describe, expect, it } from 'vitest';
import { families } from '../../src/api/index.ts';
import { ADMIN_TOKEN } from '../harness.ts';
import { NIL, setUp } from '../helpers.ts';

/** The sources' own, whose clients send what they like. */
const IGNORED = [
  'POST /v2/community/servers/{serverId}/activity',
  'POST /v2/community/servers/{serverId}/activity/start',
  'GET /v2/community/accounts/{accountId}/activity/latest',
  'GET /v2/community/accounts',
  'GET /v2/community/accounts/search',
  'POST /servers/activity_tracker_start_stop',
  'POST /servers/activity_tracker_server_start',
  'POST /api/v1/activity_log',
  'GET /api/v1/activity_log',
  'GET /api/v1/activity_log/count',
  'GET /scr/api/activity',
];

const operations = families.flatMap((family) =>
  family.operations.map((operation) => ({ family, operation })),
);

describe('an unknown query parameter', () => {
  it('is ignored by what the contract names, which is all there', () => {
    const ignoring = operations
      .filter(({ family, operation }) => (operation.unknownQuery ?? family.unknownQuery) === 'ignored')
      .map(({ operation }) => `${operation.method} ${operation.path}`);
    expect(ignoring).toEqual(expect.arrayContaining(IGNORED));
    expect(ignoring.filter((name) => name.startsWith('DELETE'))).toEqual([]);
  });

  const strict = operations.filter(
    ({ family, operation }) =>
      (operation.unknownQuery ?? family.unknownQuery) !== 'ignored' && operation.access !== 'public',
  );
  it.each(
    strict.map(
      ({ family, operation }) => [`${operation.method} ${operation.path}`, family, operation] as const,
    ),
  )('%s refuses it, by name', async (_, family, operation) => {
    const { app, key } = await setUp();
    const path = operation.path.replaceAll(/\{(?:serverId|number)\}/g, '1').replaceAll(/\{\w+\}/g, NIL);
    const answer = await app.request(
      operation.method,
      `${path.replace(`activity_log/${NIL}`, 'activity_log/1')}?nosuch=1`,
      {
        key: operation.access === 'operator' ? ADMIN_TOKEN : key,
        ...(operation.body && { body: '{}' }),
      },
    );
    expect(answer.status, answer.text).toBe(400);
    expect(answer.text, family.name).toContain('nosuch is unknown');
  });

  it('on DELETE deletes nothing', async () => {
    const { app, key } = await setUp();
    const log = '/api/v1/activity_log';
    await app.post(log, { key, body: { platform: 'p', serial: 's', action_type: 'a' } });
    const [{ id }] = (await app.get(log, { key })).body.data;
    for (const path of [
      `${log}/all?platform=nosuch`,
      `${log}/all?platform=`,
      `${log}/all?x`,
      `${log}/${id}?force=1`,
    ]) {
      const { status, body } = await app.delete(path, { key });
      expect([status, body.code, body.data], path).toEqual([400, 40001, null]);
    }
    for (const body of [{ platform: 'p' }, { action_type: ['a'] }, [{ serial: 's' }], 'platform=p']) {
      expect((await app.delete(`${log}/all`, { key, body })).status, JSON.stringify(body)).toBe(400);
    }
    expect((await app.get(`${log}/count`, { key })).body.data.count).toBe(1);
    for (const body of [undefined, {}, []]) {
      expect((await app.delete(`${log}/all`, { key, body })).status, JSON.stringify(body)).toBe(200);
    }
  });

  it('called __proto__ is one, too', async () => {
    const { app, key } = await setUp();
    const { status, body } = await app.get('/v2/community/api-keys?__proto__=1', { key });
    expect([status, body.detail]).toEqual([400, '__proto__ is unknown; known are limit, cursor.']);
  });
});
