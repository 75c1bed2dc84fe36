import { describe, expect, it } from 'vitest';
import { Receivers } from '../../receivers.ts';

const LOG = '/api/v1/activity_log';
const ACTIVITIES = '/v2/community/account-activities';

describe('log.appended', () => {
  const entry = (serial: string, more: object = {}) => ({
    platform: 'ios',
    serial,
    action_type: 'launch',
    ...more,
  });

  it('is one event a call, with the entries as the API lists them', async () => {
    const net = new Receivers();
    const { key, id } = await net.endpoint({ events: ['log.appended'] });
    const append = async (body: unknown) => {
      await net.app.post(LOG, { key, body });
      await net.app.settled();
    };
    await append(entry('A1', { username: 'ana' }));
    await append([entry('A2', { event_id: 'e1' }), entry('A3'), { broken: true }]);
    await append([entry('A2', { event_id: 'e1' })]);
    await append([entry('A2', { event_id: 'e1' }), entry('A4')]);
    const { body } = await net.app.get(`${LOG}?limit=100`, { key });
    const listed = (...serials: string[]) =>
      serials.map((serial) => body.data.find((row: { serial: string }) => row.serial === serial));
    expect(net.received.map(({ body: event }) => [event.type, event.data.count, event.data.entries])).toEqual(
      [
        ['log.appended', 1, listed('A1')],
        ['log.appended', 2, listed('A2', 'A3')],
        ['log.appended', 1, listed('A4')],
      ],
    );
    expect(await net.deliveries(key, id)).toHaveLength(3);
  });

  it('has entries of several seconds in the order of the call', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: ['log.appended'] });
    const at = (serial: string, timestamp: number) => entry(serial, { timestamp });
    const earlier = [at('A1', 1_776_200_000), at('A2', 1_776_200_001)];
    await net.app.post(LOG, { key, body: earlier });
    const later = [at('B1', 1_776_200_001), at('B2', 1_776_200_000), at('B3', 1_776_200_001)];
    const { body } = await net.app.post(LOG, { key, body: later });
    await net.app.settled();
    const { entries } = net.received.at(-1)?.body.data ?? {};
    expect(entries.map((one: { serial: string }) => one.serial)).toEqual(['B1', 'B2', 'B3']);
    expect(entries.map((one: { id: number }) => one.id)).toEqual(body.data.ids);
    expect(entries.map((one: { timestamp: number }) => one.timestamp)).toEqual([
      1_776_200_001, 1_776_200_000, 1_776_200_001,
    ]);
  });

  it('comes after a wipe, too, with the entries of the new log', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: ['log.appended'] });
    const timestamp = 1_776_200_000;
    await net.app.post(LOG, { key, body: [entry('A1', { timestamp }), entry('A2', { timestamp })] });
    await net.app.delete(LOG, { key });
    await net.app.post(LOG, { key, body: [entry('B1', { timestamp })] });
    await net.app.settled();
    expect(net.received.at(-1)?.body.data).toMatchObject({ count: 1, entries: [{ serial: 'B1' }] });
  });

  it('of a thousand entries stays below 20 KB and tells how many there are', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: ['log.*'] });
    const entries = Array.from({ length: 1000 }, (_, n) =>
      entry(`S${n}`, { action_detail: 'ñ'.repeat(300) }),
    );
    await net.app.post(LOG, { key, body: entries });
    await net.app.settled();
    const [event] = net.received;
    expect(new TextEncoder().encode(event?.text).byteLength).toBeLessThan(20_000);
    expect(event?.body.data.count).toBe(1000);
    expect(event?.body.data.entries[0].serial).toBe('S0');
  });
});

describe('account_activity.recorded', () => {
  it('is one event a call, with its new records', async () => {
    const net = new Receivers();
    const { key } = await net.endpoint({ events: ['account_activity.*'] });
    const activity = (eventId: string) => ({
      category: 'PROCESSES_VIEWED',
      type: 'USER',
      user: 'ana',
      time: '2026-04-14T10:00:00+02:00',
      eventId,
    });
    const record = async (body: unknown) => {
      const answer = await net.app.post(ACTIVITIES, { key, body });
      await net.app.settled();
      return answer;
    };
    const first = await record([
      { ...activity('e1'), category: 'PROCESSES_VIEWED' },
      { ...activity('e2'), category: 'nonsense' },
    ]);
    expect(first.status, first.text).toBeLessThan(300);
    await record([{ ...activity('e1'), category: 'PROCESSES_VIEWED' }]);
    expect(net.received.map(({ body }) => body)).toEqual([
      {
        type: 'account_activity.recorded',
        timestamp: '2026-04-15T00:00:00.000Z',
        data: {
          count: 1,
          records: [
            {
              message: 'user ana: USER',
              time: '2026-04-14T10:00:00+02:00',
              timeStamp: '2026-04-14T10:00:00+02:00',
              type: 'USER',
              user: 'ana',
            },
          ],
        },
        actor: 'First key',
      },
    ]);
  });
});
