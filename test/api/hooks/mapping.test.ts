import { describe, expect, it } from 'vitest';
import { DAY, MINUTE, NIL, setUp } from '../../helpers.ts';
import { createInboundWebhook, sendToken } from '../../webhook-sender.ts';

const PATH = '/v2/community/inbound-webhooks';
const TOKEN = { verification: { scheme: 'token' } };

const setUpHook = async (more: Record<string, unknown>) => {
  const set = await setUp();
  const webhook = await createInboundWebhook(set.app, set.key, { ...TOKEN, ...more });
  const send = (body: unknown, headers: Record<string, string> = {}) =>
    sendToken(set.app, webhook, body, headers);
  const entries = async () => (await set.app.get('/api/v1/activity_log', { key: set.key })).body.data;
  const records = async (type = 'PROCESSES_CHANGED') => {
    const period = 'startDate=2026-04-01T00:00:00Z&endDate=2026-04-30T00:00:00Z';
    return (await set.app.get(`/scr/api/activity?${period}&type=${type}`, { key: set.key })).body.records;
  };
  return { ...set, webhook, send, entries, records };
};

const LOG = { platform: { const: 'p' }, serial: '/s', action_type: '/a' };
const setUpLog = (mapping: Record<string, unknown>) =>
  setUpHook({ kind: 'activity-log', mapping: { ...LOG, ...mapping } });

describe('sources', () => {
  it('pointer, root, header, const, the first that there is, a table of values, a default', async () => {
    const { send, entries } = await setUpHook({
      kind: 'activity-log',
      mapping: {
        items: '/list',
        platform: { root: '/app' },
        serial: { pointer: '/s' },
        action_type: { header: 'X-Event', values: { a: 'added', b: 'removed' }, default: 'other' },
        action_detail: { first: ['/note', { root: '/note' }, { const: 'none' }] },
        username: { first: ['/nobody'], default: 'somebody' },
      },
    });
    await send(
      {
        app: 'x',
        list: [
          { s: '1', note: 'own' },
          { s: '2', note: '' },
        ],
      },
      { 'X-Event': 'b' },
    );
    await send({ app: 'x', note: 'of all', list: [{ s: '3', note: null }] }, { 'X-Event': 'z' });
    expect(
      (await entries()).map((entry: Record<string, unknown>) => [
        entry.platform,
        entry.serial,
        entry.action_type,
        entry.action_detail,
        entry.username,
      ]),
    ).toEqual([
      ['x', '3', 'other', 'of all', 'somebody'],
      ['x', '2', 'removed', 'none', 'somebody'],
      ['x', '1', 'removed', 'own', 'somebody'],
    ]);
  });

  it('a number or boolean becomes text where the column is text, with all its digits', async () => {
    const { send, entries } = await setUpLog({ action_detail: '/d', username: '/u' });
    await send('{"s":123456789012345678901234567890,"a":true,"d":-9007199254740993,"u":1.50}');
    expect(await entries()).toMatchObject([
      {
        serial: '123456789012345678901234567890',
        action_type: 'true',
        action_detail: '-9007199254740993',
        username: '1.5',
      },
    ]);
  });

  it('what is too long is cut where that harms nothing', async () => {
    const { send, entries } = await setUpLog({ action_detail: '/d' });
    await send({ s: 's', a: 'a', d: `${'x'.repeat(4095)}😀` });
    expect((await entries())[0].action_detail).toBe('x'.repeat(4095));
    const { body } = await send({ s: 'x'.repeat(129), a: 'a' });
    expect(body.data.reason.message).toBe('serial must have 1 to 128 characters.');
  });

  it.each([
    ['seconds', 1_776_211_200],
    ['seconds as a text', '1776211200'],
    ['seconds with decimals', '1776211200.000005'],
    ['milliseconds', 1_776_211_200_999],
    ['ISO', '2026-04-15T02:00:00.1234567+02:00'],
    ['as in a mail', 'Wed, 15 Apr 2026 00:00:00 +0000'],
  ])('a time in %s', async (_, at) => {
    const { send, entries } = await setUpLog({ timestamp: '/at' });
    await send({ s: 's', a: 'a', at });
    expect((await entries())[0].timestamp).toBe(1_776_211_200);
    const account = await setUpHook({
      kind: 'account-activity',
      mapping: { category: { const: 'SPACES_VIEWED' }, type: { const: 'T' }, user: '/u', time: '/at' },
    });
    await account.send({ u: 'ana', at });
    const [record] = await account.records('SPACES_VIEWED');
    expect(Math.floor(Date.parse(record.time) / 1000)).toBe(1_776_211_200);
  });

  it('a date of the year 1 is none', async () => {
    const { send, entries } = await setUpLog({ timestamp: { first: ['/ended', '/started'] } });
    await send({ s: 's', a: 'a', ended: '0001-01-01T00:00:00Z', started: '2026-04-14T00:00:00Z' });
    expect((await entries())[0].timestamp).toBe(1_776_124_800);
  });
});

