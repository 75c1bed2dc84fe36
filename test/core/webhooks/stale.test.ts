import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../helpers.ts';
import { Receivers } from '../../receivers.ts';

const ACC = '00000000-0000-7000-8000-00000000000a';
const PATH = '/v2/community/servers/1/activity';

describe('session.stale', () => {
  it('is told once, one period of the trigger or more before the automatic close', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: ['session.stale', 'session.auto_closed'] });
    await net.activity(key, { accId: ACC });
    await net.run(12 * HOUR);
    expect(net.types()).toEqual([]);
    net.app.clock.advance(5 * MINUTE);
    await net.app.cron();
    await net.app.cron();
    expect(net.received.map(({ body }) => [body.type, body.timestamp, body.data.status])).toEqual([
      ['session.stale', '2026-04-15T12:05:00.000Z', true],
    ]);
    net.app.clock.advance(5 * MINUTE);
    await net.app.cron();
    expect(net.types()).toEqual(['session.stale', 'session.auto_closed']);
    expect(net.received[1]?.body.data).toMatchObject({ status: false, end: '2026-04-15T00:00:00.000Z' });
  });

  it('comes before the close even where the trigger was away for a day', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: ['session.*'] });
    await net.activity(key, { accId: ACC });
    net.app.clock.advance(30 * HOUR);
    await net.app.cron();
    expect(net.types()).toEqual(['session.started', 'session.stale']);
    await net.run(5 * MINUTE);
    expect(net.types()).toEqual(['session.started', 'session.stale', 'session.auto_closed']);
  });

  it('is void once the account is seen again, and told anew at the next silence', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: ['session.*'] });
    await net.activity(key, { accId: ACC });
    const heartbeat = () => net.app.post(`${PATH}/heartbeat`, { key, body: { accounts: [{ accId: ACC }] } });
    await heartbeat();
    await net.run(15 * MINUTE);
    expect(net.types()).toEqual(
      ['session.started', 'session.stale', 'session.auto_closed'].slice(0, net.types().length),
    );
    const told = net.types().filter((type) => type === 'session.stale').length;
    expect(told).toBe(1);
    await heartbeat();
    await net.app.settled();
    await net.run(15 * MINUTE);
    expect(net.types().filter((type) => type === 'session.stale')).toHaveLength(2);
  });
});
