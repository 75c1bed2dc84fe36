import type { Sender } from './sender.ts';

/** Shopify: https://shopify.dev/docs/apps/build/webhooks/verify-deliveries. It signs no time. */
export const shopify: Sender = {
  proof: {
    algorithm: 'hmac-sha256',
    secret: 'text',
    header: 'x-shopify-hmac-sha256',
    prefix: '',
    encoding: 'base64',
    signed: '{body}',
  },
  idHeader: 'x-shopify-webhook-id',
};
