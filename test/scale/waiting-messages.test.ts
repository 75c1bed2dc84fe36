import { expect, it } from 'vitest';
import { MINUTE } from '../helpers.ts';
import { fill, Receivers, waiting } from '../receivers.ts';
import { atScale } from '../scale.ts';

/** More than a run sends. */
const MESSAGES = atScale({ full: 10_000, small: 1500 });

it(`${MESSAGES} messages that wait are sent in their order, by bounded runs`, {
  timeout: 400_000,
}, async () => {
  // As much as the paid plan allows.
  const net = new Receivers({ vars: { MAX_STATEMENTS: '1000', MAX_REQUESTS: '1000' } });
  const { communityId, id } = await net.endpoint();
  await fill(communityId, id, MESSAGES);
  let runs = 0;
  for (; (await waiting(id)) !== 0 && runs < 100; runs++) {
    const before = net.received.length;
    net.app.clock.advance(5 * MINUTE);
    const cost = await net.app.measure(() => net.app.cron());
    const sent = net.received.length - before;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThanOrEqual(1_100);
    expect(cost.trips).toBeLessThanOrEqual(sent / 10 + 70);
  }
  expect(net.received.map((call) => call.id)).toEqual(
    Array.from({ length: MESSAGES }, (_, n) => `${id}_${n + 1}`),
  );
});
