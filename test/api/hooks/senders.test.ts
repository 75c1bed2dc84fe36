import examples from '@octokit/webhooks-examples';
import { describe, expect, it } from 'vitest';
import { SENDER_NAMES } from '../../../src/core/hooks/senders/index.ts';
import { MINUTE, SECOND, setUp } from '../../helpers.ts';
import { TEST_SENDER_NAMES, TEST_SENDERS, type TestSender, type TestSenderName } from '../../senders.ts';
import { createInboundWebhook } from '../../webhook-sender.ts';

const set = async (name: TestSenderName, more: Record<string, unknown> = {}) => {
  const { app, key } = await setUp();
  const sender: TestSender = TEST_SENDERS[name];
  const webhook = await createInboundWebhook(app, key, {
    kind: 'activity-log',
    verification: undefined,
    sender: name,
    secret: sender.secret,
    mapping: sender.mapping,
    ...more,
  });
  const send = async ({
    body = sender.body,
    signedBody = body,
    secret = sender.signingSecret ?? sender.secret,
    at = app.clock.now(),
    headers = {},
    path = webhook.path,
  }: Partial<Record<'body' | 'signedBody' | 'secret' | 'path', string>> & {
    at?: number;
    headers?: Record<string, string>;
  } = {}) => {
    const signature = await sender.sign({
      secret,
      body: signedBody,
      at,
      url: `https://rollcall.test${path}`,
    });
    const answer = await app.post(path, { body, headers: { ...sender.headers, ...headers, ...signature } });
    await app.settled();
    return answer;
  };
  const calls = async () =>
    (await app.get(`/v2/community/inbound-webhooks/${webhook.id}/calls`, { key })).body.data.items;
  const outcomes = async () =>
    (await calls()).map((call: { outcome: string; reason: { code: string } | null }) =>
      call.reason ? `${call.outcome} ${call.reason.code}` : call.outcome,
    );
  const entries = async () => (await app.get('/api/v1/activity_log', { key })).body.data;
  return { app, key, sender, webhook, send, calls, outcomes, entries };
};

it('each sender with a name is here', () => {
  expect([...TEST_SENDER_NAMES, 'custom'].toSorted()).toEqual([...SENDER_NAMES].toSorted());
});

describe.each(TEST_SENDER_NAMES)('%s', (name) => {
  it('a right signature is believed, and what the call says is recorded', async () => {
    const { sender, send, outcomes, entries } = await set(name);
    const answer = await send();
    expect([answer.status, await outcomes()]).toEqual([name === 'discord' ? 204 : 200, ['recorded']]);
    const [serial, actionType] = sender.recorded;
    expect(await entries()).toMatchObject([{ serial, action_type: actionType }]);
  });

  it('a wrong one is not: of another secret, of another body, none', async () => {
    const { sender, send, outcomes, entries, app, webhook } = await set(name);
    expect((await send({ secret: sender.otherSecret })).status).toBe(401);
    expect((await send({ signedBody: `${sender.body} ` })).status).toBe(401);
    expect((await app.post(webhook.path, { body: sender.body, headers: sender.headers })).status).toBe(401);
    await app.settled();
    expect(await outcomes()).toEqual([
      'refused HEADER_MISSING',
      'refused SIGNATURE_MISMATCH',
      'refused SIGNATURE_MISMATCH',
    ]);
    expect(await entries()).toEqual([]);
  });

  it('a call five minutes old is taken, an older one not, where the sender signs the time', async () => {
    const { app, sender, send, outcomes } = await set(name);
    const at = app.clock.now();
    app.clock.advance(5 * MINUTE);
    await send({ at });
    app.clock.advance(SECOND);
    await send({ at });
    const ahead = app.clock.now() + 5 * MINUTE + SECOND;
    await send({ at: ahead });
    expect(await outcomes()).toEqual(
      sender.signsTime
        ? ['refused TIMESTAMP_TOO_NEW', 'refused TIMESTAMP_TOO_OLD', 'recorded']
        : ['replayed', 'replayed', 'recorded'],
    );
  });

  it('a call that is sent again is recorded once', async () => {
    const { app, send, outcomes, entries } = await set(name);
    const at = app.clock.now();
    await send({ at });
    app.clock.advance(MINUTE);
    await send({ at });
    expect(await outcomes()).toEqual(['replayed', 'recorded']);
    expect(await entries()).toHaveLength(1);
  });

  it('costs two trips, and a few rows', async () => {
    const { app, send, sender } = await set(name);
    const at = app.clock.now();
    const costOf = async (call: Parameters<typeof send>[0]) => {
      const { trips, rowsRead, rowsWritten } = await app.measure(() => send(call));
      return { trips, rowsRead, rowsWritten };
    };
    // The batch of the repeat that fails is not counted.
    expect({
      recorded: await costOf({ at }),
      replayed: await costOf({ at }),
      refused: await costOf({ at, secret: sender.otherSecret }),
    }).toEqual(COSTS);
  });
});

