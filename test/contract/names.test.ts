import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND, setUp } from '../helpers.ts';

const X = '11111111-1111-4111-8111-111111111111';

/** A community with one server: `start`, `stop`, and who is found. */
const setUpNames = async () => {
  const { app, key, record } = await setUp();
  const call = async (body: Record<string, unknown>) => {
    app.clock.advance(MINUTE);
    const answer = await record(body);
    expect(answer.status).toBe(200);
    return answer.body.data;
  };
  const start = async (body: Record<string, unknown>): Promise<string> =>
    (await call({ ...body, forceStart: true })).accId;
  const stop = (body: Record<string, unknown>) => call({ ...body, forceStop: true });
  const find = async (query: string): Promise<string[]> =>
    (await app.get(`/v2/community/accounts/search?${query}`, { key })).body.data.items.map(
      (item: { accId: string }) => item.accId,
    );
  const read = async (accId: string) => (await app.get(`/v2/community/accounts/${accId}`, { key })).body.data;
  const nameOf = async (accId: string): Promise<string> => (await read(accId)).name;
  const identifiersOf = async (accId: string): Promise<string[]> =>
    (await read(accId)).identifiers.idents
      .filter(({ type }: { type: string }) => type !== 'accId')
      .map(({ type, value }: { type: string; value: string }) => `${type} ${value}`);
  const isOn = async (accId: string): Promise<boolean> =>
    (await app.get(`/v2/community/activity?status=open&accId=${accId}`, { key })).body.data.items.length > 0;
  const accounts = async (): Promise<number> =>
    (await app.get('/v2/community/accounts', { key })).body.data.total;
  return { app, key, start, stop, find, read, nameOf, identifiersOf, isOn, accounts };
};

