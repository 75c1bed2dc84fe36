import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, setUp } from '../../../helpers.ts';
import { createInboundWebhook, sendStandard, sendToken } from '../../../webhook-sender.ts';

const PATH = '/v2/community/inbound-webhooks';

const setUpHook = async (more: Record<string, unknown> = {}) => {
  const { app, key, rowId } = await setUp();
  const webhook = await createInboundWebhook(app, key, {
    verification: { scheme: 'token' },
    mapping: {
      serverId: { const: 1 },
      username: '/who',
      'metadata.kind': { header: 'X-Kind' },
      forceStart: '/on',
    },
    ...more,
  });
  const path = `${PATH}/${webhook.id}`;
  const tried = (body: unknown) => app.post(`${path}/try`, { key, body });
  const calls = async () => (await app.get(`${path}/calls`, { key })).body.data.items;
  return { app, key, rowId, webhook, path, tried, calls };
};

describe('trying a call', () => {
  it('says field by field what it would record, and writes nothing', async () => {
    const { app, key, tried, calls } = await setUpHook();
    const { rowsWritten, trips, result } = await app.measure(() =>
      tried({ body: { who: 7, on: 'true' }, headers: { 'x-kind': 'join' } }),
    );
    expect(rowsWritten).toBe(0);
    expect(trips).toBeLessThanOrEqual(2);
    expect(result.body.data).toEqual({
      status: 'recorded',
      reason: null,
      items: [
        {
          index: 0,
          status: 'recorded',
          reason: null,
          fields: [
            { field: 'serverId', found: 1, value: 1 },
            { field: 'username', found: 7, value: '7' },
            { field: 'metadata.kind', found: 'join', value: 'join' },
            { field: 'forceStart', found: 'true', value: true },
          ],
        },
      ],
    });
    expect(await calls()).toEqual([]);
    const accounts = await app.get('/v2/community/accounts/search?username=7', { key });
    expect(accounts.text).not.toContain('"7"');
  });

  it('says why nothing would be', async () => {
    const { tried } = await setUpHook();
    const reason = {
      code: 'VALIDATION_FAILED',
      message: 'The request body must name the account by one of accId, apiId, discord, uniqueId, username.',
      errors: [
        { path: '', message: 'must name the account by one of accId, apiId, discord, uniqueId, username' },
      ],
    };
    expect((await tried({ body: { who: null } })).body.data).toMatchObject({
      status: 'ignored',
      reason,
      items: [
        {
          index: 0,
          status: 'ignored',
          reason,
          fields: [{ field: 'serverId' }, { field: 'username', found: null, value: null }, {}, {}],
        },
      ],
    });
    expect((await tried({ body: 'no JSON' })).body.data).toMatchObject({
      status: 'ignored',
      reason: { code: 'MALFORMED_JSON' },
      items: [],
    });
  });

  it('takes the body as its sender sends it, and another mapping', async () => {
    const { tried } = await setUpHook();
    const mapping = { serverId: { const: 2 }, uniqueId: '/id' };
    const form = {
      body: 'id=9007199254740993',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    };
    expect((await tried({ ...form, mapping })).body.data.items[0].fields[1]).toEqual({
      field: 'uniqueId',
      found: '9007199254740993',
      value: '9007199254740993',
    });
    const bad = await tried({ body: {}, mapping: { nope: '/a' } });
    expect([bad.status, bad.body.errors[0].path]).toEqual([400, 'mapping.nope']);
  });

  it.each([[{}], [{ body: {}, call: 1 }]])('%j is refused', async (body) => {
    const { tried } = await setUpHook();
    expect((await tried(body)).body.errors).toEqual([
      { path: '', message: 'must have exactly one of body, call' },
    ]);
  });

  it('a handshake records nothing', async () => {
    const { tried } = await setUpHook({ verification: undefined, sender: 'github' });
    const answer = await tried({ body: { zen: 'x' }, headers: { 'X-GitHub-Event': 'ping' } });
    expect(answer.body.data.reason.code).toBe('HANDSHAKE');
  });
});

