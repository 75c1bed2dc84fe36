import type { Sender } from './sender.ts';

/** Svix, and those that send with it: https://docs.svix.com/receiving/verifying-payloads/how-manual. */
export const svix: Sender = {
  proof: {
    algorithm: 'hmac-sha256',
    secret: 'base64',
    header: 'svix-signature',
    prefix: 'v1,',
    separator: ' ',
    encoding: 'base64',
    signed: '{id}.{timestamp}.{body}',
    timestamp: { header: 'svix-timestamp' },
  },
  idHeader: 'svix-id',
};