describe('a time that is mapped', () => {
  it('and absent is not that of the call', async () => {
    const { send } = await setUpHook({
      kind: 'account-activity',
      mapping: { category: { const: 'SPACES_VIEWED' }, type: { const: 'T' }, user: '/u', time: '/at' },
    });
    expect((await send({ u: 'ana', at: null })).body.data.reason.message).toBe('time is required.');
  });
});

describe('parts of a column', () => {
  it('each property by its own pointer, beside a whole object', async () => {
    const { send, records } = await setUpHook({
      kind: 'account-activity',
      mapping: {
        category: { const: 'PROCESSES_CHANGED' },
        type: '/t',
        user: '/u',
        'properties.amount': '/amount',
        properties: '/more',
        'properties.source': { header: 'X-Source' },
      },
    });
    const answer = await send(
      { t: 'PAID', u: 7, amount: 12.5, more: { a: 1, b: { c: [] }, d: null } },
      { 'X-Source': 'shop' },
    );
    expect(answer.body.data.status, answer.text).toBe('recorded');
    expect(await records()).toEqual([
      {
        message: 'user 7: PAID',
        // Where no time is mapped, that of the call.
        time: '2026-04-15T00:00:00.000Z',
        timeStamp: '2026-04-15T00:00:00.000Z',
        type: 'PAID',
        user: '7',
        amount: '12.5',
        source: 'shop',
        a: '1',
        b: '{"c":[]}',
      },
    ]);
  });

  it('metadata, too; an empty list is an empty object', async () => {
    const { send, latest } = await setUpHook({
      kind: 'tracker',
      mapping: {
        serverId: { const: 1 },
        accId: { const: NIL },
        metadata: '/all',
        'metadata.client': '/client',
      },
    });
    await send({ all: [], client: 'web' });
    expect((await latest())[0].metadata).toEqual({ client: 'web' });
  });
});

