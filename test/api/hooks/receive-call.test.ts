import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Answer, Harness } from '../../harness.ts';
import { DAY, MINUTE, NIL, setUp } from '../../helpers.ts';
import { createInboundWebhook, sendStandard, sendToken } from '../../webhook-sender.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const setUpWebhook = async (more: Record<string, unknown> = {}, settings: Record<string, unknown> = {}) => {
  const { app, key, latest } = await setUp(settings);
  const webhook = await createInboundWebhook(app, key, more);
  const calls = async (headers: Record<string, string> = {}) =>
    (await app.get(`/v2/community/inbound-webhooks/${webhook.id}/calls`, { key, headers })).body.data.items;
  return { app, key, webhook, calls, latest };
};

const JOIN = { serverId: 1, accId: NIL, forceStart: true };
const LEAVE = { serverId: 1, accId: NIL, forceStop: true };

describe('a tracker webhook', () => {
  it('records a call and answers with what was recorded', async () => {
    const { app, webhook, calls, latest } = await setUpWebhook();
    const answer = await sendStandard(app, webhook, 'msg_1', JOIN);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toEqual({
      success: true,
      data: {
        messageId: 'msg_1',
        status: 'recorded',
        replayed: false,
        accepted: 1,
        rejected: 0,
        ignored: 0,
        results: [
          {
            index: 0,
            status: 'recorded',
            session: {
              id: expect.stringMatching(UUID),
              status: true,
              accId: NIL,
              serverId: 1,
              start: '2026-04-15T00:00:00.000Z',
              end: null,
              clearReason: null,
            },
          },
        ],
      },
      meta: { timestamp: '2026-04-15T00:00:00.000Z', path: webhook.path },
    });
    expect((await latest())[0]).toMatchObject(answer.body.data.results[0].session);
    expect(await calls()).toEqual([
      {
        number: 1,
        receivedAt: '2026-04-15T00:00:00.000Z',
        outcome: 'recorded',
        messageId: 'msg_1',
        bodyBytes: JSON.stringify(JOIN).length,
        hasBody: false,
        reason: null,
      },
    ]);
  });

  it('maps any body, and nothing that the mapping does not name', async () => {
    const { app, webhook, latest } = await setUpWebhook({
      mapping: {
        serverId: '/rooms/0/no~1',
        accId: '/member/id',
        forceStart: { const: true },
        metadata: '/member',
      },
    });
    const answer = await sendStandard(app, webhook, 'msg_1', {
      rooms: [{ 'no/': '7' }],
      member: { id: NIL, nick: 'Ana' },
      forceStop: true,
      serverId: 9,
    });
    expect(answer.status, answer.text).toBe(200);
    expect(await latest()).toMatchObject([{ serverId: 7, status: true, metadata: { id: NIL, nick: 'Ana' } }]);
  });

  it('makes a batch of a list: a result per item, one bad item costs the others nothing', async () => {
    const { app, webhook, calls, latest } = await setUpWebhook({
      mapping: { items: '/events', serverId: { root: '/server' }, accId: '/id', forceStop: '/left' },
    });
    const body = {
      server: 3,
      events: [{ id: NIL }, { id: 'nobody' }, null, { id: NIL, left: true }, { id: NIL, left: 'yes' }],
    };
    const answer = await sendStandard(app, webhook, 'msg_1', body);
    expect(answer.status, answer.text).toBe(200);
    const id = answer.body.data.results[0].session.id;
    const session = { id, accId: NIL, serverId: 3, start: '2026-04-15T00:00:00.000Z', clearReason: null };
    const uuidMessage = 'must be a UUID (8-4-4-4-12 hexadecimal digits)';
    const identifierMessage = 'must name the account by one of accId, apiId, discord, uniqueId, username';
    expect(answer.body.data).toEqual({
      messageId: 'msg_1',
      status: 'recorded',
      replayed: false,
      accepted: 2,
      rejected: 3,
      ignored: 0,
      results: [
        { index: 0, status: 'recorded', session: { ...session, status: true, end: null } },
        {
          index: 1,
          status: 'rejected',
          code: 'VALIDATION_FAILED',
          message: `accId ${uuidMessage}.`,
          errors: [{ path: 'accId', message: uuidMessage }],
        },
        {
          index: 2,
          status: 'rejected',
          code: 'VALIDATION_FAILED',
          message: `The request body ${identifierMessage}.`,
          errors: [{ path: '', message: identifierMessage }],
        },
        {
          index: 3,
          status: 'recorded',
          session: { ...session, status: false, end: '2026-04-15T00:00:00.000Z' },
        },
        {
          index: 4,
          status: 'rejected',
          code: 'VALIDATION_FAILED',
          message: 'forceStop must be of type boolean.',
          errors: [{ path: 'forceStop', message: 'must be of type boolean' }],
        },
      ],
    });
    expect(await latest()).toHaveLength(1);
    expect((await calls())[0]).toMatchObject({
      outcome: 'recorded',
      reason: {
        code: 'VALIDATION_FAILED',
        errors: [
          { path: '1.accId', message: uuidMessage },
          { path: '2', message: identifierMessage },
          { path: '4.forceStop', message: 'must be of type boolean' },
        ],
      },
    });
    expect((await sendStandard(app, webhook, 'msg_1', body)).body.data).toEqual({
      ...answer.body.data,
      replayed: true,
    });
  });

  it.each([
    ['start', [{ forceStart: true }], [true]],
    ['toggle', [{}, {}], [true, false]],
    ['stop of nothing', [{ forceStop: true }], [null]],
    ['supersede', [{ forceStart: true }, { forceStart: true }], [true, true]],
    ['clear', [{}, { forceClear: true }, { forceClear: true }], [true, false, null]],
    ['clear and start', [{}, { forceClear: true, forceStart: true }], [true, true]],
  ])('answers each item by its own effect: %s', async (_, flags, statuses) => {
    const { app, webhook } = await setUpWebhook({ verification: { scheme: 'token' } });
    const answer = await sendToken(
      app,
      webhook,
      flags.map((flag) => ({ serverId: 1, accId: NIL, ...flag })),
    );
    const sessions = answer.body.data.results.map((result: { session: unknown }) => result.session);
    expect(sessions.map((session: { status: boolean } | null) => session?.status ?? null)).toEqual(statuses);
  });

  it('a late stop answers with the session that it ends', async () => {
    const { app, webhook } = await setUpWebhook(
      { verification: { scheme: 'token' } },
      { idleTimeoutSeconds: 60 },
    );
    const started = await sendToken(app, webhook, JOIN);
    app.clock.advance(10 * MINUTE);
    await app.cron();
    const stopped = await sendToken(app, webhook, LEAVE);
    expect(stopped.body.data.results[0].session).toEqual({
      ...started.body.data.results[0].session,
      status: false,
      end: '2026-04-15T00:10:00.000Z',
    });
  });

  it('an account that must exist and does not: ignored, and the message may come again', async () => {
    const { app, key, webhook, calls } = await setUpWebhook({}, { autoCreateAccounts: false });
    const refused = await sendStandard(app, webhook, 'msg_1', JOIN);
    const reason = {
      code: 'ACCOUNT_NOT_FOUND',
      message: `There is no account ${NIL} in this community.`,
      errors: [],
    };
    expect([refused.status, refused.body.data]).toEqual([
      200,
      {
        messageId: 'msg_1',
        status: 'ignored',
        replayed: false,
        accepted: 0,
        rejected: 1,
        ignored: 0,
        reason,
        results: [{ index: 0, status: 'rejected', ...reason }],
      },
    ]);
    expect((await calls())[0]).toMatchObject({ outcome: 'ignored', messageId: 'msg_1', reason });
    await app.patch('/v2/community/settings', { key, body: { autoCreateAccounts: true } });
    expect((await sendStandard(app, webhook, 'msg_1', JOIN)).status).toBe(200);
    await app.patch('/v2/community/settings', { key, body: { autoCreateAccounts: false } });
    const mixed = await sendStandard(app, webhook, 'msg_2', [{ serverId: 1, username: 'Nobody' }, LEAVE]);
    expect(mixed.body.data).toMatchObject({
      accepted: 1,
      rejected: 1,
      results: [
        { index: 0, status: 'rejected', code: 'ACCOUNT_NOT_FOUND' },
        { index: 1, status: 'recorded', session: { status: false } },
      ],
    });
  });
});