/** Of an entry of the log: the webhook and its community, the entry and its counter, the message, and the call's note. */
const COSTS = {
  recorded: { trips: 2, rowsRead: 19, rowsWritten: 10 },
  replayed: { trips: 2, rowsRead: 6, rowsWritten: 2 },
  // The second trip is made after the answer.
  refused: { trips: 2, rowsRead: 5, rowsWritten: 2 },
};

describe('handshakes', () => {
  it('Slack: url_verification', async () => {
    const { send, outcomes, entries } = await set('slack');
    const challenge = '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P';
    const answer = await send({
      body: JSON.stringify({ token: 'Jhj5', challenge, type: 'url_verification' }),
    });
    expect([answer.status, answer.body]).toEqual([200, { challenge }]);
    expect(await outcomes()).toEqual(['ignored HANDSHAKE']);
    expect(await entries()).toEqual([]);
  });

  it('Discord: PING of interactions and of events, and a bad signature in between', async () => {
    const { send, outcomes } = await set('discord');
    const interaction = await send({
      body: JSON.stringify({ id: '1', application_id: '2', type: 1, version: 1 }),
    });
    expect([interaction.status, interaction.body]).toEqual([200, { type: 1 }]);
    const body = JSON.stringify({ version: 1, application_id: '2', type: 0 });
    const event = await send({ body });
    expect([event.status, event.text]).toEqual([204, '']);
    expect((await send({ body, secret: TEST_SENDERS.discord.otherSecret })).status).toBe(401);
    expect(await outcomes()).toEqual([
      'refused SIGNATURE_MISMATCH',
      'ignored HANDSHAKE',
      'ignored HANDSHAKE',
    ]);
  });

  it('GitHub: ping', async () => {
    const { send, entries } = await set('github');
    const answer = await send({
      body: '{"zen":"Design for failure.","hook_id":1}',
      headers: { 'X-GitHub-Event': 'ping' },
    });
    expect([answer.status, answer.body.data]).toEqual([
      200,
      {
        messageId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
        status: 'ignored',
        replayed: false,
        accepted: 0,
        rejected: 0,
        ignored: 0,
        reason: {
          code: 'HANDSHAKE',
          message: 'The request body is only a test of the address.',
          errors: [{ path: '', message: 'is only a test of the address' }],
        },
        results: [],
      },
    ]);
    expect(await entries()).toEqual([]);
  });

  it('a hub: hub.challenge is sent back to the one that knows the token', async () => {
    const { app, key } = await setUp();
    const token = await createInboundWebhook(app, key, { verification: { scheme: 'token' } });
    const hub = await createInboundWebhook(app, key, {
      verification: {
        scheme: 'hmac-sha256',
        header: 'X-Hub-Signature-256',
        prefix: 'sha256=',
        verifyToken: 'meta-verify-token',
      },
    });
    const ask = (path: string, verifyToken: string) =>
      app.get(`${path}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${verifyToken}`);
    for (const [path, verifyToken] of [
      [hub.path, 'meta-verify-token'],
      [token.path, token.secret],
    ] as const) {
      const answer = await ask(path, verifyToken);
      expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([
        200,
        '1158201444',
        'text/plain; charset=utf-8',
      ]);
    }
    for (const [path, verifyToken] of [
      [hub.path, hub.secret],
      [hub.path, ''],
      [token.path, 'x'],
      ['/hooks/x', 'meta-verify-token'],
    ] as const) {
      expect((await ask(path, verifyToken)).status).toBe(401);
    }
  });
});

