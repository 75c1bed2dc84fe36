import { constantTimeEqual, fromBase64, hmacSha256, sha256Hex, toBase64, toHex } from '../../lib/crypto.ts';
import type { InboundCall, Refusal, UnverifiedReason, Verification } from './model.ts';

/** How far the sender's clock may be off, or its message old (Standard Webhooks, "Verifying timestamp"). */
const TOLERANCE_SECONDS = 300;

type Unverified = Refusal & { readonly reason: UnverifiedReason };

const encoder = new TextEncoder();

/**
 * What keeps a call from proving that its sender knows the secret; undefined if nothing does. Checked over the raw
 * bytes, in constant time. `secret` is as `storedSecret` made it, `now` in epoch milliseconds. (The library
 * `standardwebhooks` signs texts only, and by a clock of its own; the tests hold this against it.)
 */
export const verifyCall = async (
  verification: Verification,
  secret: string,
  call: InboundCall,
  now: number,
): Promise<Unverified | undefined> => {
  switch (verification.scheme) {
    case 'standard-webhooks':
      return verifyStandard(secret, call, now);
    case 'hmac-sha256': {
      const { header, prefix, encoding } = verification;
      const mac = await hmacSha256(encoder.encode(secret), call.body);
      const presented = call.header(header);
      if (presented === null) return { reason: 'header_missing', subject: header };
      const isGenuine =
        encoding === 'hex'
          ? constantTimeEqual(presented.toLowerCase(), prefix.toLowerCase() + toHex(mac))
          : constantTimeEqual(presented, prefix + toBase64(mac));
      return isGenuine ? undefined : { reason: 'signature_mismatch', subject: header };
    }
    case 'token': {
      const { header, prefix } = verification;
      const presented = call.header(header);
      if (presented === null) return { reason: 'header_missing', subject: header };
      const hasPrefix = presented.toLowerCase().startsWith(prefix.toLowerCase());
      const isGenuine = constantTimeEqual(await sha256Hex(presented.slice(prefix.length)), secret);
      return hasPrefix && isGenuine ? undefined : { reason: 'token_mismatch', subject: header };
    }
    default:
      return verification satisfies never;
  }
};

const verifyStandard = async (
  secret: string,
  call: InboundCall,
  now: number,
): Promise<Unverified | undefined> => {
  const headers = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
  const [id, timestamp, signatures] = headers.map(call.header);
  const head = encoder.encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.byteLength + call.body.byteLength);
  signed.set(head);
  signed.set(call.body, head.byteLength);
  const expected = toBase64(await hmacSha256(standardKey(secret) as Uint8Array, signed));

  const missing = headers.find((name) => !call.header(name));
  if (missing) return { reason: 'header_missing', subject: missing };
  if (!/^\d{1,12}$/.test(timestamp as string)) {
    return { reason: 'timestamp_invalid', subject: 'webhook-timestamp' };
  }
  // Several signatures while the sender changes its secret.
  const isGenuine = (signatures as string)
    .split(' ')
    .some((signature) => constantTimeEqual(signature, `v1,${expected}`));
  if (!isGenuine) return { reason: 'signature_mismatch', subject: 'webhook-signature' };
  const ageSeconds = Math.floor(now / 1000) - Number(timestamp);
  if (Math.abs(ageSeconds) <= TOLERANCE_SECONDS) return undefined;
  const reason = ageSeconds > 0 ? 'timestamp_too_old' : 'timestamp_too_new';
  return { reason, subject: 'webhook-timestamp', limits: [TOLERANCE_SECONDS] };
};

/** The key in a Standard Webhooks secret: base64, with or without `whsec_`; undefined where it is no base64. */
export const standardKey = (secret: string): Uint8Array | undefined =>
  fromBase64(secret.replace(/^whsec_/, ''));

/** What is stored of a secret: of a token its SHA-256; for HMAC the secret itself. */
export const storedSecret = async ({ scheme }: Verification, secret: string): Promise<string> =>
  scheme === 'token' ? sha256Hex(secret) : secret;

const MAX_ID_LENGTH = 256;

/**
 * What tells a message from every other one: `webhook-id` where it is signed or the sender is trusted by its token; the
 * configured header; else the body's SHA-256. A header that no signature covers does not count unless it is configured.
 */
export const messageIdOf = async (
  verification: Verification,
  call: InboundCall,
): Promise<{ messageId: string } | { refusal: Refusal }> => {
  const configured = verification.scheme === 'standard-webhooks' ? 'webhook-id' : verification.idHeader;
  const header = configured ?? (verification.scheme === 'token' ? 'webhook-id' : undefined);
  const id = header === undefined ? null : call.header(header);
  if (id) {
    return id.length <= MAX_ID_LENGTH
      ? { messageId: id }
      : { refusal: { reason: 'message_id_invalid', subject: header, limits: [MAX_ID_LENGTH] } };
  }
  if (configured !== undefined) return { refusal: { reason: 'message_id_missing', subject: configured } };
  return { messageId: `sha256:${await sha256Hex(call.body)}` };
};
