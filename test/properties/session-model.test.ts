import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Harness, START } from '../harness.ts';
import { MINUTE } from '../helpers.ts';
import { atScale } from '../scale.ts';
import { type Action, type ModelSession, SessionModel } from './session-model.ts';

const IDLE_SECONDS = 2 * 3600;
const MAX_SECONDS = 5 * 3600;
const HEARTBEAT_SECONDS = 600;
const GRACE_SECONDS = 3600;

const FLAGS: Record<Action, Record<string, boolean>> = {
  toggle: {},
  start: { forceStart: true },
  stop: { forceStop: true },
  clear: { forceClear: true },
  'clear-and-start': { forceClear: true, forceStart: true },
};

interface World {
  readonly app: Harness;
  readonly key: string;
}

const outcome = (session: ModelSession) => ({
  serverId: session.server,
  status: session.end === null,
  start: new Date(session.start).toISOString(),
  end: session.end === null ? null : new Date(session.end).toISOString(),
});

type Command = fc.AsyncCommand<SessionModel, World>;
const command = (label: string, run: Command['run']): Command => ({
  check: () => true,
  run,
  toString: () => label,
});

const call = (action: Action, account: string, server: number) =>
  command(`${action}(${account}@${server})`, async (model, { app, key }) => {
    app.clock.advance(1);
    const expected = model.call(action, account, server, app.clock.now());
    const { status, body } = await app.post(`/v2/community/servers/${server}/activity`, {
      key,
      body: { username: account, ...FLAGS[action] },
    });
    expect(status).toBe(200);
    if (expected === null) expect(body.data).toBeNull();
    else expect(body.data).toMatchObject(outcome(expected));
  });

const reset = (server: number) =>
  command(`reset(${server})`, async (model, { app, key }) => {
    app.clock.advance(1);
    const expected = model.reset(server, app.clock.now());
    const { body } = await app.post(`/v2/community/servers/${server}/activity/start`, { key });
    expect(body.data).toHaveLength(expected.length);
    expect(body.data).toMatchObject(expected.map(outcome));
  });

const heartbeat = (account: string, server: number) =>
  command(`heartbeat(${account}@${server})`, async (model, { app, key }) => {
    app.clock.advance(1);
    const expected = model.heartbeat(account, server, app.clock.now());
    const { body } = await app.post(`/v2/community/servers/${server}/activity/heartbeat`, {
      key,
      body: { accounts: [{ username: account }] },
    });
    expect(body.data.results).toMatchObject([{ status: expected }]);
  });

const roster = (accounts: string[], server: number) =>
  command(`roster(${accounts}@${server})`, async (model, { app, key }) => {
    app.clock.advance(1);
    model.roster(accounts, server, app.clock.now());
    const { body } = await app.put(`/v2/community/servers/${server}/activity/roster`, {
      key,
      body: { accounts: accounts.map((username) => ({ username })) },
    });
    expect(body.data).toMatchObject({ isApplied: true, open: accounts.length });
  });

const wait = (minutes: number) =>
  command(`wait(${minutes} min)`, async (_, { app }) => app.clock.advance(minutes * MINUTE));

const sweep = (times: number) =>
  command(`sweep(x${times})`, async (model, { app }) => {
    app.clock.advance(1);
    model.sweep(app.clock.now());
    // Overlapping runs of the same trigger do what one does.
    await Promise.all(Array.from({ length: times }, () => app.sweep()));
  });

const account = fc.constantFrom('ana', 'bo');
const server = fc.constantFrom(1, 2);
const action = fc.constantFrom<Action>(
  'toggle',
  'start',
  'stop',
  'clear',
  'clear-and-start',
  'stop',
  'toggle',
);
const commands = fc.commands(
  [
    fc.tuple(action, account, server).map((args) => call(...args)),
    server.map(reset),
    fc.tuple(account, server).map((args) => heartbeat(...args)),
    fc.tuple(fc.subarray(['ana', 'bo']), server).map((args) => roster(...args)),
    fc.constantFrom(1, 5, 9, 12, 30, 90, 130, 200, 310).map(wait),
    fc.constantFrom(1, 2).map(sweep),
  ],
  { maxCommands: 40, size: 'max' },
);

it('sessions follow the model through any sequence of calls, waits and sweeps', {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      const app = new Harness();
      const { rowId: communityId, key } = await app.community({
        idleTimeoutSeconds: IDLE_SECONDS,
        maxSessionSeconds: MAX_SECONDS,
        heartbeatTimeoutSeconds: HEARTBEAT_SECONDS,
        resetGraceSeconds: GRACE_SECONDS,
      });
      const model = new SessionModel({
        idle: IDLE_SECONDS * 1000,
        heartbeat: HEARTBEAT_SECONDS * 1000,
        max: MAX_SECONDS * 1000,
        grace: GRACE_SECONDS * 1000,
      });
      await fc.asyncModelRun(() => ({ model, real: { app, key } }), sequence);

      const { results } = await env.DB.prepare(
        `SELECT (SELECT value FROM account_identifiers i WHERE i.community_id = s.community_id
           AND i.account_id = s.account_id AND kind = 'username') AS account, server_id AS server,
           started_at AS start, iif(ended_at IS NULL, max(last_seen_at, coalesce((SELECT roster_seen_at FROM servers r
             WHERE r.community_id = s.community_id AND r.server_id = s.server_id), 0)), last_seen_at) AS lastSeen,
           ended_at AS "end", close_kind AS kind, heartbeat_at IS NOT NULL AS watched,
           (SELECT started_at FROM sessions b WHERE b.community_id = s.community_id AND b.account_id = s.account_id
             AND b.id = s.continues_id) AS continues
         FROM sessions s WHERE community_id = ? ORDER BY started_at, account`,
      )
        .bind(communityId)
        .all<ModelSession>();
      const inOrder = model.sessions.toSorted(
        (a, b) => a.start - b.start || (a.account < b.account ? -1 : 1),
      );
      expect(results).toEqual(inOrder);
    }),
    { numRuns: atScale({ full: 300, small: 60 }), seed: START % 2 ** 31 },
  );
});
