/** The senders that we know by name, each declared once. */
import { keysOf } from '../../../lib/keys.ts';
import type { InboundWebhook } from '../model.ts';
import { custom } from './custom.ts';
import { discord } from './discord.ts';
import { github } from './github.ts';
import type { Sender } from './sender.ts';
import { shopify } from './shopify.ts';
import { slack } from './slack.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { stripe } from './stripe.ts';
import { svix } from './svix.ts';
import { twilio } from './twilio.ts';

const SENDERS = {
  github,
  stripe,
  slack,
  svix,
  shopify,
  discord,
  twilio,
  'standard-webhooks': standardWebhooks,
} as const satisfies Readonly<Record<string, Sender>>;

export type NamedSender = keyof typeof SENDERS;
export type SenderName = NamedSender | 'custom';

export const SENDER_NAMES: readonly SenderName[] = [...keysOf(SENDERS), 'custom'];

/** In place of a webhook that does not exist. */
export const DECOY_SENDER: Sender = standardWebhooks;

/** What we know of a webhook's sender. */
export const senderOf = ({
  sender,
  verification,
}: Pick<InboundWebhook, 'sender' | 'verification'>): Sender =>
  sender === 'custom' ? custom(verification ?? { scheme: 'standard-webhooks' }) : SENDERS[sender];
