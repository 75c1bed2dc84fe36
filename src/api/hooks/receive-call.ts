import * as v from 'valibot';
import { receiveCall as receive } from '../../core/hooks/receive-call.ts';
import { answer, answerJson } from '../kit/answer.ts';
import { readBytes } from '../kit/body.ts';
import { documented } from '../kit/fields.ts';
import { defineOperation } from '../kit/operation.ts';
import { problemSuccess } from '../kit/problem.ts';
import { limitRate, requireOpenGate } from '../kit/rate-limit.ts';
import { languageOf } from '../kit/request.ts';
import { KINDS } from '../wire/inbound/kinds.ts';
import { RECEIVED_EXAMPLE, receivedSchema, refusalFault, toReceivedWire } from '../wire/inbound/refusal.ts';
import { unverified } from './unverified.ts';

export const receiveCall = defineOperation({
  method: 'POST',
  path: '/hooks/{webhookId}',
  access: 'public',
  params: v.object({ webhookId: v.string() }),
  docs: WITH_DOCS && {
    operationId: 'receiveCall',
    tag: 'Webhooks',
    summary: 'Receive a call of an inbound webhook',
    description:
      'The sender decides what the body looks like. The webhook says how the call proves itself, and where ' +
      'our fields are in the body. A message that comes again gets the first answer, with `replayed: true`, ' +
      'for at least 7 days. A call that proves itself and can be read is always answered 200: where nothing ' +
      'is recorded, `status` is `ignored` and `reason` says why, and the message may come again. Of a batch, ' +
      'the good items are recorded. What a sender asks for to check the address is answered as it wants it. ' +
      'Discord gets 204, and Twilio empty TwiML.',
    rawBody: v.pipe(
      v.unknown(),
      documented(
        WITH_DOCS && { description: 'JSON in the form of its sender: an object, or a list of them.' },
      ),
    ),
    bodyExample: { server: 1, member: { id: '80351110224678912' } },
    otherAnswers: [
      {
        status: 200,
        mediaType: 'application/json',
        description: 'What a sender wants to have back when it checks the address.',
      },
      { status: 200, mediaType: 'text/plain', description: 'The same, as a text.' },
      { status: 200, mediaType: 'text/xml', description: 'TwiML that does nothing, for Twilio.' },
      { status: 204, description: 'For Discord.' },
    ],
    answer: { schema: receivedSchema(), example: RECEIVED_EXAMPLE },
    errors: ['unverified_call', 'malformed_json', 'body_too_large'],
  },
  handle: async ({ ctx, params, http }) => {
    requireOpenGate(ctx, http);
    const { headers, url } = http.req.raw;
    const received = await receive(
      ctx,
      {
        webhookId: params.webhookId,
        url,
        header: (name) => headers.get(name),
        headers,
        body: await readBytes(http),
      },
      KINDS,
      (verified) => limitRate(verified, `credential:${verified.actor.id}`),
    );
    switch (received.outcome) {
      case 'refused':
        throw received.isVerified ? refusalFault(received.refusal) : await unverified(ctx, http);
      case 'handshake':
        return received.body
          ? answerJson(http, received.body, 200)
          : answer(http, null, 204, { 'Content-Type': 'application/json' });
      default: {
        const { acknowledgement, kind } = received;
        if (acknowledgement) {
          const { body, status, type } = acknowledgement;
          return answer(http, body, status, { 'Content-Type': type });
        }
        const wire = toReceivedWire(received, KINDS[kind], languageOf(http));
        // As of the first time.
        return problemSuccess(http, wire, 200, received.answer.receivedAt);
      }
    }
  },
});
