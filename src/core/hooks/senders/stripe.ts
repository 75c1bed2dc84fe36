import type { Sender } from './sender.ts';

/** Stripe: https://docs.stripe.com/webhooks#verify-manually. The key is the whole secret, `whsec_` included. */
export const stripe: Sender = {
  proof: {
    algorithm: 'hmac-sha256',
    secret: 'text',
    header: 'stripe-signature',
    prefix: 'v1=',
    separator: ',',
    encoding: 'hex',
    signed: '{timestamp}.{body}',
    timestamp: { header: 'stripe-signature', prefix: 't=' },
  },
  idPointer: '/id',
};