describe('a condition', () => {
  const cases = [
    [{ pointer: '/a', equals: 'x' }, ['x'], ['y', null]],
    [{ pointer: '/a', equals: '1' }, [1, '1'], [true]],
    [{ pointer: '/a', in: ['x', 'y', true] }, ['x', 'y', true], ['z', null]],
    [{ pointer: '/a', exists: true }, [0, false, 'x', {}], [null, '']],
    [{ pointer: '/a', exists: false }, [null, ''], ['x']],
    [{ not: { pointer: '/a', equals: 'x' } }, ['y', null], ['x']],
    [[{ pointer: '/a', exists: true }, { not: { pointer: '/a', in: ['x', 'y'] } }], ['z'], ['x', null]],
    [{ header: 'X-Kind', equals: 'good' }, [1], []],
    [{ pointer: '/a', values: { x: 'yes' }, default: 'no', equals: 'no' }, ['y', null], ['x']],
  ] as const;

  it.each(cases)('%j', async (when, good, bad) => {
    const { send, entries } = await setUpHook({
      kind: 'activity-log',
      mapping: { when, platform: { const: 'p' }, serial: { const: 's' }, action_type: { const: 'a' } },
    });
    for (const a of good) {
      const answer = await send({ a }, { 'X-Kind': 'good' });
      expect([a, answer.body.data.status]).toEqual([a, 'recorded']);
    }
    for (const a of bad) {
      const answer = await send({ a }, { 'X-Kind': 'good' });
      expect([a, answer.status, answer.body.data.status, answer.body.data.results]).toEqual([
        a,
        200,
        'ignored',
        [
          {
            index: 0,
            status: 'ignored',
            code: 'CONDITION_NOT_MET',
            message: 'mapping.when leaves this out.',
            errors: [{ path: 'mapping.when', message: 'leaves this out' }],
          },
        ],
      ]);
    }
    expect(await entries()).toHaveLength(good.length);
  });

  it('is asked of each item', async () => {
    const { app, key, webhook, send } = await setUpHook({
      kind: 'activity-log',
      mapping: { items: '/l', when: { pointer: '/ok', equals: true }, ...LOG },
    });
    const item = { s: 's', a: 'a', ok: true };
    const { data } = (await send({ l: [item, { ...item, ok: false }, { a: 'a', ok: true }] })).body;
    expect(data).toMatchObject({
      status: 'recorded',
      accepted: 1,
      rejected: 1,
      ignored: 1,
      results: [
        { index: 0, status: 'recorded' },
        { index: 1, status: 'ignored', code: 'CONDITION_NOT_MET' },
        { index: 2, status: 'rejected', code: 'VALIDATION_FAILED', message: 'serial is required.' },
      ],
    });
    await send({ l: [{ ...item, ok: false }] });
    const calls = await app.get(`${PATH}/${webhook.id}/calls`, { key });
    expect(
      calls.body.data.items.map(({ outcome, reason }: Record<string, { code: string }>) => [
        outcome,
        reason?.code,
      ]),
    ).toEqual([
      ['ignored', 'CONDITION_NOT_MET'],
      ['recorded', 'VALIDATION_FAILED'],
    ]);
  });
});

