import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { setUp } from '../../../helpers.ts';
import { createInboundWebhook, sendStandard, sendToken } from '../../../webhook-sender.ts';

const PATH = '/v2/community/inbound-webhooks';
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('creating', () => {
  it('answers 201 with the URL and the secret', async () => {
    const { app, key } = await setUp();
    const answer = await app.post(PATH, {
      key,
      body: {
        name: 'Gate',
        kind: 'tracker',
        verification: { scheme: 'standard-webhooks' },
        mapping: { serverId: { const: 1 }, discord: '/member/id' },
      },
    });
    expect(answer.status, answer.text).toBe(201);
    const { id } = answer.body.data;
    expect(answer.body.data).toEqual({
      id: expect.stringMatching(ID),
      url: `https://rollcall.test/hooks/${id}`,
      path: `/hooks/${id}`,
      name: 'Gate',
      kind: 'tracker',
      sender: 'custom',
      verification: { scheme: 'standard-webhooks' },
      mapping: { serverId: { const: 1 }, discord: '/member/id' },
      repeatSeconds: 60,
      keepBodies: false,
      previousSecretExpiresAt: null,
      createdAt: '2026-04-15T00:00:00.000Z',
      callCount: 0,
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    });
  });

  it.each([
    [{ scheme: 'token' }, { scheme: 'token', header: 'authorization', prefix: 'Bearer ' }],
    [
      { scheme: 'token', header: 'X-Gitlab-Token' },
      { scheme: 'token', header: 'x-gitlab-token', prefix: '' },
    ],
    [
      {
        scheme: 'hmac-sha256',
        header: 'X-Hub-Signature-256',
        prefix: 'sha256=',
        idHeader: 'X-GitHub-Delivery',
      },
      {
        scheme: 'hmac-sha256',
        header: 'x-hub-signature-256',
        prefix: 'sha256=',
        encoding: 'hex',
        idHeader: 'x-github-delivery',
      },
    ],
  ])('says what %j means in full', async (verification, full) => {
    const { app, key } = await setUp();
    const { body } = await app.post(PATH, { key, body: { name: 'CI', kind: 'tracker', verification } });
    expect(body.data.verification).toEqual(full);
    expect(body.data.secret).toMatch(/^[0-9A-Za-z]{32}$/);
  });

  it.each([
    [{}, ['name is required', 'kind is required']],
    [{ name: 'x', kind: 'tracker' }, [' must have exactly one of sender, verification']],
    [{ name: 'x', kind: 'tracker', sender: 'custom' }, ['verification is required']],
    [
      { name: 'x', kind: 'clockin', verification: { scheme: 'md5' } },
      [
        'kind must be one of tracker, activity-log, account-activity',
        'verification.scheme must be one of standard-webhooks, hmac-sha256, token',
      ],
    ],
    [
      { name: 'x', kind: 'tracker', verification: { scheme: 'hmac-sha256' } },
      ['verification.header is required'],
    ],
    [
      {
        name: 'x',
        kind: 'tracker',
        verification: { scheme: 'hmac-sha256', header: 'a b', encoding: 'base32', prefix: 'x'.repeat(33) },
      },
      [
        'verification.header must be the name of an HTTP header',
        'verification.prefix must have at most 32 characters',
        'verification.encoding must be one of hex, base64',
      ],
    ],
    [
      { name: 'x', kind: 'tracker', verification: { scheme: 'standard-webhooks', idHeader: 'x-id' } },
      ['verification.idHeader is unknown; known are those of the documentation'],
    ],
  ])('%j is refused', async (body, expected) => {
    const { app, key } = await setUp();
    const answer = await app.post(PATH, { key, body });
    expect(answer.status).toBe(400);
    expect(
      answer.body.errors.map(({ path, message }: Record<string, string>) => `${path} ${message}`),
    ).toEqual(expected);
  });

  it.each([
    [
      { serverId: 'server' },
      'mapping.serverId must be a JSON Pointer, or an object with one of pointer, root, header, const, first, and with values and default where wanted',
    ],
    [
      { serverId: '/a~2' },
      'mapping.serverId must be a JSON Pointer, or an object with one of pointer, root, header, const, first, and with values and default where wanted',
    ],
    [
      { serverId: 1 },
      'mapping.serverId must be a JSON Pointer, or an object with one of pointer, root, header, const, first, and with values and default where wanted',
    ],
    [
      { serverId: { const: 1, root: '' } },
      'mapping.serverId must be a JSON Pointer, or an object with one of pointer, root, header, const, first, and with values and default where wanted',
    ],
    [{ items: { const: [] } }, 'mapping.items must be a JSON Pointer (RFC 6901), such as /repo/name'],
    [
      { server: '/server' },
      'mapping.server is unknown; known are items, when, serverId, accId, apiId, discord, uniqueId, username, action, forceStart, forceStop, forceClear, metadata, clearReason, eventId, occurredAt',
    ],
    [['/a'], 'mapping must be a JSON object'],
    [{ serverId: { const: 'x'.repeat(9000) } }, 'mapping must be a JSON object of at most 8192 bytes'],
  ])('the mapping %j is refused', async (mapping, expected) => {
    const { app, key } = await setUp();
    const answer = await app.post(PATH, {
      key,
      body: { name: 'x', kind: 'tracker', verification: { scheme: 'token' }, mapping },
    });
    expect(answer.status).toBe(400);
    expect(`${answer.body.errors[0].path} ${answer.body.errors[0].message}`).toBe(expected);
  });

  it('a mapping to __proto__ is refused', async () => {
    const { app, key } = await setUp();
    const answer = await app.post(PATH, {
      key,
      body: '{"name":"x","kind":"tracker","verification":{"scheme":"token"},"mapping":{"__proto__":"/a"}}',
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].path).toBe('mapping.__proto__');
  });

  it.each([
    ['standard-webhooks', 'whsec_c2hvcnQ=', 'must be whsec_ and 24 to 64 bytes in base64'],
    ['standard-webhooks', 'not base64 at all, whatever it is', 'must be whsec_ and 24 to 64 bytes in base64'],
    ['token', 'fifteen-chars-x', 'must have 16 to 256 printable ASCII characters and no space'],
    ['token', 'sixteen chars xx', 'must have 16 to 256 printable ASCII characters and no space'],
  ])('%s: the secret %j is refused, and not repeated', async (scheme, secret, message) => {
    const { app, key } = await setUp();
    const answer = await app.post(PATH, {
      key,
      body: { name: 'x', kind: 'tracker', verification: { scheme }, secret },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ path: 'secret', message }]);
    expect(answer.text).not.toContain(secret);
  });
});

