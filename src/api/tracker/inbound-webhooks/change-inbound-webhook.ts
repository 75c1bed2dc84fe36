import { changeInboundWebhook as change, getInboundWebhook } from '../../../core/hooks/inbound-webhooks.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  changedInboundWebhookSchema,
  checkSecret,
  INBOUND_WEBHOOK_EXAMPLE,
  inboundWebhookParams,
  inboundWebhookPatchBody,
  toInboundWebhookWire,
  toMapping,
  toVerification,
} from './wire.ts';

export const changeInboundWebhook = defineOperation({
  method: 'PATCH',
  path: '/v2/community/inbound-webhooks/{webhookId}',
  access: { scope: 'admin' },
  params: inboundWebhookParams,
  body: inboundWebhookPatchBody,
  docs: WITH_DOCS && {
    operationId: 'changeInboundWebhook',
    tag: 'Webhooks',
    summary: 'Change an inbound webhook',
    description:
      'What is not given stays. `mapping: null` takes the body as it is. `secret: null` makes a new ' +
      'secret, and so does another scheme. It is shown in this answer only, and the old one stops working ' +
      'at once.',
    bodyExample: { mapping: { serverId: '/server', discord: '/member/id' } },
    answer: {
      schema: changedInboundWebhookSchema(),
      example: { ...INBOUND_WEBHOOK_EXAMPLE, mapping: { serverId: '/server', discord: '/member/id' } },
    },
    errors: ['inbound_webhook_not_found'],
  },
  handle: async ({ ctx, params, body, http }) => {
    // What a mapping and a secret may be depends on the kind, which never changes, and on the scheme.
    const before = await getInboundWebhook(ctx, params.webhookId);
    const verification = body.verification && toVerification(body.verification);
    const { webhook, newSecret } = await change(ctx, params.webhookId, {
      name: body.name,
      verification,
      mapping: body.mapping === undefined ? undefined : toMapping(body.mapping, before.kind),
      secret:
        body.secret == null ? body.secret : checkSecret(body.secret, verification ?? before.verification),
    });
    return {
      ...toInboundWebhookWire(webhook, http.req.url),
      ...(newSecret !== undefined && { secret: newSecret }),
    };
  },
});
