import * as v from 'valibot';
import type { InboundKind } from '../../../core/hooks/model.ts';
import { type Trial, type TrialCall, tryCall } from '../../../core/hooks/try-call.ts';
import { invalidField } from '../../kit/fault.ts';
import { integer, jsonObject, object } from '../../kit/fields.ts';
import { fieldMessage, type Language } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import { languageOf } from '../../kit/request.ts';
import { KINDS } from '../../wire/inbound/kinds.ts';
import { reasonSchema, toReasonWire } from '../../wire/inbound/refusal.ts';
import { toMapping } from './mapping.ts';
import { inboundWebhookParams } from './wire.ts';

export const tryInboundWebhook = defineOperation({
  method: 'POST',
  path: '/v2/community/inbound-webhooks/{webhookId}/try',
  access: { scope: 'admin' },
  params: inboundWebhookParams,
  body: object({
    body: v.optional(v.unknown()),
    headers: v.optional(v.record(v.string(), v.string()), {}),
    call: v.optional(integer(1)),
    mapping: v.nullish(
      v.pipe(
        jsonObject(8192),
        v.transform((json): unknown => JSON.parse(json)),
      ),
    ),
  }),
  docs: WITH_DOCS && {
    operationId: 'tryInboundWebhook',
    tag: 'Webhooks',
    summary: 'See what an inbound webhook would record of a call',
    description:
      'Nothing is written, and no signature is asked for. `body` is JSON, or a text with the body as the ' +
      'sender sends it; or `call` is the number of a call whose body is kept. With `mapping`, that one is ' +
      'tried in place of the webhook’s own. For each field the answer has what was `found`, and the `value` ' +
      'that would be recorded.',
    bodyExample: { body: { member: { id: '1' } }, headers: { 'X-Event': 'join' } },
    answer: {
      schema: v.object({
        status: v.picklist(['recorded', 'ignored']),
        reason: v.nullable(reasonSchema()),
        items: v.array(
          v.object({
            index: integer(0),
            status: v.picklist(['recorded', 'ignored']),
            reason: v.nullable(reasonSchema()),
            fields: v.array(
              v.object({ field: v.string(), found: v.nullable(v.unknown()), value: v.nullable(v.unknown()) }),
            ),
          }),
        ),
      }),
      example: {
        status: 'recorded',
        reason: null,
        items: [
          {
            index: 0,
            status: 'recorded',
            reason: null,
            fields: [
              { field: 'serverId', found: 1, value: 1 },
              { field: 'discord', found: '1', value: '1' },
            ],
          },
        ],
      },
    },
    errors: ['inbound_webhook_not_found', 'inbound_call_not_kept'],
  },
  handle: async ({ ctx, params, body, http }) => {
    const { mapping } = body;
    const toOwn = mapping === undefined ? undefined : (kind: InboundKind) => toMapping(mapping, kind);
    const trial = await tryCall(ctx, params.webhookId, toCall(body), toOwn, KINDS);
    return toTrialWire(trial, languageOf(http));
  },
});

/** @throws Fault invalid_input unless the body has a call in one of the two ways */
const toCall = ({
  body,
  headers,
  call,
}: {
  body?: unknown;
  headers: Record<string, string>;
  call?: number | undefined;
}): TrialCall => {
  if ((body === undefined) === (call === undefined)) {
    throw invalidField('', fieldMessage('exactly_one', 'body, call'));
  }
  if (call !== undefined) return { number: call };
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    header: (name) => byName.get(name) ?? null,
    body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
  };
};

const toTrialWire = ({ refusal, items }: Trial, language: Language) => {
  const ofRefusal = (reason: Trial['refusal']) => ({
    status: reason ? 'ignored' : 'recorded',
    reason: reason ? toReasonWire(reason, language) : null,
  });
  return {
    ...ofRefusal(refusal),
    items: items.map((item, index) => ({
      index,
      ...ofRefusal(item.refusal),
      fields: item.fields.map(({ field, found, value }) => ({
        field,
        found: found ?? null,
        value: value ?? null,
      })),
    })),
  };
};
