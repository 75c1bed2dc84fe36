import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { messageIdOf } from '../../../src/core/hooks/message-id.ts';
import type { InboundCall, Verification } from '../../../src/core/hooks/model.ts';
import { senderOf } from '../../../src/core/hooks/senders/index.ts';
import { storedSecret, verifyCall } from '../../../src/core/hooks/verify-call.ts';
import { hmacSha256, toBase64, toHex } from '../../../src/lib/crypto.ts';

const NOW = Date.parse('2026-04-15T00:00:00.500Z');
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const bytes = (text: string) => new TextEncoder().encode(text);

const call = (headers: Record<string, string>, body: string | Uint8Array): InboundCall => ({
  webhookId: 'w',
  url: 'https://rollcall.test/hooks/w',
  header: (name) => headers[name] ?? null,
  headers: Object.entries(headers),
  body: typeof body === 'string' ? bytes(body) : body,
});

/** As the official library signs it. */
const signed = (body: string, at = NOW, id = 'msg_1', secret = SECRET): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at / 1000)),
  'webhook-signature': new Webhook(secret).sign(id, new Date(at), body),
});

const custom = (verification: Verification) => senderOf({ sender: 'custom', verification });

const STANDARD = custom({ scheme: 'standard-webhooks' });
const reasonOf = async (headers: Record<string, string>, body: string | Uint8Array) =>
  (await verifyCall(STANDARD, [SECRET], call(headers, body), NOW))?.reason;

describe('standard-webhooks', () => {
  it('believes all that the official library signs, and nothing that was changed since', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme' }),
        fc.stringMatching(/^[\w-]{1,40}$/),
        fc.nat(),
        async (body, id, position) => {
          const headers = signed(body, NOW, id);
          expect(await reasonOf(headers, body)).toBeUndefined();
          const changed = new Uint8Array([...bytes(body), 0]);
          const at = position % changed.length;
          changed[at] = (changed[at] as number) ^ 1;
          expect(await reasonOf(headers, changed)).toBe('signature_mismatch');
          expect(await reasonOf({ ...headers, 'webhook-id': `${id}x` }, body)).toBe('signature_mismatch');
        },
      ),
      { numRuns: 50 },
    );
  });

  it('signs the raw bytes: what is no UTF-8 is not repaired before it is checked', async () => {
    const headers = signed('�');
    expect(await reasonOf(headers, '�')).toBeUndefined();
    expect(await reasonOf(headers, new Uint8Array([0xff]))).toBe('signature_mismatch');
  });

  it.each([
    [300_000, undefined],
    [301_000, 'timestamp_too_old'],
    [-300_000, undefined],
    [-301_000, 'timestamp_too_new'],
  ])('a message of %d ms ago: %s', async (age, reason) => {
    expect(await reasonOf(signed('{}', NOW - age), '{}')).toBe(reason);
  });

  it('accepts one of several signatures, and ignores those of other versions', async () => {
    const headers = signed('{}');
    const other = new Webhook('whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA').sign('msg_1', new Date(NOW), '{}');
    const both = `v1a,xyz ${other} ${headers['webhook-signature']}`;
    expect(await reasonOf({ ...headers, 'webhook-signature': both }, '{}')).toBeUndefined();
    for (const forged of [
      other,
      '',
      'v1,',
      'v1',
      String(headers['webhook-signature']).replace('v1,', 'v2,'),
    ]) {
      expect(await reasonOf({ ...headers, 'webhook-signature': forged }, '{}')).toBe(
        forged === '' ? 'header_missing' : 'signature_mismatch',
      );
    }
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('needs %s', async (name) => {
    const { [name]: _, ...headers } = signed('{}');
    expect(await verifyCall(STANDARD, [SECRET], call(headers, '{}'), NOW)).toEqual({
      reason: 'header_missing',
      subject: name,
    });
  });

  it.each(['1e9', '-1', ' 1', '1.5', '0x10', 'now', '1234567890123'])('a time of %j', async (timestamp) => {
    expect(await reasonOf({ ...signed('{}'), 'webhook-timestamp': timestamp }, '{}')).toBe(
      'timestamp_invalid',
    );
  });
});

