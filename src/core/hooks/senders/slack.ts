import type { Sender } from './sender.ts';

/** Slack: https://docs.slack.dev/authentication/verifying-requests-from-slack. Events, commands and interactions. */
export const slack: Sender = {
  proof: {
    algorithm: 'hmac-sha256',
    secret: 'text',
    header: 'x-slack-signature',
    prefix: 'v0=',
    encoding: 'hex',
    signed: 'v0:{timestamp}:{body}',
    timestamp: { header: 'x-slack-request-timestamp' },
  },
  idPointer: '/event_id',
  handshakes: [
    { when: { pointer: '/type', equals: 'url_verification' }, answer: { challenge: '/challenge' } },
  ],
};
