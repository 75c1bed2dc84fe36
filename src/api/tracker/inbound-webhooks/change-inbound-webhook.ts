import { changeInboundWebhook as change, getInboundWebhook } from '../../../core/hooks/inbound-webhooks.ts';
import { invalidField } from '../../kit/fault.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import { toMapping } from './mapping.ts';
import {
  changedInboundWebhookSchema,
  checkSecret,
  INBOUND_WEBHOOK_EXAMPLE,
  inboundWebhookParams,
  inboundWebhookPatchBody,
  toInboundWebhookWire,
  toProven,
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
      'secret, and so does a sender with secrets of another form. It is shown in this answer only. The old ' +
      'one stops working at once, or after `overlapSeconds`.',
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
    const proof = toProven(body);
    // An overlap of nothing would look as if a new secret had been made.
    if (body.overlapSeconds !== undefined && body.secret === undefined && !proof) {
      throw invalidField('secret', fieldMessage('required'));
    }
    const isNew = proof !== undefined && proof.sender !== before.sender;
    const { webhook, newSecret } = await change(ctx, params.webhookId, {
      name: body.name,
      proof,
      mapping: body.mapping === undefined ? undefined : toMapping(body.mapping, before.kind),
      repeatSeconds: body.repeatSeconds,
      keepBodies: body.keepBodies,
      secret: checkSecret(body.secret, proof ?? before, isNew),
      overlapSeconds: body.overlapSeconds,
    });
    return {
      ...toInboundWebhookWire(webhook, http.req.url),
      ...(newSecret !== undefined && { secret: newSecret }),
    };
  },
});
