import { describe, expect, it } from 'vitest';
import { iso, MINUTE, setUp } from '../helpers.ts';
import { Receivers } from '../receivers.ts';

const ROSTER = '/v2/community/servers/1/activity/roster';

const setUpRoster = async () => {
  const { app, key, record, latest } = await setUp();
  const roster = async (...accounts: unknown[]) => {
    const answer = await app.put(ROSTER, { key, body: { accounts } });
    expect(answer.status, answer.text).toBe(200);
    return answer.body.data;
  };
  const minuteLater = (...accounts: unknown[]) => {
    app.clock.advance(MINUTE);
    return roster(...accounts);
  };
  return { app, key, record, latest, roster, minuteLater };
};

const ana = (metadata?: unknown) => ({ discord: '1', ...(metadata !== undefined && { metadata }) });

describe('the metadata of a roster entry', () => {
  it('are those of the session that starts, and cost nothing as long as they stay the same', async () => {
    const { app, key, latest, roster } = await setUpRoster();
    const first = await roster(ana({ job: 'police', shift: 2 }), { discord: '2' });
    expect(first.started.map(({ metadata }: { metadata: unknown }) => metadata)).toEqual([
      { job: 'police', shift: 2 },
      {},
    ]);
    app.clock.advance(MINUTE);
    // A warm credential.
    await app.get('/v2/community/settings', { key });
    const cost = await app.measure(() =>
      app.put(ROSTER, { key, body: { accounts: [ana({ job: 'police', shift: 2 }), { discord: '2' }] } }),
    );
    expect(cost.result.body.data).toMatchObject({ open: 2, started: [], closed: [] });
    expect([cost.trips, cost.rowsWritten]).toEqual([1, 1]);
    expect(await latest(first.started[0].accId)).toEqual([first.started[0]]);
  });

  it.each([64, 65])('are those of its own entry, also where %i come at once', async (count) => {
    const { roster, minuteLater } = await setUpRoster();
    const entries = Array.from({ length: count }, (_, n) =>
      n % 2 ? { discord: String(n), metadata: { place: n } } : { username: `player ${n}` },
    );
    const all = await roster(...entries);
    const told = ({ metadata }: { metadata: unknown }) => metadata;
    expect(all.started.map(told)).toEqual(entries.map(({ metadata }) => metadata ?? {}));
    const last = { discord: 'new', metadata: { place: count } };
    const changed = { discord: '1', metadata: { place: -1 } };
    const later = await minuteLater(...entries.with(1, changed).slice(0, -1), last);
    expect(later.started.map(told)).toEqual([{ place: -1 }, { place: count }]);
    expect(later.closed.map(({ id }: { id: string }) => id).toSorted()).toEqual(
      [all.started[1].id, all.started[count - 1].id].toSorted(),
    );
    expect(await minuteLater(...entries.with(1, changed).slice(0, -1), last)).toMatchObject({
      open: count,
      started: [],
      closed: [],
    });
  });

  it('are not taken for a part of the name: a player may be called what another entry says', async () => {
    const { roster, minuteLater } = await setUpRoster();
    const other = { username: '1\n{"job":"police"}' };
    await roster(other);
    const both = [other, { username: '1', metadata: { job: 'police' } }];
    expect(await minuteLater(...both)).toMatchObject({ open: 2, started: [{ metadata: { job: 'police' } }] });
    expect(await minuteLater(...both)).toMatchObject({ open: 2, started: [], closed: [] });
  });

  it('add to what the session says; nothing said, or the same in part, changes nothing', async () => {
    const { record, latest, minuteLater } = await setUpRoster();
    const { body } = await record({ discord: '1', forceStart: true, metadata: { rank: 3 } });
    const { accId, id } = body.data;
    for (const metadata of [undefined, { job: 'police' }, { rank: 3 }, {}, undefined, { off: null }]) {
      expect(await minuteLater(ana(metadata))).toMatchObject({ open: 1, started: [], closed: [] });
    }
    expect(await latest(accId)).toMatchObject([{ id, status: true, metadata: { rank: 3, job: 'police' } }]);
  });

  it('that say something else stop the session, and another one starts: no second is lost or counted twice', async () => {
    const { app, key, roster, minuteLater } = await setUpRoster();
    const { accId, id } = (await roster(ana({ job: 'police', rank: 3 }))).started[0];
    const answer = await minuteLater(ana({ job: 'taxi' }));
    const session = { accId, serverId: 1, clearReason: null };
    expect(answer).toEqual({
      isApplied: true,
      isComplete: true,
      open: 1,
      started: [
        {
          ...session,
          id: expect.not.stringMatching(id),
          status: true,
          start: iso(MINUTE),
          end: null,
          metadata: { job: 'taxi', rank: 3 },
        },
      ],
      resumed: [],
      closed: [
        {
          ...session,
          id,
          status: false,
          start: iso(0),
          end: iso(MINUTE),
          metadata: { job: 'police', rank: 3 },
        },
      ],
      rejected: [],
      conflicts: [],
    });
    // Off duty.
    await minuteLater(ana({ job: null }));
    await minuteLater(ana({ job: null }));
    app.clock.advance(MINUTE);
    await roster();
    const get = async (path: string, accept?: string) =>
      app.get(`/v2/community/activity${path}`, { key, headers: accept ? { Accept: accept } : {} });
    const { items } = (await get('')).body.data;
    expect(
      items.map((item: { start: string; end: string; closeKind: string; metadata: unknown }) => [
        item.start,
        item.end,
        item.closeKind,
        item.metadata,
      ]),
    ).toEqual([
      [iso(2 * MINUTE), iso(3 * MINUTE), 'stopped', { rank: 3 }],
      [iso(MINUTE), iso(2 * MINUTE), 'stopped', { job: 'taxi', rank: 3 }],
      [iso(0), iso(MINUTE), 'stopped', { job: 'police', rank: 3 }],
    ]);
    // Totals, history and files by one key of it.
    const period = `from=${iso(0)}&to=${iso(10 * MINUTE)}`;
    const secondsOf = async (filter: string) => {
      const { body, status, text } = await get(`/summary?groupBy=account&${period}${filter}`);
      expect(status, text).toBe(200);
      return body.data.items.map(({ seconds }: { seconds: number }) => seconds);
    };
    expect(await secondsOf('')).toEqual([180]);
    expect(await secondsOf('&metadata.job=police')).toEqual([60]);
    expect(await secondsOf('&metadata.job=taxi')).toEqual([60]);
    expect(await secondsOf('&metadata.rank=3')).toEqual([180]);
    expect(await secondsOf('&metadata.job=medic')).toEqual([]);
    expect(
      (await get('?metadata.job=police')).body.data.items.map((item: { id: string }) => item.id),
    ).toEqual([id]);
    const csv = (await get(`?${period}&metadata.job=taxi`, 'text/csv')).text.trim().split('\r\n');
    expect(csv).toHaveLength(2);
    expect(csv[1]).toContain('taxi');
  });

  it('go on after a silence, by a roster or a heartbeat that says nothing of them', async () => {
    const { app, key, latest, roster } = await setUpRoster();
    const { accId } = (await roster(ana({ job: 'police' }))).started[0];
    app.clock.advance(60 * MINUTE);
    expect((await roster(ana())).resumed).toMatchObject([{ metadata: { job: 'police' } }]);
    app.clock.advance(60 * MINUTE);
    await app.post('/v2/community/servers/1/activity/heartbeat', { key, body: { accounts: [ana()] } });
    expect((await latest(accId)).map(({ metadata }: { metadata: unknown }) => metadata)).toEqual([
      { job: 'police' },
      { job: 'police' },
      { job: 'police' },
    ]);
  });

  it('that are no object, or too large, are left out, and the entry holds', async () => {
    const { roster } = await setUpRoster();
    const answer = await roster(
      ana('police'),
      { discord: '2', metadata: { note: 'x'.repeat(5000) } },
      { discord: '3', metadata: [] },
      { discord: '4', metadata: null },
      { metadata: { job: 'police' } },
    );
    expect(answer.started.map(({ metadata }: { metadata: unknown }) => metadata)).toEqual([{}, {}, {}, {}]);
    expect(answer.rejected.map(({ index }: { index: number }) => index)).toEqual([4]);
  });

  it('are told by webhooks: stopped with the old ones, then started with the new ones and the name', async () => {
    const net = new Receivers();
    const { app } = net;
    const { key } = await net.endpoint({ events: ['session.*'] });
    const roster = (job: string) =>
      app.put(ROSTER, { key, body: { accounts: [{ discord: '1', username: 'ana', metadata: { job } }] } });
    await roster('police');
    app.clock.advance(MINUTE);
    await roster('taxi');
    await app.cron();
    expect(net.received.map(({ body: { type, data } }) => [type, data.name, data.metadata])).toEqual([
      ['session.started', 'ana', { job: 'police' }],
      ['session.stopped', 'ana', { job: 'police' }],
      ['session.started', 'ana', { job: 'taxi' }],
    ]);
  });
});

