import { constantTimeEqual, sha256Hex } from '../../lib/crypto.ts';
import type { Services } from '../context.ts';
import { atPlace, placeOfId } from '../places.ts';
import { findCallTarget } from './queries.ts';
import { senderOf } from './senders/index.ts';

/**
 * Whether a hub that asks before it subscribes (WebSub, `hub.challenge`) knows the token of a custom sender: its
 * `verifyToken`, or else the secret.
 */
export const isKnownHub = async (services: Services, webhookId: string, token: string): Promise<boolean> => {
  const { db } = atPlace(services, placeOfId(webhookId)) ?? services;
  const target = await findCallTarget(db, webhookId);
  const verification = target?.webhook.verification;
  const own = verification && 'verifyToken' in verification ? verification.verifyToken : undefined;
  const expected = own ?? target?.secret ?? 'no such webhook';
  const isHashed = own === undefined && target && senderOf(target.webhook).proof.algorithm === 'token';
  const isEqual = constantTimeEqual(isHashed ? await sha256Hex(token) : token, expected);
  return isEqual && target?.webhook.sender === 'custom' && token !== '';
};