describe('bodies that are kept', () => {
  it('only where the owner wants it', async () => {
    const { app, key, webhook, path, tried, calls } = await setUpHook();
    await sendToken(app, webhook, { who: 'ana' });
    expect((await calls())[0].hasBody).toBe(false);
    const answer = await tried({ call: 1 });
    expect([answer.status, answer.body.code, answer.body.detail]).toEqual([
      404,
      'INBOUND_CALL_NOT_KEPT',
      'The body of the call 1 is not kept.',
    ]);
    await app.patch(path, { key, body: { keepBodies: true } });
    await sendToken(app, webhook, { who: 'ana' });
    expect((await calls()).map(({ hasBody }: { hasBody: boolean }) => hasBody)).toEqual([true, false]);
    await app.patch(path, { key, body: { keepBodies: false } });
    expect((await calls())[0].hasBody).toBe(false);
    expect(
      await env.DB.prepare('SELECT count(kept) AS n FROM inbound_webhook_calls WHERE webhook_id = ?')
        .bind(webhook.id)
        .first(),
    ).toEqual({
      n: 0,
    });
  });

  it('can be tried and sent again after the mapping is mended; what was recorded is not recorded twice', async () => {
    const { app, key, webhook, path, tried } = await setUpHook({ keepBodies: true });
    await sendToken(app, webhook, { name: 'ana', on: true }, { 'X-Kind': 'join', 'webhook-id': 'm1' });
    const resend = (number: number) => app.post(`${path}/calls/${number}/resend`, { key });
    expect((await resend(1)).body.data.status).toBe('ignored');
    const mapping = { serverId: { const: 1 }, username: '/name', 'metadata.kind': { header: 'x-kind' } };
    expect((await tried({ call: 1, mapping })).body.data.items[0].fields).toEqual([
      { field: 'serverId', found: 1, value: 1 },
      { field: 'username', found: 'ana', value: 'ana' },
      { field: 'metadata.kind', found: 'join', value: 'join' },
    ]);
    await app.patch(path, { key, body: { mapping } });
    const sent = await resend(1);
    expect(sent.body.data).toMatchObject({
      messageId: 'm1',
      status: 'recorded',
      replayed: false,
      accepted: 1,
    });
    expect((await resend(1)).body.data).toMatchObject({ replayed: true, accepted: 1 });
    // The sender's own retry is a repeat, too.
    expect((await sendToken(app, webhook, { name: 'ana' }, { 'webhook-id': 'm1' })).body.data.replayed).toBe(
      true,
    );
  });

  it('of equal bodies are different events', async () => {
    const { app, key, webhook, path } = await setUpHook({ keepBodies: true, repeatSeconds: 60 });
    const good = { serverId: { const: 1 }, username: '/who' };
    const bad = { serverId: { const: 1 }, username: '/nobody' };
    const resend = async (number: number) =>
      (await app.post(`${path}/calls/${number}/resend`, { key })).body.data;
    await sendToken(app, webhook, { who: 'ana' });
    await app.patch(path, { key, body: { mapping: bad } });
    app.clock.advance(HOUR);
    await sendToken(app, webhook, { who: 'ana' });
    await app.patch(path, { key, body: { mapping: good } });
    expect(await resend(2)).toMatchObject({ messageId: 'call:2', status: 'recorded', replayed: false });
    expect(await resend(2)).toMatchObject({ messageId: 'call:2', replayed: true });
    expect(await resend(1)).toMatchObject({ replayed: true });
  });

  it('have no credential, and nothing that says where a person is', async () => {
    const { app, webhook } = await setUpHook({ keepBodies: true });
    await sendToken(
      app,
      webhook,
      { who: 'ana' },
      { 'CF-Connecting-IP': '203.0.113.7', Cookie: 'c=1', 'X-Kind': 'k' },
    );
    const row = await env.DB.prepare('SELECT kept FROM inbound_webhook_calls WHERE webhook_id = ?')
      .bind(webhook.id)
      .first<{ kept: string }>();
    expect(row?.kept).toContain('"x-kind":"k"');
    for (const secret of [webhook.secret, '203.0.113.7', 'c=1']) expect(row?.kept).not.toContain(secret);
  });

  it('of a stranger are not kept', async () => {
    const { app, webhook, calls } = await setUpHook({ keepBodies: true });
    await sendToken(app, { ...webhook, secret: 'wrong-wrong-wrong-wrong' }, { who: 'ana' });
    await app.settled();
    expect((await calls())[0]).toMatchObject({ outcome: 'refused', hasBody: false });
  });

  it('go after 24 hours, with an account that is erased, and where they are too long', async () => {
    const { app, key, webhook, tried, calls } = await setUpHook({ keepBodies: true });
    const keptRows = async () =>
      (
        await env.DB.prepare('SELECT count(kept) AS n FROM inbound_webhook_calls WHERE webhook_id = ?')
          .bind(webhook.id)
          .first<{ n: number }>()
      )?.n;
    await sendToken(app, webhook, { who: 'ana' });
    app.clock.advance(DAY);
    expect((await tried({ call: 1 })).status).toBe(404);
    expect((await calls())[0].hasBody).toBe(false);
    app.clock.advance(HOUR);
    await app.cron();
    expect(await keptRows()).toBe(0);

    const { body } = await sendToken(app, webhook, { who: 'ben', on: true });
    expect(await keptRows()).toBe(1);
    await app.delete(`/v2/community/accounts/${body.data.results[0].session.accId}`, { key });
    expect(await keptRows()).toBe(0);

    await sendToken(app, webhook, { who: 'x'.repeat(131_072) });
    expect((await calls())[0]).toMatchObject({ outcome: 'recorded', hasBody: false });
  });
});

