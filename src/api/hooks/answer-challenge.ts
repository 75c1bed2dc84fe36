import * as v from 'valibot';
import { isKnownHub } from '../../core/hooks/answer-challenge.ts';
import { answer } from '../kit/answer.ts';
import { text } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';
import { requireOpenGate } from '../kit/rate-limit.ts';
import { unverified } from './unverified.ts';

export const answerChallenge = defineOperation({
  method: 'GET',
  path: '/hooks/{webhookId}',
  access: 'public',
  params: v.object({ webhookId: v.string() }),
  query: v.object({
    'hub.mode': v.optional(text(0, 64), ''),
    'hub.challenge': v.optional(text(0, 1024), ''),
    'hub.verify_token': v.optional(text(0, 256), ''),
  }),
  docs: WITH_DOCS && {
    operationId: 'answerChallenge',
    tag: 'Webhooks',
    summary: 'Answer a hub that asks before it subscribes',
    description:
      'WebSub, and senders that do as it does: `hub.challenge` is sent back where `hub.verify_token` is the ' +
      '`verifyToken` of a custom sender, or else its secret.',
    answer: { schema: v.string(), example: '1158201444', mediaType: 'text/plain' },
    errors: ['unverified_call'],
  },
  handle: async ({ ctx, params, query, http }) => {
    requireOpenGate(ctx, http);
    const isKnown = await isKnownHub(ctx, params.webhookId, query['hub.verify_token']);
    if (!isKnown || query['hub.challenge'] === '') throw await unverified(ctx, http);
    return answer(http, query['hub.challenge'], 200, { 'Content-Type': 'text/plain; charset=utf-8' });
  },
});
