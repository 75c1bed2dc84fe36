import { createInboundWebhook as create } from '../../../core/hooks/inbound-webhooks.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  checkSecret,
  INBOUND_WEBHOOK_EXAMPLE,
  newInboundWebhookBody,
  newInboundWebhookSchema,
  toInboundWebhookWire,
  toMapping,
  toVerification,
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
      'only; you can give the sender’s own as `secret`. `mapping` says where our fields are in the body: a ' +
      'JSON Pointer (RFC 6901) or `{"const": value}`. With `items`, a pointer to a list, each item is ' +
      'recorded by itself, and `{"root": pointer}` points into the whole body. Without a mapping, the body ' +
      'has our fields as they are. The id of a message is `webhook-id` (`standard-webhooks`, `token`), or ' +
      'the header named in `verification.idHeader`, or else the SHA-256 of its body.',
    bodyExample: {
      name: 'Gate',
      kind: 'tracker',
      verification: { scheme: 'standard-webhooks' },
      mapping: { serverId: { const: 1 }, discord: '/member/id' },
    },
    answer: {
      schema: newInboundWebhookSchema(),
      example: {
        ...INBOUND_WEBHOOK_EXAMPLE,
        secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
      },
    },
  },
  handle: async ({ ctx, body, http }) => {
    const verification = toVerification(body.verification);
    const { webhook, secret } = await create(ctx, {
      name: body.name,
      kind: body.kind,
      verification,
      mapping: toMapping(body.mapping, body.kind),
      secret: body.secret == null ? undefined : checkSecret(body.secret, verification),
    });
    return { ...toInboundWebhookWire(webhook, http.req.url), secret };
  },
});
