import { createInboundWebhook as create } from '../../../core/hooks/inbound-webhooks.ts';
import { invalidField } from '../../kit/fault.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  checkSecret,
  INBOUND_WEBHOOK_EXAMPLE,
  newInboundWebhookBody,
  newInboundWebhookSchema,
  toInboundWebhookWire,
  toNewMapping,
  toProven,
} from './wire.ts';

export const createInboundWebhook = defineOperation({
  method: 'POST',
  path: '/v2/community/inbound-webhooks',
  access: { scope: 'admin' },
  body: newInboundWebhookBody,
  status: 201,
  docs: WITH_DOCS && {
    operationId: 'createInboundWebhook',
    tag: 'Webhooks',
    summary: 'Create an inbound webhook',
    description:
      'The sender posts to `url` and proves itself with the secret. The secret is shown in this answer ' +
      'only; you can give the sender’s own as `secret`, in the form that it has there. `sender` is a name ' +
      'of the list, or `custom` with `verification`. `mapping` says where our fields are in the body, and ' +
      '`recipe` brings one that is ready; what `mapping` says beside it goes before it. Without a mapping, ' +
      'the body has our fields as they are. Without an id of the sender’s, an equal body is a repeat within ' +
      '`repeatSeconds`. `keepBodies` keeps the bodies of the last 100 calls for 24 hours.',
    bodyExample: {
      name: 'Gate',
      kind: 'tracker',
      sender: 'standard-webhooks',
      mapping: { serverId: { const: 1 }, discord: '/member/id' },
    },
    answer: {
      schema: newInboundWebhookSchema(),
      example: {
        ...INBOUND_WEBHOOK_EXAMPLE,
        secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
      },
    },
    errors: ['too_many_inbound_webhooks'],
  },
  handle: async ({ ctx, body, http }) => {
    const proven = toProven(body);
    if (!proven) throw invalidField('', fieldMessage('exactly_one', 'sender, verification'));
    const { webhook, secret } = await create(ctx, {
      name: body.name,
      kind: body.kind,
      ...proven,
      mapping: toNewMapping(body.kind, body.recipe, body.mapping),
      secret: checkSecret(body.secret, proven, true) ?? undefined,
      repeatSeconds: body.repeatSeconds,
      keepBodies: body.keepBodies ?? false,
    });
    return { ...toInboundWebhookWire(webhook, http.req.url), secret };
  },
});