describe('tracker calls', () => {
  const MAPPING = {
    serverId: { const: 1 },
    username: '/who',
    action: { pointer: '/what', values: { PlaybackStart: 'forceStart', PlaybackStop: 'forceStop' } },
  };

  it('an action by a table of values; what is not in it is no toggle', async () => {
    const { send } = await setUpHook({ kind: 'tracker', mapping: MAPPING });
    const status = async (what: string) => (await send({ who: 'ana', what })).body.data.results[0];
    expect(await status('PlaybackStart')).toMatchObject({ status: 'recorded', session: { status: true } });
    expect(await status('PlaybackProgress')).toMatchObject({
      status: 'rejected',
      message: 'action must be one of forceStart, forceStop, forceClear, toggle.',
    });
    expect(await status('PlaybackStop')).toMatchObject({ status: 'recorded', session: { status: false } });
    expect(await status('PlaybackStop')).toMatchObject({ status: 'recorded', session: null });
  });

  it('flags as a form writes them', async () => {
    const { app, webhook } = await setUpHook({
      kind: 'tracker',
      mapping: { serverId: '/server', username: '/who', forceStart: '/joined', forceStop: '/left' },
    });
    const send = async (body: string) =>
      (
        await app.post(webhook.path, {
          key: webhook.secret,
          body,
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        })
      ).body.data.results[0].session;
    expect(await send('server=3&who=ana+b&joined=true&left=0')).toMatchObject({ serverId: 3, status: true });
    expect(await send('server=3&who=ana+b&left=1')).toMatchObject({ status: false });
  });

  it('with their own time and id: late ones too, and each once', async () => {
    const { app, send, latest } = await setUpHook({
      kind: 'tracker',
      mapping: {
        items: '/events',
        serverId: { const: 1 },
        accId: { const: NIL },
        action: '/do',
        occurredAt: '/at',
        eventId: '/id',
      },
    });
    app.clock.advance(DAY);
    const at = (minutes: number) => new Date(app.clock.now() - minutes * MINUTE).toISOString();
    const body = {
      events: [
        { do: 'forceStop', at: at(10), id: 'e2' },
        { do: 'forceStart', at: at(30), id: 'e1' },
        { do: 'forceStart', at: at(2000), id: 'e0' },
      ],
    };
    const answer = await send(body);
    expect(answer.body.data).toMatchObject({ status: 'recorded', accepted: 2, rejected: 1 });
    expect(answer.body.data.results[2].message).toBe(
      'occurredAt must be at most 24 hours ago and at most 60 seconds ahead.',
    );
    const session = { start: at(30), end: at(10), status: false };
    expect(await latest()).toMatchObject([session]);
    // Another message with the same events.
    expect((await send(body)).body.data).toMatchObject({ replayed: false, accepted: 2 });
    expect(await latest()).toMatchObject([session]);
    expect(await latest()).toHaveLength(1);
  });

  it('with their own time and no id: the message tells them apart, and a repeat does no harm', async () => {
    const { app, send, latest } = await setUpHook({
      kind: 'tracker',
      mapping: { serverId: { const: 1 }, accId: { const: NIL }, occurredAt: '/at' },
    });
    const body = { at: app.clock.now() / 1000 - 60 };
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(body, { 'webhook-id': 'm' })));
    expect(answers.filter(({ body }) => !body.data.replayed)).toHaveLength(1);
    expect(await latest()).toMatchObject([{ status: true, start: '2026-04-14T23:59:00.000Z' }]);
  });

  it('of nobody that must exist: ignored, and may come again', async () => {
    const { app, key, send } = await setUpHook({
      kind: 'tracker',
      mapping: {
        serverId: { const: 1 },
        accId: { const: NIL },
        occurredAt: '/at',
        action: { const: 'forceStart' },
      },
    });
    await app.patch('/v2/community/settings', { key, body: { autoCreateAccounts: false } });
    const body = { at: app.clock.now() };
    const ignored = await send(body, { 'webhook-id': 'm' });
    expect(ignored.body.data).toMatchObject({ status: 'ignored', reason: { code: 'ACCOUNT_NOT_FOUND' } });
    await app.patch('/v2/community/settings', { key, body: { autoCreateAccounts: true } });
    expect((await send(body, { 'webhook-id': 'm' })).body.data).toMatchObject({
      status: 'recorded',
      replayed: false,
    });
  });
});

