import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/client.ts';
import { faultyDatabase, NETWORK_LOST } from '../faulty-database.ts';
import { ADMIN_TOKEN, type Answer, Harness } from '../harness.ts';
import { DAY, HOUR } from '../helpers.ts';

const KEYS = '/v2/community/api-keys';
const BODY = { name: 'Game server', scopes: ['sessions:write'] };

const setUp = async () => {
  const app = new Harness();
  const { rowId, key } = await app.community();
  const create = (idempotencyKey: string, body: unknown = BODY, credential = key): Promise<Answer> =>
    app.post(KEYS, { key: credential, body, headers: { 'Idempotency-Key': idempotencyKey } });
  const count = async (): Promise<number> => (await app.get(KEYS, { key })).body.data.items.length;
  return { app, rowId, key, create, count };
};

describe('Idempotency-Key', () => {
  it('gets the first answer again, with its secret, and creates nothing more', async () => {
    const { create, count } = await setUp();
    const first = await create('k1');
    const again = await create('k1');
    expect([first.status, first.headers.get('Idempotency-Replayed')]).toEqual([201, null]);
    expect([again.status, again.headers.get('Idempotency-Replayed')]).toEqual([201, 'true']);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(await count()).toBe(2);
    expect((await create('"k1"')).text).toBe(first.text);
  });

  it('belongs to its request: another body is refused, and another caller has keys of its own', async () => {
    const { app, key, create, count } = await setUp();
    await create('k1');
    const other = await create('k1', { ...BODY, name: 'Other' });
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
    const admin = await app.apiKey(key, ['admin']);
    expect((await create('k1', BODY, admin)).headers.get('Idempotency-Replayed')).toBeNull();
    expect(await count()).toBe(4);
  });

  it('is refused where it is empty or too long', async () => {
    const { create } = await setUp();
    for (const bad of ['""', 'x'.repeat(256)]) {
      const answer = await create(bad);
      expect([answer.status, answer.body.errors[0].path]).toEqual([400, 'Idempotency-Key']);
    }
  });

  it('is free again where the call was refused, and after a day', async () => {
    const { app, create, count } = await setUp();
    expect((await create('k1', { name: '' })).status).toBe(400);
    expect((await create('k1')).status).toBe(201);
    app.clock.advance(DAY + 1);
    expect((await create('k1')).headers.get('Idempotency-Replayed')).toBeNull();
    expect(await count()).toBe(3);
    app.clock.advance(2 * DAY);
    await app.cron();
    const { n } = (await env.DB.prepare('SELECT count(*) AS n FROM idempotency_keys').first()) as {
      n: number;
    };
    expect(n).toBe(0);
  });

  it('of two at once makes the change once', async () => {
    const { create, count } = await setUp();
    const answers = await Promise.all([create('k1'), create('k1'), create('k1')]);
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(1);
    for (const { status, body } of answers) {
      expect([201, 409]).toContain(status);
      if (status === 409) expect(body.code).toBe('IDEMPOTENCY_RUNNING');
    }
    expect(await count()).toBe(2);
  });

  it('keeps nothing that a stolen database would tell', async () => {
    const { create } = await setUp();
    const first = await create('one of its own');
    const { results } = await env.DB.prepare('SELECT * FROM idempotency_keys').all();
    expect(JSON.stringify(results)).not.toContain(first.body.data.key);
    expect(JSON.stringify(results)).not.toContain('one of its own');
  });

  it("works for the operator's calls, and for appends", async () => {
    const { app, key } = await setUp();
    const options = { key: ADMIN_TOKEN, body: { name: 'Twice' }, headers: { 'Idempotency-Key': 'op-1' } };
    const [first, again] = [
      await app.post('/admin/communities', options),
      await app.post('/admin/communities', options),
    ];
    expect(again.text).toBe(first.text);
    const entry = { platform: 'p', serial: 's', action_type: 'a' };
    const append = () =>
      app.post('/api/v1/activity_log', { key, body: entry, headers: { 'Idempotency-Key': 'e' } });
    expect((await append()).text).toBe((await append()).text);
    expect((await app.get('/api/v1/activity_log/count', { key })).body.data.count).toBe(1);
  });

  it.each(['before', 'after'] as const)(
    'never doubles where the connection is lost %s a commit',
    async (when) => {
      const { database, fail, calls } = faultyDatabase(env.DB);
      const app = new Harness({ overrides: { db: openDatabase(database) } });
      const { key } = await app.community();
      const count = async () => (await app.get(KEYS, { key })).body.data.items.length;
      const create = (idempotencyKey: string) =>
        app.post(KEYS, { key, body: BODY, headers: { 'Idempotency-Key': idempotencyKey } });
      let [at, isLast, known] = [1, false, await count()];
      for (; !isLast; at++) {
        fail({ at, when, error: NETWORK_LOST });
        const first = await create(`k${at}`);
        isLast = calls() < at;
        fail(undefined);
        expect([201, 409, 503]).toContain(first.status);
        app.clock.advance(HOUR);
        const again = await create(`k${at}`);
        expect([201, 409]).toContain(again.status);
        if (again.status === 409) expect(again.body.code).toBe('IDEMPOTENCY_ANSWER_LOST');
        known += 1;
        expect(await count(), `commit ${at}`).toBe(known);
      }
      expect(at).toBeGreaterThan(3);
    },
  );
});
