import type { Sender } from './sender.ts';

/** Standard Webhooks 1.0.0: https://www.standardwebhooks.com. */
export const standardWebhooks: Sender = {
  proof: {
    algorithm: 'hmac-sha256',
    secret: 'base64',
    header: 'webhook-signature',
    prefix: 'v1,',
    separator: ' ',
    encoding: 'base64',
    signed: '{id}.{timestamp}.{body}',
    timestamp: { header: 'webhook-timestamp' },
  },
  idHeader: 'webhook-id',
};