describe('a call that is not what it seems', () => {
  /** What every one of them is answered, but for the id and the path. */
  const refusalOf = ({ status, body, headers }: Answer) => {
    const { requestId, instance, ...rest } = body;
    const { 'x-request-id': _, ...others } = Object.fromEntries(headers);
    return { status, body: rest, headers: others };
  };

  it('forged, stale, future, truncated, unknown: the same 401, and nothing recorded', async () => {
    const { app, webhook, calls, latest } = await setUpWebhook();
    const now = app.clock.now();
    const text = JSON.stringify(JOIN);
    const good = { 'webhook-id': 'm', 'webhook-timestamp': String(now / 1000) };
    const answers = [
      await sendStandard(app, { ...webhook, path: `/hooks/${NIL}` }, 'm', JOIN),
      await sendStandard(app, { ...webhook, path: '/hooks/x' }, 'm', JOIN),
      await sendStandard(app, { ...webhook, secret: `whsec_${btoa('x'.repeat(32))}` }, 'm', JOIN),
      await sendStandard(app, webhook, 'm', JOIN, { at: now - 5 * MINUTE - 1000 }),
      await sendStandard(app, webhook, 'm', JOIN, { at: now + 5 * MINUTE + 1000 }),
      await app.post(webhook.path, { body: text }),
      await app.post(webhook.path, { body: text, headers: { ...good, 'webhook-signature': 'v1,AAAA' } }),
    ];
    const whole = await sendStandard(app, webhook, 'whole', JOIN, { headers: { 'webhook-id': 'other' } });
    answers.push(whole);
    expect(refusalOf(answers[0] as Answer)).toMatchObject({
      status: 401,
      body: {
        type: '/problems/unverified-call',
        status: 401,
        code: 'UNVERIFIED_CALL',
        detail:
          'There is no inbound webhook at this address, or the call does not prove that its sender knows the secret.',
      },
      headers: { 'www-authenticate': 'Webhook realm="rollcall"' },
    });
    for (const answer of answers) expect(refusalOf(answer)).toEqual(refusalOf(answers[0] as Answer));
    expect((await latest()) ?? []).toEqual([]);
    expect((await calls()).map(({ reason }: { reason: { code: string } }) => reason.code)).toEqual([
      'SIGNATURE_MISMATCH',
      'SIGNATURE_MISMATCH',
      'HEADER_MISSING',
      'TIMESTAMP_TOO_NEW',
      'TIMESTAMP_TOO_OLD',
      'SIGNATURE_MISMATCH',
    ]);
  });

  it('a truncated body', async () => {
    const { app, webhook, calls } = await setUpWebhook();
    const text = JSON.stringify(JOIN);
    for (const length of [0, 1, text.length - 1]) {
      const answer = await app.fetch(webhook.path, {
        method: 'POST',
        headers: await signedHeaders(app, webhook, text),
        body: text.slice(0, length),
      });
      expect(answer.status).toBe(401);
    }
    expect(await calls()).toHaveLength(3);
  });

  it('costs the same round trips whether the id exists or not', async () => {
    const { app, webhook } = await setUpWebhook();
    const forged = { ...webhook, secret: `whsec_${btoa('x'.repeat(32))}` };
    const unknown = await app.measure(() =>
      sendStandard(app, { ...forged, path: `/hooks/${NIL}` }, 'm', JOIN),
    );
    expect(unknown.trips).toBe(1);
    // The call's record is written after the answer.
    const wrong = await app.measure(() => sendStandard(app, forged, 'm', JOIN));
    expect(wrong.trips - 1).toBeLessThanOrEqual(1);
  });

  it.each([
    ['broken JSON', '{"serverId":1,'],
    ['nothing', ''],
  ])('verified, but %s: 400 says why, and the message may come again', async (_, text) => {
    const { app, webhook, calls } = await setUpWebhook();
    const message = 'The request body is not valid JSON.';
    const refused = await sendStandard(app, webhook, 'm', text);
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      400,
      'MALFORMED_JSON',
      message,
    ]);
    expect((await calls())[0]).toMatchObject({
      outcome: 'refused',
      reason: { code: 'MALFORMED_JSON', message },
    });
    expect((await sendStandard(app, webhook, 'm', JOIN)).status).toBe(200);
  });

  it.each([
    ['a bad field', '{"serverId":0,"discord":"1"}', 'serverId must be an integer of at least 1.'],
    ['an empty object', '{}', 'serverId is required.'],
    ['a number', '7', 'The request body must be a JSON object.'],
    ['a list of nothing good', '[{}]', '0.serverId is required.'],
    ['an empty list', '[]', 'The request body has no items.'],
    ['too many items', JSON.stringify(Array(101).fill(JOIN)), 'The request body must have 0 to 100 items.'],
  ])('verified, but %s: ignored, says why, and the message may come again', async (_, text, message) => {
    const { app, webhook, calls } = await setUpWebhook();
    const ignored = await sendStandard(app, webhook, 'm', text);
    expect([ignored.status, ignored.body.data.status, ignored.body.data.reason.message]).toEqual([
      200,
      'ignored',
      message,
    ]);
    expect((await calls())[0]).toMatchObject({ outcome: 'ignored', reason: ignored.body.data.reason });
    expect((await sendStandard(app, webhook, 'm', JOIN)).body.data.status).toBe('recorded');
  });

  it('a list that is not there', async () => {
    const { app, webhook, calls } = await setUpWebhook({
      mapping: { items: '/list', serverId: '/s', username: '/u' },
    });
    const ignored = {
      messageId: 'm',
      status: 'ignored',
      replayed: false,
      accepted: 0,
      rejected: 0,
      ignored: 0,
    };
    for (const body of [{}, { list: { a: 1 } }, { list: 'x' }, []]) {
      const answer = await sendStandard(app, webhook, 'm', body);
      expect([answer.status, answer.body.data]).toEqual([
        200,
        {
          ...ignored,
          reason: {
            code: 'ITEMS_NOT_FOUND',
            message: '/list points to no list in the body.',
            errors: [{ path: '/list', message: 'points to no list in the body' }],
          },
          results: [],
        },
      ]);
    }
    for (const body of [{ list: [] }, { list: {} }]) {
      expect((await sendStandard(app, webhook, 'm', body)).body.data).toEqual({
        ...ignored,
        reason: {
          code: 'NO_ITEMS',
          message: '/list has no items.',
          errors: [{ path: '/list', message: 'has no items' }],
        },
        results: [],
      });
    }
    expect(
      (await calls({ 'Accept-Language': 'es' }))
        .map(({ reason }: { reason: { message: string } }) => reason.message)
        .slice(1, 3),
    ).toEqual(['/list no tiene elementos.', '/list no apunta a ninguna lista del cuerpo.']);
  });

  it('over 1 MiB: 413, known id or not', async () => {
    const { app, webhook } = await setUpWebhook();
    for (const path of [webhook.path, `/hooks/${NIL}`]) {
      const answer = await app.post(path, { body: 'x'.repeat(1024 * 1024 + 1) });
      expect([answer.status, answer.body.code]).toEqual([413, 'BODY_TOO_LARGE']);
    }
  });
});