describe('changing', () => {
  const ITEM = { serverId: 1, username: 'Ana', forceStart: true };

  it('the mapping and the name, and keeps the secret', async () => {
    const { app, key } = await setUp();
    const webhook = await createInboundWebhook(app, key);
    const answer = await app.patch(`${PATH}/${webhook.id}`, {
      key,
      body: { name: 'North gate', mapping: { serverId: { const: 2 }, username: '/who' } },
    });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({
      name: 'North gate',
      mapping: { serverId: { const: 2 }, username: '/who' },
    });
    expect(answer.body.data).not.toHaveProperty('secret');
    const sent = await sendStandard(app, webhook, 'm1', { who: 'Ana' });
    expect(sent.body.data.results[0].session.serverId).toBe(2);
    const back = await app.patch(`${PATH}/${webhook.id}`, { key, body: { mapping: null } });
    expect(back.body.data.mapping).toBeNull();
  });

  it('secret: null makes a new one, and the old one is void at once', async () => {
    const { app, key } = await setUp();
    const webhook = await createInboundWebhook(app, key);
    const { body } = await app.patch(`${PATH}/${webhook.id}`, { key, body: { secret: null } });
    expect(body.data.secret).not.toBe(webhook.secret);
    expect((await sendStandard(app, webhook, 'm1', ITEM)).status).toBe(401);
    expect((await sendStandard(app, { ...webhook, secret: body.data.secret }, 'm1', ITEM)).status).toBe(200);
  });

  it('takes the secret that the sender dictates', async () => {
    const { app, key } = await setUp();
    const webhook = await createInboundWebhook(app, key, {
      verification: { scheme: 'token' },
      secret: 'sender-has-made-this-up',
    });
    expect((await sendToken(app, { ...webhook, secret: 'sender-has-made-this-up' }, ITEM)).status).toBe(200);
  });

  it('another scheme brings a new secret', async () => {
    const { app, key } = await setUp();
    const webhook = await createInboundWebhook(app, key);
    const { body } = await app.patch(`${PATH}/${webhook.id}`, {
      key,
      body: { verification: { scheme: 'token' } },
    });
    expect((await sendStandard(app, webhook, 'm1', ITEM)).status).toBe(401);
    expect((await sendToken(app, { ...webhook, secret: body.data.secret }, ITEM)).status).toBe(200);
  });

  it('a bad value changes nothing', async () => {
    const { app, key } = await setUp();
    const webhook = await createInboundWebhook(app, key);
    const answer = await app.patch(`${PATH}/${webhook.id}`, {
      key,
      body: { name: 'New', mapping: { nope: '/a' } },
    });
    expect(answer.status).toBe(400);
    expect((await app.get(PATH, { key })).body.data.items[0].name).toBe('Gate');
  });
});