describe('Twilio', () => {
  // https://www.twilio.com/docs/usage/security, and the libraries' own tests.
  it('signs as its documentation shows it', async () => {
    const { verifyCall } = await import('../../../src/core/hooks/verify-call.ts');
    const { twilio } = await import('../../../src/core/hooks/senders/twilio.ts');
    const headers: Record<string, string> = {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
    };
    const call = {
      webhookId: 'w',
      url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
      header: (name: string) => headers[name] ?? null,
      headers: [],
      body: new TextEncoder().encode(
        'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212',
      ),
    };
    expect(await verifyCall(twilio, ['12345'], call, 0)).toBeUndefined();
    expect(await verifyCall(twilio, ['12346'], call, 0)).toMatchObject({ reason: 'signature_mismatch' });
  });

  it('gets TwiML that does nothing', async () => {
    const { send } = await set('twilio');
    const answer = await send();
    expect([answer.text, answer.headers.get('content-type')]).toEqual(['<Response/>', 'text/xml']);
  });

  it('a JSON body is signed by its hash in the URL', async () => {
    const { app, sender, webhook, outcomes } = await set('twilio', {
      mapping: { platform: { const: 'twilio' }, serial: '/id', action_type: { const: 'event' } },
    });
    const body = '{"id":"NO1"}';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body));
    const hash = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const path = `${webhook.path}?bodySHA256=${hash}`;
    const send = async (text: string) => {
      const signature = await sender.sign({
        secret: sender.secret,
        body: '',
        at: 0,
        url: `https://rollcall.test${path}`,
      });
      const answer = await app.post(path, {
        body: text,
        headers: { 'Content-Type': 'application/json', ...signature },
      });
      return answer.status;
    };
    expect([await send(body), await send('{"id":"NO2"}')]).toEqual([200, 401]);
    await app.settled();
    expect(await outcomes()).toEqual(['refused SIGNATURE_MISMATCH', 'recorded']);
  });
});

describe('every published payload of GitHub', () => {
  const definitions = examples as unknown as { name: string; examples: object[] }[];
  const payloads = definitions.flatMap(({ name, examples: ofEvent }) =>
    ofEvent.map((payload, index) => ({ name, index, body: JSON.stringify(payload) })),
  );

  it.each([
    [
      'a mapping of all events',
      {
        mapping: {
          platform: { const: 'github' },
          serial: { first: ['/repository/full_name', '/organization/login', '/sender/login'] },
          action_type: { header: 'X-GitHub-Event' },
          action_detail: '/action',
          username: '/sender/login',
        },
      },
      1,
      // Four are pings, and four are of nobody.
      { recorded: 321, ignored: 8, count: 321 },
    ],
    [
      'a mapping that fits none',
      { mapping: { platform: '/no', serial: '/such', action_type: '/field' } },
      // The body matters little here: every fourth one.
      4,
      { ignored: 83, count: 0 },
    ],
  ])('answers 200 with %s', async (_, more, step, expected) => {
    const { send, app, key } = await set('github', more);
    const statuses: Record<string, number> = {};
    for (const { name, index, body } of payloads.filter((_, place) => place % step === 0)) {
      const headers = { 'X-GitHub-Event': name, 'X-GitHub-Delivery': `${name}-${index}` };
      const answer = await send({ body, headers });
      expect([name, answer.status]).toEqual([name, 200]);
      statuses[answer.body.data.status] = (statuses[answer.body.data.status] ?? 0) + 1;
    }
    const { count } = (await app.get('/api/v1/activity_log/count', { key })).body.data;
    expect({ payloads: payloads.length, ...statuses, count }).toEqual({ payloads: 329, ...expected });
  });

  it('by the recipe github-push: a log entry for each commit of a push, and nothing of other events', async () => {
    const { send, entries } = await set('github', { recipe: 'github-push', mapping: undefined });
    for (const { name, index, body } of payloads.filter(({ name }) =>
      ['push', 'issues', 'star'].includes(name),
    )) {
      const answer = await send({
        body,
        headers: { 'X-GitHub-Event': name, 'X-GitHub-Delivery': `${name}-${index}` },
      });
      expect(answer.status).toBe(200);
      if (name !== 'push') expect(answer.body.data.reason.code).toBe('ITEMS_NOT_FOUND');
    }
    expect(await entries()).toEqual([
      {
        id: expect.any(Number),
        platform: 'github',
        serial: 'Codertocat/Hello-World',
        action_type: 'push',
        action_detail: 'Initial commit',
        username: 'Codertocat',
        timestamp: 1_557_933_565,
      },
    ]);
  });

  it('as a form, too', async () => {
    const { send } = await set('github', { recipe: 'github-push', mapping: undefined });
    const push = payloads.find(({ name, body }) => name === 'push' && body.includes('"commits":[{'));
    const body = new URLSearchParams({ payload: push?.body ?? '' }).toString();
    const answer = await send({ body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
    expect(answer.body.data).toMatchObject({ status: 'recorded' });
  });
});