const signedHeaders = async (
  app: Harness,
  { secret }: { secret: string },
  text: string,
): Promise<Record<string, string>> => {
  const { Webhook } = await import('standardwebhooks');
  const now = app.clock.now();
  return {
    'webhook-id': 'm',
    'webhook-timestamp': String(now / 1000),
    'webhook-signature': new Webhook(secret).sign('m', new Date(now), text),
  };
};

describe('exactly once', () => {
  it('a replay is answered as the first time, says so, and records nothing', async () => {
    const { app, webhook, calls, latest } = await setUpWebhook();
    const first = await sendStandard(app, webhook, 'join', JOIN);
    app.clock.advance(MINUTE);
    const left = await sendStandard(app, webhook, 'leave', LEAVE);
    app.clock.advance(MINUTE);
    // The sender missed both answers, and sends the older one last.
    for (const [id, body, answer] of [
      ['leave', LEAVE, left],
      ['join', JOIN, first],
    ] as const) {
      expect((await sendStandard(app, webhook, id, body)).body).toEqual({
        ...answer.body,
        data: { ...answer.body.data, replayed: true },
      });
    }
    expect(await latest()).toMatchObject([{ status: false, end: '2026-04-15T00:01:00.000Z' }]);
    expect((await calls()).map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'replayed',
      'replayed',
      'recorded',
      'recorded',
    ]);
  });

  it('fifty copies at once: one is recorded, and all are answered the same', async () => {
    const { app, webhook, latest } = await setUpWebhook({ verification: { scheme: 'token' } });
    const toggle = { serverId: 1, accId: NIL };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => sendToken(app, webhook, toggle, { 'webhook-id': 'm' })),
    );
    const [first] = answers.filter(({ body }) => !body.data.replayed);
    expect(answers.filter(({ body }) => body.data.replayed)).toHaveLength(49);
    for (const { body } of answers) {
      expect({ ...body, data: { ...body.data, replayed: false } }).toEqual(first?.body);
    }
    expect(await latest()).toMatchObject([{ status: true }]);
  });

  it('calls that overtake one another leave at most one open session, and each is recorded', async () => {
    const { app, webhook, latest } = await setUpWebhook({ verification: { scheme: 'token' } });
    for (const [id, body] of [
      ['2', LEAVE],
      ['1', JOIN],
      ['4', LEAVE],
      ['3', JOIN],
    ] as const) {
      app.clock.advance(MINUTE);
      expect((await sendToken(app, webhook, body, { 'webhook-id': id })).status).toBe(200);
    }
    expect((await latest()).map(({ status }: { status: boolean }) => status)).toEqual([true, false]);
  });

  it('without an id, an equal body is a repeat only within repeatSeconds', async () => {
    const hmac = { scheme: 'hmac-sha256', header: 'x-signature' };
    const { app, key, webhook, latest } = await setUpWebhook({ verification: hmac });
    const send = async ({ path, secret }: typeof webhook, headers: Record<string, string> = {}) => {
      const text = JSON.stringify(JOIN);
      const signature = await hmacHex(secret, text);
      const answer = await app.post(path, { body: text, headers: { 'x-signature': signature, ...headers } });
      return answer.body.data.replayed;
    };
    // An id that nobody has signed does not make a replay something new.
    expect(await send(webhook, { 'webhook-id': '1' })).toBe(false);
    app.clock.advance(60_000);
    expect(await send(webhook, { 'webhook-id': '2' })).toBe(true);
    app.clock.advance(1);
    expect(await send(webhook)).toBe(false);
    app.clock.advance(60_000);
    expect(await send(webhook)).toBe(true);
    expect(await latest()).toHaveLength(2);

    const long = await createInboundWebhook(app, key, { verification: hmac, repeatSeconds: 3600 });
    expect([await send(long), await send(long)]).toEqual([false, true]);
    app.clock.advance(3_600_001);
    expect([await send(long), await send(long)]).toEqual([false, true]);
    const never = await createInboundWebhook(app, key, { verification: hmac, repeatSeconds: 0 });
    expect([await send(never), await send(never)]).toEqual([false, false]);
  });

  it('a token says that an equal body is another event, unless it is told otherwise', async () => {
    const { app, key, webhook, latest } = await setUpWebhook({ verification: { scheme: 'token' } });
    for (let join = 0; join < 3; join++) {
      expect((await sendToken(app, webhook, JOIN)).body.data).toMatchObject({ replayed: false, accepted: 1 });
    }
    expect(await latest()).toHaveLength(3);
    await app.patch(`/v2/community/inbound-webhooks/${webhook.id}`, { key, body: { repeatSeconds: 5 } });
    const answers = [await sendToken(app, webhook, JOIN), await sendToken(app, webhook, JOIN)];
    expect(answers.map(({ body }) => body.data.replayed)).toEqual([false, true]);
  });

  it('with a configured header, only the same id is the same message', async () => {
    const verification = { scheme: 'token', idHeader: 'X-Delivery' };
    const { app, webhook } = await setUpWebhook({ verification });
    const replayed = async (headers: Record<string, string>) =>
      (await sendToken(app, webhook, JOIN, headers)).body.data.replayed;
    expect(await replayed({ 'x-delivery': '1' })).toBe(false);
    expect(await replayed({ 'x-delivery': '2' })).toBe(false);
    expect(await replayed({ 'x-delivery': '2' })).toBe(true);
    expect(await replayed({})).toBe(false);
  });

  it('the ids of two webhooks do not meet', async () => {
    const { app, key, webhook, latest } = await setUpWebhook();
    const other = await createInboundWebhook(app, key);
    await sendStandard(app, webhook, 'm', JOIN);
    await sendStandard(app, other, 'm', JOIN);
    expect(await latest()).toHaveLength(2);
  });

  it('is remembered for 7 days', async () => {
    const { app, webhook } = await setUpWebhook({ verification: { scheme: 'token' } });
    const replayed = async () =>
      (await sendToken(app, webhook, JOIN, { 'webhook-id': 'm' })).body.data.replayed;
    expect(await replayed()).toBe(false);
    app.clock.advance(7 * DAY);
    await app.cron();
    expect(await replayed()).toBe(true);
    app.clock.advance(1);
    await app.cron();
    expect(await replayed()).toBe(false);
  });

  it('where the batch fails, nothing of it has happened and the message may come again', async () => {
    const { app, webhook, calls, latest } = await setUpWebhook();
    await env.DB.exec(
      "CREATE TRIGGER broken BEFORE INSERT ON inbound_webhook_calls BEGIN SELECT RAISE(ABORT, 'crash'); END",
    );
    const text = JSON.stringify(JOIN);
    const crashed = await app.post(webhook.path, {
      body: text,
      headers: await signedHeaders(app, webhook, text),
      expectsDefect: true,
    });
    expect(crashed.status).toBe(500);
    await env.DB.exec('DROP TRIGGER broken');
    app.logs.length = 0;
    expect((await sendStandard(app, webhook, 'm', JOIN)).status).toBe(200);
    expect(await latest()).toHaveLength(1);
    expect(await calls()).toHaveLength(1);
  });
});