describe('recipes', () => {
  const multipart = (payload: unknown) =>
    [
      '--X',
      'Content-Disposition: form-data; name="payload"',
      'Content-Type: application/json',
      '',
      JSON.stringify(payload),
      '--X',
      'Content-Disposition: form-data; name="thumb"; filename="thumb.jpg"',
      'Content-Type: image/jpeg',
      '',
      '\u00ff\u00d8 no text',
      '--X--',
      '',
    ].join('\r\n');

  it('media-playback: Plex, which can only be given a URL, in multipart', async () => {
    const { app, webhook } = await setUpHook({
      kind: 'tracker',
      recipe: 'media-playback',
      verification: { scheme: 'token', parameter: 'token' },
      mapping: { serverId: { const: 7 } },
    });
    const send = async (event: string, token = webhook.secret) =>
      app.post(`${webhook.path}?token=${token}`, {
        body: multipart({
          event,
          user: true,
          owner: true,
          Account: { id: 1, title: 'elan' },
          Server: { title: 'Office', uuid: '54664a3d8acc39983675640ec9ce00b70af9cc36' },
          Player: { local: true, title: 'Plex Web (Safari)', uuid: 'r6yfkdnfggbh2bdnvkffwbms' },
          Metadata: { type: 'track', title: 'Love The One Youre With' },
        }),
        headers: { 'Content-Type': 'multipart/form-data; boundary=X' },
      });
    expect((await send('media.play', 'wrong')).status).toBe(401);
    expect((await send('media.play')).body.data.results).toMatchObject([
      { session: { status: true, serverId: 7 } },
    ]);
    expect((await send('media.scrobble')).body.data.status).toBe('ignored');
    expect((await send('media.stop')).body.data.results).toMatchObject([{ session: { status: false } }]);
  });

  it('media-playback: Jellyfin', async () => {
    const { send } = await setUpHook({ kind: 'tracker', recipe: 'media-playback' });
    const event = (NotificationType: string) => ({
      NotificationType,
      NotificationUsername: 'ana',
      UserId: '9f1c1f2e3b8a4a0c8d7e6f5a4b3c2d1e',
      Name: 'Big Buck Bunny',
      DeviceName: 'Firefox',
    });
    expect((await send(event('PlaybackStart'))).body.data.results).toMatchObject([
      { session: { status: true } },
    ]);
    expect((await send(event('ItemAdded'))).body.data.status).toBe('ignored');
    expect((await send(event('PlaybackStop'))).body.data.results).toMatchObject([
      { session: { status: false } },
    ]);
  });

  it('alert: Alertmanager', async () => {
    const { send, records } = await setUpHook({ kind: 'account-activity', recipe: 'alert' });
    const alert = {
      status: 'firing',
      labels: { alertname: 'InstanceDown', instance: 'web-1:9100', job: 'node', severity: 'critical' },
      annotations: { summary: 'web-1 is down' },
      startsAt: '2026-04-14T09:52:26.739266876+02:00',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://example.com:9090/graph',
      fingerprint: '1a30ba71cca2921f',
    };
    const resolved = { ...alert, status: 'resolved', endsAt: '2026-04-14T10:00:00Z' };
    const body = { version: '4', status: 'firing', receiver: 'rollcall', alerts: [alert, resolved] };
    const answer = await send(body);
    expect(answer.body.data, answer.text).toMatchObject({ status: 'recorded', accepted: 2 });
    expect(await records()).toMatchObject([
      {
        type: 'ALERT_FIRING',
        subType: 'InstanceDown',
        user: 'web-1:9100',
        message: 'web-1 is down',
        severity: 'critical',
        time: '2026-04-14T09:52:26.739266876+02:00',
      },
      { type: 'ALERT_RESOLVED', endTime: '2026-04-14T10:00:00Z' },
    ]);
    expect((await records())[0]).not.toHaveProperty('endTime');
  });

  it('stripe-event', async () => {
    const { send, records } = await setUpHook({ kind: 'account-activity', recipe: 'stripe-event' });
    await send({
      id: 'evt_1',
      object: 'event',
      created: 1_776_124_800,
      type: 'checkout.session.completed',
      data: {
        object: { id: 'cs_1', customer_email: 'ana@example.com', amount_total: 1099, currency: 'eur' },
      },
    });
    expect(await records()).toEqual([
      {
        message: 'user ana@example.com: checkout.session.completed',
        time: '2026-04-14T00:00:00.000Z',
        timeStamp: '2026-04-14T00:00:00.000Z',
        type: 'checkout.session.completed',
        user: 'ana@example.com',
        object: 'cs_1',
        amount: '1099',
        currency: 'eur',
      },
    ]);
  });

  it('for another kind is refused', async () => {
    const { app, key } = await setUp();
    const answer = await app.post(PATH, {
      key,
      body: { name: 'x', kind: 'tracker', ...TOKEN, recipe: 'alert' },
    });
    expect(answer.body.errors).toEqual([{ path: 'kind', message: 'must be one of account-activity' }]);
  });
});

