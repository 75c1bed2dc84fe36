import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { newSecret, signatureHeaders } from '../../../src/core/webhooks/sign.ts';
import { DAY } from '../../helpers.ts';

describe('what we sign', () => {
  const body = JSON.stringify({ type: 'session.started', text: 'ñ — 日本語 🎮' });

  it('is verified by the official package', async () => {
    const secret = newSecret();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const headers = await signatureHeaders(
      { secret, previousSecret: null, previousSecretExpiresAt: null },
      { id: 'msg_1', body },
      Date.now(),
    );
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow('No matching signature found');
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow('No matching signature found');
  });

  it('matches the example of the specification', async () => {
    const headers = await signatureHeaders(
      {
        secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        previousSecret: null,
        previousSecretExpiresAt: null,
      },
      { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' },
      1_614_265_330_000,
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is to the byte what the official package signs, for texts of any length', async () => {
    for (const length of [0, 1, 63, 64, 65, 1000, 100_000]) {
      const secret = newSecret();
      const text = 'ñ🎮\u0000"'.repeat(length).slice(0, length);
      const at = 1_614_265_330_999 + length;
      const headers = await signatureHeaders(
        { secret, previousSecret: null, previousSecretExpiresAt: null },
        { id: `msg_${length}`, body: text },
        at,
      );
      expect(headers['webhook-signature']).toBe(
        new Webhook(secret).sign(`msg_${length}`, new Date(at), text),
      );
    }
  });

  it('is signed by the old secret too, until it expires', async () => {
    const [secret, previousSecret] = [newSecret(), newSecret()];
    const now = Date.now();
    const during = await signatureHeaders(
      { secret, previousSecret, previousSecretExpiresAt: now + DAY },
      { id: 'msg_1', body },
      now,
    );
    expect(new Webhook(secret).verify(body, during)).toEqual(JSON.parse(body));
    expect(new Webhook(previousSecret).verify(body, during)).toEqual(JSON.parse(body));
    const after = await signatureHeaders(
      { secret, previousSecret, previousSecretExpiresAt: now },
      { id: 'msg_1', body },
      now,
    );
    expect(new Webhook(secret).verify(body, after)).toEqual(JSON.parse(body));
    expect(() => new Webhook(previousSecret).verify(body, after)).toThrow('No matching signature found');
  });
});
