import type { Sender } from './sender.ts';

/**
 * Discord, as it sends events and interactions: https://docs.discord.com/developers/events/webhook-events. It tries the
 * address with a good and with a bad signature before it takes it.
 */
export const discord: Sender = {
  proof: {
    algorithm: 'ed25519',
    secret: 'public-key',
    header: 'x-signature-ed25519',
    prefix: '',
    encoding: 'hex',
    signed: '{timestamp}{body}',
    timestamp: { header: 'x-signature-timestamp' },
  },
  // Of an interaction. An event has none: its time and body are what tells it from others.
  idPointer: '/id',
  handshakes: [
    { when: { pointer: '/type', equals: 0 }, answer: null },
    {
      when: [
        { pointer: '/type', equals: 1 },
        { pointer: '/event', exists: false },
      ],
      answer: { type: { const: 1 } },
    },
  ],
  acknowledgement: { status: 204, body: null, type: 'application/json' },
};
