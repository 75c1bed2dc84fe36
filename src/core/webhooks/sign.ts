import { fromBase64, hmacSha256, toBase64 } from '../../lib/crypto.ts';

/** What an endpoint signs with at an instant: one secret, or two in the day after a rotation. */
export interface SigningSecrets {
  readonly secret: string;
  readonly previousSecret: string | null;
  /** Epoch milliseconds; from then on the previous secret is void. */
  readonly previousSecretExpiresAt: number | null;
}

const PREFIX = 'whsec_';

const encoder = new TextEncoder();

/** A new secret: `whsec_` and 32 random bytes in base64 (Standard Webhooks, "Signature scheme": 24 to 64 bytes). */
export const newSecret = (): string => `${PREFIX}${toBase64(crypto.getRandomValues(new Uint8Array(32)))}`;

/**
 * The headers that prove a message (Standard Webhooks 1.0.0): its id, the time of this attempt, and a signature per
 * valid secret. `now` in epoch milliseconds. (With the platform's HMAC: the official package, which the tests hold this
 * against, computes SHA-256 in JavaScript.)
 */
export const signatureHeaders = async (
  secrets: SigningSecrets,
  message: { id: string; body: string },
  now: number,
): Promise<Record<string, string>> => {
  const valid = [secrets.secret];
  if (secrets.previousSecret !== null && now < (secrets.previousSecretExpiresAt ?? 0)) {
    valid.push(secrets.previousSecret);
  }
  const timestamp = String(Math.floor(now / 1000));
  const signed = encoder.encode(`${message.id}.${timestamp}.${message.body}`);
  const signatures = await Promise.all(
    valid.map(async (secret) => `v1,${toBase64(await hmacSha256(keyOf(secret), signed))}`),
  );
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
};

/** @throws Error where the secret is not one that `newSecret` makes */
const keyOf = (secret: string): Uint8Array => {
  const key = secret.startsWith(PREFIX) ? fromBase64(secret.slice(PREFIX.length)) : undefined;
  if (!key) throw new Error('A signing secret is not `whsec_` and base64.');
  return key;
};