const hmacHex = async (secret: string, text: string): Promise<string> => {
  const { hmacSha256, toHex } = await import('../../../src/lib/crypto.ts');
  const encode = (value: string) => new TextEncoder().encode(value);
  return toHex(await hmacSha256(encode(secret), encode(text)));
};

describe('the last calls', () => {
  it('are a hundred, newest first', async () => {
    const { app, webhook, calls } = await setUpWebhook({ verification: { scheme: 'token' } });
    const send = (id: string) => sendToken(app, webhook, LEAVE, { 'webhook-id': id });
    await Promise.all(Array.from({ length: 102 }, (_, index) => send(`m${index}`)));
    await send('last');
    const kept = await calls();
    expect(kept.map(({ number }: { number: number }) => number)).toEqual(
      Array.from({ length: 100 }, (_, index) => 103 - index),
    );
    expect(kept[0].messageId).toBe('last');
  });

  it('are none at first', async () => {
    const { calls } = await setUpWebhook();
    expect(await calls()).toEqual([]);
  });
});

describe('budgets', () => {
  it('a call: one trip to read the webhook, one to write; a replay one more', async () => {
    const { app, webhook } = await setUpWebhook({ verification: { scheme: 'token' } });
    await sendToken(app, webhook, JOIN);
    // What the API's own verb costs, and: the webhook and its community, the message, its answer, the call.
    const leave = await app.measure(() => sendToken(app, webhook, LEAVE, { 'webhook-id': 'a' }));
    expect(leave.trips).toBe(2);
    expect(leave.rowsRead).toBeLessThanOrEqual(20);
    expect(leave.rowsWritten).toBeLessThanOrEqual(9);
    const replay = await app.measure(() => sendToken(app, webhook, LEAVE, { 'webhook-id': 'a' }));
    // The batch that fails is not counted.
    expect(replay.trips).toBe(2);
    expect(replay.rowsRead).toBeLessThanOrEqual(8);
    expect(replay.rowsWritten).toBe(2);
  });

  it('a hundred items: the same trips', async () => {
    const { app, webhook } = await setUpWebhook({ verification: { scheme: 'token' } });
    const items = Array.from({ length: 100 }, (_, index) => ({ serverId: 1, username: `user ${index}` }));
    const { trips, result } = await app.measure(() => sendToken(app, webhook, items));
    expect(result.body.data.accepted).toBe(100);
    expect(trips).toBe(2);
  });
});

