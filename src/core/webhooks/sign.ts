import { Webhook } from 'standardwebhooks';
import { toBase64 } from '../../lib/crypto.ts';

/** What an endpoint signs with at an instant: one secret, or two in the day after a rotation. */
export interface SigningSecrets {
  readonly secret: string;
  readonly previousSecret: string | null;
  /** Epoch milliseconds; from then on the previous secret is void. */
  readonly previousSecretExpiresAt: number | null;
}

/** A new secret: `whsec_` and 32 random bytes in base64 (Standard Webhooks, "Signature scheme": 24 to 64 bytes). */
export const newSecret = (): string => `whsec_${toBase64(crypto.getRandomValues(new Uint8Array(32)))}`;

/**
 * The headers that prove a message (Standard Webhooks 1.0.0): its id, the time of this attempt, and a signature per
 * valid secret. `now` in epoch milliseconds.
 */
export const signatureHeaders = (
  secrets: SigningSecrets,
  message: { id: string; body: string },
  now: number,
): Record<string, string> => {
  const valid = [secrets.secret];
  if (secrets.previousSecret !== null && now < (secrets.previousSecretExpiresAt ?? 0)) {
    valid.push(secrets.previousSecret);
  }
  const signatures = valid.map((secret) => new Webhook(secret).sign(message.id, new Date(now), message.body));
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': signatures.join(' '),
  };
};
