import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { fill, Receivers, waiting } from '../receivers.ts';

/** What a paid plan allows, with the real clock: nothing here stands still. */
const PAID = {
  vars: { MAX_STATEMENTS: '1000', MAX_REQUESTS: '2000' },
  overrides: { clock: systemClock, sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)) },
};
const STARTS = ['session.started'];

describe('with the budgets of a paid plan, without the trigger', () => {
  it('a long queue of one endpoint drains in its order', async () => {
    const count = 1000;
    const net = new Receivers(PAID);
    const { key, id, communityId } = await net.endpoint({ events: STARTS });
    net.answering.set('hooks.example.com', async () => {
      await new Promise((answer) => setTimeout(answer, 20));
      return new Response(null, { status: 204 });
    });
    await fill(communityId, id, count - 1);
    await net.activity(key, { username: 'a' });
    expect(net.received.length).toBeGreaterThan(count / 2);
    // On a busy machine the call's 24 s do not suffice: then the trigger sends the rest.
    if ((await waiting(id)) !== 0) await net.app.cron(net.app.clock.now());
    expect(await waiting(id)).toBe(0);
    expect(net.received.map((call) => call.id)).toEqual(
      Array.from({ length: count }, (_, n) => `${id}_${n + 1}`),
    );
  }, 120_000);

  it('dead endpoints do not keep the others waiting', async () => {
    const net = new Receivers(PAID);
    const community = await net.app.community();
    const dead = [2, 5, 8, 11, 14, 17];
    for (let n = 0; n < 20; n++) {
      await net.endpoint({ url: `https://e${n}.example.com/`, events: STARTS }, community);
      if (!dead.includes(n)) continue;
      net.answering.set(
        `e${n}.example.com`,
        (_, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          }),
      );
    }
    // The first time nobody knows which are dead; from then on they come last.
    await net.activity(community.key, { username: 'a' });
    net.received.length = 0;
    await net.activity(community.key, { username: 'b' });
    const alive = net.received.filter(({ url }) => !dead.includes(Number(/e(\d+)/.exec(url)?.[1])));
    expect(new Set(alive.map(({ url }) => url)).size).toBe(14);
  }, 180_000);
});
