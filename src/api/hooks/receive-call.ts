import * as v from 'valibot';
import type { InboundAnswer, ItemResult } from '../../core/hooks/model.ts';
import { receiveCall as receive } from '../../core/hooks/receive-call.ts';
import { readBytes } from '../kit/body.ts';
import { Fault } from '../kit/fault.ts';
import { integer } from '../kit/fields.ts';
import { type Language, renderFault, renderIssue } from '../kit/messages.ts';
import { defineOperation } from '../kit/operation.ts';
import { problemCode, problemSuccess } from '../kit/problem.ts';
import { addressOf, limitRate } from '../kit/rate-limit.ts';
import { languageOf } from '../kit/request.ts';
import { BARE_SESSION_EXAMPLE } from '../wire/activity.ts';
import { refusalFault } from '../wire/inbound-webhook.ts';
import { KINDS, type Kind } from './kinds.ts';

const resultSchema = () =>
  v.variant('status', [
    v.looseObject({ index: integer(0), status: v.picklist(['recorded', 'duplicate']) }),
    v.object({
      index: integer(0),
      status: v.literal('rejected'),
      code: v.string(),
      message: v.string(),
      errors: v.optional(v.array(v.object({ path: v.string(), message: v.string() }))),
    }),
  ]);

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
      'our fields are in the body. A message that comes again gets the first answer, for at least 7 days. ' +
      'A refused message may be sent again. Of a batch, the good items are recorded, and then the message ' +
      'is done.',
    answer: {
      schema: v.object({
        messageId: v.string(),
        accepted: integer(0),
        rejected: integer(0),
        results: v.array(resultSchema()),
      }),
      example: {
        messageId: 'msg_2f1c0d4e5f',
        accepted: 1,
        rejected: 0,
        results: [{ index: 0, status: 'recorded', session: BARE_SESSION_EXAMPLE }],
      },
    },
    errors: ['unverified_call', 'malformed_json', 'invalid_input', 'account_not_found', 'body_too_large'],
  },
  handle: async ({ ctx, params, http }) => {
    const received = await receive(
      ctx,
      {
        webhookId: params.webhookId,
        header: (name) => http.req.raw.headers.get(name),
        body: await readBytes(http),
      },
      KINDS,
      (verified) => limitRate(verified, `credential:${verified.actor.id}`),
    );
    if (received.outcome === 'refused') {
      if (received.isVerified) throw refusalFault(received.refusal);
      await limitRate(ctx, addressOf(http));
      throw unverified();
    }
    const { answer, kind } = received;
    // As of the first time, so that a replay is answered byte for byte the same.
    return problemSuccess(http, toAnswerWire(answer, KINDS[kind], languageOf(http)), 200, answer.receivedAt);
  },
});

const unverified = (): Fault =>
  new Fault('unverified_call', { headers: { 'WWW-Authenticate': 'Webhook realm="rollcall"' } });

const toAnswerWire = ({ messageId, results }: InboundAnswer, kind: Kind, language: Language) => {
  const accepted = results.filter((result) => 'recorded' in result).length;
  return {
    messageId,
    accepted,
    rejected: results.length - accepted,
    results: results.map((result) => toResultWire(result, kind, language)),
  };
};

const toResultWire = (result: ItemResult, kind: Kind, language: Language) => {
  const { index } = result;
  if ('recorded' in result) return { index, status: 'recorded', ...kind.toWire(result.recorded) };
  const { code, params, issues } = refusalFault(result.refusal);
  return {
    index,
    status: 'rejected',
    code: problemCode(code),
    message: renderFault(code, params, issues, language),
    ...(issues.length > 0 && { errors: issues.map((issue) => renderIssue(issue, language)) }),
  };
};
