import * as v from 'valibot';
import { resendCall } from '../../../core/hooks/try-call.ts';
import { integerText } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { languageOf } from '../../kit/request.ts';
import { KINDS } from '../../wire/inbound/kinds.ts';
import { RECEIVED_EXAMPLE, receivedSchema, toReceivedWire } from '../../wire/inbound/refusal.ts';
import { inboundWebhookParams } from './wire.ts';

export const resendInboundCall = defineOperation({
  method: 'POST',
  path: '/v2/community/inbound-webhooks/{webhookId}/calls/{number}/resend',
  access: { scope: 'admin' },
  params: v.object({ ...inboundWebhookParams.entries, number: integerText(1) }),
  docs: WITH_DOCS && {
    operationId: 'resendInboundCall',
    tag: 'Webhooks',
    summary: 'Record a call of an inbound webhook that is kept',
    description:
      'For a call that was ignored, after its mapping is mended. It needs `keepBodies`, and the call may be ' +
      '24 hours old. What was recorded before is not recorded again.',
    answer: { schema: receivedSchema(), example: RECEIVED_EXAMPLE },
    errors: ['inbound_webhook_not_found', 'inbound_call_not_kept'],
  },
  handle: async ({ ctx, params, http }) => {
    const received = await resendCall(ctx, params.webhookId, params.number, KINDS);
    return toReceivedWire(received, KINDS[received.kind], languageOf(http));
  },
});