describe('what can never work is refused when it is set', () => {
  const refusalOf = async (kind: string, mapping: unknown) => {
    const { app, key } = await setUp();
    const answer = await app.post(PATH, { key, body: { name: 'x', kind, ...TOKEN, mapping } });
    expect(answer.status, answer.text).toBe(400);
    return answer.body.errors.map(({ path, message }: Record<string, string>) => `${path} ${message}`);
  };

  it.each([
    ['activity-log', { serial: '/s', action_type: '/a' }, 'mapping.platform is required'],
    ['activity-log', { ...LOG, platform: { const: '' } }, 'mapping.platform must have 1 to 128 characters'],
    ['activity-log', { ...LOG, timestamp: { const: 'soon' } }, /^mapping.timestamp must be Unix seconds/],
    ['account-activity', { category: { const: 'SPACES_VIEWED' }, type: '/t' }, 'mapping.user is required'],
    [
      'account-activity',
      { category: { const: 'ITEMS_CHANGED' }, type: '/t', user: '/u' },
      /^mapping.category must be one of PROCESSES_VIEWED/,
    ],
    [
      'account-activity',
      { category: { pointer: '/c', values: { a: 'LOGINS' } }, type: '/t', user: '/u' },
      /^mapping.category must be one of/,
    ],
    [
      'account-activity',
      { category: '/c', type: '/t', user: '/u', 'properties.type': '/x' },
      /^mapping.properties.type must not have a property named type/,
    ],
    ['tracker', { serverId: '/s' }, /^mapping must name the account by one of/],
    ['tracker', { username: '/u' }, 'mapping.serverId is required'],
    [
      'tracker',
      { serverId: { const: 0 }, username: '/u' },
      'mapping.serverId must be an integer of at least 1',
    ],
    [
      'tracker',
      { serverId: { const: 1 }, username: '/u', forceStart: { const: 'yes' } },
      'mapping.forceStart must be of type boolean',
    ],
    [
      'tracker',
      { serverId: { const: 1 }, username: '/u', forceStart: { const: true }, forceStop: { const: true } },
      'mapping.forceStop cannot be combined with forceStart, forceClear',
    ],
    [
      'tracker',
      { serverId: { const: 1 }, username: '/u', action: { const: 'start' } },
      /^mapping.action must be one of forceStart/,
    ],
    [
      'tracker',
      { serverId: { const: 1 }, username: '/u', action: '/a', forceStop: '/b' },
      'mapping.action cannot be combined with forceStop',
    ],
    [
      'tracker',
      { serverId: { const: 1 }, username: { header: 'Authorization' } },
      /^mapping.username must be a JSON Pointer/,
    ],
    [
      'tracker',
      { serverId: { const: 1 }, username: { first: [] } },
      /^mapping.username must be a JSON Pointer/,
    ],
    [
      'tracker',
      { serverId: { const: 1 }, username: '/u', when: { pointer: '/a' } },
      /^mapping.when must be a source with one of equals/,
    ],
    [
      'tracker',
      { serverId: { const: 1 }, username: '/u', when: { pointer: '/a', equals: {} } },
      /^mapping.when/,
    ],
    ['tracker', { serverId: { const: 1 }, username: '/u', when: { js: '1' } }, /^mapping.when/],
    [
      'tracker',
      { serverId: { const: 1 }, username: '/u', 'clearReason.x': '/a' },
      /^mapping.clearReason.x is unknown/,
    ],
  ])('%s %j', async (kind, mapping, expected) => {
    expect(await refusalOf(kind, mapping)).toEqual([
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    ]);
  });

  it('what is nested too deep', async () => {
    let when: unknown = { pointer: '/a', exists: true };
    for (let depth = 0; depth < 6; depth++) when = { not: when };
    expect(await refusalOf('activity-log', { ...LOG, when })).toEqual([
      expect.stringMatching(/^mapping.when/),
    ]);
  });
});