describe('a new secret with an overlap', () => {
  it('the old one is taken until it ends, and no longer', async () => {
    const { app, key } = await setUp();
    const webhook = await createInboundWebhook(app, key, { kind: 'activity-log' });
    const changed = await app.patch(`${PATH}/${webhook.id}`, {
      key,
      body: { secret: null, overlapSeconds: 3600 },
    });
    expect(changed.body.data.previousSecretExpiresAt).toBe('2026-04-15T01:00:00.000Z');
    const renewed = { ...webhook, secret: changed.body.data.secret };
    const entry = { platform: 'p', serial: 's', action_type: 'a' };
    expect((await sendStandard(app, webhook, 'm1', entry)).status).toBe(200);
    expect((await sendStandard(app, renewed, 'm2', entry)).status).toBe(200);
    // A change of something else leaves it.
    await app.patch(`${PATH}/${webhook.id}`, { key, body: { name: 'Other', sender: 'standard-webhooks' } });
    app.clock.advance(HOUR - 1);
    expect((await sendStandard(app, webhook, 'm3', entry)).status).toBe(200);
    app.clock.advance(1);
    expect((await sendStandard(app, webhook, 'm4', entry)).status).toBe(401);
    expect((await sendStandard(app, renewed, 'm5', entry)).status).toBe(200);
  });

  it('is an overlap of something', async () => {
    const { app, key } = await setUp();
    const webhook = await createInboundWebhook(app, key);
    const answer = await app.patch(`${PATH}/${webhook.id}`, { key, body: { overlapSeconds: 60 } });
    expect([answer.status, answer.body.errors]).toEqual([400, [{ path: 'secret', message: 'is required' }]]);
  });

  it('another scheme ends it, and brings its own repeatSeconds', async () => {
    const { app, key } = await setUp();
    const webhook = await createInboundWebhook(app, key);
    await app.patch(`${PATH}/${webhook.id}`, { key, body: { secret: null, overlapSeconds: 3600 } });
    const { body } = await app.patch(`${PATH}/${webhook.id}`, {
      key,
      body: { verification: { scheme: 'token' }, overlapSeconds: 3600 },
    });
    expect(body.data).toMatchObject({ previousSecretExpiresAt: null, repeatSeconds: 0 });
    expect(
      await env.DB.prepare('SELECT previous_secret FROM inbound_webhooks WHERE id = ?')
        .bind(webhook.id)
        .first(),
    ).toEqual({ previous_secret: null });
  });
});