describe('an activity-log webhook', () => {
  const MAPPING = {
    items: '/commits',
    platform: { const: 'ci' },
    serial: { root: '/repository/name' },
    action_type: { root: '/event' },
    action_detail: '/message',
    username: '/author/login',
    timestamp: '/at',
  };
  const push = (...commits: unknown[]) => ({ event: 'push', repository: { name: 'rollcall' }, commits });
  const commit = (message: string, at: unknown) => ({ message, at, author: { login: 'ana' } });

  const setUpLog = async () => {
    const set = await setUpWebhook({ kind: 'activity-log', mapping: MAPPING });
    const entries = async (query = '') =>
      (await set.app.get(`/api/v1/activity_log${query}`, { key: set.key })).body.data;
    return { ...set, entries };
  };

  it('records what the mapping finds, and answers with the ids', async () => {
    const { app, webhook, entries } = await setUpLog();
    const answer = await sendStandard(app, webhook, 'm1', push(commit('one', 100), commit('two', 200)));
    expect(answer.status, answer.text).toBe(200);
    const [two, one] = await entries();
    expect(one).toEqual({
      id: expect.any(Number),
      platform: 'ci',
      serial: 'rollcall',
      action_type: 'push',
      action_detail: 'one',
      username: 'ana',
      timestamp: 100,
    });
    expect(answer.body.data).toEqual({
      messageId: 'm1',
      status: 'recorded',
      replayed: false,
      accepted: 2,
      rejected: 0,
      ignored: 0,
      results: [
        { index: 0, status: 'recorded', id: one.id },
        { index: 1, status: 'recorded', id: two.id },
      ],
    });
  });

  it('a bad item costs the others nothing; a replay stores nothing, even after the log was wiped', async () => {
    const { app, key, webhook, entries } = await setUpLog();
    const body = push(commit('one', 1), commit('no time', 'yesterday'), commit('three', 3));
    const first = await sendStandard(app, webhook, 'm1', body);
    expect(first.body.data.results).toEqual([
      { index: 0, status: 'recorded', id: expect.any(Number) },
      {
        index: 1,
        status: 'rejected',
        code: 'VALIDATION_FAILED',
        message: expect.stringContaining('timestamp must be'),
        errors: [{ path: 'timestamp', message: expect.stringContaining('4102444800') }],
      },
      { index: 2, status: 'recorded', id: expect.any(Number) },
    ]);
    const again = { ...first.body.data, replayed: true };
    expect((await sendStandard(app, webhook, 'm1', body)).body.data).toEqual(again);
    expect(await entries()).toHaveLength(2);
    await app.delete('/api/v1/activity_log/all', { key });
    expect((await sendStandard(app, webhook, 'm1', body)).body.data).toEqual(again);
    expect(await entries()).toEqual([]);
  });

  it('the order of arrival does not matter to the log', async () => {
    const { app, webhook, entries } = await setUpLog();
    for (const at of [3, 1, 2]) await sendStandard(app, webhook, `m${at}`, push(commit(`c${at}`, at)));
    expect((await entries()).map(({ timestamp }: { timestamp: number }) => timestamp)).toEqual([3, 2, 1]);
  });

  it("honours the sender's event_id over all calls", async () => {
    const { app, webhook, entries } = await setUpWebhook({
      kind: 'activity-log',
      mapping: { platform: { const: 'p' }, serial: '/s', action_type: '/a', event_id: '/id' },
    }).then(async (set) => ({
      ...set,
      entries: async () => (await set.app.get('/api/v1/activity_log', { key: set.key })).body.data,
    }));
    const first = await sendStandard(app, webhook, 'm1', { s: 's', a: 'a', id: 'e1' });
    const second = await sendStandard(app, webhook, 'm2', { s: 's', a: 'a', id: 'e1' });
    expect(second.body.data.results).toEqual(first.body.data.results);
    expect(await entries()).toHaveLength(1);
  });

  it('a thousand entries are one batch, each with its own id, and counted', async () => {
    const { app, key, webhook } = await setUpLog();
    const commits = Array.from({ length: 1000 }, (_, index) => commit(`c${index}`, 100 + (index % 7)));
    const { trips, result } = await app.measure(() => sendStandard(app, webhook, 'm1', push(...commits)));
    expect(trips).toBe(2);
    expect(result.body.data.accepted).toBe(1000);
    const ids = result.body.data.results.map(({ id }: { id: number }) => id);
    expect(new Set(ids).size).toBe(1000);
    // The answer names the entry of its own item.
    const { body } = await app.get('/api/v1/activity_log?limit=1000', { key });
    const details = new Map(
      body.data.map((entry: { id: number; action_detail: string }) => [entry.id, entry.action_detail]),
    );
    expect(ids.map((id: number) => details.get(id))).toEqual(commits.map(({ message }) => message));
    expect((await app.get('/api/v1/activity_log/count', { key })).body.data.count).toBe(1000);
    const more = await sendStandard(app, webhook, 'm2', push(...commits, commit('too many', 1)));
    expect([more.status, more.body.data.reason.message]).toEqual([
      200,
      '/commits must have 0 to 1000 items.',
    ]);
  });

  it('a second without room: ignored, and the message may come again', async () => {
    const { app, key, webhook, calls } = await setUpLog();
    const created = await sendStandard(app, webhook, 'm0', push(commit('first', 500)));
    await env.DB.prepare('UPDATE log_entries SET id = (500 << 20) + 1048575 WHERE id = ?')
      .bind(created.body.data.results[0].id)
      .run();
    const full = await sendStandard(app, webhook, 'm1', push(commit('second', 500)));
    expect([full.status, full.body.data.reason.code]).toEqual([200, 'LOG_SECOND_FULL']);
    expect(full.body.data.reason.message).toContain('500');
    expect((await calls())[0]).toMatchObject({ outcome: 'ignored', reason: { code: 'LOG_SECOND_FULL' } });
    expect((await app.get('/api/v1/activity_log/count', { key })).body.data.count).toBe(1);
    expect((await sendStandard(app, webhook, 'm1', push(commit('second', 501)))).status).toBe(200);
  });
});

