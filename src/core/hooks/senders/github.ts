import type { Sender } from './sender.ts';

/** GitHub: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries. It signs no time. */
export const github: Sender = {
  proof: {
    algorithm: 'hmac-sha256',
    secret: 'text',
    header: 'x-hub-signature-256',
    prefix: 'sha256=',
    encoding: 'hex',
    signed: '{body}',
  },
  idHeader: 'x-github-delivery',
  handshakes: [{ when: { header: 'x-github-event', equals: 'ping' } }],
};