describe('senders by name', () => {
  const create = async (body: Record<string, unknown>) => {
    const { app, key } = await setUp();
    return app.post(PATH, { key, body: { name: 'x', kind: 'tracker', ...body } });
  };

  it.each([
    ['github', /^[0-9A-Za-z]{32}$/, 60],
    ['stripe', /^[0-9A-Za-z]{32}$/, 60],
    ['svix', /^whsec_/, 60],
    ['standard-webhooks', /^whsec_/, 60],
  ])('%s: makes a secret in the form of the sender', async (sender, secret, repeatSeconds) => {
    const { body } = await create({ sender });
    expect(body.data).toMatchObject({ sender, verification: null, repeatSeconds });
    expect(body.data.secret).toMatch(secret);
  });

  it('a named sender takes no verification', async () => {
    const answer = await create({ sender: 'github', verification: { scheme: 'token' } });
    expect([answer.status, answer.body.errors]).toEqual([
      400,
      [{ path: 'verification', message: 'cannot be combined with sender github' }],
    ]);
    const custom = await create({ sender: 'custom', verification: { scheme: 'token' } });
    expect(custom.body.data).toMatchObject({
      sender: 'custom',
      verification: { scheme: 'token' },
      repeatSeconds: 0,
    });
  });

  it.each([
    [{ sender: 'gitlab' }, 'sender', /^must be one of github, stripe/],
    [{ sender: 'discord' }, 'secret', /^is required$/],
    [{ sender: 'discord', secret: 'x'.repeat(64) }, 'secret', /^must be a public key/],
    [{ sender: 'svix', secret: 'whsec_c2hvcnQ=' }, 'secret', /^must be whsec_/],
    [{ sender: 'slack', secret: 'short' }, 'secret', /^must have 16 to 256/],
    [
      { verification: { scheme: 'hmac-sha256', header: 'x', signed: '{timestamp}.{body}' } },
      'verification.signed',
      /^must have \{body\}/,
    ],
    [
      { verification: { scheme: 'hmac-sha256', header: 'x', signed: '{url}' } },
      'verification.signed',
      /^must have/,
    ],
    [
      { verification: { scheme: 'hmac-sha256', header: 'x', timestampHeader: 'y' } },
      'verification.signed',
      /^must have/,
    ],
    [
      { verification: { scheme: 'token', parameter: 't', header: 'x' } },
      'verification.parameter',
      /^cannot be combined/,
    ],
    [{ sender: 'github', repeatSeconds: 604_801 }, 'repeatSeconds', /^must be an integer from 0 to 604800/],
  ])('%j is refused', async (body, path, message) => {
    const answer = await create(body);
    expect([answer.status, answer.body.errors]).toEqual([
      400,
      [{ path, message: expect.stringMatching(message) }],
    ]);
  });

  it('custom: what is signed, a time in the same header, several signatures', async () => {
    const { app, key } = await setUp();
    const verification = {
      scheme: 'hmac-sha256',
      header: 'Paddle-Signature',
      prefix: 'h1=',
      separator: ';',
      signed: '{timestamp}:{body}',
      timestampHeader: 'Paddle-Signature',
      timestampPrefix: 'ts=',
    };
    const webhook = await createInboundWebhook(app, key, { kind: 'activity-log', verification });
    const body = '{"platform":"p","serial":"s","action_type":"a"}';
    const at = Math.floor(app.clock.now() / 1000);
    const mac = await crypto.subtle.importKey(
      'raw',
      new TextEncoder().encode(webhook.secret),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    );
    const signature = async (time: number) =>
      [...new Uint8Array(await crypto.subtle.sign('HMAC', mac, new TextEncoder().encode(`${time}:${body}`)))]
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join('');
    const send = async (header: string) =>
      (await app.post(webhook.path, { body, headers: { 'Paddle-Signature': header } })).status;
    expect(await send(`ts=${at};h1=${await signature(at)}`)).toBe(200);
    expect(await send(`ts=${at};h1=00;h1=${await signature(at)}`)).toBe(200);
    expect(await send(`ts=${at - 301};h1=${await signature(at - 301)}`)).toBe(401);
    expect(await send(`ts=${at + 1};h1=${await signature(at)}`)).toBe(401);
    expect(await send(`h1=${await signature(at)}`)).toBe(401);
  });
});