describe('hmac-sha256', () => {
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries, "Testing the webhook payload".
  const GITHUB: Verification = {
    scheme: 'hmac-sha256',
    header: 'x-hub-signature-256',
    prefix: 'sha256=',
    encoding: 'hex',
  };
  const SECRET_TEXT = "It's a Secret to Everybody";
  const SIGNATURE = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

  it.each([
    [SIGNATURE, 'Hello, World!', undefined],
    [SIGNATURE.toUpperCase(), 'Hello, World!', undefined],
    [SIGNATURE, 'Hello, World', 'signature_mismatch'],
    [SIGNATURE.slice(7), 'Hello, World!', 'signature_mismatch'],
    [`${SIGNATURE}0`, 'Hello, World!', 'signature_mismatch'],
    ['', 'Hello, World!', 'header_missing'],
  ])('%s over %j: %s', async (signature, body, reason) => {
    const refusal = await verifyCall(
      custom(GITHUB),
      [SECRET_TEXT],
      call({ 'x-hub-signature-256': signature }, body),
      NOW,
    );
    expect(refusal?.reason).toBe(reason);
  });

  it('in base64, of any bytes', async () => {
    const verification: Verification = { ...GITHUB, prefix: '', encoding: 'base64' };
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (body) => {
        const mac = await hmacSha256(bytes(SECRET_TEXT), body);
        const reason = async (signature: string) =>
          (
            await verifyCall(
              custom(verification),
              [SECRET_TEXT],
              call({ 'x-hub-signature-256': signature }, body),
              NOW,
            )
          )?.reason;
        expect(await reason(toBase64(mac))).toBeUndefined();
        expect(await reason(toHex(mac))).toBe('signature_mismatch');
      }),
      { numRuns: 20 },
    );
  });
});

describe('token', () => {
  const BEARER = custom({ scheme: 'token', header: 'authorization', prefix: 'Bearer ' });

  it.each([
    ['Bearer 0123456789abcdef', undefined],
    ['bearer 0123456789abcdef', undefined],
    ['Bearer 0123456789abcdeF', 'token_mismatch'],
    ['Bearer 0123456789abcdef ', 'token_mismatch'],
    ['Basic  0123456789abcdef', 'token_mismatch'],
    ['0123456789abcdef', 'token_mismatch'],
    ['', 'token_mismatch'],
    [`Basic ${btoa('x:0123456789abcdef')}`, undefined],
    [`Basic ${btoa('0123456789abcdef:')}`, undefined],
    [`Basic ${btoa('0123456789abcdef')}`, undefined],
    [`Basic ${btoa('x:0123456789abcdeF')}`, 'token_mismatch'],
  ])('%j: %s', async (presented, reason) => {
    const stored = await storedSecret(BEARER.proof, '0123456789abcdef');
    expect(stored).not.toContain('0123456789abcdef');
    const refusal = await verifyCall(BEARER, [stored], call({ authorization: presented }, '{}'), NOW);
    expect(refusal?.reason).toBe(reason);
  });
});

describe('what tells a message from others', () => {
  const TOKEN: Verification = { scheme: 'token', header: 'x', prefix: '' };
  const HMAC: Verification = { scheme: 'hmac-sha256', header: 'x', prefix: '', encoding: 'hex' };
  const BODY = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
  const idOf = (verification: Verification, headers: Record<string, string>, repeatSeconds = 60) =>
    messageIdOf(custom(verification), call(headers, '{}'), {}, repeatSeconds, () => 'new');

  it.each([
    [{ scheme: 'standard-webhooks' }, { messageId: 'a' }],
    [TOKEN, { messageId: 'a' }],
    [HMAC, { messageId: BODY, repeatSeconds: 60 }],
    [{ ...TOKEN, idHeader: 'x-id' }, { messageId: 'b' }],
    [{ ...HMAC, idHeader: 'x-id' }, { messageId: 'b' }],
    [
      { ...HMAC, idHeader: 'x-other' },
      { messageId: BODY, repeatSeconds: 60 },
    ],
  ] as const)('%j: %j', async (verification, expected) => {
    expect(await idOf(verification, { 'webhook-id': 'a', 'x-id': 'b' })).toEqual(expected);
  });

  it('is the body where the sender says nothing, for as long as a repeat may take', async () => {
    expect(await idOf(TOKEN, {}, 5)).toEqual({ messageId: BODY, repeatSeconds: 5 });
    expect(await idOf(TOKEN, {}, 0)).toEqual({ messageId: 'new' });
  });

  it('is the signed time with the body, where there is one', async () => {
    const timed: Verification = { ...HMAC, signed: '{timestamp}.{body}', timestampHeader: 'x-time' };
    const first = await idOf(timed, { 'x-time': '1' });
    expect(first).toEqual({ messageId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    expect(await idOf(timed, { 'x-time': '1' })).toEqual(first);
    expect(await idOf(timed, { 'x-time': '2' })).not.toEqual(first);
  });

  it('is a hash where it is longer than 256 characters', async () => {
    const ofLength = (length: number) =>
      idOf({ scheme: 'standard-webhooks' }, { 'webhook-id': 'x'.repeat(length) });
    expect(await ofLength(256)).toEqual({ messageId: 'x'.repeat(256) });
    expect((await ofLength(257)).messageId).toMatch(/^sha256:/);
    expect((await ofLength(258)).messageId).not.toBe((await ofLength(257)).messageId);
  });
});
