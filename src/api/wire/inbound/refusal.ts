/** How refusals and answers of inbound webhooks look on the wire: for senders, and for the webhook's owner. */
import * as v from 'valibot';
import type { ItemResult, Refusal, RefusalReason } from '../../../core/hooks/model.ts';
import type { Received } from '../../../core/hooks/record-message.ts';
import { Fault, type FaultCode, invalidField } from '../../kit/fault.ts';
import { integer } from '../../kit/fields.ts';
import {
  type FieldMessage,
  fieldMessage,
  type Language,
  renderFault,
  renderIssue,
} from '../../kit/messages.ts';
import { problemCode } from '../../kit/problem.ts';
import { BARE_SESSION_EXAMPLE } from '../activity.ts';
import type { Kind } from './kinds.ts';

/** What each reason says of its subject. */
const REASONS = {
  header_missing: 'call_missing',
  parameter_missing: 'call_missing',
  timestamp_invalid: 'call_seconds',
  timestamp_too_old: 'call_too_old',
  timestamp_too_new: 'call_too_new',
  signature_mismatch: 'call_signature',
  token_mismatch: 'call_token',
  handshake: 'call_handshake',
  condition_not_met: 'call_left_out',
  items_not_found: 'call_items',
  no_items: 'call_no_items',
  too_many_items: 'count',
} as const satisfies Partial<Record<RefusalReason, FieldMessage>>;

const hasOwnWords = (reason: RefusalReason): reason is keyof typeof REASONS => Object.hasOwn(REASONS, reason);

/** Why a call or an item was refused, as a fault. */
export const refusalFault = ({
  reason,
  subject = '',
  limits = [],
  params = {},
  issues = [],
}: Refusal): Fault =>
  hasOwnWords(reason)
    ? invalidField(subject, fieldMessage(REASONS[reason], ...limits))
    : new Fault(reason satisfies FaultCode, { issues, params });

const reasonEntries = () => ({
  code: v.string(),
  message: v.string(),
  errors: v.array(v.object({ path: v.string(), message: v.string() })),
});

export const reasonSchema = () => v.object(reasonEntries());

/** Why nothing was recorded: `VALIDATION_FAILED` for fields, else the reason itself. */
export const toReasonWire = (refusal: Refusal, language: Language) => {
  const { code, params, issues } = refusalFault(refusal);
  return {
    code: hasOwnWords(refusal.reason) ? refusal.reason.toUpperCase() : problemCode(code),
    message: renderFault(code, params, issues, language),
    errors: issues.map((issue) => renderIssue(issue, language)),
  };
};

export const receivedSchema = () =>
  v.object({
    messageId: v.string(),
    status: v.picklist(['recorded', 'ignored']),
    replayed: v.boolean(),
    accepted: integer(0),
    rejected: integer(0),
    ignored: integer(0),
    reason: v.optional(reasonSchema()),
    results: v.array(
      v.variant('status', [
        v.looseObject({ index: integer(0), status: v.picklist(['recorded', 'duplicate']) }),
        v.object({ index: integer(0), status: v.picklist(['rejected', 'ignored']), ...reasonEntries() }),
      ]),
    ),
  });

export const RECEIVED_EXAMPLE = {
  messageId: 'msg_2f1c0d4e5f',
  status: 'recorded',
  replayed: false,
  accepted: 1,
  rejected: 0,
  ignored: 0,
  results: [{ index: 0, status: 'recorded', session: BARE_SESSION_EXAMPLE }],
};

export const toReceivedWire = (received: Received, kind: Kind, language: Language) => {
  const { messageId } = received.answer;
  const results = received.answer.results.map((result) => toResultWire(result, kind, language));
  const count = (status: string) => results.filter((result) => result.status === status).length;
  const [rejected, ignored] = [count('rejected'), count('ignored')];
  return {
    messageId,
    status: received.outcome === 'ignored' ? 'ignored' : 'recorded',
    replayed: received.outcome === 'replayed',
    accepted: results.length - rejected - ignored,
    rejected,
    ignored,
    ...(received.outcome === 'ignored' && { reason: toReasonWire(received.refusal, language) }),
    results,
  };
};

/** An item is ignored where the mapping leaves it out, and rejected where something is wrong with it. */
const toResultWire = (result: ItemResult, kind: Kind, language: Language) => {
  const { index } = result;
  if ('recorded' in result) return { index, status: 'recorded', ...kind.toWire(result.recorded) };
  const status = result.refusal.reason === 'condition_not_met' ? 'ignored' : 'rejected';
  return { index, status, ...toReasonWire(result.refusal, language) };
};
