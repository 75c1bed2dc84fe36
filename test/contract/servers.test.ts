import { describe, expect, it } from 'vitest';
import { MINUTE, setUp } from '../helpers.ts';

const SERVERS = '/v2/community/servers';

describe('names of servers', () => {
  it('are none at first, and are told with POST and PUT', async () => {
    const { app, key } = await setUp();
    const empty = await app.get(SERVERS, { key });
    expect(empty.body.data).toEqual({ servers: [] });
    const added = await app.post(SERVERS, {
      key,
      body: {
        servers: [{ id: 1, name: 'Main', description: 'Primary', ip: null, port: 30120, type: 'none' }],
      },
    });
    expect(added.status).toBe(200);
    const main = {
      id: 1,
      name: 'Main',
      description: 'Primary',
      open: 0,
      lastRosterAt: null,
      unnamed: 0,
      incompleteSince: null,
    };
    expect(added.body.data).toEqual({ servers: [main] });
    // A bare list; without an id, the next number; a name of the wrong length is cut.
    const more = await app.post(SERVERS, { key, body: [{ name: 'x'.repeat(300) }, { id: '7' }] });
    expect(more.body.data).toEqual({
      servers: [
        main,
        {
          id: 2,
          name: 'x'.repeat(200),
          description: null,
          open: 0,
          lastRosterAt: null,
          unnamed: 0,
          incompleteSince: null,
        },
        {
          id: 7,
          name: 'Server 7',
          description: null,
          open: 0,
          lastRosterAt: null,
          unnamed: 0,
          incompleteSince: null,
        },
      ],
    });
    const replaced = await app.put(SERVERS, { key, body: { servers: [{ id: 7, name: 'Seven' }] } });
    expect(replaced.body.data).toEqual({
      servers: [
        {
          id: 7,
          name: 'Seven',
          description: null,
          open: 0,
          lastRosterAt: null,
          unnamed: 0,
          incompleteSince: null,
        },
      ],
    });
    expect((await app.get(SERVERS, { key })).body.data).toEqual(replaced.body.data);
    const other = await app.community();
    expect((await app.get(SERVERS, { key: other.key })).body.data).toEqual({ servers: [] });
  });

  it('come with the last roster and how many are on; a server without a name is listed on request', async () => {
    const { app, key } = await setUp();
    await app.put(`${SERVERS}/3/activity/roster`, {
      key,
      body: { accounts: [{ discord: 'a' }, { discord: 'b' }] },
    });
    app.clock.advance(MINUTE);
    expect((await app.get(SERVERS, { key })).body.data).toEqual({ servers: [] });
    expect((await app.get(`${SERVERS}?include=all`, { key })).body.data).toEqual({
      servers: [
        {
          id: 3,
          name: null,
          description: null,
          open: 2,
          lastRosterAt: '2026-04-15T00:00:00.000Z',
          unnamed: 0,
          incompleteSince: null,
        },
      ],
    });
    await app.post(SERVERS, { key, body: { servers: [{ id: 3, name: 'Three' }] } });
    expect((await app.get(SERVERS, { key })).body.data).toEqual({
      servers: [
        {
          id: 3,
          name: 'Three',
          description: null,
          open: 2,
          lastRosterAt: '2026-04-15T00:00:00.000Z',
          unnamed: 0,
          incompleteSince: null,
        },
      ],
    });
  });

  it('a bad entry is 400 and changes nothing', async () => {
    const { app, key } = await setUp();
    const bad = await app.post(SERVERS, { key, body: { servers: [{ id: 1, name: 'Good' }, { id: 0 }] } });
    expect(bad.status).toBe(400);
    expect(bad.body.errors).toEqual([{ path: 'servers.1.id', message: 'must be an integer of at least 1' }]);
    expect((await app.get(SERVERS, { key })).body.data).toEqual({ servers: [] });
  });
});