describe('the metadata of a roster entry, and a call that arrives late', () => {
  /** A call with its own time, in minutes after the start of the test. */
  const setUpLate = async () => {
    const tools = await setUpRoster();
    const { app, record, roster } = tools;
    const rosters = async (from: number, to: number, metadata?: unknown) => {
      for (let at = from; at <= to; at++) {
        app.clock.set(Date.parse(iso(at * MINUTE)));
        await roster(ana(metadata));
      }
    };
    const call = (at: number, flag: 'forceStart' | 'forceStop', metadata: unknown) =>
      record({
        discord: '1',
        [flag]: true,
        metadata,
        eventId: `${flag}-${at}`,
        occurredAt: iso(at * MINUTE),
      });
    const rows = async (accId: string) =>
      (await tools.latest(accId)).map(
        ({ start, end, metadata }: { start: string; end: string | null; metadata: unknown }) => [
          start.slice(14, 19),
          end?.slice(14, 19) ?? null,
          metadata,
        ],
      );
    return { ...tools, rosters, call, rows };
  };

  it('are those of the session until a late stop, and of the one that the next roster starts', async () => {
    const { rosters, call, rows } = await setUpLate();
    const { body } = await call(0, 'forceStart', { visit: 1 });
    await rosters(1, 30, { job: 'police' });
    await call(15.5, 'forceStop', { why: 'lunch' });
    expect(await rows(body.data.accId)).toEqual([
      ['16:00', null, { job: 'police' }],
      ['00:00', '15:30', { visit: 1, job: 'police', why: 'lunch' }],
    ]);
  });

  it('are those of the session of a late start, and what its start says, not what the one before said', async () => {
    const { rosters, call, rows } = await setUpLate();
    const { body } = await call(0, 'forceStart', { visit: 1, job: 'police' });
    await rosters(1, 30, { job: 'police' });
    await call(15.5, 'forceStart', { visit: 2 });
    expect(await rows(body.data.accId)).toEqual([
      ['15:30', null, { visit: 2, job: 'police' }],
      ['00:00', '15:00', { visit: 1, job: 'police' }],
    ]);
  });

  it('are not made of what only a start said', async () => {
    const { rosters, call, rows } = await setUpLate();
    const { body } = await call(0, 'forceStart', { visit: 1 });
    await rosters(1, 30);
    await call(15.5, 'forceStop', {});
    expect(await rows(body.data.accId)).toEqual([
      ['16:00', null, {}],
      ['00:00', '15:30', { visit: 1 }],
    ]);
  });
});

describe('who was on, by what they did', () => {
  it('is told of sessions that rosters made', async () => {
    const { app, key, roster, minuteLater } = await setUpRoster();
    await roster(ana({ job: 'police' }), { discord: '2', metadata: { job: 'taxi' } });
    app.clock.advance(5 * MINUTE);
    await roster(ana({ job: 'police' }), { discord: '2', metadata: { job: 'police' } });
    await minuteLater(ana({ job: 'police' }), { discord: '2', metadata: { job: 'police' } });
    await minuteLater();
    app.clock.advance(60 * MINUTE);
    const most = async (job: string) => {
      const query = new URLSearchParams({
        from: iso(0),
        to: iso(60 * MINUTE),
        'metadata.job': job,
      });
      const answer = await app.get(`/v2/community/activity/online?${query}`, { key });
      expect(answer.status, answer.text).toBe(200);
      return answer.body.data.items.map(({ max }: { max: number }) => max);
    };
    expect([await most('police'), await most('taxi'), await most('medic')]).toEqual([[2], [1], [0]]);
  });
});
