import { describe, expect, inject, it } from 'vitest';
import { Harness } from '../../harness.ts';
import { ENDPOINTS } from '../../receivers.ts';

/** What became of a test message to a path of the receiver (test/node/loopback-receiver.ts), over a real socket. */
const deliverTo = async (path: string) => {
  const app = new Harness({ vars: { WEBHOOK_ALLOW_PRIVATE: 'true' }, origin: 'http://localhost' });
  const { key } = await app.community();
  const created = await app.post(ENDPOINTS, {
    key,
    body: { url: `${inject('loopbackReceiver')}${path}`, events: ['session.*'] },
  });
  const answer = await app.post(`${ENDPOINTS}/${created.body.data.id}/test`, { key });
  return answer.body.data.attempts[0];
};

describe('a receiver on a real socket', () => {
  it('that behaves', async () => {
    expect(await deliverTo('/ok')).toMatchObject({ status: 204, error: null, response: '' });
  });

  it('that redirects is not followed, and has not received', async () => {
    expect(await deliverTo('/redirect')).toMatchObject({ status: 302, error: null, response: '' });
  });

  it('that answers 64 MiB is heard for 1 KiB', async () => {
    const delivery = await deliverTo('/huge');
    expect(delivery).toMatchObject({ status: 200, error: null, response: 'x'.repeat(1024) });
  });

  it('that resets the connection has not received', async () => {
    const delivery = await deliverTo('/reset');
    expect(delivery).toMatchObject({ response: null, error: expect.stringMatching(/^no connection: /) });
    expect(delivery.error).not.toContain('127.0.0.1');
  });

  it.each(['/short', '/long'])(
    'that lies in Content-Length (%s) has said what its status says',
    async (path) => {
      expect(await deliverTo(path)).toMatchObject({ status: 200, error: null, response: 'hello' });
    },
  );

  it('that never answers, or never ends, is left after 15 s', { timeout: 40_000 }, async () => {
    const [slow, trickle] = await Promise.all([deliverTo('/slow'), deliverTo('/trickle')]);
    expect(slow).toMatchObject({ response: null, error: 'no answer within 15 s' });
    expect(slow.durationMs).toBeGreaterThanOrEqual(14_900);
    expect(trickle).toMatchObject({ error: null, response: 'hello' });
  });
});
