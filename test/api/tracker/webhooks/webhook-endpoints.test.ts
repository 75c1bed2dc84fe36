import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { EVENT_PATTERNS } from '../../../../src/core/webhooks/model.ts';
import { Harness } from '../../../harness.ts';

const PATH = '/v2/community/webhook-endpoints';
const BODY = { url: 'https://hooks.example.com/rollcall', events: ['session.*'], description: 'Payroll' };

describe('webhook endpoints', () => {
  it('are created with a secret that is shown once', async () => {
    const app = new Harness();
    const { key } = await app.community();
    const created = await app.post(PATH, { key, body: BODY });
    expect(created.status, created.text).toBe(201);
    expect(created.body.data).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      url: 'https://hooks.example.com/rollcall',
      events: ['session.*'],
      format: 'standard',
      description: 'Payroll',
      digestSeconds: null,
      enabled: true,
      disabledReason: null,
      createdAt: '2026-04-15T00:00:00.000Z',
      disabledAt: null,
      failingSince: null,
      lastAttemptAt: null,
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    });
    const { secret, ...endpoint } = created.body.data;
    const listed = await app.get(PATH, { key });
    expect(listed.body.data).toEqual({ items: [endpoint], nextCursor: null });
    const read = await app.get(`${PATH}/${endpoint.id}`, { key });
    expect(read.body.data).toEqual(endpoint);
    expect(listed.text + read.text).not.toContain(secret);
  });

  it('change, are disabled, enabled and deleted', async () => {
    const app = new Harness();
    const { key } = await app.community();
    const { id } = (await app.post(PATH, { key, body: BODY })).body.data;
    const changed = await app.patch(`${PATH}/${id}`, {
      key,
      body: { url: 'https://other.example.com:8443/', events: ['*'], description: null, enabled: false },
    });
    expect(changed.body.data).toMatchObject({
      url: 'https://other.example.com:8443/',
      events: ['*'],
      format: 'standard',
      description: null,
      enabled: false,
      disabledReason: 'requested',
      disabledAt: '2026-04-15T00:00:00.000Z',
    });
    const enabled = await app.patch(`${PATH}/${id}`, { key, body: { enabled: true } });
    expect(enabled.body.data).toMatchObject({ enabled: true, disabledReason: null, events: ['*'] });
    const deleted = await app.delete(`${PATH}/${id}`, { key });
    expect(deleted.body.data).toEqual({ deleted: true, id });
    expect((await app.get(`${PATH}/${id}`, { key })).body.code).toBe('WEBHOOK_ENDPOINT_NOT_FOUND');
    expect((await app.delete(`${PATH}/${id}`, { key })).status).toBe(404);
  });

  it('get a new secret, which no read shows', async () => {
    const app = new Harness();
    const { key } = await app.community();
    const { id, secret } = (await app.post(PATH, { key, body: BODY })).body.data;
    const rotated = await app.post(`${PATH}/${id}/rotate-secret`, { key });
    expect(rotated.body.data).toEqual({
      id,
      secret: expect.stringMatching(/^whsec_/),
      previousSecretExpiresAt: '2026-04-16T00:00:00.000Z',
    });
    expect(rotated.body.data.secret).not.toBe(secret);
    const row = await env.DB.prepare('SELECT secret, previous_secret FROM webhook_endpoints WHERE id = ?')
      .bind(id)
      .first();
    expect(row).toEqual({ secret: rotated.body.data.secret, previous_secret: secret });
    expect((await app.get(PATH, { key })).text).not.toContain('whsec_');
  });

  it('leave their trail in the audit records, without any secret', async () => {
    const app = new Harness();
    const { rowId: communityId, key } = await app.community();
    const slack = 'https://hooks.slack.com/services/T000/B000/XXXXsecretXXXX';
    const { id, secret, url } = (
      await app.post(PATH, { key, body: { ...BODY, url: slack, format: 'slack' } })
    ).body.data;
    expect(url).toBe('https://hooks.slack.com/***');
    const rotated = (await app.post(`${PATH}/${id}/rotate-secret`, { key })).body.data.secret;
    await app.patch(`${PATH}/${id}`, { key, body: { events: ['server.reset'] } });
    await app.delete(`${PATH}/${id}`, { key });
    const { results } = await env.DB.prepare(
      "SELECT * FROM audit_records WHERE community_id = ? AND type LIKE 'WEBHOOK%' ORDER BY sequence",
    )
      .bind(communityId)
      .all();
    expect(results.map(({ message }) => message)).toEqual([
      'user First key created a webhook endpoint at hooks.slack.com',
      'user First key rotated the secret of the webhook endpoint at hooks.slack.com',
      'user First key changed the webhook endpoint at hooks.slack.com',
      'user First key deleted the webhook endpoint at hooks.slack.com',
    ]);
    expect(JSON.parse(results[2]?.properties as string)).toMatchObject({
      oldEvents: 'session.*',
      newEvents: 'server.reset',
      webhookEndpointId: id,
    });
    const everything = JSON.stringify([results, app.logs]);
    for (const text of [secret, rotated, 'XXXXsecretXXXX']) expect(everything).not.toContain(text);
  });

  it.each([
    [{ ...BODY, url: 'http://hooks.example.com/' }, 'url must be an https URL.'],
    [
      { ...BODY, url: 'https://[::ffff:7f00:1]/' },
      'url must name a public host; private, loopback, link-local and reserved addresses are refused.',
    ],
    [{ ...BODY, url: 'https://example.com:22/' }, 'url must use port 443 or 8443.'],
    [{ ...BODY, url: 'https://a:b@example.com/' }, 'url must not carry a user name or a password.'],
    [{ ...BODY, url: 'nonsense' }, 'url must be an absolute URL.'],
    [{ ...BODY, url: undefined }, 'url is required.'],
    [{ ...BODY, events: [] }, `events must have 1 to ${EVENT_PATTERNS.length} items.`],
    [{ ...BODY, format: 'teams' }, 'format must be one of standard, discord, slack.'],
  ])('are refused where they are wrong: %j', async (body, detail) => {
    const app = new Harness();
    const { key } = await app.community();
    const answer = await app.post(PATH, { key, body });
    expect([answer.status, answer.body.detail]).toEqual([400, detail]);
    expect((await app.get(PATH, { key })).body.data.items).toEqual([]);
  });

  it('are refused with an unknown event, whose place is named', async () => {
    const app = new Harness();
    const { key } = await app.community();
    const answer = await app.post(PATH, { key, body: { ...BODY, events: ['session.*', 'session.begun'] } });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      { path: 'events.1', message: expect.stringMatching(/^must be one of \*, session\.\*, /) },
    ]);
  });

  it('belong to their community, and are no more than 20', async () => {
    const app = new Harness();
    const { key } = await app.community();
    const other = await app.community();
    const { id } = (await app.post(PATH, { key, body: BODY })).body.data;
    expect((await app.get(PATH, { key: other.key })).body.data.items).toEqual([]);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/rotate-secret'],
    ] as const) {
      const body = method === 'PATCH' ? { enabled: false } : undefined;
      const answer = await app.request(method, `${PATH}/${id}${path}`, { key: other.key, body });
      expect([method, answer.status, answer.body.code]).toEqual([method, 404, 'WEBHOOK_ENDPOINT_NOT_FOUND']);
    }
    for (let n = 1; n < 20; n++) await app.post(PATH, { key, body: BODY });
    const refused = await app.post(PATH, { key, body: BODY });
    expect([refused.status, refused.body.code]).toEqual([409, 'TOO_MANY_WEBHOOK_ENDPOINTS']);
    const page = await app.get(`${PATH}?limit=15`, { key });
    const rest = await app.get(`${PATH}?cursor=${page.body.data.nextCursor}`, { key });
    expect([page.body.data.items.length, rest.body.data.items.length]).toEqual([15, 5]);
  });

  it.each([
    ['http://localhost:50809', '1', 400],
    ['http://localhost:50809', 'TRUE', 400],
    ['http://localhost:50809', 'yes', 400],
    ['http://localhost:50809', undefined, 400],
    ['http://localhost:50809', 'true', 201],
    // A deployed Worker that was given the switch all the same.
    ['https://rollcall.example.workers.dev', 'true', 400],
  ])('at %s may be loopback only where WEBHOOK_ALLOW_PRIVATE is true: %s', async (origin, value, status) => {
    const vars = value === undefined ? {} : { WEBHOOK_ALLOW_PRIVATE: value };
    const app = new Harness({ vars, origin });
    const { key } = await app.community();
    const created = await app.post(PATH, { key, body: BODY });
    const url = 'http://localhost:3000/';
    expect((await app.post(PATH, { key, body: { ...BODY, url } })).status).toBe(status);
    const changed = await app.patch(`${PATH}/${created.body.data.id}`, { key, body: { url } });
    expect(changed.status).toBe(status === 201 ? 200 : 400);
  });
});