describe('names and identity', () => {
  it('the fifteen examples of the contract, each after the ones before it', async () => {
    const { app, key, start, stop, find, read, nameOf, identifiersOf, isOn, accounts } = await setUpNames();
    // 1, 2: a name is what somebody is called today, and former names are still found.
    const a = await start({ apiId: 'a1', username: 'Bob' });
    expect(await nameOf(a)).toBe('Bob');
    expect(await start({ apiId: 'a1', username: 'TheBob' })).toBe(a);
    expect(await nameOf(a)).toBe('TheBob');
    expect([await find('username=Bob'), await find('username=TheBob')]).toEqual([[a], [a]]);
    // 3: by the name alone, the only one who is on.
    expect((await stop({ username: 'TheBob' })).accId).toBe(a);
    expect(await isOn(a)).toBe(false);
    // 4, 5: two people of one name; the name alone means neither.
    expect(await start({ apiId: 'a1' })).toBe(a);
    const b = await start({ apiId: 'a2', username: 'TheBob' });
    expect(b).not.toBe(a);
    expect(await stop({ username: 'TheBob' })).toBe(null);
    expect([await isOn(a), await isOn(b)]).toEqual([true, true]);
    expect(new Set(await find('username=TheBob'))).toEqual(new Set([a, b]));
    // 6: the first that is known decides, and takes what is free.
    const c = await start({ apiId: 'a3', discord: 'd1' });
    expect(await start({ apiId: 'a4', discord: 'd1' })).toBe(c);
    expect(await identifiersOf(c)).toEqual(['apiId a3', 'apiId a4', 'discord d1']);
    // 7: nothing is taken from somebody else, and both say so.
    expect(await start({ apiId: 'a1', discord: 'd1' })).toBe(a);
    expect(await identifiersOf(c)).toContain('discord d1');
    expect(await identifiersOf(a)).toEqual(['apiId a1']);
    expect((await read(a)).conflicts).toEqual([
      { type: 'discord', value: 'd1', accId: c, seenAt: expect.any(String) },
    ]);
    // Also where a heartbeat, which does not say so, has just looked the names up.
    await app.post('/v2/community/servers/1/activity/heartbeat', {
      key,
      body: { accounts: [{ apiId: 'a1', discord: 'd1' }] },
    });
    const roster = await app.put('/v2/community/servers/1/activity/roster', {
      key,
      body: { accounts: [{ apiId: 'a2' }, { apiId: 'a1', discord: 'd1' }, { apiId: 'a3' }] },
    });
    expect(roster.body.data.conflicts).toEqual([{ index: 1, type: 'discord', value: 'd1', accId: c }]);
    // 8, 9: registered by a name alone, then known by more; the next one of that name is somebody else.
    const s = await start({ username: 'Solo' });
    expect(await start({ apiId: 'a5', username: 'Solo' })).toBe(s);
    expect(await identifiersOf(s)).toEqual(['apiId a5', 'username Solo']);
    const t = await start({ apiId: 'a6', username: 'Solo' });
    expect(t).not.toBe(s);
    expect([await nameOf(s), await nameOf(t)]).toEqual(['Solo', 'Solo']);
    // 10, 11: an own id decides.
    expect(await start({ accId: X, apiId: 'a1' })).toBe(X);
    expect(await find('apiId=a1')).toEqual([a]);
    expect(await start({ accId: a, apiId: 'a7' })).toBe(a);
    expect(await identifiersOf(a)).toEqual(['apiId a1', 'apiId a7']);
    // 12: of today first.
    expect(await start({ apiId: 'a2', username: 'Bob' })).toBe(b);
    expect(await find('username=Bob')).toEqual([b, a]);
    // 13: nobody is made for having left.
    const before = await accounts();
    expect([await stop({ username: 'Nobody' }), await stop({ apiId: 'a99' })]).toEqual([null, null]);
    expect(await accounts()).toBe(before);
    // 14: two that are one are called by the name told last to either.
    await app.post(`/v2/community/accounts/${a}/merge`, { key, body: { into: b } });
    expect(await start({ apiId: 'a1' })).toBe(b);
    expect(await nameOf(b)).toBe('Bob');
    expect(await find('username=TheBob')).toEqual([b]);
    // 15: what was erased is free.
    expect((await app.delete(`/v2/community/accounts/${b}`, { key })).status).toBe(200);
    const again = await start({ apiId: 'a1' });
    expect([a, b]).not.toContain(again);
    expect(await find('username=Bob')).toEqual([]);
  });

  it('a clear of somebody unknown creates nobody, and a name of two who are on means a new one for a start', async () => {
    const { start, stop, accounts, find } = await setUpNames();
    const two = [
      await start({ apiId: 'b1', username: 'Kim' }),
      await start({ apiId: 'b2', username: 'Kim' }),
    ];
    const third = await start({ username: 'Kim' });
    expect(two).not.toContain(third);
    // From now on the name alone means that one.
    expect((await stop({ username: 'Kim' })).accId).toBe(third);
    expect((await find('username=kim')).length).toBe(3);
    expect(await accounts()).toBe(3);
  });

  it('a start by the name alone of somebody who is on starts anew for that one', async () => {
    const { start, isOn } = await setUpNames();
    const a = await start({ discord: '1', username: 'Lee' });
    expect(await start({ username: 'Lee' })).toBe(a);
    expect(await start({ username: 'Lee' })).toBe(a);
    expect(await isOn(a)).toBe(true);
  });

  it('is cut beyond 128 characters, and never refused', async () => {
    const { start, nameOf, find } = await setUpNames();
    const a = await start({ discord: '1', username: `${'ß'.repeat(127)}😀!` });
    expect(await nameOf(a)).toBe(`${'ß'.repeat(127)}😀`);
    const b = await start({ username: 'x\0y\ud800' });
    expect(await nameOf(b)).toBe('xy\ufffd');
    expect(await find(`username=${encodeURIComponent('y'.repeat(200))}`)).toEqual([]);
  });

  it('a search goes without upper and lower case, and by the beginning', async () => {
    const { start, find } = await setUpNames();
    const bob = await start({ apiId: '1', username: 'Bob' });
    const bobby = await start({ apiId: '2', username: 'BOBBY' });
    const ann = await start({ apiId: '3', username: 'Bobbing' });
    await start({ apiId: '3', username: 'Ann' });
    expect(await find('username=bOB')).toEqual([bob]);
    expect(await find('username=bobb')).toEqual([bobby, ann]);
    expect(await find('username=bob*')).toEqual([bob, bobby, ann]);
    expect(await find('username=zz')).toEqual([]);
  });

  it('a search by name reads what it finds', async () => {
    const { app, key, start, find } = await setUpNames();
    const bob = await start({ apiId: '1', username: 'Bob' });
    await find('username=Bob');
    const cost = await app.measure(() => app.get('/v2/community/accounts/search?username=bob', { key }));
    expect(cost.trips).toBe(1);
    expect(cost.rowsRead).toBeLessThanOrEqual(20);
    expect(cost.result.body.data.items[0].accId).toBe(bob);
  });

  it('one that is told again costs its look-up, a new one three rows', async () => {
    const { app, key, start, stop } = await setUpNames();
    await start({ apiId: 'a1', username: 'Bob' });
    await stop({ apiId: 'a1' });
    // A warm credential.
    await app.get('/v2/community/accounts', { key });
    const cost = async (body: Record<string, unknown>) => {
      app.clock.advance(SECOND);
      const { rowsRead, rowsWritten, trips } = await app.measure(() =>
        app.post('/v2/community/servers/1/activity', { key, body }),
      );
      expect(trips).toBe(1);
      return { rowsRead, rowsWritten };
    };
    const plain = await cost({ apiId: 'a1', forceStart: true });
    await cost({ apiId: 'a1', forceStop: true });
    const named = await cost({ apiId: 'a1', username: 'Bob', forceStart: true });
    await cost({ apiId: 'a1', forceStop: true });
    const renamed = await cost({ apiId: 'a1', username: 'TheBob', forceStart: true });
    expect(named.rowsRead).toBeLessThanOrEqual(plain.rowsRead + 2);
    expect(named.rowsWritten).toBe(plain.rowsWritten);
    expect(renamed.rowsWritten).toBeLessThanOrEqual(plain.rowsWritten + 4);
  });
});