describe('listing and deleting', () => {
  it('pages, oldest first, without a secret', async () => {
    const { app, key } = await setUp();
    for (const name of ['A', 'B', 'C']) {
      await createInboundWebhook(app, key, { name });
      app.clock.advance(1);
    }
    const first = await app.get(`${PATH}?limit=2`, { key });
    expect(first.body.data.items.map(({ name }: { name: string }) => name)).toEqual(['A', 'B']);
    const rest = await app.get(`${PATH}?limit=2&cursor=${first.body.data.nextCursor}`, { key });
    expect(rest.body.data.items.map(({ name }: { name: string }) => name)).toEqual(['C']);
    expect(rest.body.data.nextCursor).toBeNull();
    expect(first.text + rest.text).not.toContain('secret');
  });

  it('a deleted one is gone for its owner and its sender', async () => {
    const { app, key } = await setUp();
    const webhook = await createInboundWebhook(app, key);
    const answer = await app.delete(`${PATH}/${webhook.id}`, { key });
    expect(answer.body.data).toEqual({ deleted: true, id: webhook.id });
    expect((await sendStandard(app, webhook, 'm1', { serverId: 1, username: 'Ana' })).status).toBe(401);
    for (const again of [
      await app.delete(`${PATH}/${webhook.id}`, { key }),
      await app.patch(`${PATH}/${webhook.id}`, { key, body: { name: 'x' } }),
      await app.get(`${PATH}/${webhook.id}/calls`, { key }),
    ]) {
      expect(again.status).toBe(404);
      expect(again.body.code).toBe('INBOUND_WEBHOOK_NOT_FOUND');
    }
  });

  it("another community's answers as one that does not exist", async () => {
    const { app, key } = await setUp();
    const webhook = await createInboundWebhook(app, key);
    const { key: stranger } = await app.community();
    for (const answer of [
      await app.delete(`${PATH}/${webhook.id}`, { key: stranger }),
      await app.patch(`${PATH}/${webhook.id}`, { key: stranger, body: { name: 'x' } }),
      await app.get(`${PATH}/${webhook.id}/calls`, { key: stranger }),
    ]) {
      expect(answer.status).toBe(404);
    }
    expect((await app.get(PATH, { key: stranger })).body.data.items).toEqual([]);
    expect((await app.get(PATH, { key })).body.data.items).toHaveLength(1);
  });

  it("a deleted community's webhooks are refused", async () => {
    const { app, key, id: communityId } = await setUp();
    const webhook = await createInboundWebhook(app, key);
    await app.delete(`/admin/communities/${communityId}`, {
      key: 'test-admin-token-000000000000000000000000',
    });
    expect((await sendStandard(app, webhook, 'm1', { serverId: 1, username: 'Ana' })).status).toBe(401);
  });
});

describe('secrets', () => {
  it('appear in no read, no record, no log line and, of a token, not in the database', async () => {
    const { app, key, rowId } = await setUp();
    const token = await createInboundWebhook(app, key, { verification: { scheme: 'token' } });
    const standard = await createInboundWebhook(app, key);
    const rotated = await app.patch(`${PATH}/${standard.id}`, { key, body: { secret: null } });
    await sendToken(app, token, { serverId: 1, username: 'Ana' });
    await sendToken(app, token, 'no json');
    const list = await app.get(PATH, { key });
    const calls = await app.get(`${PATH}/${token.id}/calls`, { key });
    const patched = await app.patch(`${PATH}/${token.id}`, { key, body: { name: 'Other' } });
    const dump = async (table: string) =>
      JSON.stringify((await env.DB.prepare(`SELECT * FROM ${table}`).all()).results);
    const records = (await dump('audit_records')) + (await dump('inbound_webhook_calls'));
    for (const secret of [token.secret, standard.secret, rotated.body.data.secret]) {
      expect(secret.length).toBeGreaterThan(30);
      expect(list.text + calls.text + patched.text + JSON.stringify(app.logs) + records).not.toContain(
        secret,
      );
    }
    expect(await dump('inbound_webhooks')).not.toContain(token.secret);

    await app.delete(`${PATH}/${token.id}`, { key });
    const { results } = await env.DB.prepare(
      "SELECT message FROM audit_records WHERE community_id = ? AND type LIKE 'INBOUND%' ORDER BY sequence",
    )
      .bind(rowId)
      .all();
    expect(results.map(({ message }) => message)).toEqual([
      'user First key created the inbound webhook "Gate"',
      'user First key created the inbound webhook "Gate"',
      'user First key changed secret of the inbound webhook "Gate"',
      'user First key changed name of the inbound webhook "Gate"',
      'user First key deleted the inbound webhook "Other"',
    ]);
  });
});