describe('an account-activity webhook', () => {
  const MAPPING = {
    items: '/changes',
    category: { const: 'PROCESSES_CHANGED' },
    type: '/kind',
    user: { root: '/who' },
    time: '/at',
    eventId: '/id',
    properties: '/details',
  };
  const changes = (...items: unknown[]) => ({ who: 'Ana', changes: items });
  const change = (kind: string, id?: string) => ({
    kind,
    at: '2026-04-14T10:00:00+02:00',
    id,
    details: { activityName: 'Onboarding' },
  });

  const setUpReports = async () => {
    const set = await setUpWebhook({ kind: 'account-activity', mapping: MAPPING });
    const period = 'startDate=2026-04-14T00:00:00Z&endDate=2026-04-15T00:00:00Z';
    const records = async () =>
      (await set.app.get(`/scr/api/activity?${period}&type=PROCESSES_CHANGED`, { key: set.key })).body
        .records;
    return { ...set, records };
  };

  it('records what the mapping finds; a replay records nothing', async () => {
    const { app, webhook, records } = await setUpReports();
    const body = changes(change('RENAMED'), { kind: 'BROKEN', at: 'yesterday' }, change('MOVED'));
    const answer = await sendStandard(app, webhook, 'm1', body);
    expect(answer.status, answer.text).toBe(200);
    const instantMessage = 'must be an ISO 8601 date-time with an offset, such as 2026-04-15T00:00:00Z';
    expect(answer.body.data).toEqual({
      messageId: 'm1',
      status: 'recorded',
      replayed: false,
      accepted: 2,
      rejected: 1,
      ignored: 0,
      results: [
        { index: 0, status: 'recorded', id: expect.stringMatching(/:0000$/) },
        {
          index: 1,
          status: 'rejected',
          code: 'VALIDATION_FAILED',
          message: `time ${instantMessage}.`,
          errors: [{ path: 'time', message: instantMessage }],
        },
        { index: 2, status: 'recorded', id: expect.stringMatching(/:0001$/) },
      ],
    });
    expect((await sendStandard(app, webhook, 'm1', body)).body.data).toEqual({
      ...answer.body.data,
      replayed: true,
    });
    expect(await records()).toEqual([
      {
        message: 'user Ana: RENAMED',
        time: '2026-04-14T10:00:00+02:00',
        timeStamp: '2026-04-14T10:00:00+02:00',
        type: 'RENAMED',
        user: 'Ana',
        activityName: 'Onboarding',
      },
      expect.objectContaining({ type: 'MOVED' }),
    ]);
  });

  it("honours the sender's eventId over all calls, calls at the same time included", async () => {
    const { app, webhook, records } = await setUpReports();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        sendStandard(app, webhook, `m${index}`, changes(change('RENAMED', 'e1'), change(`OWN_${index}`))),
      ),
    );
    const results = answers.map(({ body }) => body.data.results[0]);
    expect(new Set(results.map(({ id }) => id)).size).toBe(1);
    expect(results.filter(({ status }) => status === 'recorded')).toHaveLength(1);
    expect(results.filter(({ status }) => status === 'duplicate')).toHaveLength(7);
    expect(await records()).toHaveLength(9);
  });

  it('names of any length and number are refused in few words', async () => {
    const { app, webhook, calls } = await setUpWebhook({ kind: 'account-activity' });
    const properties = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`${index}-${'x'.repeat(20_000)}`, index]),
    );
    const good = { category: 'SPACES_VIEWED', type: 'T', user: 'Ana', time: '2026-04-14T10:00:00Z' };
    const answer = await sendStandard(app, webhook, 'm1', [good, { ...good, properties }]);
    expect(answer.status, answer.text.slice(0, 500)).toBe(200);
    expect(answer.body.data).toMatchObject({ accepted: 1, rejected: 1 });
    expect(answer.body.data.results[1].errors).toHaveLength(5);
    expect(answer.text.length).toBeLessThan(5_000);
    expect(JSON.stringify(await calls()).length).toBeLessThan(5_000);
  });

  it('a thousand records are one batch', async () => {
    const { app, webhook, records } = await setUpReports();
    const many = Array.from({ length: 1000 }, (_, index) => change(`T${index}`));
    const { trips, result } = await app.measure(() => sendStandard(app, webhook, 'm1', changes(...many)));
    expect(result.body.data.accepted).toBe(1000);
    expect(trips).toBe(2);
    expect(await records()).toHaveLength(1000);
  });
});