describe('two names of one instant, as a roster or an import tells them', () => {
  it.each([
    ['zoe', 'ana'],
    ['ana', 'zoe'],
  ])('%s merged into %s: the name of today is the one that is found as such', async (from, into) => {
    const { app, key, find, read } = await setUpNames();
    const { started } = (
      await app.put('/v2/community/servers/1/activity/roster', {
        key,
        body: { accounts: [from, into].map((username) => ({ apiId: `of ${username}`, username })) },
      })
    ).body.data;
    const [fromId, intoId] = started.map(({ accId }: { accId: string }) => accId);
    await app.post(`/v2/community/accounts/${fromId}/merge`, { key, body: { into: intoId } });
    const { name, names } = await read(intoId);
    expect([name, names.map((one: { name: string }) => one.name)]).toEqual(['ana', ['ana', 'zoe']]);
    expect(await find('username=ana')).toEqual([intoId]);
  });
});

describe('taking an identifier or a name away', () => {
  it('makes it free, and leaves the account', async () => {
    const { app, key, start, nameOf, identifiersOf, find } = await setUpNames();
    const a = await start({ apiId: 'a/1', discord: 'd1', username: 'Bob' });
    await start({ apiId: 'a/1', username: 'TheBob' });
    const path = `/v2/community/accounts/${a}/identifiers`;
    expect((await app.delete(`${path}/discord/d1`, { key })).body.data).toEqual({
      deleted: true,
      accId: a,
      type: 'discord',
      value: 'd1',
    });
    expect(await identifiersOf(a)).toEqual(['apiId a/1']);
    expect(await start({ discord: 'd1' })).not.toBe(a);
    // A former name, then that of today.
    expect((await app.delete(`${path}/username/Bob`, { key })).status).toBe(200);
    expect([await find('username=Bob'), await nameOf(a)]).toEqual([[], 'TheBob']);
    expect((await app.delete(`${path}/username/TheBob`, { key })).status).toBe(200);
    expect([await find('username=TheBob'), await nameOf(a)]).toEqual([[], 'a/1']);
    const gone = await app.delete(`${path}/username/TheBob`, { key });
    expect([gone.status, gone.body.code, gone.body.detail]).toEqual([
      404,
      'IDENTIFIER_NOT_FOUND',
      `The account ${a} has no username TheBob.`,
    ]);
    expect((await app.delete(`${path}/apiId/a%2F1`, { key })).status).toBe(200);
    expect((await app.delete(`${path}/accId/${a}`, { key })).status).toBe(404);
    expect((await app.delete(`/v2/community/accounts/${X}/identifiers/discord/1`, { key })).body.code).toBe(
      'ACCOUNT_NOT_FOUND',
    );
    expect(await nameOf(a)).toBe(null);
    const trail = await app.get(
      '/scr/api/activity?type=ACCOUNT_CHANGED&startDate=2026-04-14T00:00:00Z&endDate=2026-04-16T00:00:00Z',
      { key },
    );
    const removals = trail.body.records.filter(
      ({ type }: { type: string }) => type === 'ACCOUNT_IDENTIFIER_REMOVED',
    );
    expect(removals).toHaveLength(4);
    expect(JSON.stringify(removals)).not.toMatch(/Bob|"d1"/);
  });
});
