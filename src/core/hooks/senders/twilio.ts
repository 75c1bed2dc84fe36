import type { Sender } from './sender.ts';

/** Twilio: https://www.twilio.com/docs/usage/security#validating-requests. It signs no time, and has SHA-1 only. */
export const twilio: Sender = {
  proof: {
    algorithm: 'hmac-sha1',
    secret: 'text',
    header: 'x-twilio-signature',
    prefix: '',
    encoding: 'base64',
    signed: '{url}{form}',
  },
  idHeader: 'i-twilio-idempotency-token',
  // TwiML that does nothing: Twilio takes any other text for a mistake.
  acknowledgement: { status: 200, body: '<Response/>', type: 'text/xml' },
};
